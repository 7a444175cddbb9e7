import {existsSync, read as readCallback} from 'node:fs';
import {promisify} from 'node:util';
import {crc32} from 'node:zlib';
import {LOG_FORMAT, MAX_HEADER_BYTES} from '../codec/log-record.js';
import {StorageError, toStorageError} from './errors.js';
import type {Damage, LogHeader, LogRecord} from './log.js';
import {LogFile} from './log-file.js';
import {createLogScanner, type LogScanner, type ScannedRecord} from './log-scanner.js';

export interface FileHeader {
	readonly header: LogHeader;
	/** 8 random bytes that are chosen for this file. Every record of the file has these bytes near its start. */
	readonly marker: Uint8Array;
}

/**
 * Reads the first valid header of a log file. Throws StorageError: `not-a-log` without a valid header, `newer` if a
 * newer program version wrote the file.
 */
export function readHeader(file: LogFile): FileHeader {
	const {path} = file;
	const scanner = createLogScanner(crc32);
	scanner.push(file.readAt(0, 2 * MAX_HEADER_BYTES));
	scanner.end();
	const {header, marker} = scanner;
	if (header === undefined || marker === undefined) {
		throw new StorageError(
			'not-a-log',
			'the file has no valid header',
			path,
			'The file is not a log of p2pchat-ink, or its start is damaged: restore it from a backup. Nothing was changed.',
		);
	}
	if (header.format > LOG_FORMAT) {
		const message = `the log has format ${header.format}, this program reads format ${LOG_FORMAT}`;
		const advice = `Version ${header.version} wrote the log: install that version or a newer one.`;
		throw new StorageError('newer', message, path, advice);
	}
	return {header, marker};
}

const readAsync = promisify(readCallback);

/**
 * Number of bytes that are read at a time. All records in them are decoded and applied to the state before the event
 * loop runs again.
 */
const READ_CHUNK_BYTES = 256 * 1024;

interface ReadRange {
	readonly fd: number;
	readonly path: string;
	readonly scanner: LogScanner;
	/** Byte offset of the first byte to read. */
	readonly startOffset: number;
	/** Byte offset after the last byte to read. */
	readonly endOffset: number;
	readonly chunkBytes?: number;
}

/**
 * Finds the records in a range of an open log file, chunk by chunk; the event loop runs between two chunks. Every
 * chunk has a separate buffer, so the caller may keep the records. Throws StorageError.
 */
export async function* readRecords(range: ReadRange): AsyncGenerator<readonly ScannedRecord[]> {
	const {fd, path, scanner, endOffset, chunkBytes = READ_CHUNK_BYTES} = range;
	let offset = range.startOffset;
	while (offset < endOffset) {
		const chunk = Buffer.allocUnsafeSlow(Math.min(chunkBytes, endOffset - offset));
		const {bytesRead} = await readAsync(fd, chunk, 0, chunk.length, offset).catch(error => {
			throw toStorageError(error, 'cannot read the log', path);
		});
		if (bytesRead === 0) break;
		offset += bytesRead;
		const records = scanner.push(chunk.subarray(0, bytesRead));
		if (records.length > 0) yield records;
	}
	const lastRecords = scanner.end();
	if (lastRecords.length > 0) yield lastRecords;
}

/** Log opened for reading only (replay, export). It takes no lock and works while a node writes the file. */
export interface LogReader {
	readonly path: string;
	readonly header: LogHeader;
	/** Marker of the file (8 random bytes that distinguish it from other logs), as hexadecimal digits. */
	readonly marker: string;
	/**
	 * Valid records from where the previous call ended to the current end of the file, in chunks. To follow a growing
	 * file, call `read` again after each call has ended. `end`: byte offset at which to stop before the end of the
	 * file. Throws StorageError `changed` if the file has become shorter.
	 */
	read(end?: number): AsyncIterable<readonly LogRecord[]>;
	/**
	 * Damage found so far; complete when a `read` has ended. Another process may still be writing an incomplete
	 * record at the end, so the next `read` checks this record again.
	 */
	readonly damage: readonly Damage[];
	/** Byte offset of the end of the last valid record that was read. */
	readonly position: number;
	/** Size of the file in bytes at the last `read`. */
	readonly size: number;
	/** Closes the file. Further calls have no effect. */
	close(): void;
}

/** Opens a log for reading. Throws StorageError if there is no readable log at `path`. */
export function openLogReader(path: string, options: {readonly chunkBytes?: number} = {}): LogReader {
	if (!existsSync(path)) throw new StorageError('missing', 'there is no such log', path, 'Check the path.');
	const file = new LogFile(path, 'read');
	try {
		return createReader(file, options.chunkBytes);
	} catch (error) {
		file.close();
		throw toStorageError(error, 'cannot read the log', path);
	}
}

function createReader(file: LogFile, chunkBytes: number | undefined): LogReader {
	const fileHeader = readHeader(file);
	const {path, fd} = file;
	/** Damaged ranges that are final: valid records follow them, so they cannot be unfinished writes. */
	const confirmedDamage: Damage[] = [];
	let tailDamage: readonly Damage[] = [];
	let position = 0;
	let size = 0;

	async function* readNewRecords(end = Number.POSITIVE_INFINITY): AsyncGenerator<readonly LogRecord[]> {
		size = file.currentSize();
		if (size < position) {
			throw new StorageError('changed', 'another program truncated the log', path, 'Open it again.');
		}
		const scanner = createLogScanner(crc32, {...fileHeader, offset: position});
		tailDamage = scanner.damage;
		const range = {
			fd,
			path,
			scanner,
			startOffset: position,
			endOffset: Math.min(size, end),
			...(chunkBytes && {chunkBytes}),
		};
		for await (const scanned of readRecords(range)) {
			position = scanner.validEnd;
			yield scanned.map(({record}) => record);
		}
		position = scanner.validEnd;
		confirmedDamage.push(...scanner.damage.filter(({kind}) => kind === 'damaged'));
		tailDamage = scanner.damage.filter(({kind}) => kind === 'torn');
	}

	return {
		path,
		header: fileHeader.header,
		marker: Buffer.from(fileHeader.marker).toString('hex'),
		read: readNewRecords,
		get damage() {
			return [...confirmedDamage, ...tailDamage];
		},
		get position() {
			return position;
		},
		get size() {
			return size;
		},
		close: () => file.close(),
	};
}
