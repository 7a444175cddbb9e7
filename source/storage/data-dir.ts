/** Paths in the data folder, which contains logs, the identity and settings. This module creates no files or folders. */
import {homedir, tmpdir, userInfo} from 'node:os';
import {isAbsolute, join, resolve} from 'node:path';

export interface DataDir {
	readonly root: string;
	/** Folder of logs. */
	readonly logs: string;
	/** Configuration file. */
	readonly config: string;
	/** File with the seed of the identity. */
	readonly identity: string;
	/** File with the remembered peers. */
	readonly peers: string;
	/** File with the verified people. */
	readonly contacts: string;
	/** Folder of Node's compile cache. */
	readonly compileCache: string;
	/** Warning for the user if the data folder is in a temporary folder. */
	readonly notice?: string;
}

/** Facts about the computer and the user that determine the data folder. */
export interface HostEnvironment {
	readonly platform: string;
	readonly environment: Readonly<Record<string, string | undefined>>;
	/** Home folder of the user; empty if there is none. */
	readonly home: string;
	/** Temporary folder of the system, which all users share. */
	readonly temporary: string;
	/**
	 * User name. It is part of the data folder's name if the data folder is in the temporary folder, which all users
	 * share.
	 */
	readonly user: string;
}

const APP_NAME = 'p2pchat-ink';

/**
 * Data folder at `explicitPath` (--data-dir or P2PCHAT_HOME). Without `explicitPath`, the result is the standard data
 * folder of the platform. If the user has no home folder, the result is a temporary folder, and its `notice` warns
 * the user.
 */
export function resolveDataDir(explicitPath: string | undefined, host: HostEnvironment): DataDir {
	if (explicitPath) return dataDirAt(resolve(explicitPath));
	const platform = platformDataFolder(host);
	if (platform) return dataDirAt(platform);
	const root = join(host.temporary, `${APP_NAME}-${host.user.replaceAll(/[^\w.-]/g, '_')}`);
	const notice = `There is no home folder: logs are kept in ${root}, which the system may clear. Choose another place with --data-dir.`;
	return {...dataDirAt(root), notice};
}

function dataDirAt(root: string): DataDir {
	return {
		root,
		logs: join(root, 'logs'),
		config: join(root, 'config.json'),
		identity: join(root, 'identity'),
		peers: join(root, 'peers.json'),
		contacts: join(root, 'contacts.json'),
		compileCache: join(root, 'compile-cache'),
	};
}

/**
 * Standard data folder of the platform. A relative path in an environment variable is ignored, as the XDG Base Directory
 * Specification requires.
 */
function platformDataFolder({platform, environment, home}: HostEnvironment): string | undefined {
	const appFolder = (folder: string | undefined, ...segments: string[]) =>
		folder && isAbsolute(folder) && folder !== '/' ? join(folder, ...segments, APP_NAME) : undefined;
	if (platform === 'win32') return appFolder(environment.APPDATA) ?? appFolder(home, 'AppData', 'Roaming');
	if (platform === 'darwin') return appFolder(home, 'Library', 'Application Support');
	return appFolder(environment.XDG_DATA_HOME) ?? appFolder(home, '.local', 'share');
}

/** Calls `resolveDataDir` for the current user on this computer. */
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

/** Returns '' if `read` throws. `userInfo` throws for a user who is missing in the user database, as in some containers. */
function readOrEmpty(read: () => string): string {
	try {
		return read();
	} catch {
		return '';
	}
}
