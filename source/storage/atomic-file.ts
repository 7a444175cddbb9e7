/**
 * Atomic creation and replacement of small files. Other processes, and this program after a crash, find either the
 * old content of a file or its complete new content. Only the owner of a file that this module creates can read it.
 */
import {randomBytes} from 'node:crypto';
import {existsSync, linkSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {rename, rm, writeFile} from 'node:fs/promises';
import {systemErrorCode} from '../core/system-error.js';

const CREATE_PRIVATE = {mode: 0o600, flag: 'wx', flush: true} as const;

/**
 * Creates a file with this content. Returns false if the file exists already. If several processes call this function
 * for one path at the same time, it returns true in exactly one of them. On a file system without hard links the file
 * is created empty and then filled, so a reader may briefly see it incomplete.
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

/** Creates a file, or replaces the file at `path` with one rename. */
export function replaceFileAtomically(path: string, content: string): void {
	const temporary = writeTemporaryFile(path, content);
	try {
		renameSync(temporary, path);
	} catch (error) {
		rmSync(temporary, {force: true});
		throw error;
	}
}

/**
 * Asynchronous version of replaceFileAtomically. The caller must be the only writer of the file. The temporary file
 * can therefore have a fixed name, so repeated crashes leave at most one temporary file. The function does not wait
 * until the content is on the disk, because this may take seconds. After a power failure the file may be empty.
 * Rejects with the error of the system.
 */
export async function replaceFileInBackground(path: string, content: string): Promise<void> {
	const temporary = `${path}.new`;
	try {
		await writeFile(temporary, content, {mode: 0o600});
		await rename(temporary, path);
	} catch (error) {
		await rm(temporary, {force: true}).catch(() => {});
		throw error;
	}
}

function writeTemporaryFile(path: string, content: string): string {
	const temporary = `${path}.${randomBytes(8).toString('hex')}.new`;
	try {
		writeFileSync(temporary, content, CREATE_PRIVATE);
		return temporary;
	} catch (error) {
		rmSync(temporary, {force: true});
		throw error;
	}
}

function createFileExclusively(path: string, content: string): boolean {
	try {
		writeFileSync(path, content, CREATE_PRIVATE);
		return true;
	} catch (error) {
		if (systemErrorCode(error) === 'EEXIST') return false;
		throw error;
	}
}

/** Returns `path` if nothing exists there, otherwise the first unused path of `path.2`, `path.3` and so on. */
export function findUnusedPath(path: string): string {
	for (let number = 1; ; number++) {
		const candidate = number === 1 ? path : `${path}.${number}`;
		if (!existsSync(candidate)) return candidate;
	}
}

/**
 * Blocks this thread for `ms` milliseconds. Used only while the program starts, when another process may need a
 * moment to finish writing a file.
 */
export function sleepSync(ms: number): void {
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
