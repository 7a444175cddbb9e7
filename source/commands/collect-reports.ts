/** Commits -> what a program that reads along is told, in the order in which it entered the log. */
import type {FeedEvent, Input, Observation} from '../core/event.js';
import type {PeerId} from '../core/ids.js';
import {findPeer} from '../core/roster.js';
import {isFirstContact} from '../core/roster-peer.js';
import type {State} from '../core/state.js';
import {hasEntry} from '../core/timeline.js';

export type Report =
	| {readonly type: 'event'; readonly event: FeedEvent; readonly live: boolean}
	/** Something that shows of this peer may have changed. */
	| {readonly type: 'peer'; readonly peer: PeerId}
	| {readonly type: 'synced'; readonly peer: PeerId; readonly received: number}
	/** Of this launch: a notice, or contact lost while nobody else was there. */
	| {readonly type: 'observed'; readonly observation: Observation}
	/** The log cannot be written, and why; or can again. */
	| {readonly type: 'alone'};

/** Rows that are not due yet, or may still become one; beyond this the oldest are given up. */
const MAX_WAITING = 4096;

/** Call it with every commit, in order. Each event is reported once, when it is a row of the timeline. */
export function createReportCollector(): (state: State, inputs: readonly Input[]) => Report[] {
	let waiting: (Report & {readonly type: 'event'})[] = [];
	const absencesTold = new Set<string>();

	function isTold(event: FeedEvent): boolean {
		if (event.type !== 'lost') return false;
		const absence = `${event.subject}:${event.absence}`;
		if (absencesTold.has(absence)) return true;
		absencesTold.add(absence);
		return false;
	}

	function takeEvent(state: State, report: Report & {readonly type: 'event'}, reports: Report[]): void {
		if (hasEntry(state.timeline, report.event)) {
			if (!isTold(report.event)) reports.push(report);
		} else if (report.event.type === 'lost' || hasEntry(state.pending, report.event)) {
			if (waiting.push(report) > MAX_WAITING) waiting.shift();
		}
	}

	return (state, inputs) => {
		const reports: Report[] = [];
		const touched = new Set<PeerId>();
		const retry = waiting;
		waiting = [];
		for (const report of retry) takeEvent(state, report, reports);
		for (const input of inputs) {
			if (input.type === 'events') {
				for (const event of input.events) takeEvent(state, {type: 'event', event, live: input.live}, reports);
			}
			for (const report of collectRest(state, input)) reports.push(report);
			for (const peer of touchedPeers(input)) touched.add(peer);
		}
		const synced = reports.filter(({type}) => type === 'synced');
		const peers = [...touched].map((peer): Report => ({type: 'peer', peer}));
		return synced.length === 0
			? [...reports, ...peers]
			: [...reports.filter(({type}) => type !== 'synced'), ...peers, ...synced];
	};
}

function collectRest(state: State, input: Input): Report[] {
	if (input.type === 'observed') {
		const {observation} = input;
		const isShown = observation.peer === state.launch?.peer && hasEntry(state.timeline, observation);
		// Whom we found is told where the peer is.
		const isFound =
			observation.type === 'peer-connected' && isFirstContact(findPeer(state.roster, observation.subject), observation);
		return isShown && !isFound ? [{type: 'observed', observation}] : [];
	}
	if (input.type === 'events') return [];
	if (input.fact.type === 'synced') return [{type: 'synced', peer: input.fact.peer, received: input.fact.received}];
	return input.fact.type === 'alone' && input.fact.alone ? [{type: 'alone'}] : [];
}

function touchedPeers(input: Input): PeerId[] {
	switch (input.type) {
		case 'events':
			return input.events
				.filter(({type}) => type !== 'posted')
				.map(event => (event.type === 'lost' ? event.subject : event.peer));
		case 'observed':
			return 'subject' in input.observation ? [input.observation.subject] : [];
		case 'passing':
			return input.fact.type === 'link-measured' || input.fact.type === 'link-closed' ? [input.fact.peer] : [];
		default:
			return input satisfies never;
	}
}
