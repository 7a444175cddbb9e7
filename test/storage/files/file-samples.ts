import {createHash} from 'node:crypto';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import type {FileSink, FileStore, NamedFile} from '../../../source/core/file-content.js';
import {type FileId, partCount, partLength, partSize} from '../../../source/core/shared-file.js';
import {createDiskFileStore} from '../../../source/storage/files/file-store.js';
import {openSharesFile} from '../../../source/storage/files/shares-file.js';
import {makeFolder} from '../log-samples.js';

/** Length of a part of the files in these tests. */
export const PART = partSize(0);

/** Pseudo-random content, equal for equal seeds. */
export function contentOf(length: number, seed = 'content'): Uint8Array {
	return new Uint8Array(
		createHash('shake256', {outputLength: Math.max(length, 1)})
			.update(seed)
			.digest(),
	).subarray(0, length);
}

export function partsOf(content: Uint8Array): readonly Uint8Array[] {
	const size = content.length;
	return Array.from({length: partCount(size)}, (_, part) =>
		content.subarray(part * partSize(size), part * partSize(size) + partLength(size, part)),
	);
}

export function leavesOf(content: Uint8Array): Uint8Array {
	return new Uint8Array(Buffer.concat(partsOf(content).map(part => createHash('sha256').update(part).digest())));
}

export function idOf(size: number, leaves: Uint8Array): FileId {
	return createHash('sha256').update(`test ${size}`).update(leaves).digest('hex') as FileId;
}

export function namedFile(content: Uint8Array, name = 'photo.jpg'): NamedFile {
	return {id: idOf(content.length, leavesOf(content)), name, size: content.length};
}

export function hourly(): () => number {
	let time = 0;
	return () => (time += 3_600_000);
}

export interface TestStore {
	readonly store: FileStore;
	readonly downloads: string;
	/** Paths that were marked as received. */
	readonly marked: string[];
	readonly warnings: string[];
}

/**
 * `now`: clock of the store. By default each call returns a time one hour later, so that each operation checks the
 * files again.
 */
export function makeStore({folder = makeFolder(), downloads = makeFolder(), now = hourly()} = {}): TestStore {
	const [marked, warnings]: [string[], string[]] = [[], []];
	const store = createDiskFileStore({
		idOf,
		sharesFile: openSharesFile(join(folder, 'shares')),
		now,
		downloadFolder: () => downloads,
		downloadOption: '--download-dir',
		directoryOption: '--output',
		async markAsReceived(path) {
			marked.push(path);
		},
		warn: text => warnings.push(text),
	});
	onTestFinished(() => store.close());
	return {store, downloads, marked, warnings};
}

export function writeSample(folder: string, content: Uint8Array, name = 'photo.jpg'): string {
	const path = join(folder, name);
	writeFileSync(path, content);
	return path;
}

/** Writes the parts of the content to a sink: all of them, or those of `order`. */
export async function writeParts(sink: FileSink, content: Uint8Array, order?: readonly number[]): Promise<void> {
	const parts = partsOf(content);
	for (const part of order ?? parts.keys()) await sink.write(part, parts[part]!);
}

/** Fetches the content into the store. Resolves to the path of the complete file. */
export async function receive(store: FileStore, content: Uint8Array, name?: string): Promise<string> {
	const sink = await store.receive(namedFile(content, name), leavesOf(content));
	await writeParts(sink, content);
	return sink.finish();
}

/** Compares bytes. `toEqual` takes seconds for arrays as long as these files. */
export function isSame(actual: Uint8Array | undefined, expected: Uint8Array | undefined): boolean {
	return actual !== undefined && expected !== undefined && Buffer.compare(actual, expected) === 0;
}
