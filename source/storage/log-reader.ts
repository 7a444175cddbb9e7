import {existsSync} from 'node:fs';
import {crc32} from 'node:zlib';
import {StorageError, toStorageError} from './errors.js';
import type {Damage, LogHeader, LogRecord} from './log.js';
import {LogFile} from './log-file.js';
import {readHead} from './read-head.js';
import {readRecords} from './read-records.js';
import {createScanner} from './scan.js';

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
	const head = readHead(file);
	const {path, fd} = file;
	/** Damage that good records follow: never judged again. */
	const settled: Damage[] = [];
	let tail: readonly Damage[] = [];
	let position = 0;
	let size = 0;

	async function* read(): AsyncGenerator<readonly LogRecord[]> {
		size = file.presentSize();
		if (size < position) {
			throw new StorageError('changed', 'the log became shorter while it was read', path, 'Open it again.');
		}
		const scanner = createScanner(crc32, {...head, offset: position});
		tail = scanner.damage;
		const plan = {fd, path, scanner, from: position, to: size, ...(chunkBytes && {chunkBytes})};
		for await (const scanned of readRecords(plan)) {
			position = scanner.goodEnd;
			yield scanned.map(({record}) => record);
		}
		position = scanner.goodEnd;
		settled.push(...scanner.damage.filter(({kind}) => kind === 'damaged'));
		tail = scanner.damage.filter(({kind}) => kind === 'torn');
	}

	return {
		path,
		header: head.header,
		read,
		get damage() {
			return [...settled, ...tail];
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
