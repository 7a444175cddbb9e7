/** JSON objects of `--json` and of the export. Other programs read them, so keys and their meanings must not change. */

import {contactOf} from '../../core/contacts.js';
import {
	type EventRef,
	eventId,
	type FeedEvent,
	type PeerId,
	shortFingerprint,
	type Whisper,
	type WrittenEvent,
} from '../../core/event.js';
import {toSortableString} from '../../core/event-order.js';
import {isOurs} from '../../core/own-sessions.js';
import {findPeer} from '../../core/roster.js';
import {selectMarks} from '../../core/select-marks.js';
import {addressOf, nameOf, nameSeqOf, statusOf} from '../../core/select-peers.js';
import {countSessions} from '../../core/select-people.js';
import type {State} from '../../core/state.js';
import {contentOf} from '../../core/text-of.js';
import type {TimelineEntry} from '../../core/timeline.js';
import type {ChatNode, SelfInfo} from '../../node/chat-node.js';
import type {InvitationInfo} from '../../node/invitation.js';
import {unreadMentions} from '../../ui/timeline/describe-unread.js';
import type {JsonEvent, JsonInvitation, JsonLine, JsonPeer, JsonPerson, JsonReady, JsonWhisper} from './json-lines.js';

/** Characters that control a terminal and that JSON.stringify does not escape. */
const TERMINAL_CONTROL = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Formats one line without its newline. Characters that control a terminal are escaped. */
export function toJsonLine(line: JsonLine | Readonly<Record<string, unknown>>): string {
	return JSON.stringify(line).replace(
		TERMINAL_CONTROL,
		found => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);
}

/** Returns the `ready` line, the first line of `--json`. */
export function jsonReady(self: SelfInfo, name: string): JsonReady {
	return {
		type: 'ready',
		peer: self.peer,
		...(self.identity !== undefined && {identity: self.identity}),
		...(self.identityKey !== undefined && {identityKey: self.identityKey}),
		name,
		room: self.room,
		udpPort: self.udpPort,
		tcpPort: self.tcpPort,
		addresses: self.addresses,
		...(self.logPath !== undefined && {log: self.logPath}),
		version: self.version,
	};
}

/** Returns an `event` line. `ref`: the reference that the controlling program passed with its `post`. */
export function jsonEvent(state: State, event: FeedEvent, live: boolean, ref?: string | number): JsonEvent {
	return {
		type: 'event',
		id: eventId(event.peer, event.seq),
		kind: event.type,
		...jsonPerson(state, event.peer, event.seq),
		at: toIsoTime(event.at),
		order: toSortableString(event),
		...eventDetails(state, event),
		own: event.peer === state.launch?.peer,
		live,
		...(ref !== undefined && {ref}),
	};
}

/** Returns a `whisper` line. */
export function jsonWhisper(state: State, whisper: Whisper, live: boolean, ref?: string | number): JsonWhisper {
	const {subject, id, at, text, own} = whisper;
	return {
		type: 'whisper',
		id,
		...jsonPerson(state, subject, nameSeqOf(state, subject, whisper)),
		at: toIsoTime(at),
		order: toSortableString(whisper),
		text,
		own,
		live,
		...(ref !== undefined && {ref}),
	};
}

/** Formats a timeline entry for the export. Returns undefined for the observations of this node, which are in no
 * feed. Whispers are observations too, but the export contains them. */
export function formatJsonEntry(state: State, entry: TimelineEntry): string | undefined {
	switch (entry.type) {
		case 'launched':
		case 'peer-connected':
		case 'peer-disconnected':
		case 'notice':
			return undefined;
		case 'whisper':
			return toJsonLine(jsonWhisper(state, entry, false));
		default:
			return toJsonLine(jsonEvent(state, entry, false));
	}
}

/** Returns a `peer` line, or undefined for this node itself. */
export function jsonPeer(state: State, peer: PeerId): JsonPeer | undefined {
	const status = statusOf(state, peer);
	if (status === 'self') return undefined;
	const keeper = findPeer(state.roster, peer)?.isKeeper && {keeper: true as const};
	return {type: 'peer', ...jsonPerson(state, peer), status, sessions: countSessions(state, peer), ...keeper};
}

/** Returns the `unread` line of a reopened log, or an empty array if the log has no unread messages. */
export function jsonUnread({reading, store}: Pick<ChatNode, 'reading' | 'store'>): JsonLine[] {
	const unread = reading?.unread();
	if (!unread || unread.messages.length === 0 || unread.since === undefined) return [];
	const mentions = unreadMentions(store.getState(), unread).length;
	return [{type: 'unread', messages: unread.messages.length, mentions, since: toIsoTime(unread.since)}];
}

function jsonPerson(state: State, peer: PeerId, seq?: number): JsonPerson {
	const identity = findPeer(state.roster, peer)?.identity;
	const shown = addressOf(state, peer);
	return {
		peer,
		...(identity && {identity: shortFingerprint(identity), identityKey: identity.key}),
		...(isOurs(state, peer) && {you: true}),
		...(contactOf(state, peer) && {verified: true}),
		name: nameOf(state, peer, seq),
		...(shown && {address: shown.address}),
		...(shown?.isUnverified && {addressClaimed: true}),
	};
}

function eventDetails(state: State, event: FeedEvent): Partial<JsonEvent> {
	switch (event.type) {
		case 'posted':
			return writtenDetails(state, event);
		case 'shared': {
			const {file, fileName, size} = event;
			const {text: note, ...others} = writtenDetails(state, event);
			return {file, fileName, size, ...(note !== undefined && note !== '' && {note}), ...others};
		}
		case 'renamed':
			return {from: nameOf(state, event.peer, event.seq - 1)};
		case 'joined':
			return {addresses: event.addresses, ...(event.keeper && {keeper: true})};
		case 'moved':
			return {addresses: event.addresses};
		case 'lost':
			return {
				subject: event.subject,
				subjectName: nameOf(state, event.subject, nameSeqOf(state, event.subject, event)),
			};
		case 'marked':
			return {target: refId(event.target), word: event.word, on: event.on};
		case 'corrected':
			return {target: refId(event.target), text: event.text};
		case 'withdrawn':
			return {target: refId(event.target)};
		case 'pinned':
			return {target: refId(event.target), on: event.on};
		case 'left':
		case 'returned':
		case 'unreadable':
			return {};
		default:
			return event satisfies never;
	}
}

function writtenDetails(state: State, event: WrittenEvent): Partial<JsonEvent> {
	const {text, correction, withdrawal} = contentOf(state, event);
	return {
		text,
		...(event.type === 'posted' && event.action && {action: true}),
		...(event.type === 'posted' && event.window && {window: event.window}),
		...(event.type === 'posted' && event.replyTo && {replyTo: refId(event.replyTo)}),
		...(correction && !withdrawal && {edited: true}),
		...(withdrawal && {withdrawn: true}),
		...marksOf(state, event, withdrawal !== undefined),
	};
}

function marksOf(state: State, event: WrittenEvent, isWithdrawn: boolean): Partial<JsonEvent> {
	const marks = isWithdrawn ? [] : selectMarks(state, event);
	return marks.length === 0
		? {}
		: {marks: marks.map(({word, people}) => ({word, count: people.length, peers: people}))};
}

function refId({peer, seq}: EventRef): string {
	return eventId(peer, seq);
}

/** Formats a time as RFC 3339 in UTC. A time outside the range of Date becomes the nearest valid time. */
export function toIsoTime(ms: number): string {
	const maxDateMs = 8.64e15;
	return new Date(Math.min(Math.max(Number.isFinite(ms) ? ms : 0, -maxDateMs), maxDateMs)).toISOString();
}

/** Returns the `invitation` line for an open window for guests (a page of the room over HTTP). */
export function jsonInvitation({urls, packageUrl, packageHash, guests, until}: InvitationInfo): JsonInvitation {
	return {
		type: 'invitation',
		urls,
		packageUrl,
		packageHash,
		guests: guests.map(({number, address, isConnected}) => ({number, address, connected: isConnected})),
		until: toIsoTime(until),
	};
}
