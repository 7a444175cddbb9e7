/** Where logs, identity and settings live. Names only; nothing is made here but by `makePrivateFolder`. */
import {lstatSync} from 'node:fs';
import {isAbsolute, join, resolve} from 'node:path';
import {StorageError, toStorageError} from './errors.js';
import {makeFolder} from './make-folder.js';

export interface DataDir {
	readonly root: string;
	readonly logs: string;
	readonly config: string;
	readonly identity: string;
	readonly peers: string;
	/** What the user should know about the choice, if anything. */
	readonly notice?: string;
}

export interface Places {
	readonly platform: string;
	readonly environment: Readonly<Record<string, string | undefined>>;
	/** Empty where there is none. */
	readonly home: string;
	readonly temporary: string;
	/** Keeps users apart in the temporary folder. */
	readonly user: string;
}

const NAME = 'p2pchat-ink';

/** `given`: --data-dir or P2PCHAT_HOME. Without it the data folder of the platform, at worst a temporary one. */
export function findDataDir(given: string | undefined, places: Places): DataDir {
	if (given) return dataDirAt(resolve(given));
	const platform = platformFolder(places);
	if (platform) return dataDirAt(platform);
	const root = join(places.temporary, `${NAME}-${places.user.replaceAll(/[^\w.-]/g, '_')}`);
	return {...dataDirAt(root), notice: `There is no home folder: logs are kept in ${root} and may not last.`};
}

function dataDirAt(root: string): DataDir {
	return {
		root,
		logs: join(root, 'logs'),
		config: join(root, 'config.json'),
		identity: join(root, 'identity'),
		peers: join(root, 'peers.json'),
	};
}

/** A relative path in the environment counts as unset (XDG Base Directory Specification). */
function platformFolder({platform, environment, home}: Places): string | undefined {
	const at = (folder: string | undefined, ...rest: string[]) =>
		folder && isAbsolute(folder) && folder !== '/' ? join(folder, ...rest, NAME) : undefined;
	if (platform === 'win32') return at(environment.APPDATA) ?? at(home, 'AppData', 'Roaming');
	if (platform === 'darwin') return at(home, 'Library', 'Application Support');
	return at(environment.XDG_DATA_HOME) ?? at(home, '.local', 'share');
}

/** Makes the folder if need be, for its owner alone. Throws StorageError, also for one that belongs to another user. */
export function makePrivateFolder(path: string): void {
	try {
		makeFolder(path);
		const {uid} = lstatSync(path);
		const own = process.getuid?.();
		if (own === undefined || own === 0 || uid === own) return;
	} catch (error) {
		throw toStorageError(error, 'cannot make the folder', path);
	}
	throw new StorageError('failed', 'the folder belongs to another user', path, 'Choose another place with --data-dir.');
}
