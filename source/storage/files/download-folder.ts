/**
 * Folder for fetched files: the download folder of the platform if it exists, otherwise a folder in the data folder
 * of the program.
 */
import {statSync} from 'node:fs';
import {isAbsolute, join} from 'node:path';
import type {HostEnvironment} from '../data-dir.js';
import {ensurePrivateDirectory} from '../ensure-directory.js';
import {readTextFile} from '../regular-file.js';

const MAX_USER_DIRS_BYTES = 64 * 1024;

export type DownloadEnvironment = Pick<HostEnvironment, 'platform' | 'environment' | 'home'>;

/**
 * Finds the folder for fetched files. If the platform has no download folder, uses the folder `downloads` in the data
 * folder, and creates it if it is missing. Throws StorageError.
 */
export function findDownloadFolder(dataFolder: string, host: DownloadEnvironment): string {
	for (const folder of platformFolders(host)) if (isFolder(folder)) return folder;
	const folder = join(dataFolder, 'downloads');
	ensurePrivateDirectory(dataFolder);
	ensurePrivateDirectory(folder);
	return folder;
}

function platformFolders({platform, environment, home}: DownloadEnvironment): readonly string[] {
	if (home === '' || !isAbsolute(home)) return [];
	const standard = join(home, 'Downloads');
	if (platform === 'win32' || platform === 'darwin') return [standard];
	const configured = readUserDirectory(environment.XDG_CONFIG_HOME, home);
	return configured === undefined ? [standard] : [configured, standard];
}

/**
 * Download folder that the user has set in `user-dirs.dirs` (XDG_DOWNLOAD_DIR). Undefined if none is set. If the
 * setting names the home folder itself, the user has no download folder.
 */
function readUserDirectory(configHome: string | undefined, home: string): string | undefined {
	const folder = configHome !== undefined && isAbsolute(configHome) ? configHome : join(home, '.config');
	let text: string;
	try {
		text = readTextFile(join(folder, 'user-dirs.dirs'), MAX_USER_DIRS_BYTES);
	} catch {
		return undefined;
	}
	const value = /^[ \t]*XDG_DOWNLOAD_DIR[ \t]*=[ \t]*"((?:[^"\\]|\\.)*)"/m.exec(text)?.[1]?.replaceAll(/\\(.)/g, '$1');
	const path = value?.replace(/^\$HOME(?=\/|$)/, home).replace(/\/+$/, '');
	return path !== undefined && isAbsolute(path) && path !== home ? path : undefined;
}

function isFolder(path: string): boolean {
	try {
		return statSync(path).isDirectory();
	} catch {
		return false;
	}
}
