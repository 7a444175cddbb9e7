import {crc32} from 'node:zlib';
import {LOG_FORMAT, MAX_HEADER_BYTES} from '../codec/log-record.js';
import {StorageError} from './errors.js';
import type {LogHeader} from './log.js';
import type {LogFile} from './log-file.js';
import {createScanner} from './scan.js';

export interface LogHead {
	readonly header: LogHeader;
	/** The file's own random 8 bytes. */
	readonly marker: Uint8Array;
}

/** Reads either of the two headers. Throws StorageError `not-a-log` or `newer`. */
export function readHead(file: LogFile): LogHead {
	const {path} = file;
	const scanner = createScanner(crc32);
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
