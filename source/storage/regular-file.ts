/**
 * Opening and reading of files in the data and log folders. A FIFO, a device or a socket in the place of a file must
 * not stop the program. Opening it could block forever, and reading it could never reach an end.
 */
import {closeSync, constants, fstatSync, openSync, readSync} from 'node:fs';
import {withoutByteOrderMark} from '../core/text.js';
import {StorageError} from './errors.js';

/**
 * Flag of `open` with which opening a FIFO (named pipe) does not wait for a writer. It has no effect on regular
 * files. Windows does not have this flag.
 */
const NO_WAITING = constants.O_NONBLOCK ?? 0;

/** Error for a file that is not read because it is too long. */
export class FileTooLongError extends Error {
	override readonly name = 'FileTooLongError';

	constructor(maxBytes: number) {
		super(`the file is longer than ${maxBytes} bytes`);
	}
}

/**
 * Opens a regular file and returns its descriptor. Throws the error of the system, or StorageError if there is anything but
 * a regular file at the path.
 */
export function openRegularFile(path: string, flags: number, mode?: number): number {
	const file = openSync(path, flags | NO_WAITING, mode);
	try {
		if (fstatSync(file).isFile()) return file;
	} catch (error) {
		closeSync(file);
		throw error;
	}
	closeSync(file);
	throw new StorageError('not-a-file', 'this is not a regular file', path, 'Name another file.');
}

/**
 * Reads a small text file completely, and removes a byte order mark. Throws FileTooLongError, StorageError if it is not
 * a regular file, or the error of the system.
 */
export function readTextFile(path: string, maxBytes: number): string {
	const file = openRegularFile(path, constants.O_RDONLY);
	try {
		const bytes = readUpTo(file, maxBytes + 1);
		if (bytes.length > maxBytes) throw new FileTooLongError(maxBytes);
		return withoutByteOrderMark(bytes.toString('utf8'));
	} finally {
		closeSync(file);
	}
}

/** Reads an open file from its current position to its end, but at most `maxBytes` bytes. */
export function readUpTo(file: number, maxBytes: number): Buffer {
	const bytes = Buffer.alloc(maxBytes);
	let filled = 0;
	while (filled < maxBytes) {
		const count = readSync(file, bytes, filled, maxBytes - filled, null);
		if (count === 0) break;
		filled += count;
	}
	return bytes.subarray(0, filled);
}
