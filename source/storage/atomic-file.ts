/** Small files that are seen whole or not at all, by other processes and after a crash. */
import {randomBytes} from 'node:crypto';
import {linkSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {systemErrorCode} from '../core/system-error.js';

const PRIVATE_FILE = 0o600;

/**
 * Makes a file with this content unless there is one: false then. Of several processes exactly one gets true. Where there
 * are no hard links the file is made exclusively and then filled, so a reader may see it short for a moment.
 */
export function createFileAtomically(path: string, content: string): boolean {
	const temporary = writeTemporaryFile(path, content);
	try {
		linkSync(temporary, path);
		return true;
	} catch (error) {
		if (systemErrorCode(error) === 'EEXIST') return false;
		return createFileExclusively(path, content);
	} finally {
		rmSync(temporary, {force: true});
	}
}

/** Puts a new content in the place of the old one, at once. */
export function replaceFileAtomically(path: string, content: string): void {
	renameSync(writeTemporaryFile(path, content), path);
}

function writeTemporaryFile(path: string, content: string): string {
	const temporary = `${path}.${randomBytes(8).toString('hex')}.new`;
	try {
		writeFileSync(temporary, content, {mode: PRIVATE_FILE, flag: 'wx', flush: true});
		return temporary;
	} catch (error) {
		rmSync(temporary, {force: true});
		throw error;
	}
}

function createFileExclusively(path: string, content: string): boolean {
	try {
		writeFileSync(path, content, {mode: PRIVATE_FILE, flag: 'wx', flush: true});
		return true;
	} catch (error) {
		if (systemErrorCode(error) === 'EEXIST') return false;
		throw error;
	}
}

/** Holds this thread, ms: for the few places where another process needs a moment. */
export function sleepSync(ms: number): void {
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
