import {homedir} from 'node:os';
import {join} from 'node:path';

/**
 * The path with the home folder in the place of a leading `~/`, as a shell would pass it. If the system knows no home folder,
 * for example in a container, the path is returned unchanged.
 */
export function expandHome(path: string, findHome: () => string = homedir): string {
	if (!/^~[/\\]/.test(path)) return path;
	try {
		return join(findHome(), path.slice(2));
	} catch {
		return path;
	}
}
