import {homedir} from 'node:os';
import {join} from 'node:path';

/** The path with the home folder in the place of a leading `~`, as a shell would pass it. */
export function expandHome(path: string, home: string = homedir()): string {
	return /^~[/\\]/.test(path) ? join(home, path.slice(2)) : path;
}
