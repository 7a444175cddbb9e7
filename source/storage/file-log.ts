/**
 * Log in a file of which this process is the only writer. Reading all records when the file is opened also indexes
 * them, and repairs the end of the file if a write was not completed.
 */
import {randomBytes} from 'node:crypto';
import {existsSync, realpathSync, rmSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {crc32} from 'node:zlib';
import {encodeLogHeader, encodeLogRecord, LOG_FORMAT, MARKER_BYTES} from '../codec/log-record.js';
import type {Batch} from '../core/batch.js';
import type {PeerId} from '../core/event.js';
import {BatchIndex} from './batch-index.js';
import {ensureDirectory} from './ensure-directory.js';
import {StorageError, toStorageError} from './errors.js';
import {acquireLock, type FileLock} from './file-lock.js';
import {createFlusher, type Flusher, type LogTimer} from './flusher.js';
import type {Log, LogHeader, LogPlace, LogRecord, OpenedLog} from './log.js';
import {LogFile} from './log-file.js';
import {type FileHeader, readHeader, readRecords} from './log-reader.js';
import {createLogScanner, type LogScanner, type ScannedRecord} from './log-scanner.js';
import {readReadingPosition} from './reading-position-file.js';

export interface FileLogOptions {
	/**
	 * Header to write into the log file if the file is missing or empty. Without `create`, opening a missing or empty
	 * file fails.
	 */
	readonly create?: Omit<LogHeader, 'format'>;
	/**
	 * Timer for flushes in the background (flusher.ts). Without a timer, only `flush` and `close` force bytes to the
	 * disk.
	 */
	readonly timer?: LogTimer;
	/** Forces the bytes of the open file `fd` to the disk. By default fdatasync. */
	readonly sync?: (fd: number) => Promise<void>;
	/** Number of bytes per read while the records of an existing file are loaded. */
	readonly chunkBytes?: number;
}

export interface FileLog extends Log {
	readonly path: string;
	readonly end: LogPlace;
	/**
	 * Records that are still readable, in file order. If another program has changed the file (`changed`), the caller
	 * copies them to a new file.
	 */
	salvage(): AsyncIterable<readonly LogRecord[]>;
	/** Closes and deletes the file. Never throws. */
	discard(): Promise<void>;
	/** Whether a record could not be read from the file, because the file has changed or the disk has failed. */
	readonly isDamaged: boolean;
	/** Bytes of memory that the index of the batches in the file occupies. */
	readonly indexBytes: number;
}

export interface OpenedFileLog extends OpenedLog {
	readonly log: FileLog;
}

/**
 * Opens a log as its only writer. When the caller has read `records` to the end, the end of the file is repaired too:
 * bytes after the last valid record are moved to another file. Throws StorageError.
 */
export function openFileLog(path: string, options: FileLogOptions = {}): OpenedFileLog {
	const realPath = resolveLogPath(path, options);
	const lock = acquireLock(realPath);
	try {
		return openLocked(realPath, options, lock);
	} catch (error) {
		lock.release();
		throw toStorageError(error, 'cannot open the log', realPath);
	}
}

/** Resolves symbolic links, so that a file has the same lock for every path that leads to it. */
function resolveLogPath(path: string, options: FileLogOptions): string {
	try {
		if (existsSync(path)) return realpathSync(path);
		if (!options.create) throw new StorageError('missing', 'there is no such log', path, 'Check the path.');
		ensureDirectory(dirname(path));
		return join(realpathSync(dirname(path)), basename(path));
	} catch (error) {
		throw toStorageError(error, 'cannot open the log', path);
	}
}

function openLocked(path: string, options: FileLogOptions, lock: FileLock): OpenedFileLog {
	const {create} = options;
	const existed = existsSync(path);
	const file = new LogFile(path, existed ? 'write' : 'create', options.sync);
	try {
		const isNew = create !== undefined && file.size === 0;
		if (isNew) appendHeader(file, {...create, format: LOG_FORMAT}, randomBytes(MARKER_BYTES), 2);
		const fileHeader = readHeader(file);
		const log = new WritableFileLog(file, fileHeader, lock, options.timer, isNew);
		const position = isNew ? {} : readReadingPosition(log.end);
		const scanner = createLogScanner(crc32, {...fileHeader, offset: 0});
		const unread = new WeakMap<LogRecord, number>();
		return {
			log,
			damage: scanner.damage,
			records: log.load(scanner, options.chunkBytes, ({record, offset}) => {
				if (position.offset !== undefined && offset >= position.offset) unread.set(record, offset);
			}),
			reading: {
				unreadOffsetOf: record => unread.get(record),
				...(position.warning !== undefined && {warning: position.warning}),
			},
		};
	} catch (error) {
		file.close();
		if (!existed) rmSync(path, {force: true});
		throw error;
	}
}

function appendHeader(file: LogFile, header: LogHeader, marker: Uint8Array, copies: 1 | 2): void {
	const bytes = encodeLogHeader(header, marker, crc32);
	file.append(copies === 1 ? bytes : Buffer.concat([bytes, bytes]));
}

class WritableFileLog implements FileLog {
	readonly path: string;
	readonly header: LogHeader;
	readonly #marker: Uint8Array;
	readonly #file: LogFile;
	readonly #lock: FileLock;
	readonly #flusher: Flusher;
	readonly #index: BatchIndex;
	#isLoaded: boolean;
	#closed: Promise<void> | undefined;

	/** `isNew`: the file contains only its headers, so there is no record to load. */
	constructor(
		file: LogFile,
		{header, marker}: FileHeader,
		lock: FileLock,
		timer: LogTimer | undefined,
		isNew: boolean,
	) {
		this.path = file.path;
		this.header = header;
		this.#marker = marker;
		this.#file = file;
		this.#lock = lock;
		this.#flusher = createFlusher(() => file.sync(), timer);
		this.#index = new BatchIndex(file, marker);
		this.#isLoaded = isNew;
	}

	get end(): LogPlace {
		return {path: this.path, marker: Buffer.from(this.#marker).toString('hex'), offset: this.#file.size};
	}

	get isSaved(): boolean {
		return true;
	}

	get size(): number {
		return this.#file.size;
	}

	get isDamaged(): boolean {
		return this.#index.isDamaged;
	}

	get indexBytes(): number {
		return this.#index.memoryBytes;
	}

	/**
	 * Reads and indexes the records, and calls `onRecord` for each of them. Then moves bytes after the last valid
	 * record to another file, and restores the second copy of the header if it is incomplete.
	 */
	async *load(
		scanner: LogScanner,
		chunkBytes: number | undefined,
		onRecord: (scanned: ScannedRecord) => void,
	): AsyncGenerator<readonly LogRecord[]> {
		if (this.#isLoaded) return;
		const {path, fd, size} = this.#file;
		const range = {fd, path, scanner, startOffset: 0, endOffset: size, ...(chunkBytes && {chunkBytes})};
		for await (const scanned of readRecords(range)) {
			for (const one of scanned) {
				this.#index.add(one.record, one.offset, one.length);
				onRecord(one);
			}

			yield scanned.map(({record}) => record);
		}
		if (this.#closed) return;
		if (scanner.damage.at(-1)?.kind === 'torn') this.#file.cutTornTail(scanner.validEnd);
		if (scanner.validEnd < 2 * scanner.headerLength) appendHeader(this.#file, this.header, this.#marker, 1);
		this.#isLoaded = true;
	}

	append(records: readonly LogRecord[]): void {
		if (!this.#isLoaded || this.#closed) throw new Error('The log is not read to its end yet, or it is closed');
		this.#flusher.throwPendingFailure();
		if (records.length === 0) return;
		const encoded = records.map(record => encodeLogRecord(record, this.#marker, crc32));
		let offset = this.#file.append(encoded.length === 1 && encoded[0] ? encoded[0] : Buffer.concat(encoded));
		for (const [position, record] of records.entries()) {
			const length = encoded[position]?.length ?? 0;
			this.#index.add(record, offset, length);
			offset += length;
		}
		this.#flusher.markDirty();
	}

	batchesFrom(peer: PeerId, seq: number, maxBytes: number, boundary?: number): Batch[] {
		return this.#index.batchesFrom(peer, seq, maxBytes, boundary);
	}

	heldSeq(peer: PeerId): number {
		return this.#index.heldSeq(peer);
	}

	savedSeq(peer: PeerId): number {
		return this.#index.heldSeq(peer);
	}

	async *salvage(): AsyncGenerator<readonly LogRecord[]> {
		const scanner = createLogScanner(crc32, {marker: this.#marker, header: this.header, offset: 0});
		const endOffset = Math.min(this.#file.size, this.#file.currentSize());
		const {fd, path} = this.#file;
		try {
			for await (const scanned of readRecords({fd, path, scanner, startOffset: 0, endOffset}))
				yield scanned.map(({record}) => record);
		} catch (error) {
			if (!(error instanceof StorageError)) throw error;
		}
	}

	async discard(): Promise<void> {
		await this.close().catch(() => {});
		rmSync(this.path, {force: true});
	}

	flush(): Promise<void> {
		return this.#closed ?? this.#flusher.flush();
	}

	close(): Promise<void> {
		this.#closed ??= this.#flusher.stop().finally(() => {
			this.#file.close();
			this.#lock.release();
		});
		return this.#closed;
	}
}
