/**
 * A file log with which the chat goes on when saving fails (disk full, read-only, file deleted): what cannot be saved waits
 * in memory, in order, and is appended once saving works again, so that nothing is missing in the file. If the file was
 * changed by others, everything readable goes to a new file first.
 */
import {type Batch, batchBytes, lastSeq} from '../core/batch.js';
import type {PeerId} from '../core/ids.js';
import {mergeBatches} from '../feed/merge-batches.js';
import {StorageError} from './errors.js';
import type {FileLog} from './file-log.js';
import type {LogTimer} from './flusher.js';
import type {Log, LogHeader, LogRecord} from './log.js';
import {type SavingState, savingState} from './saving-state.js';
import {Unsaved} from './unsaved.js';

export type {SavingState};

export interface BufferedLogOptions {
	/** The log to write, or why it could not be opened. */
	readonly log: FileLog | StorageError;
	/** Says which room this is while there is no file. */
	readonly header: LogHeader;
	/** Makes a new, empty log file to go on in. Throws StorageError. */
	readonly reopen: () => FileLog;
	readonly timer: LogTimer;
	/** At every change, the first failure to open included (then inside `createBufferedLog`). */
	readonly onSaving: (state: SavingState) => void;
	readonly maxUnsavedBytes?: number;
}

export const MAX_UNSAVED_BYTES = 64 * 1024 * 1024;
export const RETRY_SAVING_MS = 2000;
const SAVE_CHUNK_BYTES = 1024 * 1024;

/** `append`, `flush` and `close` never fail for reasons of storage. */
export function createBufferedLog(options: BufferedLogOptions): Log {
	return new BufferedLog(options);
}

class BufferedLog implements Log {
	readonly #options: BufferedLogOptions;
	readonly #unsaved: Unsaved;
	#log: FileLog | undefined;
	#failure: StorageError | undefined;
	/** There is no file, or it is no longer ours: the next attempt makes a new one. */
	#mustMove = false;
	#waiting: {cancel(): void} | undefined;
	#moving: Promise<void> | undefined;
	#closed: Promise<void> | undefined;
	#told = '';

	constructor(options: BufferedLogOptions) {
		this.#options = options;
		this.#unsaved = new Unsaved(options.maxUnsavedBytes ?? MAX_UNSAVED_BYTES, peer => this.savedSeq(peer));
		if (!(options.log instanceof StorageError)) this.#log = options.log;
		else {
			this.#mustMove = true;
			this.#fail(options.log);
		}
	}

	get path(): string | undefined {
		return this.#log?.path;
	}

	get header(): LogHeader {
		return this.#log?.header ?? this.#options.header;
	}

	get size(): number {
		return (this.#log?.size ?? 0) + this.#unsaved.bytes;
	}

	append(records: readonly LogRecord[]): void {
		if (this.#closed) throw new Error('The log is closed');
		if (!this.#failure && this.#log && this.#attempt(this.#log, records)) return;
		this.#unsaved.add(records);
		if (this.#failure && !this.#mustMove) this.#save();
		this.#tell();
	}

	heldSeq(peer: PeerId): number {
		return Math.max(this.savedSeq(peer), this.#unsaved.heldSeq(peer));
	}

	savedSeq(peer: PeerId): number {
		return this.#log?.heldSeq(peer) ?? 0;
	}

	batchesFrom(peer: PeerId, seq: number, maxBytes: number, boundary?: number): Batch[] {
		const saved = this.#log?.batchesFrom(peer, seq, maxBytes, boundary) ?? [];
		const last = saved.at(-1);
		const rest = maxBytes - saved.reduce((sum, batch) => sum + batchBytes(batch), 0);
		if (this.#unsaved.isEmpty || (last && rest <= 0)) return saved;
		const next = last ? lastSeq(last) + 1 : seq;
		return mergeBatches([...saved, ...this.#unsaved.batchesFrom(peer, next, rest, boundary)], boundary);
	}

	async flush(): Promise<void> {
		await this.#log?.flush().catch(error => this.#failOrThrow(error));
	}

	close(): Promise<void> {
		this.#closed ??= this.#close();
		return this.#closed;
	}

	async #close(): Promise<void> {
		this.#waiting?.cancel();
		this.#waiting = undefined;
		await this.#moving;
		if (this.#failure && !this.#mustMove) this.#save();
		await this.#log?.close().catch(error => this.#failOrThrow(error));
	}

	/** False when it failed; then nothing of it is in the file. */
	#attempt(log: FileLog, records: readonly LogRecord[]): boolean {
		try {
			log.append(records);
			return true;
		} catch (error) {
			this.#failOrThrow(error);
			return false;
		}
	}

	#failOrThrow(error: unknown): void {
		if (!(error instanceof StorageError)) throw error;
		this.#fail(error);
	}

	#fail(error: StorageError): void {
		this.#failure = error;
		if (error.code === 'changed') this.#mustMove = true;
		this.#tell();
		if (!this.#closed) this.#waiting ??= this.#options.timer.after(RETRY_SAVING_MS, () => this.#retry());
	}

	#retry(): void {
		this.#waiting = undefined;
		if (!this.#mustMove) this.#save();
		else if (!this.#closed) {
			this.#moving = this.#move().finally(() => {
				this.#moving = undefined;
			});
		}
	}

	/** Appends what waits, as far as it goes. */
	#save(): void {
		while (this.#log && !this.#unsaved.isEmpty) {
			const records = this.#unsaved.next(SAVE_CHUNK_BYTES);
			if (!this.#attempt(this.#log, records)) return;
			this.#unsaved.saved(records.length);
		}
		if (!this.#log) return;
		this.#failure = undefined;
		this.#waiting?.cancel();
		this.#waiting = undefined;
		this.#tell();
	}

	/** Goes on in a new file, with everything that the old one still gives. */
	async #move(): Promise<void> {
		let next: FileLog | undefined;
		try {
			next = this.#options.reopen();
			if (this.#log) for await (const records of this.#log.salvage()) next.append(records);
		} catch (error) {
			await next?.discard();
			this.#failOrThrow(error);
			return;
		}
		const old = this.#log;
		this.#log = next;
		this.#mustMove = false;
		await old?.close().catch(() => {});
		this.#save();
	}

	#tell(): void {
		const {dropped} = this.#unsaved;
		const state = savingState(this.#failure, this.path, dropped);
		// Once at the first drop; the count goes on to rise silently.
		const told = JSON.stringify({...state, dropped: dropped > 0});
		if (told === this.#told || (this.#told === '' && state.saving)) return;
		this.#told = told;
		this.#options.onSaving(state);
	}
}
