/** Rows as markdown that cannot be told what to be: every sign of markup in what people wrote is escaped. */
import {labelOf} from '../core/label.js';
import {addressOf} from '../core/select-peers.js';
import type {State, TimelineEntry} from '../core/state.js';
import {cleanForScreen, cleanLine} from '../ui/layout/clean-for-screen.js';
import {describeFact, formatLocalTime} from './format-plain.js';

export type MarkdownFormat = (entry: TimelineEntry) => string;

/** A heading for each day, an item for each row. Call it in the order of the timeline. */
export function createMarkdownFormat(state: State): MarkdownFormat {
	let day = '';
	return entry => {
		const [date = '', time = ''] = formatLocalTime(entry.at).split('T');
		const heading = date === day ? '' : `${day === '' ? '' : '\n'}## ${date}\n\n`;
		day = date;
		return `${heading}- ${time.slice(0, 8)} ${formatRow(state, entry)}`;
	};
}

function formatRow(state: State, entry: TimelineEntry): string {
	if (entry.type !== 'posted') return `*${escapeInline(describeFact(state, entry))}*`;
	const address = addressOf(state, entry.peer);
	const where = address ? ` (${escapeInline(`${address.claimed ? '~' : ''}${cleanLine(address.address)}`)})` : '';
	const lines = cleanForScreen(entry.text).split('\n').map(escapeMarkdown);
	const who = `**${escapeInline(cleanLine(labelOf(state, entry.peer, entry.seq)))}**${where}`;
	return `${entry.action ? `\\* ${who} ` : `${who}: `}${lines.join('\\\n  ')}`;
}

function escapeInline(text: string): string {
	return text.replace(/[\\`*_[\]<>#|~&!()]/g, '\\$&');
}

/** CommonMark lets any ASCII punctuation be escaped; these can begin or end markup, here or at the start of a line. */
export function escapeMarkdown(line: string): string {
	return escapeInline(line)
		.replace(/^(\s*)([-+=])/, '$1\\$2')
		.replace(/^(\s*\d+)([.)])/, '$1\\$2')
		.trimStart();
}
