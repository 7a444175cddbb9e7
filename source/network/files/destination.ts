/**
 * Destination of one fetch. It tracks which parts are verified and written, and which parts wait for the disk. It gives
 * the complete file its final name.
 *
 * If the disk refuses to write, only this fetch pauses: its parts stay in memory, and it tries to write them again
 * every FILE_RETRY_MS.
 */
import type {Clock} from '../../core/environment.js';
import {errorMessage} from '../../core/errors.js';
import type {FileSink} from '../../core/file-content.js';
import {FILE_RETRY_MS} from '../../core/limits.js';
import {addPart, countParts, emptyPartSet, hasPart, type PartSet, removePart} from '../../core/part-set.js';
import {partCount, partLength} from '../../core/shared-file.js';
import {createCoalescedTimer} from '../scheduling/coalesced-timer.js';
import type {PartBuffers} from './part-buffers.js';

export interface DestinationOptions {
	/** Size of the file in bytes. */
	readonly size: number;
	readonly sink: FileSink;
	readonly clock: Clock;
	readonly buffers: PartBuffers;
	/** Whether `bytes` are the content of the part: their SHA-256 is the leaf of the part. */
	isLeaf(part: number, bytes: Uint8Array): boolean;
	/**
	 * Called when one more part is verified and on the disk. `bytes`: content of the part. Undefined for a part that an
	 * earlier run of the program wrote. After the call, this memory is used for another part.
	 */
	partAdded(part: number, bytes?: Uint8Array): void;
	/** Called after a change that no other callback reports, for example when the disk refuses a part. */
	changed(): void;
	/** Called when the file that is being written was moved, replaced or deleted, so that the fetch cannot continue. */
	lost(reason: string): void;
	/** Called when the file has its final name. */
	finished(path: string): void;
}

export interface Destination {
	/** Parts that are verified and written. */
	readonly have: PartSet;
	readonly heldBytes: number;
	/** Whether parts that an earlier run of the program wrote are being verified. */
	readonly isChecking: boolean;
	/** Whether verified parts are being written, or the file is being renamed. */
	readonly isWriting: boolean;
	/** Reason why the disk refuses to write. Undefined if it does not refuse. */
	readonly refusal: string | undefined;
	/**
	 * Range of the parts that may be requested now, as [first, exclusive end]. It begins with the first missing part,
	 * and has at most `FileSink.windowParts` parts.
	 */
	window(): readonly [number, number];
	/** Whether a part must be fetched: it is not verified, and it was not kept from an earlier run of the program. */
	isMissing(part: number): boolean;
	/** Verifies the parts that an earlier run of the program wrote, one at a time. */
	checkKept(): Promise<void>;
	/** Writes a verified part, whose memory is from `buffers`. */
	write(part: number, bytes: Uint8Array): void;
	/** Stops writing, and releases the memory of the parts that are not written. */
	stop(): void;
}

/** Whether somebody deleted, moved or replaced the file that is being written (StorageError `changed`). */
function isLost(error: unknown): boolean {
	return error instanceof Error && 'code' in error && error.code === 'changed';
}

export function createDestination(options: DestinationOptions): Destination {
	const {size, sink, buffers, changed} = options;
	const count = partCount(size);
	const have = emptyPartSet(count);
	/** Parts that an earlier run of the program wrote and that are not verified yet. */
	const kept = sink.kept.slice();
	/** Verified parts that are not on the disk yet: they are being written, or the disk refused to write them. */
	const unwritten = new Map<number, Uint8Array>();
	/** Parts in `unwritten` that the disk refused, without those that are being written again at this moment. */
	const refused = new Set<number>();
	const retryTimer = createCoalescedTimer(options.clock, retry);
	let heldParts = 0;
	let heldBytes = 0;
	let firstMissing = 0;
	let isChecking = countParts(kept) > 0;
	let isFinishing = false;
	let isStopped = false;
	let refusal: string | undefined;

	function hold(part: number, bytes?: Uint8Array): void {
		addPart(have, part);
		heldParts++;
		heldBytes += partLength(size, part);
		while (firstMissing < count && hasPart(have, firstMissing)) firstMissing++;
		// `finishIfComplete` comes before `partAdded`. So if the file is complete now, `partAdded` sees that it is
		// being written, and not that it waits for a part.
		finishIfComplete();
		options.partAdded(part, bytes);
	}

	/** Pauses the fetch after the disk refused a write. A timer tries the refused writes again. */
	function refuse(error: unknown): void {
		if (isLost(error)) {
			options.lost(errorMessage(error));
			return;
		}
		refusal = errorMessage(error);
		retryTimer.schedule(FILE_RETRY_MS);
		changed();
	}

	function write(part: number, bytes: Uint8Array): void {
		unwritten.set(part, bytes);
		refused.delete(part);
		sink.write(part, bytes).then(
			() => {
				if (isStopped) return;
				unwritten.delete(part);
				if (refused.size === 0) refusal = undefined;
				hold(part, bytes);
				buffers.release(bytes.length, bytes);
			},
			error => {
				if (isStopped) return;
				refused.add(part);
				refuse(error);
			},
		);
	}

	/** Writes the refused parts again. `refused` does not contain parts whose write is still in progress. */
	function retry(): void {
		finishIfComplete();
		for (const part of [...refused]) {
			const bytes = unwritten.get(part);
			if (bytes) write(part, bytes);
		}
	}

	function finishIfComplete(): void {
		if (isStopped || isChecking || isFinishing || heldParts < count) return;
		isFinishing = true;
		sink.finish().then(
			path => {
				refusal = undefined;
				if (!isStopped) options.finished(path);
			},
			error => {
				isFinishing = false;
				if (!isStopped) refuse(error);
			},
		);
	}

	return {
		have,
		get heldBytes() {
			return heldBytes;
		},
		get isChecking() {
			return isChecking;
		},
		get isWriting() {
			return isFinishing || unwritten.size > 0;
		},
		get refusal() {
			return refusal;
		},
		window: () => [firstMissing, Math.min(count, firstMissing + sink.windowParts)],
		isMissing: part => !hasPart(have, part) && !hasPart(kept, part) && !unwritten.has(part),
		async checkKept() {
			for (let part = 0; part < count; part++) {
				if (!hasPart(kept, part)) continue;
				const bytes = await sink.read(part).catch(() => undefined);
				if (isStopped) return;
				removePart(kept, part);
				if (bytes && options.isLeaf(part, bytes)) hold(part);
			}
			isChecking = false;
			finishIfComplete();
			changed();
		},
		write,
		stop() {
			isStopped = true;
			retryTimer.stop();
			for (const {length} of unwritten.values()) buffers.release(length);
			unwritten.clear();
		},
	};
}
