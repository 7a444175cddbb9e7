import {afterEach, expect, test} from 'vitest';
import type {Input} from '../../../source/core/event.js';
import {joined, learn, observation, observe, peerId} from '../../core/make-events.js';
import {launchReplay, type Replay} from '../../helpers/launch-replay.js';

const [ann, bob] = [peerId('a0'), peerId('b1')];
let replay: Replay;
afterEach(() => replay?.close());

/** The log of Ann or of Bob: both have joined, and Ann has whispered to Bob. */
function logOf(own: 'Ann' | 'Bob'): Input[] {
	const [self, subject] = own === 'Ann' ? [ann, bob] : [bob, ann];
	return [
		observe(observation(self, 500, {type: 'launched', version: '1.0.0'})),
		learn(1000, [joined(ann, 1000, 'Ann')]),
		learn(2000, [joined(bob, 2000, 'Bob')]),
		observe(observation(self, 3000, {type: 'whisper', subject, own: own === 'Ann', id: 1, text: 'see you at 5'})),
	];
}

test.each([
	['Ann', 'to Bob: see you at 5'],
	['Bob', 'from Ann: see you at 5'],
] as const)(
	'a replay of the log of %s shows the whisper as private, in words, and names the other person',
	async (own, text) => {
		replay = await launchReplay({inputs: logOf(own), columns: 100, rows: 20});
		const {terminal, press} = replay;
		await terminal.see(`private │ ${text}`);
		await press('\r');
		await terminal.see('only in the logs of the two of you');
		await press('\u001b', '/', 'at 5', '\r');
		await terminal.see(`private │ ${text}`);
		await press('k');
		await expect.poll(replay.bar).toMatch(/2\/3/);
	},
);
