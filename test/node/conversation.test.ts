import {describe, expect, test} from 'vitest';
import type {EntryBody} from '../../source/codec/entry.js';
import {TYPING_INTERVAL_MS} from '../../source/core/limits.js';
import {createConversation} from '../../source/node/conversation.js';
import {peerId} from '../core/make-events.js';

function conversation() {
	const written: EntryBody[] = [];
	let now = 0;
	let signs = 0;
	const made = createConversation({
		name: 'Dave',
		version: '1.0.0',
		clock: {now: () => 0, monotonic: () => now, after: () => ({cancel() {}})},
		addresses: () => ['127.0.0.1'],
		append(bodies) {
			written.push(...bodies);
			return {
				peer: peerId('da'),
				firstSeq: written.length - bodies.length + 1,
				previousHash: new Uint8Array(),
				entries: bodies.map(() => new Uint8Array()),
				signature: new Uint8Array(),
			};
		},
		sendTyping() {
			signs++;
		},
	});
	return {
		...made,
		written,
		signs: () => signs,
		pass(ms: number) {
			now += ms;
		},
	};
}

describe('the conversation', () => {
	test('the conversation refuses a name that contains "#" and a fingerprint or its lookalike, and appends no event', () => {
		const {rename, name, written} = conversation();
		for (const wanted of ['Carol#99c4b7ec', 'Carol\uff0399c4b7ec', 'Carol#99\u04414b7\u0435\u0441']) {
			expect(rename(wanted)).toEqual({refused: expect.stringMatching(/“#” and a fingerprint/)});
		}
		expect([name(), written]).toEqual(['Dave', []]);
		expect(rename('Carol #2')).toEqual({seq: 2});
		expect(name()).toBe('Carol #2');
	});

	test('the conversation sends `typing` at most once every TYPING_INTERVAL_MS, even if messages are posted in between', () => {
		const {notifyTyping, post, pass, signs} = conversation();
		for (let line = 0; line < 90; line++) {
			notifyTyping();
			post(`line ${line}`);
			pass(100);
		}

		expect(signs()).toBe(9000 / TYPING_INTERVAL_MS);
	});
});
