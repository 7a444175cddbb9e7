/** Files of one node in memory, with the same functions as the files on disk. */
import type {FileSink, FileStore, NamedFile, ServedFile} from '../../source/core/file-content.js';
import {emptyPartSet, hasPart, type PartSet} from '../../source/core/part-set.js';
import {type FileId, partCount, partLength, partSize} from '../../source/core/shared-file.js';
import {fileIdOf, leafOf} from '../../source/feed/file-id.js';
import {toSourceError} from '../../source/storage/files/file-error.js';

export interface MemoryFiles extends FileStore {
	/** Files that can be shared, by path. */
	readonly disk: Map<string, Uint8Array>;
	/** Completely fetched files, by their final path. */
	readonly finished: Map<string, Uint8Array>;
	/** Unfinished fetches: their bytes, and which parts have been written. */
	readonly unfinished: Map<FileId, {bytes: Uint8Array; parts: PartSet}>;
	/** Number of parts written, for each file. */
	readonly writes: Map<FileId, number>;
	/** Error with which the disk refuses to write; undefined while it accepts writes. */
	refusal: Error | undefined;
	/**
	 * If set, this function returns the bytes that are served in place of a part, to simulate a disk that damages data.
	 */
	corrupt: ((part: number, bytes: Uint8Array) => Uint8Array | undefined) | undefined;
}

export function leavesOf(bytes: Uint8Array): Uint8Array {
	const size = partSize(bytes.length);
	const leaves = Array.from({length: partCount(bytes.length)}, (_, part) =>
		leafOf(bytes.subarray(part * size, part * size + partLength(bytes.length, part))),
	);
	return Buffer.concat(leaves);
}

export function createMemoryFiles(roomTag: Uint8Array): MemoryFiles {
	const complete = new Map<FileId, Uint8Array>();
	const leavesById = new Map<FileId, Uint8Array>();

	function servedFile(id: FileId, bytes: Uint8Array): ServedFile {
		const leaves = leavesById.get(id) ?? leavesOf(bytes);
		leavesById.set(id, leaves);
		return {
			id,
			size: bytes.length,
			leaves: async () => leaves,
			async read(part) {
				const own = sliceOf(bytes, part);
				return store.corrupt ? store.corrupt(part, own) : own;
			},
		};
	}

	function sliceOf(bytes: Uint8Array, part: number): Uint8Array {
		const at = part * partSize(bytes.length);
		return bytes.slice(at, at + partLength(bytes.length, part));
	}

	const store: MemoryFiles = {
		disk: new Map(),
		finished: new Map(),
		unfinished: new Map(),
		writes: new Map(),
		refusal: undefined,
		corrupt: undefined,
		async share(path) {
			const bytes = store.disk.get(path);
			if (!bytes) throw toSourceError(Object.assign(new Error('missing'), {code: 'ENOENT'}), path);
			const id = fileIdOf(roomTag, bytes.length, leavesOf(bytes));
			complete.set(id, bytes);
			return {id, name: path.split('/').at(-1) ?? path, size: bytes.length};
		},
		find(id) {
			const bytes = complete.get(id);
			return bytes && servedFile(id, bytes);
		},
		async receive(file: NamedFile, _leaves, directory = '/downloads'): Promise<FileSink> {
			const {id, name, size} = file;
			const begun = store.unfinished.get(id) ?? {bytes: new Uint8Array(size), parts: emptyPartSet(partCount(size))};
			store.unfinished.set(id, begun);
			const kept = begun.parts.slice();
			const refuse = () => {
				if (store.refusal !== undefined) throw store.refusal;
			};
			return {
				kept,
				windowParts: 64,
				async write(part, bytes) {
					refuse();
					begun.bytes.set(bytes, part * partSize(size));
					begun.parts[part >> 3] = (begun.parts[part >> 3] ?? 0) | (1 << (part & 7));
					store.writes.set(id, (store.writes.get(id) ?? 0) + 1);
				},
				read: async part => (hasPart(begun.parts, part) ? sliceOf(begun.bytes, part) : undefined),
				async finish() {
					refuse();
					store.unfinished.delete(id);
					store.finished.set(`${directory}/${name}`, begun.bytes);
					complete.set(id, begun.bytes);
					return `${directory}/${name}`;
				},
				async close() {},
				async discard() {
					store.unfinished.delete(id);
				},
			};
		},
		async close() {},
	};
	return store;
}

/** Content in which no two parts are equal. */
export function makeContent(size: number, seed = 1): Uint8Array {
	const bytes = new Uint8Array(size);
	let state = seed;
	for (let index = 0; index < size; index += 997) {
		state = Math.imul(state, 1_103_515_245) + 12_345;
		bytes[index] = state >>> 16;
	}
	const last = Math.max(0, size - 1);
	if (size > 0) bytes[last] = (bytes[last] ?? 0) ^ 0x5a;
	return bytes;
}
