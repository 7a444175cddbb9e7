/** Navigation in a log of a hundred thousand events. bench-replay.mjs measures a log of a million events. */
import {afterEach, describe, expect, test} from 'vitest';
import type {Input} from '../../../source/core/event.js';
import {joined, learn, observation, observe, peerId, posted} from '../../core/make-events.js';
import {launchReplay, type Replay} from '../../helpers/launch-replay.js';

const PEERS = Array.from({length: 8}, (_, at) => peerId(`b${at}`));
const COUNT = 100_000;

function makeLog(count: number): Input[] {
	const inputs: Input[] = [observe(observation(peerId('aa'), 0, {type: 'launched', version: '1.0.0'}))];
	for (const [at, peer] of PEERS.entries()) inputs.push(learn(at, [joined(peer, at, `peer ${at}`)]));
	for (let at = 0; at < count; at++) {
		const seq = Math.floor(at / PEERS.length) + 2;
		const text = at === 77_777 ? 'needle' : 'hay';
		inputs.push(learn(1000 + at * 900, [posted(PEERS[at % PEERS.length]!, seq, 1000 + at * 900, `${text} ${at}`)]));
	}
	return inputs;
}

let replay: Replay | undefined;
afterEach(() => replay?.close());

/** Time from a key to the frame that shows its effect, ms. */
async function keyToFrame({terminal}: Replay, keys: string, isShown: (bar: string) => boolean): Promise<number> {
	const start = performance.now();
	terminal.type(keys);
	await terminal.until(() => isShown(terminal.rows().find(row => row.includes('REPLAY')) ?? ''));
	return performance.now() - start;
}

/** Median time from a key to its frame, ms. The median ignores keys that other work on the machine delays. */
async function medianKey(count: number): Promise<number> {
	const open = await launchReplay({inputs: makeLog(count), columns: 120, rows: 40});
	replay = open;
	await open.press('1', '8', 'G');
	const times: number[] = [];
	for (let round = 0; round < 2; round++) {
		for (const key of ['5', '\u001B[A', '\u001B[5~', '3', '(', '9', '\u001B[D', 'g', ')', '7', '<', 'G', ',']) {
			const before = open.bar();
			times.push(await keyToFrame(open, key, now => now !== before));
		}
	}
	await open.close();
	times.sort((a, b) => a - b);
	return times[Math.floor(times.length / 2)] ?? Number.NaN;
}

describe('a log of a hundred thousand events', () => {
	test('a log of a hundred thousand events is navigated as fast as a log of a thousand events', async () => {
		const short = await medianKey(1000);
		const long = await medianKey(COUNT);
		// Reducing all events from the start for each key would take about 200 ms longer.
		expect(long).toBeLessThan(short * 1.5 + 20);
	}, 60_000);

	test('a log of a hundred thousand events is searched completely: a single match far from the position is found, and all matches of a common word', async () => {
		replay = await launchReplay({inputs: makeLog(COUNT), columns: 120, rows: 40});
		const {terminal, press, bar} = replay;
		await press('g', '/', 'needle', '\r');
		await terminal.see('needle 77777');
		await expect.poll(bar).toContain('1 match ');
		await press('/', 'hay', '\r');
		await expect.poll(bar, {timeout: 10_000}).toMatch(/ \d+\/99999 matches/);
	}, 60_000);
});
