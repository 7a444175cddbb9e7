import fc from 'fast-check';
import {expect, it} from 'vitest';
import {createWriteQueue} from '../../../source/network/transport/write-queue.js';

/** Creates a write queue whose sink completes a write only when the test calls `finish`. */
function createSink() {
	let mark = 1000;
	const sink = {
		written: [] as Uint8Array[],
		drained: 0,
		emptied: 0,
		ended: 0,
		tasks: [] as (() => void)[],
		done: undefined as (() => void) | undefined,
	};
	const queue = createWriteQueue(
		{
			write(bytes, done) {
				sink.written.push(Uint8Array.from(bytes));
				sink.done = done;
			},
			drained: () => void sink.drained++,
			emptied: () => void sink.emptied++,
			ended: () => void sink.ended++,
			schedule: flush => void sink.tasks.push(flush),
		},
		() => mark,
	);
	const turn = () => {
		for (const task of sink.tasks.splice(0)) task();
	};
	const finish = () => {
		const {done} = sink;
		sink.done = undefined;
		done?.();
	};
	const setMark = (bytes: number) => {
		mark = bytes;
	};
	return {sink, queue, turn, finish, setMark};
}

it('the write queue joins the frames of one turn of the event loop into one write', () => {
	const {sink, queue, turn, finish} = createSink();
	for (let index = 0; index < 50; index++) queue.add(Uint8Array.of(index));
	expect(sink.written).toEqual([]);
	expect(queue.bytes).toBe(50);
	turn();
	expect(sink.written).toHaveLength(1);
	queue.add(Uint8Array.of(50));
	queue.add(Uint8Array.of(51));
	turn();
	expect(sink.written).toHaveLength(1);
	finish();
	expect(sink.written[1]).toEqual(Uint8Array.of(50, 51));
	finish();
	expect(queue.bytes).toBe(0);
});

it('the write queue does not copy a large frame', () => {
	const written: Uint8Array[] = [];
	const tasks: (() => void)[] = [];
	const queue = createWriteQueue(
		{
			write: bytes => void written.push(bytes),
			drained() {},
			emptied() {},
			ended() {},
			schedule: flush => void tasks.push(flush),
		},
		() => 1000,
	);
	const frame = new Uint8Array(1999);
	queue.add(frame);
	tasks[0]!();
	expect(written[0]).toBe(frame);
});

it('the write queue reports each time that all of its bytes are written, unless it has ended', () => {
	const {sink, queue, turn, finish} = createSink();
	queue.add(new Uint8Array(10));
	turn();
	queue.add(new Uint8Array(10));
	finish();
	expect(sink.emptied).toBe(0);
	finish();
	expect([sink.emptied, queue.bytes]).toEqual([1, 0]);
	queue.add(new Uint8Array(10));
	turn();
	queue.end();
	finish();
	expect([sink.emptied, sink.ended]).toEqual([1, 1]);
});

it('the write queue returns false above the high-water mark, and calls `drained` once when the queue is below the mark again', () => {
	const {sink, queue, turn, finish} = createSink();
	expect(queue.add(new Uint8Array(999))).toBe(true);
	expect(queue.add(new Uint8Array(1))).toBe(false);
	turn();
	expect([sink.drained, queue.bytes]).toEqual([0, 1000]);
	finish();
	expect([sink.drained, queue.bytes]).toEqual([1, 0]);
	expect(queue.add(new Uint8Array(10))).toBe(true);
	turn();
	finish();
	expect(sink.drained).toBe(1);
});

it('the write queue ends once, after all queued frames are written, and accepts no more frames', () => {
	const {sink, queue, turn, finish} = createSink();
	queue.add(Uint8Array.of(1));
	queue.end();
	queue.end();
	expect(queue.add(Uint8Array.of(2))).toBe(false);
	turn();
	expect(sink.ended).toBe(0);
	finish();
	turn();
	expect([sink.ended, sink.written]).toEqual([1, [Uint8Array.of(1)]]);
});

it('the write queue writes every byte once and in order, for any sequence of operations', () => {
	const steps = fc.array(fc.oneof(fc.uint8Array({maxLength: 400}), fc.constantFrom('turn', 'finish')), {
		maxLength: 100,
	});
	fc.assert(
		fc.property(steps, operations => {
			const {sink, queue, turn, finish} = createSink();
			const added: Uint8Array[] = [];
			for (const step of operations) {
				if (step === 'turn') turn();
				else if (step === 'finish') finish();
				else added.push(step as Uint8Array) && queue.add(step as Uint8Array);
			}
			queue.end();
			for (let round = 0; round < 300; round++) {
				turn();
				finish();
			}
			expect(Buffer.concat(sink.written).equals(Buffer.concat(added))).toBe(true);
			expect([queue.bytes, sink.ended]).toEqual([0, 1]);
		}),
	);
});

it('the write queue writes a frame of at least twice the high-water mark in parts, which are not copied', () => {
	const written: Uint8Array[] = [];
	const tasks: (() => void)[] = [];
	let finish = () => {};
	const queue = createWriteQueue(
		{
			write(bytes, done) {
				written.push(bytes);
				finish = done;
			},
			drained() {},
			emptied() {},
			ended() {},
			schedule: flush => void tasks.push(flush),
		},
		() => 1000,
	);
	const frame = Uint8Array.from({length: 4500}, (_, index) => index % 251);
	const small = Uint8Array.of(1, 2, 3);
	for (const added of [small, frame, small]) queue.add(added);
	tasks[0]!();
	const queued = [queue.bytes];
	while (queue.bytes > 0) {
		finish();
		queued.push(queue.bytes);
	}
	expect(written.map(({length}) => length)).toEqual([3, 1000, 1000, 1000, 1503]);
	expect(queued).toEqual([4506, 4503, 3503, 2503, 1503, 0]);
	expect(written[1]?.buffer).toBe(frame.buffer);
	expect(Buffer.concat(written)).toEqual(Buffer.concat([small, frame, small]));
});

it('the write queue follows a high-water mark that changes', () => {
	const {sink, queue, turn, finish, setMark} = createSink();
	expect(queue.add(new Uint8Array(500))).toBe(true);
	setMark(500);
	expect(queue.add(new Uint8Array(1))).toBe(false);
	turn();
	queue.add(new Uint8Array(600));
	finish();
	expect([queue.bytes, sink.drained]).toEqual([600, 0]);
	setMark(601);
	queue.add(new Uint8Array(10));
	finish();
	expect([queue.bytes, sink.drained]).toEqual([10, 1]);
});
