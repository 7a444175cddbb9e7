import {expect, test} from 'vitest';
import type {FileSink} from '../../../source/core/file-content.js';
import {FILE_RETRY_MS} from '../../../source/core/limits.js';
import {emptyPartSet} from '../../../source/core/part-set.js';
import {partCount, partLength, partSize} from '../../../source/core/shared-file.js';
import {createDestination} from '../../../source/network/files/destination.js';
import {createPartBuffers} from '../../../source/network/files/part-buffers.js';
import {createFakeClock} from '../../helpers/fake-clock.js';

const PARTS = 4;
const size = PARTS * partSize(0);

interface Write {
	readonly part: number;
	succeed(): void;
	fail(message: string): void;
}

/** A destination on a fake disk, on which the test decides when and how each write ends. */
function makeDestination() {
	const clock = createFakeClock();
	const buffers = createPartBuffers();
	const writes: Write[] = [];
	const finishes: Omit<Write, 'part'>[] = [];
	const paths: string[] = [];
	const sink: FileSink = {
		kept: emptyPartSet(partCount(size)),
		windowParts: 64,
		write: part =>
			new Promise((resolve, reject) =>
				writes.push({part, succeed: resolve, fail: message => reject(new Error(message))}),
			),
		read: async () => undefined,
		finish: () =>
			new Promise((resolve, reject) =>
				finishes.push({succeed: () => resolve('/plan.pdf'), fail: message => reject(new Error(message))}),
			),
		async close() {},
		async discard() {},
	};
	const destination = createDestination({
		size,
		sink,
		clock,
		buffers,
		isLeaf: () => true,
		partAdded() {},
		changed() {},
		lost() {},
		finished: path => void paths.push(path),
	});
	return {
		clock,
		buffers,
		writes,
		finishes,
		paths,
		destination,
		write(part: number) {
			const bytes = new Uint8Array(partLength(size, part));
			expect(buffers.reserve(bytes.length)).toBe(true);
			destination.write(part, bytes);
		},
		settle: () => clock.advance(0),
	};
}

test('after the disk refused a part of a fetched file, the retry writes only this part again, and no part that is still being written', async () => {
	const {clock, writes, write, settle, destination} = makeDestination();
	write(0);
	write(1);
	writes[0]?.fail('the disk is full');
	await settle();
	expect(destination.refusal).toBe('the disk is full');
	await clock.advance(FILE_RETRY_MS);
	expect(writes.map(({part}) => part)).toEqual([0, 1, 0]);
});

test('a fetched file is complete in the end, although the disk refuses some of the writes, also the last one, which gives the file its final name', async () => {
	const {clock, writes, finishes, paths, write, settle, destination, buffers} = makeDestination();
	for (let part = 0; part < PARTS; part++) write(part);
	writes[0]?.fail('the disk is full');
	await settle();
	await clock.advance(FILE_RETRY_MS);
	// The second attempt to write part 0 succeeds between the first attempts to write other parts.
	writes[1]?.succeed();
	writes[4]?.succeed();
	await settle();
	expect(destination.refusal).toBeUndefined();
	writes[2]?.fail('the disk is full');
	writes[3]?.succeed();
	await settle();
	expect(destination.refusal).toBe('the disk is full');
	await clock.advance(FILE_RETRY_MS);
	expect(writes.map(({part}) => part)).toEqual([0, 1, 2, 3, 0, 2]);
	writes[5]?.succeed();
	await settle();
	expect(destination.refusal).toBeUndefined();
	expect([destination.isWriting, buffers.usedBytes]).toEqual([true, 0]);
	finishes[0]?.fail('the disk is full');
	await settle();
	await clock.advance(FILE_RETRY_MS);
	finishes[1]?.succeed();
	await settle();
	expect(paths).toEqual(['/plan.pdf']);
});

test('the reason why the disk refused a part of a fetched file stays visible although another part is written successfully', async () => {
	const {writes, write, settle, destination} = makeDestination();
	write(0);
	write(1);
	writes[0]?.fail('the disk is full');
	writes[1]?.succeed();
	await settle();
	expect(destination.refusal).toBe('the disk is full');
});

test('memory of a part is used for another part after the part is written, but not if the fetch stops during the write', async () => {
	const {buffers, writes, settle, destination} = makeDestination();
	const length = partLength(size, 0);
	for (let part = 0; part < 4; part++) buffers.reserve(length);
	const [first, second] = [buffers.take(length), buffers.take(length)];
	destination.write(0, first);
	destination.write(1, second);
	writes[0]?.succeed();
	await settle();
	expect(buffers.take(length) === first).toBe(true);
	destination.stop();
	expect(buffers.take(length) === second).toBe(false);
	writes[1]?.succeed();
	await settle();
	expect(buffers.take(length) === second).toBe(false);
});
