import {existsSync, fstatSync, read as readCallback} from 'node:fs';
import {promisify} from 'node:util';
import {crc32} from 'node:zlib';
import {LOG_FORMAT, MAX_HEADER_BYTES} from '../codec/log-record.js';
import {StorageError, toStorageError} from './errors.js';
import type {Damage, LogHeader, LogRecord} from './log.js';
import {LogFile} from './log-file.js';
import {createLogScanner, type LogScanner, type ScannedRecord} from './log-scanner.js';

export interface FileHeader {
	readonly header: LogHeader;
	/** The file's own random 8 bytes. */
	readonly marker: Uint8Array;
}

/** Reads either of the two headers. Throws StorageError `not-a-log` or `newer`. */
export function readHeader(file: LogFile): FileHeader {
	const {path} = file;
	const scanner = createLogScanner(crc32);
	scanner.push(file.readAt(0, 2 * MAX_HEADER_BYTES));
	scanner.end();
	const {header, marker} = scanner;
	if (header === undefined || marker === undefined) {
		throw new StorageError(
			'not-a-log',
			'neither of the two headers at the start of the file can be read',
			path,
			'It is not a log of p2pchat-ink, or its first bytes are damaged: restore it from a copy. Nothing was changed.',
		);
	}
	if (header.format > LOG_FORMAT) {
		const advice = `It was made by version ${header.version}: install that or a newer one.`;
		throw new StorageError(
			'newer',
			`the log has format ${header.format}, this program reads ${LOG_FORMAT}`,
			path,
			advice,
		);
	}
	return {header, marker};
}

const readAsync = promisify(readCallback);

/** Bytes read at a time: what one turn of the event loop has to decode and reduce. */
export const READ_CHUNK_BYTES = 256 * 1024;

export interface ReadRange {
	readonly fd: number;
	readonly path: string;
	readonly scanner: LogScanner;
	/** Byte offset to start at. */
	readonly startOffset: number;
	/** Byte offset to stop at: what is behind it came later. */
	readonly endOffset: number;
	readonly chunkBytes?: number;
}

/**
 * Scans a stretch of an open file to its end, one chunk at a time, with the event loop running in between. Every chunk
 * has a buffer of its own, so records may be kept. Throws StorageError.
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

/** Size in bytes of an open file. */
export function sizeOf(fd: number): number {
	return fstatSync(fd).size;
}

/** A log opened for reading only (replay, export): no lock, nothing changed, also while a node writes it. */
export interface LogReader {
	readonly path: string;
	readonly header: LogHeader;
	/**
	 * Good records from where the last call ended to the present end of the file, in chunks. Call it again to follow a
	 * growing file, one call at a time. Throws StorageError `changed` when the file has become shorter.
	 */
	read(): AsyncIterable<readonly LogRecord[]>;
	/**
	 * Known so far; complete for the file as it was once a `read` has ended. A torn tail may be a record that is being
	 * written: the next `read` judges it anew.
	 */
	readonly damage: readonly Damage[];
	/** Bytes up to the end of the last good record read, and of the file at the last `read`. */
	readonly position: number;
	readonly size: number;
	/** Idempotent. */
	close(): void;
}

/** Throws StorageError when there is no readable log at `path`. */
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
	/** Damage that good records follow: never judged again. */
	const confirmedDamage: Damage[] = [];
	let tailDamage: readonly Damage[] = [];
	let position = 0;
	let size = 0;

	async function* readNewRecords(): AsyncGenerator<readonly LogRecord[]> {
		size = file.currentSize();
		if (size < position) {
			throw new StorageError('changed', 'the log became shorter while it was read', path, 'Open it again.');
		}
		const scanner = createLogScanner(crc32, {...fileHeader, offset: position});
		tailDamage = scanner.damage;
		const plan = {fd, path, scanner, startOffset: position, endOffset: size, ...(chunkBytes && {chunkBytes})};
		for await (const scanned of readRecords(plan)) {
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
