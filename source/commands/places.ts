import {homedir, tmpdir, userInfo} from 'node:os';
import {type DataDir, findDataDir} from '../storage/data-dir.js';

/** The data folder of this user on this computer, or the one that was asked for. */
export function placesHere(given: string | undefined): DataDir {
	const {platform, env: environment} = process;
	return findDataDir(given, {
		platform,
		environment,
		home: ask(homedir),
		temporary: tmpdir(),
		user: ask(() => userInfo().username) || String(process.getuid?.() ?? 'user'),
	});
}

/** The operating system may know of no such thing (a user without an entry, a container). */
function ask(read: () => string): string {
	try {
		return read();
	} catch {
		return '';
	}
}
