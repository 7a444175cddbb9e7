import {beforeEach, expect, it} from 'vitest';
import {encodeFrame} from '../../../source/codec/frame.js';
import {READ_SLICE_MS} from '../../../source/core/limits.js';
import {createFrameReader, createInboundQueue, type InboundQueue} from '../../../source/network/link/inbound-queue.js';
import {createLinkScheduler} from '../../../source/network/scheduling/link-scheduler.js';
import type {Connection} from '../../../source/network/transport/transport.js';
import {createTurnClock} from '../../helpers/turn-clock.js';

let read: number[];
let faults: unknown[];
let paused: boolean;
let stepMs: number;
let timers: (() => void)[];
let queue: InboundQueue;

const frames = (...values: number[]) => Buffer.concat(values.map(value => encodeFrame(Uint8Array.of(value))));
/**
 * Fires two timers. After a push the first timer only yields to the event loop, so that sockets are read. The second
 * timer handles frames.
 */
const next = () => {
	timers.shift()?.();
	timers.shift()?.();
};

beforeEach(() => {
	read = [];
	faults = [];
	paused = false;
	stepMs = 0;
	const clock = createTurnClock();
	timers = clock.turns;
	const connection = {
		pause: () => {
			paused = true;
		},
		resume: () => {
			paused = false;
		},
	} as Connection;
	queue = createInboundQueue(createLinkScheduler(clock), createFrameReader(connection, clock), {
		read(frame) {
			clock.spend(stepMs);
			read.push(frame[0] ?? -1);
			if (frame[0] === 99) throw new Error('99');
		},
		failed: error => faults.push(error),
	});
});

it('an inbound queue handles frames immediately, without pausing the connection, as long as its time slice is not used up', () => {
	queue.push(frames(1, 2, 3));
	expect(read).toEqual([1, 2, 3]);
	expect(paused).toBe(false);
});

it('an inbound queue pauses the connection until all waiting frames are handled in order', () => {
	stepMs = READ_SLICE_MS / 2;
	queue.push(frames(1, 2, 3, 4, 5));
	expect([read, paused]).toEqual([[1, 2], true]);
	queue.push(frames(6));
	next();
	expect([read, paused]).toEqual([[1, 2, 3, 4], true]);
	next();
	expect([read, paused]).toEqual([[1, 2, 3, 4, 5, 6], false]);
});

it('an inbound queue reports an invalid frame length only after it has handled the frames before it, and handles no frame after a fault', () => {
	stepMs = READ_SLICE_MS / 2;
	queue.push(Buffer.concat([frames(1, 2, 3), Buffer.alloc(4)]));
	expect([read, faults]).toEqual([[1, 2], []]);
	next();
	expect([read, faults.length]).toEqual([[1, 2, 3], 1]);
	queue.push(frames(4));
	expect([read, faults.length]).toEqual([[1, 2, 3], 2]);
});

it('the frames after a frame that cannot be read are dropped', () => {
	queue.push(frames(1, 99, 2));
	expect([read, faults.length]).toEqual([[1, 99], 1]);
});

it('an inbound queue reports that it is empty, immediately or after the waiting frames are handled or dropped', () => {
	const calls: string[] = [];
	queue.whenEmpty(() => calls.push('at once'));
	stepMs = READ_SLICE_MS / 2;
	queue.push(frames(1, 2, 3));
	queue.whenEmpty(() => calls.push('read'));
	expect(calls).toEqual(['at once']);
	next();
	expect(calls).toEqual(['at once', 'read']);
	next();
	queue.push(frames(4, 5, 6));
	queue.whenEmpty(() => calls.push('cleared'));
	queue.clear();
	next();
	expect(calls).toEqual(['at once', 'read', 'cleared']);
	expect(read).not.toContain(6);
});

it('if the work for a frame is done in parts, an inbound queue runs one part per step, and handles the next frame after the last part', () => {
	const done: string[] = [];
	const clock = createTurnClock();
	const {turns} = clock;
	const connection = {pause: () => done.push('pause'), resume: () => done.push('resume')} as unknown as Connection;
	function* parts(name: string) {
		for (const part of [1, 2, 3]) {
			clock.spend(READ_SLICE_MS);
			done.push(`${name} ${part}`);
			if (part < 3) yield;
		}
	}
	const own = createInboundQueue(createLinkScheduler(clock), createFrameReader(connection, clock), {
		read: (frame, defer) => (frame[0] === 1 ? defer(parts('one')) : done.push('two')),
		failed: error => faults.push(error),
	});
	own.push(frames(1, 2));
	own.whenEmpty(() => done.push('empty'));
	for (let run = turns.shift(); run; run = turns.shift()) run();
	expect(done).toEqual(['one 1', 'pause', 'one 2', 'one 3', 'two', 'resume', 'empty']);
	own.push(frames(1));
	own.clear();
	for (let run = turns.shift(); run; run = turns.shift()) run();
	expect([done.slice(7), faults]).toEqual([['one 1', 'pause', 'resume'], []]);
});
