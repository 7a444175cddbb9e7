/**
 * Timeline entries as plain text and markdown. Only entries start in column 0, so that no message text can imitate an
 * entry.
 */
import {isWritten, type PeerId, type Whisper, type WrittenEvent} from '../../core/event.js';
import {describeMove, exportedAddress} from '../../core/export-scope.js';
import {findLinks} from '../../core/find-links.js';
import {findPeer, isFirstContact} from '../../core/roster.js';
import {formatPeerName, nameSeqOf} from '../../core/select-peers.js';
import type {State} from '../../core/state.js';
import type {TimelineEntry} from '../../core/timeline.js';
import {cleanForScreen, cleanLine} from '../../ui/text/clean-for-screen.js';
import {describeEffect, describeMarks, quoteOf} from '../../ui/timeline/describe-effect.js';
import {markedMessageText} from '../../ui/timeline/message-text.js';
import {joinParts} from '../../ui/timeline/text-parts.js';

/**
 * Formats a message as `2026-11-22T14:05:09+01:00 Carol (192.168.1.7): text`, an action as `… * Carol (192.168.1.7) waves`, a
 * shared file as `… * Carol (192.168.1.7) shared plan.pdf (131 kB): note`, and any other event, without an address, as `… * Carol joined`.
 * An export leaves the addresses out: see export-scope.ts. No final newline.
 */
export function formatPlain(state: State, entry: TimelineEntry, withAddresses = true): string {
	const time = formatLocalTime(entry.at);
	if (!isWritten(entry)) return `${time} * ${describeEntry(state, entry, withAddresses)}`;
	const lines = [...markedMessageText(state, entry).split('\n'), ...noteLines(state, entry)];
	const text = lines.join('\n    ');
	const author = nameWithAddress(state, entry.peer, withAddresses, entry.seq);
	return isAction(entry) ? `${time} * ${author} ${text}` : `${time} ${author}: ${text}`;
}

/** Whether the text continues a sentence that begins with the author: Carol waves, Carol shared a file. */
function isAction(message: WrittenEvent): boolean {
	return message.type === 'shared' || message.action === true;
}

/** Further lines about a message: one for the message that it answers, and one for the reactions to it. */
function noteLines(state: State, message: WrittenEvent): string[] {
	const marks = describeMarks(state, message);
	return [
		...(message.type === 'posted' && message.replyTo
			? [`(in reply to ${joinParts(quoteOf(state, message.replyTo, message).parts)})`]
			: []),
		...(marks === '' ? [] : [`(${marks})`]),
	];
}

/** Formats a time as RFC 3339 in local time, to the second. A year outside 1970 to 9999 becomes the nearest valid one. */
export function formatLocalTime(ms: number): string {
	const bounded = Math.min(Math.max(Number.isFinite(ms) ? ms : 0, MIN_DATE_MS), MAX_DATE_MS);
	const date = new Date(bounded);
	const offset = -date.getTimezoneOffset();
	const wallTime = new Date(bounded + offset * 60_000).toISOString().slice(0, 19);
	const minutes = Math.abs(offset);
	const twoDigits = (value: number) => String(value).padStart(2, '0');
	return `${wallTime}${offset < 0 ? '-' : '+'}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
}

/**
 * Earliest and latest time that can be formatted, ms since 1970. RFC 3339 has four-digit years. The last day of 9999 is
 * excluded, because a time zone offset could turn it into the year 10000.
 */
const MIN_DATE_MS = Date.UTC(1970, 0, 1);
const MAX_DATE_MS = Date.UTC(9999, 11, 30);

/** Formats a peer as `Carol (192.168.1.7)`, or as `Carol`. */
function nameWithAddress(state: State, peer: PeerId, withAddresses: boolean, seq?: number): string {
	const address = exportedAddress(state, peer, withAddresses);
	const name = cleanLabel(state, peer, seq);
	return address === undefined ? name : `${name} (${address})`;
}

function cleanLabel(state: State, peer: PeerId, seq?: number): string {
	return cleanLine(formatPeerName(state, peer, seq));
}

/** Name that the subject of an entry had at the time of the entry. */
function subjectLabel(state: State, entry: TimelineEntry & {readonly subject: PeerId}): string {
	return cleanLabel(state, entry.subject, nameSeqOf(state, entry.subject, entry));
}

/** Formats a whisper as `private, from Dave (192.168.1.8): text`, or with `to` for a whisper that this user sent. */
function formatWhisper(state: State, entry: Whisper, withAddresses: boolean): string {
	const party = nameWithAddress(state, entry.subject, withAddresses, nameSeqOf(state, entry.subject, entry));
	return `private, ${entry.own ? 'to' : 'from'} ${party}: ${cleanForScreen(entry.text).replaceAll('\n', '\n    ')}`;
}

/** Describes an event other than a message. Only the text of a whisper may have several lines. */
export function describeEntry(
	state: State,
	entry: Exclude<TimelineEntry, {readonly type: 'posted' | 'shared'}>,
	withAddresses = true,
): string {
	const name = cleanLabel(state, entry.peer, entry.seq || undefined);
	switch (entry.type) {
		case 'joined':
			return `${name} joined${entry.keeper ? ' as keeper' : ''}`;
		case 'renamed':
			return `${cleanLabel(state, entry.peer, entry.seq - 1)} is now called ${cleanLabel(state, entry.peer, entry.seq)}`;
		case 'moved':
			return `${name} ${describeMove(entry, withAddresses)}`;
		case 'left':
			return `${name} left`;
		case 'lost':
			return `${name} lost contact with ${subjectLabel(state, entry)}`;
		case 'returned':
			return `${name} reconnected`;
		case 'unreadable':
			return `${name} sent an event that this version cannot read`;
		case 'launched':
			return `p2pchat-ink ${cleanLine(entry.version)} started`;
		case 'peer-connected':
			return isFirstContact(findPeer(state.roster, entry.subject), entry)
				? `connected to ${nameWithAddress(state, entry.subject, withAddresses, nameSeqOf(state, entry.subject, entry))}`
				: `reconnected to ${subjectLabel(state, entry)}`;
		case 'peer-disconnected':
			return `you lost contact with ${subjectLabel(state, entry)}`;
		case 'notice':
			return cleanLine(entry.text);
		case 'whisper':
			return formatWhisper(state, entry, withAddresses);
		case 'marked':
		case 'corrected':
		case 'withdrawn':
		case 'pinned':
			return joinParts(describeEffect(state, entry) ?? []).replaceAll('\n', '\n    ');
		default:
			return entry satisfies never;
	}
}

export type MarkdownFormat = (entry: TimelineEntry) => string;

/** Creates a formatter to be called in timeline order: a heading per day, a list item per entry, all user text escaped. */
export function createMarkdownFormat(state: State, withAddresses = true): MarkdownFormat {
	let day = '';
	return entry => {
		const [date = '', time = ''] = formatLocalTime(entry.at).split('T');
		const heading = date === day ? '' : `${day === '' ? '' : '\n'}## ${date}\n\n`;
		day = date;
		return `${heading}- ${time.slice(0, 8)} ${formatMarkdownEntry(state, entry, withAddresses)}`;
	};
}

function formatMarkdownEntry(state: State, entry: TimelineEntry, withAddresses: boolean): string {
	if (entry.type === 'whisper')
		return describeEntry(state, entry, withAddresses)
			.split('\n')
			.map(line => escapeMarkdown(line.trim()))
			.join('\\\n  ');
	if (!isWritten(entry)) return `*${escapeInline(describeEntry(state, entry, withAddresses))}*`;
	const address = exportedAddress(state, entry.peer, withAddresses);
	const addressText = address === undefined ? '' : ` (${escapeInline(address)})`;
	const lines = [...markedMessageText(state, entry).split('\n'), ...noteLines(state, entry)].map(escapeMarkdown);
	const author = `**${escapeInline(cleanLine(formatPeerName(state, entry.peer, entry.seq)))}**${addressText}`;
	return `${isAction(entry) ? `\\* ${author} ` : `${author}: `}${lines.join('\\\n  ')}`;
}

function escapeInline(text: string): string {
	return text.replace(/[\\`*_[\]<>#|~&!()]/g, '\\$&');
}

/**
 * Escapes all characters that are markdown markup (CommonMark 0.31, 2.4), also those that are markup only at the start
 * of a line. Links are between `<` and `>`, where nothing may be escaped (6.5). Spaces at the start and several spaces in a
 * row, which Markdown would drop, become no-break spaces, so that code stays as it was written.
 */
export function escapeMarkdown(line: string): string {
	let escaped = '';
	let done = 0;
	for (const {start, end} of findLinks(line)) {
		escaped += `${escapeInline(line.slice(done, start))}<${line.slice(start, end)}>`;
		done = end;
	}
	return (escaped + escapeInline(line.slice(done)))
		.replace(/^(\s*)([-+=])/, '$1\\$2')
		.replace(/^(\s*\d+)([.)])/, '$1\\$2')
		.replace(/^\s+|\s{2,}/g, spaces => '&nbsp;'.repeat(spaces.replaceAll('\t', '    ').length));
}
