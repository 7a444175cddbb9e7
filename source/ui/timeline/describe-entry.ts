/** What an entry says in words: names are marked so that they can be coloured. */
import type {PeerId} from '../../core/ids.js';
import {findPeer} from '../../core/roster.js';
import {isFirstContact} from '../../core/roster-peer.js';
import type {State, TimelineEntry} from '../../core/state.js';
import {cleanForScreen, cleanLine} from '../layout/clean-for-screen.js';
import {shownAddress, shownName} from './people.js';

export type Part = string | {readonly name: string; readonly peer: PeerId};

/** A fact as a quiet line. Posts have a form of their own. */
export function describeEntry(state: State, entry: TimelineEntry): Part[] {
	const who = (peer: PeerId, seq?: number): Part[] => {
		if (peer === state.launch?.peer) return ['you'];
		const address = shownAddress(state, peer);
		return [{name: shownName(state, peer, seq), peer}, ...(address ? [` (${address})`] : [])];
	};
	const self = entry.peer === state.launch?.peer;

	switch (entry.type) {
		case 'posted':
			return [{name: shownName(state, entry.peer, entry.seq), peer: entry.peer}, ` ${cleanForScreen(entry.text)}`];
		case 'joined':
			return self
				? ['you joined as ', {name: cleanLine(entry.name), peer: entry.peer}]
				: [...who(entry.peer, entry.seq), ' joined'];
		case 'renamed': {
			const before: Part = {name: shownName(state, entry.peer, entry.seq - 1), peer: entry.peer};
			return [before, ' is now called ', {name: shownName(state, entry.peer, entry.seq), peer: entry.peer}];
		}
		case 'moved':
			return [...who(entry.peer, entry.seq), ` moved to ${entry.addresses.map(cleanLine).join(', ')}`];
		case 'left':
			return [...who(entry.peer, entry.seq), ' left'];
		case 'lost':
			return self
				? ['lost contact with ', ...who(entry.subject)]
				: [...who(entry.peer, entry.seq), ' lost contact with ', ...who(entry.subject)];
		case 'returned':
			return [...who(entry.peer, entry.seq), self ? ' are back' : ' is back'];
		case 'unreadable':
			return [...who(entry.peer, entry.seq), ' wrote something this version cannot read'];
		case 'launched':
			return [`p2pchat-ink ${cleanLine(entry.version)} started`];
		case 'peer-connected':
			return isFirstContact(findPeer(state.roster, entry.subject), entry)
				? ['found ', ...who(entry.subject)]
				: ['contact with ', ...who(entry.subject), ' is back'];
		case 'peer-disconnected':
			return ['you lost contact with ', ...who(entry.subject)];
		case 'notice':
			return [cleanLine(entry.text)];
	}
}
