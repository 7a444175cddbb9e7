/** Converts timeline entries to the rows of a page. */

import {isWritten, type PeerId, type PostedEvent, type WrittenEvent} from '../core/event.js';
import type {OrderKey} from '../core/event-order.js';
import {describeMove, exportedAddress, isExported} from '../core/export-scope.js';
import {findPosted} from '../core/find-posted.js';
import {formatBytes} from '../core/format-quantity.js';
import {hueOf} from '../core/name-hues.js';
import {findPeer, isFirstContact} from '../core/roster.js';
import {selectMarks} from '../core/select-marks.js';
import {nameSeqOf} from '../core/select-peers.js';
import type {State} from '../core/state.js';
import {cleanText} from '../core/text.js';
import {contentOf} from '../core/text-of.js';
import type {TimelineEntry} from '../core/timeline.js';
import {cleanOneLine, type PageNames} from './page-names.js';
import type {PageMark, PageQuote, PageRow} from './page-row.js';

export interface PageRowOptions {
	readonly names: PageNames;
	/** Whether rows contain addresses, and notices of the program, which can contain addresses and fingerprints. */
	readonly withAddresses: boolean;
	/** Whether rows contain the observations of the node that wrote the log: its starts and its connections. */
	readonly withObservations: boolean;
	/** Id of the row of an entry. */
	idOf(state: State, entry: TimelineEntry): string;
}

/** Maximum length of the quoted text in a reply, in UTF-16 units. A longer text is shortened. */
const MAX_QUOTE_UNITS = 120;
const UNKNOWN_QUOTE: PageQuote = {text: 'a message that is not here'};

/**
 * Converts an entry to a row that shows the reactions to the entry and its correction or withdrawal. Undefined if the
 * page leaves the entry out.
 */
export function pageRowOf(state: State, entry: TimelineEntry, options: PageRowOptions): PageRow | undefined {
	const head = {id: options.idOf(state, entry), at: entry.at};
	if (isWritten(entry)) return {...head, ...messageOf(state, entry, options)};
	const event = describeEvent(state, entry, options);
	return event && {...head, kind: 'event', ...event};
}

function messageOf(state: State, message: WrittenEvent, options: PageRowOptions): Omit<PageRow, 'id' | 'at'> {
	const {correction, withdrawal} = contentOf(state, message);
	const marks = withdrawal ? [] : marksOf(state, message, options.names);
	return {
		kind: message.type === 'shared' || message.action ? 'action' : 'message',
		...authorOf(state, message, options),
		text: withdrawal ? '' : textAsOf(state, message),
		...(correction && !withdrawal && {edited: true}),
		...(withdrawal && {withdrawn: true}),
		...(message.type === 'posted' && message.replyTo && {quote: quoteOf(state, message, options)}),
		...(marks.length > 0 && {marks}),
	};
}

function authorOf(state: State, {peer, seq}: TimelineEntry, {names, withAddresses}: PageRowOptions) {
	const address = exportedAddress(state, peer, withAddresses);
	return {
		name: names(state, peer, seq || undefined),
		hue: hueOf(state, peer),
		...(address !== undefined && {address}),
	};
}

function marksOf(state: State, message: WrittenEvent, names: PageNames): PageMark[] {
	return selectMarks(state, message).map(({word, people}) => ({
		word: cleanOneLine(word),
		names: people.map(peer => names(state, peer)),
	}));
}

/**
 * Text of a message, or name, size and note of a shared file. `position`: position in the timeline. Corrections after
 * this position are left out; by default all corrections apply.
 */
function textAsOf(state: State, message: WrittenEvent, position?: OrderKey): string {
	const text = cleanText(contentOf(state, message, position).text);
	if (message.type === 'posted') return text;
	const file = `shared ${cleanOneLine(message.fileName)} (${formatBytes(message.size)})`;
	return text === '' ? file : `${file}: ${text}`;
}

/** The message that a reply answers, with the text that it had at the position of the reply. */
function quoteOf(state: State, reply: PostedEvent, options: PageRowOptions): PageQuote {
	const message = reply.replyTo && findPosted(state.timeline, reply.replyTo);
	if (!message) return UNKNOWN_QUOTE;
	const {withdrawal} = contentOf(state, message, reply);
	const shown = withdrawal ? '(withdrawn)' : textAsOf(state, message, reply).replaceAll('\n', ' ').trim();
	return {
		id: options.idOf(state, message),
		name: options.names(state, message.peer, message.seq),
		text: shorten(shown),
	};
}

/** Shortens a text to at most MAX_QUOTE_UNITS, without cutting a code point in two. */
function shorten(text: string): string {
	if (text.length <= MAX_QUOTE_UNITS) return text;
	return `${Array.from(text.slice(0, MAX_QUOTE_UNITS)).slice(0, -1).join('')}…`;
}

type EventText = Pick<PageRow, 'text' | 'name' | 'hue' | 'subject'>;

function describeEvent(
	state: State,
	entry: Exclude<TimelineEntry, {readonly type: 'posted' | 'shared'}>,
	options: PageRowOptions,
): EventText | undefined {
	const {names, withAddresses, withObservations} = options;
	const who = () => {
		const {name, hue} = authorOf(state, entry, options);
		return {name, hue};
	};
	const named = (subject: PeerId, position: OrderKey) => names(state, subject, nameSeqOf(state, subject, position));
	switch (entry.type) {
		case 'joined':
			return {...who(), text: 'joined'};
		case 'renamed':
			return {
				name: names(state, entry.peer, entry.seq - 1),
				hue: hueOf(state, entry.peer),
				text: 'is now called',
				subject: names(state, entry.peer, entry.seq),
			};
		case 'moved':
			return {...who(), text: describeMove(entry, withAddresses)};
		case 'left':
			return {...who(), text: 'left'};
		case 'lost':
			return {...who(), text: 'lost contact with', subject: named(entry.subject, entry)};
		case 'returned':
			return {...who(), text: 'reconnected'};
		case 'launched':
			return withObservations ? {text: `p2pchat-ink ${cleanOneLine(entry.version)} started`} : undefined;
		case 'peer-connected': {
			if (!withObservations) return undefined;
			const isFirst = isFirstContact(findPeer(state.roster, entry.subject), entry);
			return {text: isFirst ? 'connected to' : 'reconnected to', subject: named(entry.subject, entry)};
		}
		case 'peer-disconnected':
			return withObservations ? {text: 'you lost contact with', subject: named(entry.subject, entry)} : undefined;
		case 'notice':
			return withObservations && isExported(entry, {withAddresses, whispers: false})
				? {text: cleanOneLine(entry.text)}
				: undefined;
		case 'unreadable':
			return {...who(), text: 'sent an event that this version cannot read'};
		case 'marked':
		case 'corrected':
		case 'withdrawn':
		case 'pinned':
		// No page ever contains a whisper, because pages are made to be shown to others.
		case 'whisper':
			return undefined;
		default:
			return entry satisfies never;
	}
}
