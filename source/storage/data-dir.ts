/** Where logs, identity and settings live. Names only; nothing is made here but by `makePrivateFolder`. */
import {lstatSync} from 'node:fs';
import {homedir, tmpdir, userInfo} from 'node:os';
import {isAbsolute, join, resolve} from 'node:path';
import {ensureDirectory} from './ensure-directory.js';
import {StorageError, toStorageError} from './errors.js';

export interface DataDir {
	readonly root: string;
	readonly logs: string;
	readonly config: string;
	readonly identity: string;
	readonly peers: string;
	/** What the user should know about the choice, if anything. */
	readonly notice?: string;
}

export interface HostEnvironment {
	readonly platform: string;
	readonly environment: Readonly<Record<string, string | undefined>>;
	/** Empty where there is none. */
	readonly home: string;
	readonly temporary: string;
	/** Keeps users apart in the temporary folder. */
	readonly user: string;
}

const APP_NAME = 'p2pchat-ink';

/** `given`: --data-dir or P2PCHAT_HOME. Without it the data folder of the platform, at worst a temporary one. */
export function resolveDataDir(explicitPath: string | undefined, host: HostEnvironment): DataDir {
	if (explicitPath) return dataDirAt(resolve(explicitPath));
	const platform = platformDataFolder(host);
	if (platform) return dataDirAt(platform);
	const root = join(host.temporary, `${APP_NAME}-${host.user.replaceAll(/[^\w.-]/g, '_')}`);
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
function platformDataFolder({platform, environment, home}: HostEnvironment): string | undefined {
	const appFolder = (folder: string | undefined, ...segments: string[]) =>
		folder && isAbsolute(folder) && folder !== '/' ? join(folder, ...segments, APP_NAME) : undefined;
	if (platform === 'win32') return appFolder(environment.APPDATA) ?? appFolder(home, 'AppData', 'Roaming');
	if (platform === 'darwin') return appFolder(home, 'Library', 'Application Support');
	return appFolder(environment.XDG_DATA_HOME) ?? appFolder(home, '.local', 'share');
}

/** Makes the folder if need be, for its owner alone. Throws StorageError, also for one that belongs to another user. */
export function ensurePrivateDirectory(path: string): void {
	try {
		ensureDirectory(path);
		const {uid} = lstatSync(path);
		const ownUid = process.getuid?.();
		if (ownUid === undefined || ownUid === 0 || uid === ownUid) return;
	} catch (error) {
		throw toStorageError(error, 'cannot make the folder', path);
	}
	throw new StorageError('failed', 'the folder belongs to another user', path, 'Choose another place with --data-dir.');
}

/** The data folder of this user on this computer, or the one that was asked for. */
export function resolveSystemDataDir(explicitPath: string | undefined): DataDir {
	const {platform, env: environment} = process;
	return resolveDataDir(explicitPath, {
		platform,
		environment,
		home: readOrEmpty(homedir),
		temporary: tmpdir(),
		user: readOrEmpty(() => userInfo().username) || String(process.getuid?.() ?? 'user'),
	});
}

/** The operating system may know of no such thing (a user without an entry, a container). */
function readOrEmpty(read: () => string): string {
	try {
		return read();
	} catch {
		return '';
	}
}
