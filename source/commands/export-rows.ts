/** Rows of a timeline into a file, asked for on a screen. */
import {open} from 'node:fs/promises';
import {homedir} from 'node:os';
import {extname, join, resolve} from 'node:path';
import type {State, TimelineEntry} from '../core/state.js';
import {systemCode, systemWords} from '../storage/errors.js';
import {jsonEvent, toJsonLine} from './format-json.js';
import {createMarkdownFormat} from './format-markdown.js';
import {formatPlain} from './format-plain.js';

const ROWS_A_WRITE = 1024;
/** Whose reader gets what the name promises. */
const TEXT_ENDINGS: ReadonlySet<string> = new Set(['.txt', '.text', '.log', '.md', '.jsonl', '']);

/**
 * The form follows the ending: .md, .jsonl, else plain text. `~/` is the home folder, as in a shell. Never over a file
 * that is there. Resolves to what to tell, rejects with what went wrong in words.
 */
export async function exportRows(typed: string, state: State, rows: readonly TimelineEntry[]): Promise<string> {
	const file = placeOf(typed);
	const format = formatAs(file, state);
	const target = await open(file, 'wx', 0o600).catch(error => {
		if (systemCode(error) === 'EEXIST') throw new Error(`${file} is there already: name another file`);
		throw new Error(`${file} cannot be written: ${systemWords(error)}`, {cause: error});
	});
	let written = 0;
	try {
		for (let from = 0; from < rows.length; from += ROWS_A_WRITE) {
			const lines = rows.slice(from, from + ROWS_A_WRITE).flatMap(entry => format(entry) ?? []);
			written += lines.length;
			await target.write(lines.map(line => `${line}\n`).join(''));
		}
	} finally {
		await target.close();
	}
	const asText = TEXT_ENDINGS.has(extname(file).toLowerCase())
		? ''
		: ' as plain text (.md and .jsonl have forms of their own)';
	return `${written} ${written === 1 ? 'row' : 'rows'} written${asText} to ${file}`;
}

/** Whole, so that it is found again. */
function placeOf(typed: string): string {
	return resolve(/^~(?=[/\\]|$)/.test(typed) ? join(homedir(), typed.slice(1)) : typed);
}

function formatAs(file: string, state: State): (entry: TimelineEntry) => string | undefined {
	if (file.endsWith('.md')) return createMarkdownFormat(state);
	if (!file.endsWith('.jsonl')) return entry => formatPlain(state, entry);
	return entry => {
		const observed =
			entry.type === 'launched' ||
			entry.type === 'peer-connected' ||
			entry.type === 'peer-disconnected' ||
			entry.type === 'notice';
		return observed ? undefined : toJsonLine(jsonEvent(state, entry, false));
	};
}
