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
let slow: number;
let put: (() => void)[];
let inbox: InboundQueue;

const frames = (...values: number[]) => Buffer.concat(values.map(value => encodeFrame(Uint8Array.of(value))));
/** Sockets are read before what waits: of two timers behind a push the second works. */
const next = () => {
	put.shift()?.();
	put.shift()?.();
};

beforeEach(() => {
	read = [];
	faults = [];
	paused = false;
	slow = 0;
	const clock = createTurnClock();
	put = clock.turns;
	const connection = {
		pause: () => {
			paused = true;
		},
		resume: () => {
			paused = false;
		},
	} as Connection;
	inbox = createInboundQueue(createLinkScheduler(clock), createFrameReader(connection, clock), {
		read(frame) {
			clock.spend(slow);
			read.push(frame[0] ?? -1);
			if (frame[0] === 99) throw new Error('99');
		},
		failed: error => faults.push(error),
	});
});

it('reads what is quick at once and leaves the connection alone', () => {
	inbox.push(frames(1, 2, 3));
	expect(read).toEqual([1, 2, 3]);
	expect(paused).toBe(false);
});

it('reads nothing more from the connection until what waits is read, in order', () => {
	slow = READ_SLICE_MS / 2;
	inbox.push(frames(1, 2, 3, 4, 5));
	expect([read, paused]).toEqual([[1, 2], true]);
	inbox.push(frames(6));
	next();
	expect([read, paused]).toEqual([[1, 2, 3, 4], true]);
	next();
	expect([read, paused]).toEqual([[1, 2, 3, 4, 5, 6], false]);
});

it('reports broken framing behind the frames before it, and reads nothing behind a fault', () => {
	slow = READ_SLICE_MS / 2;
	inbox.push(Buffer.concat([frames(1, 2, 3), Buffer.alloc(4)]));
	expect([read, faults]).toEqual([[1, 2], []]);
	next();
	expect([read, faults.length]).toEqual([[1, 2, 3], 1]);
	inbox.push(frames(4));
	expect([read, faults.length]).toEqual([[1, 2, 3], 2]);
});

it('a frame that cannot be read ends what stands behind it', () => {
	inbox.push(frames(1, 99, 2));
	expect([read, faults.length]).toEqual([[1, 99], 1]);
});

it('says when it is empty: at once, or when the rest is read or thrown away', () => {
	const said: string[] = [];
	inbox.whenEmpty(() => said.push('at once'));
	slow = READ_SLICE_MS / 2;
	inbox.push(frames(1, 2, 3));
	inbox.whenEmpty(() => said.push('read'));
	expect(said).toEqual(['at once']);
	next();
	expect(said).toEqual(['at once', 'read']);
	next();
	inbox.push(frames(4, 5, 6));
	inbox.whenEmpty(() => said.push('cleared'));
	inbox.clear();
	next();
	expect(said).toEqual(['at once', 'read', 'cleared']);
	expect(read).not.toContain(6);
});

it('does a part of what a frame leads to in a turn, and reads what stands behind it after the last', () => {
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
		read: (frame, rest) => (frame[0] === 1 ? rest(parts('one')) : done.push('two')),
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
