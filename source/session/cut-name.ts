import {MAX_NAME_BYTES, MAX_NAME_CELLS} from '../core/limits.js';
import {cleanName} from '../core/text.js';

/** What to tell whoever chose a name that is not taken as it stands; undefined when it is. */
export function describeCutName(wanted: string): string | undefined {
	const name = cleanName(wanted);
	if (name === wanted.trim()) return undefined;
	return `your name is “${name}”: at most ${MAX_NAME_CELLS} columns and ${MAX_NAME_BYTES} bytes of what can be shown are taken`;
}
