import {eventId, type PeerId} from '../core/ids.js';
import {findPeer} from '../core/roster.js';
import type {State} from '../core/state.js';
import {type JsonLine, jsonEvent, jsonPeer, toJsonLine} from './format-json.js';
import type {ReportFormat, ReportOrDelivery} from './reporter.js';

export interface JsonReports {
	readonly format: ReportFormat;
	/** The own post `seq` answers to `ref`. Before `post` its seq is not known: then undefined means the next one. */
	expect(ref: string | number | undefined, seq?: number): void;
}

/** Reports -> JSON lines. A peer is told from its first connection on, whenever what is shown of it changes. */
export function createJsonReports(): JsonReports {
	const told = new Map<PeerId, string>();
	const refs = new Map<number, string | number>();
	let next: string | number | undefined;
	/** Newest own post that was told. */
	let last = 0;

	/** Who leaves ends its connections itself: that tells nothing of the others. */
	function peerLine(state: State, peer: PeerId): JsonLine | undefined {
		const own = state.launch && findPeer(state.roster, state.launch.peer);
		if (own?.left) return undefined;
		const line = jsonPeer(state, peer);
		if (!line || (!told.has(peer) && line.status !== 'connected' && line.status !== 'suspect')) return undefined;
		const text = JSON.stringify(line);
		if (told.get(peer) === text) return undefined;
		told.set(peer, text);
		return line;
	}

	function eventLine(state: State, {event, live}: ReportOrDelivery & {readonly type: 'event'}): JsonLine {
		if (event.peer !== state.launch?.peer || event.type !== 'posted') return jsonEvent(state, event, live);
		const ref = refs.get(event.seq) ?? next;
		refs.delete(event.seq);
		last = Math.max(last, event.seq);
		next = undefined;
		return jsonEvent(state, event, live, ref);
	}

	function line(report: ReportOrDelivery, state: State): JsonLine | undefined {
		switch (report.type) {
			case 'event':
				return eventLine(state, report);
			case 'peer':
				return peerLine(state, report.peer);
			case 'synced':
				return {type: 'synced', peer: report.peer, received: report.received};
			case 'delivery':
				return {type: 'delivery', id: eventId(report.peer, report.seq), delivered: report.delivered, of: report.of};
			case 'observed': {
				const {observation} = report;
				if (observation.type !== 'notice') return undefined;
				return {type: 'notice', level: observation.level, code: observation.code, text: observation.text};
			}
			case 'alone':
				return {type: 'alone'};
			case 'end':
				return undefined;
			default:
				return report satisfies never;
		}
	}

	return {
		format(report, state) {
			const made = line(report, state);
			return made && toJsonLine(made);
		},
		expect(ref, seq) {
			if (seq === undefined) next = ref;
			else {
				next = undefined;
				if (ref !== undefined && seq > last) refs.set(seq, ref);
			}
		},
	};
}
