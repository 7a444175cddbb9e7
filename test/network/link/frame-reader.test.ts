import {expect, it} from 'vitest';
import {encodeFrame} from '../../../source/codec/frame.js';
import {createFrameReader} from '../../../source/network/link/inbound-queue.js';
import type {Connection} from '../../../source/network/transport/transport.js';
import {createFakeClock} from '../../helpers/fake-clock.js';

function createBench() {
	const clock = createFakeClock();
	const calls: string[] = [];
	const connection = {pause: () => calls.push('pause'), resume: () => calls.push('resume')} as unknown as Connection;
	return {clock, calls, reader: createFrameReader(connection, clock)};
}

const KIB = 1024;

it('a large frame is read in parts, so that other connections are served between the parts', async () => {
	const {clock, calls, reader} = createBench();
	const frame = encodeFrame(new Uint8Array(300 * KIB));
	const chunks = Array.from({length: 19}, (_, index) => frame.subarray(index * 16 * KIB, (index + 1) * 16 * KIB));
	let frames = 0;
	for (const [index, chunk] of chunks.entries()) {
		frames += reader.push(chunk).length;
		expect(calls).toHaveLength(2 * Math.floor(index / 8) + (index % 8 === 7 ? 1 : 0));
		if (index % 8 === 7) await clock.advance(0);
	}

	expect(frames).toBe(1);
	expect(calls).toEqual(['pause', 'resume', 'pause', 'resume']);
});

it('many small frames are read without a pause', () => {
	const {calls, reader} = createBench();
	const frame = encodeFrame(new Uint8Array(64 * KIB));
	for (let count = 0; count < 20; count++) expect(reader.push(frame)).toHaveLength(1);
	expect(calls).toEqual([]);
});

it('a connection that the frame reader has paused is not resumed after the connection has closed', async () => {
	const {clock, calls, reader} = createBench();
	reader.push(encodeFrame(new Uint8Array(300 * KIB)).subarray(0, 200 * KIB));
	reader.stop();
	await clock.advance(10);
	expect(calls).toEqual(['pause']);
});
