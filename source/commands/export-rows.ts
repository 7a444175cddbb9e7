/** Rows of a timeline into a file, asked for on a screen. */
import {open} from 'node:fs/promises';
import type {State, TimelineEntry} from '../core/state.js';
import {systemCode} from '../storage/errors.js';
import {jsonEvent, toJsonLine} from './format-json.js';
import {createMarkdownFormat} from './format-markdown.js';
import {formatPlain} from './format-plain.js';

const ROWS_A_WRITE = 1024;

/**
 * The form follows the ending: .md, .jsonl, else plain text. Never over a file that is there. Resolves to what to tell,
 * rejects with what went wrong in words.
 */
export async function exportRows(file: string, state: State, rows: readonly TimelineEntry[]): Promise<string> {
	const format = formatAs(file, state);
	const target = await open(file, 'wx', 0o600).catch(error => {
		if (systemCode(error) === 'EEXIST') throw new Error(`${file} is there already: name another file`);
		throw error;
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
	return `${written} ${written === 1 ? 'row' : 'rows'} written to ${file}`;
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
