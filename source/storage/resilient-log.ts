import {type Batch, batchByteLength, lastSeq, type PeerId} from '../core/event.js';
import {mergeBatches} from '../feed/merge-batches.js';
import {StorageError} from './errors.js';
import type {FileLog} from './file-log.js';
import type {LogTimer} from './flusher.js';
import type {Log, LogHeader, LogRecord} from './log.js';
import {WriteBackBuffer} from './write-back-buffer.js';

export interface PersistenceStatus {
	readonly isSaving: boolean;
	/** Why not, and what the user can do, in words. */
	readonly reason?: string;
	readonly advice?: string;
	/** The file that is, or was, written. */
	readonly path?: string;
	/** Records for which there was no room in memory: they will be missing in the file. */
	readonly dropped: number;
}

export function persistenceStatus(
	failure: StorageError | undefined,
	path: string | undefined,
	dropped: number,
): PersistenceStatus {
	const filePath = path ?? failure?.path;
	const details = failure && {reason: failure.message, advice: failure.advice};
	return {isSaving: failure === undefined, ...details, ...(filePath && {path: filePath}), dropped};
}

/**
 * A file log with which the chat goes on when saving fails (disk full, read-only, file deleted): what cannot be saved waits
 * in memory, in order, and is appended once saving works again, so that nothing is missing in the file. If the file was
 * changed by others, everything readable goes to a new file first.
 */

export type {PersistenceStatus as SavingState};

export interface ResilientLogOptions {
	/** The log to write, or why it could not be opened. */
	readonly log: FileLog | StorageError;
	/** Says which room this is while there is no file. */
	readonly header: LogHeader;
	/** Makes a new, empty log file to go on in. Throws StorageError. */
	readonly createReplacement: () => FileLog;
	readonly timer: LogTimer;
	/** At every change, the first failure to open included (then inside `createBufferedLog`). */
	readonly onPersistenceChange: (state: PersistenceStatus) => void;
	readonly maxUnsavedBytes?: number;
}

export const MAX_UNSAVED_BYTES = 64 * 1024 * 1024;
export const SAVE_RETRY_MS = 2000;
const SAVE_CHUNK_BYTES = 1024 * 1024;

/** `append`, `flush` and `close` never fail for reasons of storage. */
export function createResilientLog(options: ResilientLogOptions): Log {
	return new ResilientLog(options);
}

class ResilientLog implements Log {
	readonly #options: ResilientLogOptions;
	readonly #buffer: WriteBackBuffer;
	#log: FileLog | undefined;
	#failure: StorageError | undefined;
	/** There is no file, or it is no longer ours: the next attempt makes a new one. */
	#needsNewFile = false;
	#retryTimer: {cancel(): void} | undefined;
	#migration: Promise<void> | undefined;
	#closed: Promise<void> | undefined;
	#lastReported = '';

	constructor(options: ResilientLogOptions) {
		this.#options = options;
		this.#buffer = new WriteBackBuffer(options.maxUnsavedBytes ?? MAX_UNSAVED_BYTES, peer => this.savedSeq(peer));
		if (!(options.log instanceof StorageError)) this.#log = options.log;
		else {
			this.#needsNewFile = true;
			this.#recordFailure(options.log);
		}
	}

	get path(): string | undefined {
		return this.#log?.path;
	}

	get header(): LogHeader {
		return this.#log?.header ?? this.#options.header;
	}

	get size(): number {
		return (this.#log?.size ?? 0) + this.#buffer.bytes;
	}

	append(records: readonly LogRecord[]): void {
		if (this.#closed) throw new Error('The log is closed');
		if (!this.#failure && this.#log && this.#tryAppend(this.#log, records)) return;
		this.#buffer.add(records);
		if (this.#failure && !this.#needsNewFile) this.#writeBuffered();
		this.#report();
	}

	heldSeq(peer: PeerId): number {
		return Math.max(this.savedSeq(peer), this.#buffer.heldSeq(peer));
	}

	savedSeq(peer: PeerId): number {
		return this.#log?.heldSeq(peer) ?? 0;
	}

	batchesFrom(peer: PeerId, seq: number, maxBytes: number, boundary?: number): Batch[] {
		const saved = this.#log?.batchesFrom(peer, seq, maxBytes, boundary) ?? [];
		const last = saved.at(-1);
		const rest = maxBytes - saved.reduce((sum, batch) => sum + batchByteLength(batch), 0);
		if (this.#buffer.isEmpty || (last && rest <= 0)) return saved;
		const next = last ? lastSeq(last) + 1 : seq;
		return mergeBatches([...saved, ...this.#buffer.batchesFrom(peer, next, rest, boundary)], boundary);
	}

	async flush(): Promise<void> {
		await this.#log?.flush().catch(error => this.#recordStorageFailure(error));
	}

	close(): Promise<void> {
		this.#closed ??= this.#close();
		return this.#closed;
	}

	async #close(): Promise<void> {
		this.#retryTimer?.cancel();
		this.#retryTimer = undefined;
		await this.#migration;
		if (this.#failure && !this.#needsNewFile) this.#writeBuffered();
		await this.#log?.close().catch(error => this.#recordStorageFailure(error));
	}

	/** False when it failed; then nothing of it is in the file. */
	#tryAppend(log: FileLog, records: readonly LogRecord[]): boolean {
		try {
			log.append(records);
			return true;
		} catch (error) {
			this.#recordStorageFailure(error);
			return false;
		}
	}

	#recordStorageFailure(error: unknown): void {
		if (!(error instanceof StorageError)) throw error;
		this.#recordFailure(error);
	}

	#recordFailure(error: StorageError): void {
		this.#failure = error;
		if (error.code === 'changed') this.#needsNewFile = true;
		this.#report();
		if (!this.#closed) this.#retryTimer ??= this.#options.timer.after(SAVE_RETRY_MS, () => this.#retry());
	}

	#retry(): void {
		this.#retryTimer = undefined;
		if (!this.#needsNewFile) this.#writeBuffered();
		else if (!this.#closed) {
			this.#migration = this.#migrateToNewFile().finally(() => {
				this.#migration = undefined;
			});
		}
	}

	/** Appends what waits, as far as it goes. */
	#writeBuffered(): void {
		while (this.#log && !this.#buffer.isEmpty) {
			const records = this.#buffer.peek(SAVE_CHUNK_BYTES);
			if (!this.#tryAppend(this.#log, records)) return;
			this.#buffer.markSaved(records.length);
		}
		if (!this.#log) return;
		this.#failure = undefined;
		this.#retryTimer?.cancel();
		this.#retryTimer = undefined;
		this.#report();
	}

	/** Goes on in a new file, with everything that the old one still gives. */
	async #migrateToNewFile(): Promise<void> {
		let next: FileLog | undefined;
		try {
			next = this.#options.createReplacement();
			if (this.#log) for await (const records of this.#log.salvage()) next.append(records);
		} catch (error) {
			await next?.discard();
			this.#recordStorageFailure(error);
			return;
		}
		const old = this.#log;
		this.#log = next;
		this.#needsNewFile = false;
		await old?.close().catch(() => {});
		this.#writeBuffered();
	}

	#report(): void {
		const {droppedRecords} = this.#buffer;
		const state = persistenceStatus(this.#failure, this.path, droppedRecords);
		// Once at the first drop; the count goes on to rise silently.
		const told = JSON.stringify({...state, dropped: droppedRecords > 0});
		if (told === this.#lastReported || (this.#lastReported === '' && state.isSaving)) return;
		this.#lastReported = told;
		this.#options.onPersistenceChange(state);
	}
}
