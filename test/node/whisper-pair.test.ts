import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {WhisperAckMessage, WhisperMessage} from '../../source/codec/message-types.js';
import {MAX_WHISPERS_OUTSTANDING} from '../../source/core/limits.js';
import {createWhisperInbox, createWhisperOutbox} from '../../source/node/whisper-pair.js';

/** One step between a sender and a receiver. `kind` and `pick` choose what happens and to which message in flight. */
const step = fc.record({
	kind: fc.constantFrom('write', 'send', 'send', 'arrive', 'arrive', 'answer', 'lose', 'repeat', 'reconnect'),
	pick: fc.nat(7),
	verdict: fc.constantFrom('take', 'take', 'take', 'refuse', 'wait'),
	isSaved: fc.boolean(),
});

describe('a pair of whispers', () => {
	it('every whisper arrives once and in order, and none is reported as delivered before it is saved, whatever is lost, repeated or reordered', () => {
		fc.assert(
			fc.property(fc.array(step, {maxLength: 300}), steps => {
				const outbox = createWhisperOutbox();
				const inbox = createWhisperInbox();
				const written: string[] = [];
				const taken: string[] = [];
				const refusedByReceiver = new Set<number>();
				const savedTexts = new Set<string>();
				const verdicts = new Map<number, 'delivered' | 'refused'>();
				let flying: WhisperMessage[] = [];
				let answers: WhisperAckMessage[] = [];
				const answer = () => {
					const made = inbox.answer();
					if (made) answers.push(made);
				};

				for (const {kind, pick, verdict, isSaved} of steps) {
					const message = flying[pick % Math.max(1, flying.length)];
					if (kind === 'write' && outbox.outstanding < MAX_WHISPERS_OUTSTANDING) {
						written.push(`text ${written.length + 1}`);
						expect(outbox.add(written.at(-1) ?? '')).toBe(written.length);
					}
					if (kind === 'send') {
						const next = outbox.takeNext();
						if (next) flying.push(next);
					}
					if (kind === 'reconnect') outbox.restart();
					if (kind === 'repeat' && message) flying.push(message);
					if (kind === 'lose') {
						flying = flying.filter(one => one !== message);
						answers = answers.slice(1);
					}
					if (kind === 'arrive' && message) {
						flying.splice(flying.indexOf(message), 1);
						if (inbox.check(message.id) === 'next' && verdict !== 'wait') {
							if (verdict === 'refuse') {
								inbox.refuse();
								refusedByReceiver.add(message.id);
							} else {
								inbox.take();
								taken.push(message.text);
							}
						}
						if (isSaved) {
							inbox.markSaved();
							for (const text of taken) savedTexts.add(text);
						}
						answer();
					}
					if (kind === 'answer') {
						const one = answers[pick % Math.max(1, answers.length)];
						const result = one && outbox.apply(one);
						for (let id = verdicts.size + 1; result && id <= result.id; id++)
							verdicts.set(id, result.refused.includes(id) ? 'refused' : 'delivered');
					}
					const handled = written.slice(0, taken.length + refusedByReceiver.size);
					expect(taken).toEqual(handled.filter((_, index) => !refusedByReceiver.has(index + 1)));
					for (const [id, result] of verdicts) {
						if (result === 'refused') expect(refusedByReceiver.has(id)).toBe(true);
						else expect(savedTexts.has(`text ${id}`)).toBe(true);
					}
				}
			}),
			{numRuns: 300},
		);
	});

	it('an acknowledgement of more whispers than were sent, as a malicious peer sends it, changes only the whispers that exist', () => {
		const outbox = createWhisperOutbox();
		outbox.add('one');
		expect(outbox.apply({type: 'whisper-ack', id: 1000, refused: [7, 1]})).toEqual({id: 1, refused: [1]});
		expect(outbox.apply({type: 'whisper-ack', id: 1000})).toBeUndefined();
		expect(outbox.add('two')).toBe(2);
		expect(outbox.outstanding).toBe(1);
	});

	it('a receiver of whispers remembers which ones it refused as long as the sender can send them again, and no longer', () => {
		const inbox = createWhisperInbox();
		for (let id = 1; id <= 200; id++) inbox.refuse();
		inbox.markSaved();
		expect(inbox.answer()?.refused).toHaveLength(MAX_WHISPERS_OUTSTANDING);
	});
});
