/** Rows of the timeline as plain lines. Only real rows start in column 0: further lines of a message are indented. */
import type {PeerId} from '../core/ids.js';
import {labelOf} from '../core/label.js';
import {findPeer} from '../core/roster.js';
import {isFirstContact} from '../core/roster-peer.js';
import {addressOf} from '../core/select-peers.js';
import type {State, TimelineEntry} from '../core/state.js';
import {cleanForScreen, cleanLine} from '../ui/layout/clean-for-screen.js';

/**
 * `2026-11-22T14:05:09+01:00 Carol (192.168.1.7): text`; other events as `… * Carol joined`. An action is
 * `… * Carol (192.168.1.7) waves`: by the address no fact. No newline at the end.
 */
export function formatPlain(state: State, entry: TimelineEntry): string {
	const time = formatLocalTime(entry.at);
	if (entry.type !== 'posted') return `${time} * ${describeFact(state, entry)}`;
	const text = cleanForScreen(entry.text).replaceAll('\n', '\n    ');
	const said = who(state, entry.peer, entry.seq);
	return entry.action ? `${time} * ${said} ${text}` : `${time} ${said}: ${text}`;
}

/** RFC 3339 in local time with its offset, to the second. `ms` beyond what a date can hold is shown as the nearest one. */
export function formatLocalTime(ms: number): string {
	const bounded = Math.min(Math.max(Number.isFinite(ms) ? ms : 0, LEAST_MS), MOST_MS);
	const date = new Date(bounded);
	const offset = -date.getTimezoneOffset();
	const wall = new Date(bounded + offset * 60_000).toISOString().slice(0, 19);
	const minutes = Math.abs(offset);
	const two = (value: number) => String(value).padStart(2, '0');
	return `${wall}${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** RFC 3339 has years of four digits; a day at each end is left for the offset. */
const LEAST_MS = Date.UTC(1970, 0, 1);
const MOST_MS = Date.UTC(9999, 11, 30);

/** Name and address; `~` marks one that is only claimed. */
function who(state: State, peer: PeerId, seq?: number): string {
	const address = addressOf(state, peer);
	const name = plainName(state, peer, seq);
	return address ? `${name} (${address.claimed ? '~' : ''}${cleanLine(address.address)})` : name;
}

function plainName(state: State, peer: PeerId, seq?: number): string {
	return cleanLine(labelOf(state, peer, seq));
}

/** What happened, in words on one line. */
export function describeFact(state: State, entry: Exclude<TimelineEntry, {readonly type: 'posted'}>): string {
	const name = plainName(state, entry.peer, entry.seq || undefined);
	switch (entry.type) {
		case 'joined':
			return `${name} joined`;
		case 'renamed':
			return `${plainName(state, entry.peer, entry.seq - 1)} is now called ${plainName(state, entry.peer, entry.seq)}`;
		case 'moved':
			return `${name} moved to ${entry.addresses.map(cleanLine).join(', ')}`;
		case 'left':
			return `${name} left`;
		case 'lost':
			return `${name} lost contact with ${plainName(state, entry.subject)}`;
		case 'returned':
			return `${name} is back`;
		case 'unreadable':
			return `${name} wrote what this version cannot read`;
		case 'launched':
			return `p2pchat-ink ${cleanLine(entry.version)} started`;
		case 'peer-connected':
			return isFirstContact(findPeer(state.roster, entry.subject), entry)
				? `found ${who(state, entry.subject)}`
				: `contact with ${plainName(state, entry.subject)} is back`;
		case 'peer-disconnected':
			return `you lost contact with ${plainName(state, entry.subject)}`;
		case 'notice':
			return cleanLine(entry.text);
		default:
			return entry satisfies never;
	}
}
