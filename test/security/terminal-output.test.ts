import {readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {jsonEvent, jsonPeer, toJsonLine} from '../../source/cli/output/format-json.js';
import {createMarkdownFormat, formatPlain} from '../../source/cli/output/format-text.js';
import {decodeEntry, encodeEntry} from '../../source/codec/entry.js';
import {readObservation} from '../../source/codec/log-record.js';
import {decodeMessage} from '../../source/codec/message.js';
import {pack} from '../../source/codec/msgpack.js';
import type {FeedEvent} from '../../source/core/event.js';
import {sliceTimeline} from '../../source/core/timeline.js';
import {createFakeChatNode, type FakeChatNode, fakePeerId} from '../helpers/fake-chat-node.js';
import {launchChat} from '../helpers/launch-chat.js';
import {controlCharactersIn, controlCharactersOutsideSequences, linkTargetsIn, sequencesIn} from './terminal-bytes.js';

const texts: readonly {readonly name: string; readonly text: string}[] = JSON.parse(
	readFileSync(new URL('../../fixtures/hostile-texts.json', import.meta.url), 'utf8'),
);

/**
 * Publishes a text, without cleaning it, in every field that a peer can set: names, texts, addresses, versions,
 * reasons, notices.
 */
function publishEverywhere(chatNode: FakeChatNode, text: string): void {
	const eve = chatNode.join(text, text, {identity: 'abcdef01'});
	chatNode.tell(eve, {type: 'renamed', name: text});
	chatNode.tell(eve, {type: 'moved', addresses: [text, text]});
	const {peer, seq} = chatNode.tell(eve, {type: 'posted', text});
	const target = {peer, seq};
	chatNode.tell(eve, {type: 'posted', text, replyTo: target});
	chatNode.tell(eve, {type: 'corrected', target, text: `${text} corrected`});
	chatNode.tell(eve, {type: 'marked', target, word: text, on: true});
	chatNode.tell(eve, {type: 'pinned', target, on: true});
	chatNode.say(eve, text, {action: true});
	chatNode.tell(eve, {type: 'unreadable', reason: text});
	chatNode.observe({type: 'notice', level: 'error', code: text, text});
	chatNode.observe({type: 'peer-disconnected', subject: eve.peer, reason: text, alone: true});
	chatNode.observe({type: 'launched', version: text});
	chatNode.publish({type: 'link-measured', peer: eve.peer, status: 'connected', version: text});
	chatNode.publish({type: 'typing', peer: eve.peer, until: chatNode.at + 60_000});
	chatNode.publish({type: 'isolated', isolated: true, tried: [text]});
	chatNode.publish({type: 'persistence', saving: false, reason: text});
	chatNode.publish({type: 'persistence', saving: true});
	chatNode.report = {
		...chatNode.report,
		room: text,
		peers: [{name: text, addresses: [text], heardBy: ['broadcast'], connected: false, lastError: text, version: text}],
		offLink: [text],
	};
}

describe('input from other peers reaches the output as text only', () => {
	it('input from other peers reaches the screen as plain text and never as control sequences, in every pane and every field', {
		timeout: 60_000,
	}, async () => {
		const kindsOf = async (all: readonly string[]) => {
			const chat = await launchChat({columns: 100, rows: 30});
			for (const [index, text] of all.entries()) {
				publishEverywhere(chat.chatNode, text);
				if (index % 8 < 7) continue;
				for (const key of ['\u001Bw', '\u001B', '\u001Bp', '\t', '\u001B']) await chat.press(key);
			}

			chat.chatNode.say(chat.chatNode.own, 'the end');
			await chat.terminal.see('the end');
			await chat.close();
			return chat.terminal.output;
		};
		const expected = sequencesIn(await kindsOf(texts.map((_, index) => `harmless https://${index}.example`)));
		const output = await kindsOf(texts.map(({text}) => text));
		expect([...sequencesIn(output)].filter(kind => !expected.has(kind))).toEqual([]);
		expect(controlCharactersOutsideSequences(output)).toEqual([]);
		const targets = linkTargetsIn(output);
		expect(targets.length).toBeGreaterThan(0);
		for (const target of targets) expect(target).toMatch(/^https?:\/\/[!-~]{1,2076}$/i);
	});

	it.each(texts)(
		'input from other peers reaches the output as text only in plain lines, markdown and JSON lines: $name',
		({text}) => {
			const chatNode = createFakeChatNode();
			publishEverywhere(chatNode, text);
			const state = chatNode.store.getState();
			const rows = sliceTimeline(state.timeline, 0, state.timeline.length);
			const markdown = createMarkdownFormat(state);
			const isEvent = (row: {readonly seq: number}): row is FeedEvent => row.seq > 0;
			const lines = [
				...rows.map(row => formatPlain(state, row)),
				...rows.map(markdown),
				...rows.filter(isEvent).map(row => toJsonLine(jsonEvent(state, row, true))),
				toJsonLine(jsonPeer(state, fakePeerId(2)) ?? {}),
			];
			for (const line of lines) expect(controlCharactersIn(line)).toEqual([]);
			for (const line of lines.slice(rows.length * 2)) expect(() => JSON.parse(line)).not.toThrow();
			for (const row of rows)
				expect(
					formatPlain(state, row)
						.split('\n')
						.slice(1)
						.every(line => line.startsWith('    ')),
				).toBe(true);
		},
	);

	it.each(texts)(
		'input from other peers reaches the output as text only after encoding and decoding: $name',
		({text}) => {
			const peer = fakePeerId(3);
			const hlc = {ms: 1, counter: 0};
			const short = text.slice(0, 16);
			const hello = {
				type: 'hello',
				versions: [1, 1],
				peer: new Uint8Array(32),
				name: short,
				port: 1,
				features: [],
				program: short.slice(0, 8),
				clock: 1,
				hlc: [1, 0],
				signature: new Uint8Array(64),
				mac: new Uint8Array(32),
			};
			const decoded: unknown[] = [
				...(
					[
						{type: 'posted', text},
						{type: 'posted', text, replyTo: {peer, seq: 1}},
						{type: 'marked', target: {peer, seq: 1}, word: text.slice(0, 4), on: true},
						{type: 'corrected', target: {peer, seq: 1}, text},
						{type: 'renamed', name: short},
						{type: 'joined', name: short, addresses: [], version: short.slice(0, 8)},
						{type: 'joined', name: 'x', addresses: [short], version: '1'},
					] as const
				).map(body => decodeEntry(encodeEntry(body, 1, hlc), peer, 1)),
			];
			try {
				decoded.push(decodeMessage(pack(hello)), decodeMessage(pack({type: 'error', code: 'x', text: short})));
			} catch (error) {
				// The codec rejects lone surrogates and texts that are too long.
				expect(error).toHaveProperty('name', 'ProtocolError');
			}

			try {
				const head = [new Uint8Array(32), 1, 1, 0];
				const subject = new Uint8Array(32);
				decoded.push(
					readObservation('notice', [...head, {level: 'warn', code: short, text}]),
					readObservation('launched', [...head, {version: short.slice(0, 8)}]),
					readObservation('peer-connected', [...head, {subject, address: short}]),
					readObservation('peer-disconnected', [...head, {subject, reason: short, alone: true}]),
				);
			} catch (error) {
				expect(error).toHaveProperty('name', 'ProtocolError');
			}

			const strings: string[] = [];
			JSON.stringify(decoded, (_, value) => {
				if (typeof value === 'string') strings.push(value);
				return value;
			});
			for (const found of strings) expect(controlCharactersIn(found)).toEqual([]);
		},
	);
});
