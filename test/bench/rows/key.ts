import type {FeedEvent} from '../../../source/core/event.js';
import {createStore} from '../../../source/node/store.js';
import {runChatScreen} from '../../../source/ui/chat/chat-screen.js';
import {createFakeChatNode, fakePeerId} from '../../helpers/fake-chat-node.js';
import {makeEvents, START} from '../make-history.js';
import {percentile, sleep, spreadOf, until} from '../measure.js';
import type {Figure, Row} from '../row.js';
import {createTerminalPair, liveClock, type TerminalPair} from '../terminal-pair.js';

const SIZES = [1000, 10_000, 100_000, 1_000_000] as const;
/** Size of the timeline whose newest messages have effects. */
const CROWDED = 100_000;
const CHUNK = 10_000;
const KEYS = 120;
const MESSAGES_PER_SECOND = 200;
const KEY_EVERY_MS = 60;
const KEY_LIMIT_MS = 5000;
/** Letters that appear nowhere else on the screen, so that the output after a key press can be recognised. */
const LETTERS = 'ΨΩΞΦΣΛ';

interface Screen {
	readonly terminal: TerminalPair;
	receive(): void;
	stop(): Promise<unknown>;
}

/** Number of messages at the end of the timeline that get effects: more than a screen shows. */
const MARKED_MESSAGES = 60;
const EFFECTS = 10_000;

/** Creates reactions of many people to the newest messages, and corrections of these messages. */
function makeEffects(messages: readonly FeedEvent[]): FeedEvent[] {
	return Array.from({length: EFFECTS}, (_, index): FeedEvent => {
		const {peer, seq, ms} = messages[index % messages.length]!;
		const target = {peer, seq};
		const head = {at: ms, ms, counter: index};
		if (index % 10 === 9)
			return {...head, peer, seq: 1_000_000 + index, type: 'corrected', target, text: `text ${index}`};
		const word = ['👍', '🎉', 'ok', '👀'][index % 4] ?? '';
		return {
			...head,
			peer: fakePeerId(1000 + (index >> 3)),
			seq: 2 + (index & 7),
			type: 'marked',
			target,
			word,
			on: true,
		};
	});
}

async function openScreen(count: number, hasEffects = false): Promise<Screen> {
	const session = createFakeChatNode();
	const store = createStore(session.store.getState());
	for (let from = 0; from < count; from += CHUNK) {
		const events = makeEvents(Math.min(CHUNK, count - from), from);
		store.commit([{type: 'events', loggedAt: START + (from + CHUNK) * 1000, live: false, events}]);
	}
	if (hasEffects) {
		const events = makeEffects(makeEvents(MARKED_MESSAGES, count - MARKED_MESSAGES));
		store.commit([{type: 'events', loggedAt: START + (count + 1) * 1000, live: false, events}]);
	}
	const terminal = createTerminalPair(120, 40);
	const {stdin, stdout} = terminal;
	const screen = runChatScreen({
		chatNode: {...session, store},
		self: session.self,
		stdin,
		stdout,
		stderr: stdout,
		environment: {TERM: 'xterm-256color', LANG: 'en_US.UTF-8'},
		bell: 'off',
		mono: false,
		hooks: {clock: liveClock},
	});
	await until('a first frame', () => terminal.output().length > 1000);
	let next = count;
	return {
		terminal,
		receive() {
			const events = makeEvents(1, next++);
			store.commit([{type: 'events', loggedAt: Date.now(), live: true, events}]);
		},
		stop() {
			screen.stop('signal');
			return screen.waitUntilExit();
		},
	};
}

/** Time from typing a letter to the frame that shows it, in ms. */
function press({terminal}: Screen, letter: string): Promise<number> {
	return new Promise((resolve, reject) => {
		const start = performance.now();
		const timer = setTimeout(() => reject(new Error(`a typed letter was never shown: ${letter}`)), KEY_LIMIT_MS);
		terminal.onWrite = text => {
			if (!text.includes(letter)) return;
			terminal.onWrite = () => {};
			clearTimeout(timer);
			resolve(performance.now() - start);
		};
		terminal.type(letter);
	});
}

/** Number of bytes written for one typed letter while nothing else happens. */
async function bytesOfKey(screen: Screen): Promise<number> {
	const sizes: number[] = [];
	for (let index = 0; index < 20; index++) {
		await sleep(60);
		screen.terminal.clear();
		await press(screen, LETTERS[index % LETTERS.length] ?? 'x');
		await sleep(60);
		sizes.push(Buffer.byteLength(screen.terminal.output()));
	}
	return percentile(sizes, 0.5);
}

async function pressMany(screen: Screen): Promise<number[]> {
	const times: number[] = [];
	let due = performance.now();
	let busy = true;
	const receive = () => {
		const now = performance.now();
		for (; due <= now; due += 1000 / MESSAGES_PER_SECOND) screen.receive();
		if (busy) setTimeout(receive, 5);
	};
	receive();
	for (let index = 0; index < KEYS; index++) {
		// Waits a random time, because a person does not type in step with the frames.
		await sleep(KEY_EVERY_MS / 2 + Math.random() * KEY_EVERY_MS);
		times.push(await press(screen, LETTERS[index % LETTERS.length] ?? 'x'));
		if (index % 60 === 59) screen.terminal.type('\u0015');
		if (index % 20 === 19) screen.terminal.clear();
	}
	busy = false;
	return times.slice(30);
}

/** Ratio of the quartiles of `times` to those of `small`, the times on a screen with few messages. */
function ratioTo(small: readonly number[], times: readonly number[]) {
	return spreadOf([0.25, 0.5, 0.75].map(part => percentile([...times], part) / percentile([...small], part)));
}

async function run(): Promise<readonly Figure[]> {
	const figures: Figure[] = [];
	let small: number[] = [];
	for (const count of SIZES) {
		const screen = await openScreen(count);
		const bytes = await bytesOfKey(screen);
		const times = await pressMany(screen);
		await screen.stop();
		if (count === 1000) small = times;
		const large = count === 1_000_000;
		const label = count.toLocaleString('en-US');
		const base = percentile(small, 0.5);
		const ratio = ratioTo(small, times);
		figures.push({
			what: `p50 at ${label}`,
			unit: 'ms',
			ours: percentile(times, 0.5),
			floor: base,
			ratio,
			...(large && {atMost: 1.3}),
			note: 'spread: p25 to p75',
		});
		figures.push({what: `p99 at ${label}`, unit: 'ms', ours: percentile(times, 0.99), ...(large && {atMost: 6})});
		figures.push({what: `a letter at ${label}`, unit: 'bytes', ours: bytes, ...(large && {atMost: 300})});
	}
	const crowded = await openScreen(CROWDED, true);
	const times = await pressMany(crowded);
	await crowded.stop();
	const label = `${CROWDED.toLocaleString('en-US')} with ${EFFECTS.toLocaleString('en-US')} effects`;
	const base = percentile(small, 0.5);
	figures.push(
		{
			what: `p50 at ${label}`,
			unit: 'ms',
			ours: percentile(times, 0.5),
			floor: base,
			ratio: ratioTo(small, times),
			atMost: 1.3,
		},
		{what: `p99 at ${label}`, unit: 'ms', ours: percentile(times, 0.99), atMost: 6},
	);
	return figures;
}

export const keyRow: Row = {
	number: 9,
	name: 'key',
	against: '1,000 events, 200 messages a second coming in',
	bundled: true,
	run,
};
