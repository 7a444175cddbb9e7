import type {PeerId} from '../core/ids.js';
import {compareOrder} from '../core/order.js';
import {findPeer} from '../core/roster.js';
import {isPresent, statusOf} from '../core/select-peers.js';
import type {State, TimelineEntry} from '../core/state.js';
import {formatPlain} from './format-plain.js';
import type {ReportFormat} from './reporter.js';

/** More history than this is told as it comes. */
const MAX_HELD = 100_000;

/**
 * Reports -> plain lines, one a fact: who was there before us is "found" once. History comes feed by feed: it is held until
 * all of it is here, and told in the order of the timeline.
 */
export function createPlainReports(): ReportFormat {
	const found = new Set<PeerId>();
	let held: TimelineEntry[] = [];

	function foundRow(state: State, peer: PeerId): TimelineEntry | undefined {
		const known = findPeer(state.roster, peer);
		const first = known?.firstConnected;
		if (!known?.joined || !first || !state.launch || found.has(peer)) return undefined;
		if (compareOrder(known.joined, state.launch) >= 0) return undefined;
		found.add(peer);
		return first;
	}

	function tellHeld(state: State): string | undefined {
		if (held.length === 0) return undefined;
		const rows = held.sort(compareOrder);
		held = [];
		return rows.map(row => formatPlain(state, row)).join('\n');
	}

	function hold(state: State, row: TimelineEntry): string | undefined {
		return held.push(row) >= MAX_HELD ? tellHeld(state) : undefined;
	}

	/** Nothing that is held waits behind what we said ourselves, or for a peer that is gone. */
	function tellBehindHeld(state: State, row: TimelineEntry): string {
		const before = row.peer === state.launch?.peer ? tellHeld(state) : undefined;
		return [before, formatPlain(state, row)].filter(line => line !== undefined).join('\n');
	}

	function tellPeer(state: State, peer: PeerId): string | undefined {
		const row = foundRow(state, peer);
		if (row && held.length > 0) return hold(state, row);
		if (row) return formatPlain(state, row);
		const wasHere = findPeer(state.roster, peer)?.firstConnected !== undefined;
		return wasHere && !isPresent(statusOf(state, peer)) ? tellHeld(state) : undefined;
	}

	return (report, state) => {
		switch (report.type) {
			case 'event':
				return report.live ? tellBehindHeld(state, report.event) : hold(state, report.event);
			case 'observed':
				return tellBehindHeld(state, report.observation);
			case 'peer':
				return tellPeer(state, report.peer);
			case 'synced':
			case 'alone':
			case 'end':
				return tellHeld(state);
			case 'delivery':
				return undefined;
			default:
				return report satisfies never;
		}
	};
}
