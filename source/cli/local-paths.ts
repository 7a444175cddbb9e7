/**
 * Looks up paths on this computer for the screens: lists the entries of a folder, and finds out whether a path is the
 * path of a file.
 */
import {opendir, stat} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {foldText} from '../core/fold-text.js';
import type {FolderEntry} from '../node/commands/typed-path.js';
import {refuseRemotePath} from '../storage/files/source-file.js';
import {expandHome} from '../storage/home-path.js';

/** Maximum number of entries of a folder that are examined. A folder with more entries is not read to its end. */
const MAX_ENTRIES = 20_000;
/** Maximum number of entries of a folder that are offered to the user. */
const MAX_FOUND = 200;

/** See `ScreenHooks.listFolder`. Hidden entries are listed only if the prefix begins with a dot. */
export async function listFolder(folder: string, prefix: string): Promise<FolderEntry[]> {
	const place = localPath(folder === '' ? '.' : folder);
	const folded = foldText(prefix);
	const found: FolderEntry[] = [];
	let examined = 0;
	for await (const entry of await opendir(place)) {
		const {name} = entry;
		if (++examined > MAX_ENTRIES || found.length === MAX_FOUND) break;
		if (!foldText(name).startsWith(folded) || name.startsWith('.') !== prefix.startsWith('.')) continue;
		const isFolder = entry.isSymbolicLink() ? await isFolderAt(join(place, name)) : entry.isDirectory();
		found.push({name, isFolder});
	}
	return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** See `ScreenHooks.findFile`. */
export async function findFile(path: string): Promise<{readonly size: number} | undefined> {
	const found = await stat(localPath(path));
	return found.isFile() ? {size: found.size} : undefined;
}

/**
 * Returns the absolute path. Throws UsageError for a network or device path of Windows, which must not even be looked
 * up.
 */
function localPath(path: string): string {
	refuseRemotePath(path);
	return resolve(expandHome(path));
}

async function isFolderAt(path: string): Promise<boolean> {
	return stat(path).then(
		found => found.isDirectory(),
		() => false,
	);
}
