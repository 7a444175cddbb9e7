/** Descriptions of timeline entries as text parts, so that a caller can colour the names. */
import {isWritten, type PeerId} from '../../core/event.js';
import {isOurs, isOwnLaunch} from '../../core/own-sessions.js';
import {findPeer, isFirstContact} from '../../core/roster.js';
import {nameSeqOf} from '../../core/select-peers.js';
import {shownName} from '../../core/shown-name.js';
import type {State} from '../../core/state.js';
import type {TimelineEntry} from '../../core/timeline.js';
import {cleanForScreen, cleanLine} from '../text/clean-for-screen.js';
import {describeEffect} from './describe-effect.js';
import {displayAddress, displayName, hasOtherSession} from './display-name.js';
import {messageText} from './message-text.js';
import {joinParts, type TextPart} from './text-parts.js';

const OWN_WINDOW_TEXTS = {
	opened: 'you show this room over HTTP on the local network',
	closed: 'you no longer show this room over HTTP',
} as const;

/** The description of one entry. The description of a message is the author's name and the text. */
export function describeEntry(state: State, entry: TimelineEntry): TextPart[] {
	const isOwn = isOwnLaunch(state, entry.peer);
	const nameOf = (peer: PeerId, seq?: number): TextPart => ({name: displayName(state, peer, seq), peer});
	const nameAndAddress = (peer: PeerId, seq?: number): TextPart[] => {
		if (isOwnLaunch(state, peer)) return ['you'];
		const address = displayAddress(state, peer);
		const subject = isOurs(state, peer) ? 'your other session' : nameOf(peer, seq);
		return [subject, ...(address ? [` (${address})`] : [])];
	};
	const subjectOf = (peer: PeerId): TextPart[] => nameAndAddress(peer, nameSeqOf(state, peer, entry));

	/**
	 * The lost peer, called an earlier session if a newer session of the same person is here. After a crash and a
	 * restart, others may notice the loss of the old session only after the new session has joined.
	 */
	const sessionOf = (peer: PeerId): TextPart[] =>
		hasOtherSession(state, peer, entry) ? ['an earlier session of ', ...subjectOf(peer)] : subjectOf(peer);

	switch (entry.type) {
		case 'posted':
			if (isOwn && entry.window) return [OWN_WINDOW_TEXTS[entry.window]];
			return [nameOf(entry.peer, entry.seq), ` ${messageText(state, entry)}`];
		case 'shared':
			return [nameOf(entry.peer, entry.seq), ` ${messageText(state, entry)}`];
		case 'joined':
			return isOwn
				? [
						'you joined as ',
						{name: shownName(cleanLine(entry.name)), peer: entry.peer},
						...(entry.keeper ? [', keeper of the history'] : []),
					]
				: [...nameAndAddress(entry.peer, entry.seq), entry.keeper ? ' joined as keeper' : ' joined'];
		case 'renamed':
			return [nameOf(entry.peer, entry.seq - 1), ' is now called ', nameOf(entry.peer, entry.seq)];
		case 'moved':
			return [...nameAndAddress(entry.peer, entry.seq), ` moved to ${entry.addresses.map(cleanLine).join(', ')}`];
		case 'left':
			return [...nameAndAddress(entry.peer, entry.seq), ' left'];
		case 'lost':
			if (isOwn) return ['you lost contact with ', ...sessionOf(entry.subject)];
			return isOwnLaunch(state, entry.subject)
				? ['you were disconnected (reported by ', nameOf(entry.peer, entry.seq), ')']
				: [...nameAndAddress(entry.peer, entry.seq), ' lost contact with ', ...sessionOf(entry.subject)];
		case 'returned':
			return [...nameAndAddress(entry.peer, entry.seq), ' reconnected'];
		case 'unreadable':
			return [...nameAndAddress(entry.peer, entry.seq), ' sent an event that this version cannot read'];
		case 'launched':
			return [`p2pchat-ink ${cleanLine(entry.version)} started`];
		case 'peer-connected':
			return isFirstContact(findPeer(state.roster, entry.subject), entry)
				? ['connected to ', ...subjectOf(entry.subject)]
				: ['reconnected to ', ...subjectOf(entry.subject)];
		case 'peer-disconnected':
			return ['you lost contact with ', ...subjectOf(entry.subject)];
		case 'notice':
			return [cleanLine(entry.text)];
		case 'whisper':
			return [
				...whisperParty(entry.own, nameOf(entry.subject, nameSeqOf(state, entry.subject, entry))),
				': ',
				cleanForScreen(entry.text),
			];
		case 'marked':
		case 'corrected':
		case 'withdrawn':
		case 'pinned':
			return describeEffect(state, entry) ?? [];
	}
}

/** Text for the clipboard and the details: the message of a post, the description of any other entry. */
export function entryText(state: State, entry: TimelineEntry): string {
	if (entry.type === 'whisper') return cleanForScreen(entry.text);
	return isWritten(entry) ? messageText(state, entry) : joinParts(describeEntry(state, entry));
}

/** Start of the description of a whisper: `private, from Dave` or `private, to Dave`. */
function whisperParty(isOwn: boolean, name: TextPart): TextPart[] {
	return [isOwn ? 'private, to ' : 'private, from ', name];
}
