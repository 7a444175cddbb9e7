/** Holders that do not send the parts that they said they have. */
import {afterEach, describe, expect, test} from 'vitest';
import type {FileMessage} from '../../source/codec/message-types.js';
import type {NamedFile} from '../../source/core/file-content.js';
import {
	FILE_ANSWER_MS,
	FILE_REST_MS,
	MAX_ACTIVE_FETCHES,
	MAX_FILE_BYTES,
	MAX_FILE_PARTS,
	MAX_WANTED_FILE_BYTES,
} from '../../source/core/limits.js';
import {addPart, emptyPartSet} from '../../source/core/part-set.js';
import {LEAF_BYTES, MAX_PART_BYTES, partCount, partSize} from '../../source/core/shared-file.js';
import {fileIdOf} from '../../source/feed/file-id.js';
import {leavesOf, makeContent} from '../helpers/memory-files.js';
import {createFileWorld, type FileWorld, ROOM_TAG, type WorldNode} from './file-world.js';

const PART = partSize(0);
const PARTS = 200;
/** Parts that the fetching node kept from an earlier run. Fewer than MAX_PART_REFUSALS of the first 64 are missing. */
const KEPT = Array.from({length: 60}, (_, part) => part).filter(part => part % 10 !== 0);
/** Time after which a fetch has noticed that nothing arrives any more. */
const NOTICE_MS = 1000;

let world: FileWorld;
afterEach(() => world.stop());

const reportOf = (node: WorldNode, {id}: NamedFile) => node.reports.get(id);

/** A fetch that lacks only few parts close to the first missing one, and the only holder of the file. */
async function startLateFetch() {
	world = createFileWorld(21);
	const [author, fetcher] = [world.add(), world.add()];
	const content = makeContent(PARTS * PART);
	const file = await world.share(author, content);
	const kept = emptyPartSet(partCount(file.size));
	for (const part of KEPT) addPart(kept, part);
	fetcher.store.unfinished.set(file.id, {bytes: content.slice(), parts: kept});
	return {author, fetcher, file};
}

const waits = (node: WorldNode, file: NamedFile) => () => reportOf(node, file)?.state === 'waiting';
const isDone = (node: WorldNode, file: NamedFile) => () => reportOf(node, file)?.state === 'done';

describe('the only holder of a file', () => {
	test('a fetch says soon that nobody has the rest if the holder stops serving the file when few parts are missing close to the first missing one', async () => {
		const {author, fetcher, file} = await startLateFetch();
		author.store.corrupt = () => {
			author.named = new Set();
			return undefined;
		};
		fetcher.fetch(file);
		expect(await world.clock.advanceUntil(waits(fetcher, file), NOTICE_MS)).toBe(true);
		await world.clock.advance(NOTICE_MS);
		expect(reportOf(fetcher, file)).toMatchObject({
			state: 'waiting',
			reason: expect.stringMatching(/^nobody who is connected has the missing [\d.]+ MB$/),
		});
	});

	test('a fetch says soon that the holder does not send the rest if the holder can read no part now, and continues when the holder can read again', async () => {
		const {author, fetcher, file} = await startLateFetch();
		author.store.corrupt = () => undefined;
		fetcher.fetch(file);
		expect(await world.clock.advanceUntil(waits(fetcher, file), NOTICE_MS)).toBe(true);
		expect(reportOf(fetcher, file)?.reason).toMatch(
			/^nobody who is connected has the missing [\d.]+ MB, except 1 peer that did not send it$/,
		);
		author.store.corrupt = undefined;
		expect(await world.clock.advanceUntil(isDone(fetcher, file), FILE_REST_MS + NOTICE_MS)).toBe(true);
	});

	test('a holder that refuses all parts that were requested at once is asked again after FILE_REST_MS', async () => {
		world = createFileWorld(22);
		// As fast as between processes of one computer, so that many parts are requested at once.
		const [author, fetcher] = [world.add({uplink: 1e9, latencyMs: 20}), world.add({uplink: 1e9, latencyMs: 20})];
		const file = await world.share(author, makeContent(PARTS * PART));
		fetcher.fetch(file);
		await world.clock.advanceUntil(() => (reportOf(fetcher, file)?.bytes ?? 0) > 20 * PART, 10_000);
		author.store.corrupt = () => undefined;
		await world.clock.advanceUntil(waits(fetcher, file), NOTICE_MS);
		author.store.corrupt = undefined;
		expect(await world.clock.advanceUntil(isDone(fetcher, file), FILE_REST_MS + NOTICE_MS)).toBe(true);
	});
});

describe('fetches from a holder that sends nothing', () => {
	const hostile: readonly (readonly [string, number, (asked: FileMessage) => FileMessage | undefined])[] = [
		['is silent', FILE_ANSWER_MS, () => undefined],
		['refuses every part', 0, ({id}) => ({type: 'file-none', id})],
	];

	test.each(hostile)(
		'MAX_ACTIVE_FETCHES fetches from a holder that %s do not keep other files from arriving',
		async (_title, noticeMs, answer) => {
			world = createFileWorld(23);
			const leavesById = new Map<string, Uint8Array>();
			world.add({
				receive(asked, reply) {
					const leaves = asked.type === 'file-ask' ? leavesById.get(asked.file) : undefined;
					if (leaves) reply({type: 'file-info', id: asked.id, leaves, have: true});
					const answered = asked.type === 'file-want' ? answer(asked) : undefined;
					if (answered) reply(answered);
				},
			});
			const [author, fetcher] = [world.add(), world.add()];
			const promised = Array.from({length: MAX_ACTIVE_FETCHES}, (_, index): NamedFile => {
				const content = makeContent(20 * PART, index + 1);
				const leaves = leavesOf(content);
				const id = fileIdOf(ROOM_TAG, content.length, leaves);
				leavesById.set(id, leaves);
				return {id, name: `${index}`, size: content.length};
			});
			const file = await world.share(author, makeContent(3 * PART, 99));
			for (const one of promised) fetcher.fetch(one);
			await world.clock.advance(50);
			fetcher.fetch(file);
			expect(await world.clock.advanceUntil(isDone(fetcher, file), noticeMs + NOTICE_MS)).toBe(true);
			expect(promised.map(one => reportOf(fetcher, one)?.reason)).toEqual(
				promised.map(() => 'nobody who is connected has it, except 1 peer that did not send it'),
			);
		},
	);
});

test('a file of 32 GiB, of which 20 holders send only the first slice of each part, takes at most MAX_WANTED_FILE_BYTES of memory, and nothing is written', async () => {
	world = createFileWorld(24);
	const leaves = new Uint8Array(MAX_FILE_PARTS * LEAF_BYTES);
	const file = {id: fileIdOf(ROOM_TAG, MAX_FILE_BYTES, leaves), name: 'nothing', size: MAX_FILE_BYTES};
	const begun = new Set<number>();
	const receive = (asked: FileMessage, reply: (message: FileMessage) => void) => {
		if (asked.type === 'file-ask') reply({type: 'file-info', id: asked.id, leaves, have: true});
		if (asked.type !== 'file-want') return;
		begun.add(asked.part);
		if (asked.offset === 0) reply({type: 'file-data', id: asked.id, bytes: new Uint8Array(asked.length)});
	};
	for (let holder = 0; holder < 20; holder++) world.add({receive});
	const fetcher = world.add();
	const writes: number[] = [];
	fetcher.files.fetch(file, async () => ({
		kept: emptyPartSet(MAX_FILE_PARTS),
		windowParts: 64,
		write: async part => void writes.push(part),
		read: async () => undefined,
		finish: async () => '/nothing',
		close: async () => {},
		discard: async () => {},
	}));
	await world.clock.advance(FILE_ANSWER_MS - 1000);
	expect(begun.size).toBeGreaterThan(1);
	expect(begun.size * MAX_PART_BYTES).toBeLessThanOrEqual(MAX_WANTED_FILE_BYTES);
	expect(await world.clock.advanceUntil(waits(fetcher, file), 4 * FILE_ANSWER_MS)).toBe(true);
	expect(reportOf(fetcher, file)?.reason).toBe('nobody who is connected has it, except 20 peers that did not send it');
	expect(writes).toEqual([]);
	expect(fetcher.faults).toEqual([]);
	expect(fetcher.files.cancel(file.id)).toBe(true);
	expect(reportOf(fetcher, file)?.state).toBe('cancelled');
});
