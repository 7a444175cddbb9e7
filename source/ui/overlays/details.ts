/** Details of an entry and of a peer, as pairs of label and value. */
import {contactOf, trustOf} from '../../core/contacts.js';
import {
	isWritten,
	type PeerId,
	type SharedEvent,
	shortPeerId,
	type Whisper,
	type WrittenEvent,
} from '../../core/event.js';
import {toSortableString} from '../../core/event-order.js';
import {formatBytes} from '../../core/format-quantity.js';
import {CLOCK_OFFSET_SHOWN_MS, MAX_VERSIONS_SHOWN} from '../../core/limits.js';
import {isOwnLaunch} from '../../core/own-sessions.js';
import {selectDelivery, selectEarlierHolders, selectHolders} from '../../core/select.js';
import {selectMarks} from '../../core/select-marks.js';
import {
	fingerprintOf,
	formatRoundTrip,
	nameSeqOf,
	type PeerView,
	selectPeer,
	statusWord,
} from '../../core/select-peers.js';
import {findPerson, namesOfIdentity, selectPeople} from '../../core/select-people.js';
import {shownName} from '../../core/shown-name.js';
import type {State} from '../../core/state.js';
import {originalText, versionsOf} from '../../core/text-of.js';
import type {TimelineEntry} from '../../core/timeline.js';
import {quoteName} from '../../node/commands/parse-command.js';
import {cleanForScreen, cleanLine} from '../text/clean-for-screen.js';
import {quoteOf} from '../timeline/describe-effect.js';
import {entryText} from '../timeline/describe-entry.js';
import {describeWhisperDelivery} from '../timeline/describe-whisper.js';
import {clearName, displayAddress, displayName} from '../timeline/display-name.js';
import {summarizeTransfer, transferOf} from '../timeline/format-file.js';
import {formatMoment} from '../timeline/format-time.js';
import {messageText} from '../timeline/message-text.js';
import {joinParts} from '../timeline/text-parts.js';

/** Maximum number of names in a list of people. Further people are shown as a number. */
const MAX_NAMES = 20;

export type Detail = readonly [label: string, value: string];

const IMPOSTOR_TEXT = 'NOT the key of the person with this name whom you verified';

/** Details of a whisper, which has a sender and an addressee and is in no feed. */
function whisperDetails(state: State, entry: Whisper): Detail[] {
	const {subject, own, id, at} = entry;
	const name = `${clearName(state, subject, nameSeqOf(state, subject, entry))}#${fingerprintOf(state, subject)}`;
	const delivery = describeWhisperDelivery(state, entry);
	return [
		[own ? 'private, to' : 'private, from', name],
		...(trustOf(state, subject) === 'impostor' ? [['key', IMPOSTOR_TEXT] as const] : []),
		['address', displayAddress(state, subject) || 'unknown'],
		[own ? 'sent' : 'received', formatMoment(at)],
		['event', `whisper ${id}, only in the logs of the two of you; it cannot be proven to others`],
		['peer id', subject],
		...(delivery === undefined ? [] : [['delivery', delivery] as const]),
		['text', entryText(state, entry)],
	];
}

export function entryDetails(state: State, entry: TimelineEntry): Detail[] {
	if (entry.type === 'whisper') return whisperDetails(state, entry);
	const details: Detail[] = [
		['from', `${clearName(state, entry.peer, entry.seq)}#${fingerprintOf(state, entry.peer)}`],
		...(trustOf(state, entry.peer, entry.seq) === 'impostor' ? [['key', IMPOSTOR_TEXT] as const] : []),
		['address', displayAddress(state, entry.peer) || 'unknown'],
		['sent', `${formatMoment(entry.at)}${entry.late ? ' (arrived late)' : ''}`],
	];
	if (entry.seq > 0)
		details.push(['event', `${entry.type}, number ${entry.seq} of this peer`], ['peer id', entry.peer]);
	else details.push(['event', `${entry.type}, observed by this node`]);
	details.push(['order', toSortableString(entry)]);
	if (isWritten(entry) && entry.peer === state.launch?.peer) details.push(['delivery', deliveryText(state, entry.seq)]);
	else if (isWritten(entry) && isOwnLaunch(state, entry.peer))
		details.push(['delivery', earlierDeliveryText(state, entry)]);
	if (isWritten(entry)) details.push(...effectDetails(state, entry));
	else details.push(['text', entryText(state, entry)]);
	return details;
}

/**
 * Details of a message: its file, the message that it answers, its text, the earlier versions of the text, and who
 * reacted.
 */
function effectDetails(state: State, message: WrittenEvent): Detail[] {
	const details: Detail[] = message.type === 'shared' ? fileDetails(state, message) : [];
	if (message.type === 'posted' && message.replyTo)
		details.push(['in reply to', joinParts(quoteOf(state, message.replyTo, message).parts)]);
	details.push(['text', messageText(state, message)]);
	const versions = versionsOf(state, message);
	if (versions.filter(({type}) => type === 'corrected').length === MAX_VERSIONS_SHOWN)
		details.push(['versions', `shown: the first one and the last ${MAX_VERSIONS_SHOWN} corrections`]);
	for (const version of versions.length > 1 ? versions : []) {
		const when = formatMoment(version.at);
		if (version.type === 'withdrawn')
			details.push(['withdrawn', `${when} (hidden here, not erased: all peers hold it)`]);
		else if (version.type === 'corrected') details.push(['corrected', `${when}: ${cleanForScreen(version.text)}`]);
		else if (isWritten(version)) details.push(['first version', `${when}: ${cleanForScreen(originalText(version))}`]);
	}
	for (const {word, people} of selectMarks(state, message)) {
		details.push([`reaction ${cleanLine(word)}`, listNames(state, people)]);
	}
	return details;
}

/** Name, size, content and transfer of a shared file. */
function fileDetails(state: State, event: SharedEvent): Detail[] {
	const transfer = transferOf(state, event);
	return [
		['file', cleanLine(event.fileName)],
		['size', `${formatBytes(event.size)} (${event.size} bytes)`],
		['content', event.file],
		['transfer', transfer ? summarizeTransfer(transfer) : 'not fetched'],
	];
}

function deliveryText(state: State, seq: number): string {
	const delivery = selectDelivery(state, seq);
	if (!delivery || (delivery.of === 0 && delivery.delivered === 0))
		return 'nobody was connected; will be delivered to peers that join later';
	const {stored, missing} = selectHolders(state, seq);
	const holders = stored.length === 0 ? '' : `: ${listNames(state, stored)}`;
	if (delivery.of === 0)
		return `nobody was connected; stored by ${peers(delivery.delivered)} that joined later${holders}`;
	const count = `stored by ${delivery.delivered} of ${peers(delivery.of)} that ${delivery.of === 1 ? 'was' : 'were'} connected`;
	return `${count}${holders}${missing.length === 0 ? '' : `; not stored by ${listNames(state, missing)}`}`;
}

function earlierDeliveryText(state: State, entry: TimelineEntry): string {
	const holders = selectEarlierHolders(state, entry);
	return holders.length === 0
		? 'sent by an earlier session of yours; no peer that has connected since then is known to have it'
		: `stored by ${peers(holders.length)}: ${listNames(state, holders)}`;
}

function listNames(state: State, people: readonly PeerId[]): string {
	const names = people.slice(0, MAX_NAMES).map(peer => displayName(state, peer));
	return `${names.join(', ')}${people.length > MAX_NAMES ? ` and ${people.length - MAX_NAMES} more` : ''}`;
}

function peers(count: number): string {
	return `${count} ${count === 1 ? 'peer' : 'peers'}`;
}

export function peerDetails(state: State, peer: PeerId): Detail[] {
	const view = selectPeer(state, peer);
	if (!view) return [['peer id', peer]];
	const details: Detail[] = [
		['name', shownName(cleanLine(view.name)) || shortPeerId(peer)],
		['state', statusWord(view.status)],
		...(view.isKeeper
			? [['role', 'keeper: stays in the room, so that the history stays available'] satisfies Detail]
			: []),
		[
			'address',
			view.address
				? `${cleanLine(view.address)}${view.isAddressUnverified ? ' (reported by others, not verified)' : ''}`
				: 'unknown',
		],
		[
			'fingerprint',
			`${view.fingerprint}${view.verified ? ' (durable identity)' : ' (of this launch only, no durable identity)'}`,
		],
		['key', trustText(state, view)],
		['peer id', view.peer],
	];
	details.push(...personDetails(state, view), ...linkDetails(view), ...historyDetails(state, view));
	return details;
}

/** What is known of the person beyond this launch: their sessions, and other names of their identity. */
function personDetails(state: State, view: PeerView): Detail[] {
	const details: Detail[] = [];
	const person = findPerson(selectPeople(state), view.peer);
	const others = person?.sessions.filter(peer => peer !== view.peer) ?? [];
	for (const other of others.slice(0, MAX_NAMES)) {
		const session = selectPeer(state, other);
		if (session)
			details.push([
				'other session',
				[displayAddress(state, other) || 'address unknown', statusWord(session.status)].join(', '),
			]);
	}
	if (others.length > MAX_NAMES) details.push(['sessions', `${others.length + 1} in all`]);
	if (person?.hasOurIdentity)
		details.push(['identity', 'your own: you in another session, or a copy of your data folder']);
	const names = namesOfIdentity(state, view.peer).filter(name => name !== view.name);
	if (names.length > 0) details.push(['other names', names.slice(0, MAX_NAMES).map(cleanLine).join(', ')]);
	return details;
}

function trustText(state: State, {peer, name, trust, verified}: PeerView): string {
	const contact = contactOf(state, peer);
	if (contact) return `verified by you on ${formatMoment(contact.verified)}`;
	if (trust === 'impostor') return IMPOSTOR_TEXT;
	return verified
		? `not verified by you; /verify ${quoteName(shownName(cleanLine(name)))} compares it`
		: 'none: this peer has no identity key to verify';
}

function linkDetails(view: PeerView): Detail[] {
	const details: Detail[] = [];
	if (view.version) details.push(['version', cleanLine(view.version)]);
	if (view.roundTripMs !== undefined) details.push(['round trip', formatRoundTrip(view.roundTripMs)]);
	if (view.clockOffsetMs !== undefined) details.push(['clock', clockText(view.clockOffsetMs)]);
	if (view.direction) details.push(['connection', view.direction === 'dialled' ? 'outgoing' : 'incoming']);
	if (view.queuedBytes) details.push(['send queue', `${view.queuedBytes} bytes`]);
	return details;
}

function clockText(offsetMs: number): string {
	const seconds = Math.round(Math.abs(offsetMs) / 1000);
	if (Math.abs(offsetMs) <= CLOCK_OFFSET_SHOWN_MS) return `agrees with ours (${Math.round(offsetMs)} ms)`;
	return `${seconds} s ${offsetMs > 0 ? 'ahead of' : 'behind'} ours`;
}

function historyDetails(state: State, view: PeerView): Detail[] {
	const details: Detail[] = [];
	if (view.connectedSince) details.push(['first connected', formatMoment(view.connectedSince)]);
	if (view.lostAt) details.push(['lost', formatMoment(view.lostAt)]);
	if (view.leftAt) details.push(['left', formatMoment(view.leftAt)]);
	const stored = state.ephemeral.delivered[view.peer];
	if (stored !== undefined) details.push(['has received', `your events up to number ${stored}`]);
	if (view.unreadable > 0)
		details.push(['unreadable', `${view.unreadable} ${view.unreadable === 1 ? 'event' : 'events'} of a newer version`]);
	return details;
}
