import type {PeerId} from '../core/ids.js';
import {compareOrder} from '../core/order.js';
import {findPeer} from '../core/roster.js';
import type {State} from '../core/state.js';
import {formatPlain} from './format-plain.js';
import type {ReportFormat} from './reporter.js';

/** Reports -> plain lines, one a fact: who was there before us is "found" once. */
export function createPlainReports(): ReportFormat {
	const found = new Set<PeerId>();

	function foundLine(state: State, peer: PeerId): string | undefined {
		const known = findPeer(state.roster, peer);
		const first = known?.firstConnected;
		if (!known?.joined || !first || !state.launch || found.has(peer)) return undefined;
		if (compareOrder(known.joined, state.launch) >= 0) return undefined;
		found.add(peer);
		return formatPlain(state, first);
	}

	return (report, state) => {
		switch (report.type) {
			case 'event':
				return formatPlain(state, report.event);
			case 'observed':
				return formatPlain(state, report.observation);
			case 'peer':
				return foundLine(state, report.peer);
			case 'synced':
			case 'delivery':
			case 'alone':
				return undefined;
			default:
				return report satisfies never;
		}
	};
}
