/**
 * File log that keeps the chat running while saving fails (disk full, read-only, file deleted). It buffers records
 * that cannot be written, and appends them in order when saving works again. If another program changed the file, it
 * copies all records that are still readable to a new file. It keeps this node's own feed and the whispers of this
 * launch in memory. If the old file has lost some of these records, they are appended to the new file. If entries of
 * other feeds are lost, `heldSeq` returns a lower seq for these feeds, and the caller requests the entries again.
 */

import {type Batch, batchByteLength, lastSeq} from '../core/batch.js';
import type {Observation, PeerId} from '../core/event.js';
import {mergeBatches} from '../feed/merge-batches.js';
import {StorageError} from './errors.js';
import type {FileLog} from './file-log.js';
import type {LogTimer} from './flusher.js';
import type {Log, LogHeader, LogPlace, LogRecord} from './log.js';
import {WriteBackBuffer} from './write-back-buffer.js';

/** Whether the log can be saved, as the program tells the user. */
export interface PersistenceStatus {
	readonly isSaving: boolean;
	/** Why saving fails; undefined while it works. */
	readonly reason?: string;
	/** What the user can do so that saving works again. */
	readonly advice?: string;
	/** Path of the log file that is written now, or that was written last. */
	readonly path?: string;
	/** Number of records that did not fit in the buffer while saving failed. They will be missing in the log file. */
	readonly dropped: number;
}

export interface ResilientLogOptions {
	/** The open log, or the reason why it could not be opened. */
	readonly log: FileLog | StorageError;
	/** Header of the log as long as it has no file. */
	readonly header: LogHeader;
	/**
	 * Creates an empty log file, in which the log continues if the old file cannot be used any more. Throws
	 * StorageError.
	 */
	readonly createReplacement: () => FileLog;
	readonly timer: LogTimer;
	/** Called each time that the status changes. If `log` is an error, `createResilientLog` calls it at once. */
	readonly onPersistenceChange: (status: PersistenceStatus) => void;
	/** Maximum bytes of records that wait in memory while saving fails; MAX_UNSAVED_BYTES by default. */
	readonly maxUnsavedBytes?: number;
}

const MAX_UNSAVED_BYTES = 64 * 1024 * 1024;
/**
 * Maximum bytes of this node's own records that are kept in memory, so that they can be written again if the file is
 * lost. A person does not write as much in one launch (run of the program).
 */
const MAX_KEPT_BYTES = 32 * 1024 * 1024;
const CONTINUES = 'The chat continues in a new log file.';
const SAVE_RETRY_MS = 2000;
const SAVE_CHUNK_BYTES = 1024 * 1024;
const RECORDS_PER_APPEND = 1024;

const KEPT_OBSERVATIONS: ReadonlySet<Observation['type']> = new Set(['launched', 'whisper']);

/** Text that identifies an observation among those of this launch (run of the program). */
function observationId({type, ms, counter}: Observation): string {
	return `${type} ${ms} ${counter}`;
}

function keptBytesOf(record: LogRecord): number {
	if (record.type === 'batch') return batchByteLength(record.batch);
	return record.observation.type === 'whisper' ? record.observation.text.length : 0;
}

/**
 * Creates a log that keeps working while records cannot be saved: its `append`, `flush` and `close` never fail
 * because of a storage error.
 */
export function createResilientLog(options: ResilientLogOptions): Log {
	return new ResilientLog(options);
}

class ResilientLog implements Log {
	readonly #options: ResilientLogOptions;
	readonly #buffer: WriteBackBuffer;
	#ownPeer: PeerId | undefined;
	/**
	 * Records that perhaps no other node has: the feed of this node, whispers, and the `launched` observation.
	 * Undefined if they exceed MAX_KEPT_BYTES.
	 */
	#keptRecords: LogRecord[] | undefined = [];
	#keptBytes = 0;
	#log: FileLog | undefined;
	#failure: StorageError | undefined;
	/**
	 * Whether the next attempt to save must create a new file, because no file is open or another program changed the
	 * open file.
	 */
	#needsNewFile = false;
	#retryTimer: {cancel(): void} | undefined;
	#migration: Promise<void> | undefined;
	#closed: Promise<void> | undefined;
	#lastReport = '';
	#damageTimer: {cancel(): void} | undefined;

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

	get isSaved(): boolean {
		return this.#failure === undefined && this.#buffer.isEmpty && this.#log !== undefined;
	}

	get end(): LogPlace | undefined {
		return this.isSaved ? this.#log?.end : undefined;
	}

	get size(): number {
		return (this.#log?.size ?? 0) + this.#buffer.bytes;
	}

	append(records: readonly LogRecord[]): void {
		if (this.#closed) throw new Error('The log is closed');
		this.#keep(records);
		if (!this.#failure && this.#log && this.#tryAppend(this.#log, records)) return;
		this.#buffer.add(records);
		if (this.#failure && !this.#needsNewFile) this.#writeBuffered();
		this.#report();
	}

	keepFeed(own: PeerId): void {
		this.#ownPeer = own;
	}

	/**
	 * Notes that records of the file have become unreadable, so that the log continues in a new file. The failure is
	 * reported in a later turn of the event loop, because the caller is still reading the log.
	 */
	#noteDamage(path: string): void {
		if (this.#needsNewFile || this.#closed) return;
		const failure = () => new StorageError('changed', 'a part of the log cannot be read any more', path, CONTINUES);
		this.#damageTimer ??= this.#options.timer.after(0, () => {
			this.#damageTimer = undefined;
			if (!this.#needsNewFile && !this.#closed) this.#recordFailure(failure());
		});
	}

	#keep(records: readonly LogRecord[]): void {
		for (const record of records) {
			if (!this.#keptRecords || !this.#isOwn(record)) continue;
			this.#keptRecords.push(record);
			this.#keptBytes += keptBytesOf(record);
			if (this.#keptBytes > MAX_KEPT_BYTES) this.#keptRecords = undefined;
		}
	}

	#isOwn(record: LogRecord): boolean {
		return record.type === 'batch'
			? record.batch.peer === this.#ownPeer
			: record.observation.peer === this.#ownPeer && KEPT_OBSERVATIONS.has(record.observation.type);
	}

	heldSeq(peer: PeerId): number {
		return Math.max(this.savedSeq(peer), this.#buffer.heldSeq(peer));
	}

	savedSeq(peer: PeerId): number {
		return this.#log?.heldSeq(peer) ?? 0;
	}

	batchesFrom(peer: PeerId, seq: number, maxBytes: number, boundary?: number): Batch[] {
		const saved = this.#log?.batchesFrom(peer, seq, maxBytes, boundary) ?? [];
		if (this.#log?.isDamaged) this.#noteDamage(this.#log.path);
		const last = saved.at(-1);
		const remainingBytes = maxBytes - saved.reduce((sum, batch) => sum + batchByteLength(batch), 0);
		if (this.#buffer.isEmpty || (last && remainingBytes <= 0)) return saved;
		const next = last ? lastSeq(last) + 1 : seq;
		return mergeBatches([...saved, ...this.#buffer.batchesFrom(peer, next, remainingBytes, boundary)], boundary);
	}

	async flush(): Promise<void> {
		await this.#log?.flush().catch(error => this.#recordStorageFailure(error));
	}

	close(): Promise<void> {
		this.#closed ??= this.#close();
		return this.#closed;
	}

	async #close(): Promise<void> {
		this.#cancelRetry();
		this.#damageTimer?.cancel();
		await this.#migration;
		if (this.#needsNewFile) await this.#migrateToNewFile();
		else if (this.#failure) this.#writeBuffered();
		await this.#log?.close().catch(error => this.#recordStorageFailure(error));
	}

	/** Appends records to the file. Returns false if the write failed; the file then contains none of the records. */
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

	#cancelRetry(): void {
		this.#retryTimer?.cancel();
		this.#retryTimer = undefined;
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

	/** Appends buffered records until the buffer is empty or a write fails. */
	#writeBuffered(): void {
		while (this.#log && !this.#buffer.isEmpty) {
			const records = this.#buffer.peek(SAVE_CHUNK_BYTES);
			if (!this.#tryAppend(this.#log, records)) return;
			this.#buffer.markSaved(records.length);
		}
		// Appends no records, to learn whether saving works: the append fails as long as the file cannot be forced to
		// the disk.
		if (!this.#log || !this.#tryAppend(this.#log, [])) return;
		this.#failure = undefined;
		this.#cancelRetry();
		this.#report();
	}

	/** Creates a new file and copies all readable records of the old file to it. */
	async #migrateToNewFile(): Promise<void> {
		let replacement: FileLog | undefined;
		try {
			replacement = this.#options.createReplacement();
			const salvaged = new Set<string>();
			for await (const records of this.#log?.salvage() ?? []) {
				for (const record of records)
					if (record.type === 'observation' && this.#isOwn(record)) salvaged.add(observationId(record.observation));
				replacement.append(records);
			}
			this.#restoreKept(replacement, salvaged);
		} catch (error) {
			await replacement?.discard();
			this.#recordStorageFailure(error);
			return;
		}
		const previous = this.#log;
		this.#log = replacement;
		this.#needsNewFile = false;
		await previous?.close().catch(() => {});
		this.#writeBuffered();
	}

	/**
	 * Appends to the new file the records of this node's feed and the whispers that the old file has lost. Records
	 * that are still in the buffer are left out, because `#writeBuffered` appends them afterwards. `salvaged`: ids of
	 * the observations that the new file has already.
	 */
	#restoreKept(log: FileLog, salvaged: ReadonlySet<string>): void {
		const own = this.#ownPeer;
		if (own === undefined || !this.#keptRecords) return;
		const held = log.heldSeq(own);
		const missing = this.#keptRecords.filter(record =>
			record.type === 'batch'
				? lastSeq(record.batch) > held && !this.#buffer.contains(record)
				: !salvaged.has(observationId(record.observation)) && !this.#buffer.contains(record),
		);
		for (let from = 0; from < missing.length; from += RECORDS_PER_APPEND)
			log.append(missing.slice(from, from + RECORDS_PER_APPEND));
	}

	/**
	 * Reports the status if it has changed. That further records are dropped is no change: only the first one is
	 * reported.
	 */
	#report(): void {
		const failure = this.#failure;
		const dropped = this.#buffer.droppedRecords;
		const path = this.path ?? failure?.path;
		const status: PersistenceStatus = {
			isSaving: failure === undefined,
			...(failure && {reason: failure.message, advice: failure.advice}),
			...(path && {path}),
			dropped,
		};
		const report = JSON.stringify({...status, dropped: dropped > 0});
		if (report === this.#lastReport || (this.#lastReport === '' && status.isSaving)) return;
		this.#lastReport = report;
		this.#options.onPersistenceChange(status);
	}
}
