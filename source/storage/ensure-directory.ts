/**
 * Folders one by one from the top. Not `mkdirSync` with `recursive`: where the system refuses a folder as if its parent
 * were missing (`/proc/x`), Node 20 to 26 tries again without end.
 */
import {lstatSync, mkdirSync, statSync} from 'node:fs';
import {dirname, resolve} from 'node:path';
import {systemErrorCode} from '../core/system-error.js';

/** Makes the folder and those above it, for their owner alone. Throws what the system says. */
export function ensureDirectory(path: string): void {
	const missing: string[] = [];
	for (let folder = resolve(path); !pathExists(folder); folder = dirname(folder)) {
		missing.unshift(folder);
		if (dirname(folder) === folder) break;
	}
	for (const folder of missing) createDirectory(folder);
	if (missing.length === 0 && !statSync(path).isDirectory())
		throw Object.assign(new Error(`not a folder: ${path}`), {code: 'ENOTDIR'});
}

/** A dangling link counts: nothing is made behind it. */
function pathExists(path: string): boolean {
	try {
		lstatSync(path);
		return true;
	} catch (error) {
		if (systemErrorCode(error) === 'ENOENT') return false;
		throw error;
	}
}

/** Another instance may have made it meanwhile. */
function createDirectory(path: string): void {
	try {
		mkdirSync(path, {mode: 0o700});
	} catch (error) {
		if (systemErrorCode(error) !== 'EEXIST') throw error;
	}
}
