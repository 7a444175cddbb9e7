/**
 * Memory cache of the parts that are being served. Peers that fetch the same file at the same time request the same
 * parts. When a part is read from the disk, its hash is compared with its leaf. So the content of a changed file is
 * never sent.
 */
import {MAX_SERVED_CACHE_BYTES} from '../../core/limits.js';
import {LEAF_BYTES, partLength} from '../../core/shared-file.js';
import {createTaskLimiter} from '../scheduling/task-limiter.js';
import type {ServedContent} from './served-content.js';

export interface PartCache {
	/** Returns the content of a part. Undefined if the part cannot be read, or if its SHA-256 is not its leaf. */
	read(content: ServedContent, part: number): Promise<Uint8Array | undefined>;
	/** Adds a part whose hash is known to be its leaf. */
	add(content: Pick<ServedContent, 'id'>, part: number, bytes: Uint8Array): void;
	/** Frees the memory of a part. */
	remove(content: Pick<ServedContent, 'id'>, part: number): void;
}

/**
 * Maximum number of parts that are read from the disk at the same time. The limit keeps the disk and the processor free
 * when many peers request parts in random order.
 */
const MAX_READS = 4;

/** Creates an empty cache. `leafOf`: leaf of a part, which is its SHA-256. */
export function createPartCache(leafOf: (part: Uint8Array) => Uint8Array): PartCache {
	/** Cached parts by file and number of the part. The least recently used part is first. */
	const parts = new Map<string, Uint8Array>();
	const reads = new Map<string, Promise<Uint8Array | undefined>>();
	const limitReads = createTaskLimiter(MAX_READS);
	let bytesKept = 0;

	const keyOf = ({id}: {readonly id: string}, part: number) => `${id}:${part}`;

	function keep(key: string, bytes: Uint8Array): void {
		if (parts.has(key)) return;
		parts.set(key, bytes);
		bytesKept += bytes.length;
		for (const oldest of parts.keys()) {
			if (bytesKept <= MAX_SERVED_CACHE_BYTES || oldest === key) break;
			drop(oldest);
		}
	}

	function drop(key: string): void {
		bytesKept -= parts.get(key)?.length ?? 0;
		parts.delete(key);
	}

	async function load(content: ServedContent, part: number): Promise<Uint8Array | undefined> {
		try {
			const leaves = await content.leaves();
			const bytes = leaves && (await content.read(part));
			if (!bytes || bytes.length !== partLength(content.size, part)) return undefined;
			const leaf = leaves.subarray(part * LEAF_BYTES, (part + 1) * LEAF_BYTES);
			return Buffer.compare(leafOf(bytes), leaf) === 0 ? bytes : undefined;
		} catch {
			return undefined;
		}
	}

	return {
		read(content, part) {
			const key = keyOf(content, part);
			const known = parts.get(key);
			if (known) {
				parts.delete(key);
				parts.set(key, known);
				return Promise.resolve(known);
			}
			const reading =
				reads.get(key) ??
				limitReads(() => load(content, part)).then(bytes => {
					reads.delete(key);
					if (bytes) keep(key, bytes);
					return bytes;
				});
			reads.set(key, reading);
			return reading;
		},
		add: (content, part, bytes) => keep(keyOf(content, part), bytes),
		remove: (content, part) => drop(keyOf(content, part)),
	};
}
