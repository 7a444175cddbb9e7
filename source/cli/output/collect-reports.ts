/** Commits -> what a program that reads along is told, in the order in which it entered the log. */
import type {FeedEvent, Input, Observation, PeerId} from '../../core/event.js';
import {findPeer, isFirstContact} from '../../core/roster.js';
import {selectDelivery} from '../../core/select.js';
import type {State} from '../../core/state.js';
import {hasEntry} from '../../core/timeline.js';

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
const MAX_DEFERRED = 4096;

/** Call it with every commit, in order. Each event is reported once, when it is a row of the timeline. */
export function createReportCollector(): (state: State, inputs: readonly Input[]) => Report[] {
	let deferred: (Report & {readonly type: 'event'})[] = [];
	const reportedAbsences = new Set<string>();

	function isRepeatedLoss(event: FeedEvent): boolean {
		if (event.type !== 'lost') return false;
		const absence = `${event.subject}:${event.absence}`;
		if (reportedAbsences.has(absence)) return true;
		reportedAbsences.add(absence);
		return false;
	}

	function reportOrDefer(state: State, report: Report & {readonly type: 'event'}, reports: Report[]): void {
		if (hasEntry(state.timeline, report.event)) {
			if (!isRepeatedLoss(report.event)) reports.push(report);
		} else if (report.event.type === 'lost' || hasEntry(state.pending, report.event)) {
			if (deferred.push(report) > MAX_DEFERRED) deferred.shift();
		}
	}

	return (state, inputs) => {
		const reports: Report[] = [];
		const touched = new Set<PeerId>();
		const retry = deferred;
		deferred = [];
		for (const report of retry) reportOrDefer(state, report, reports);
		for (const input of inputs) {
			if (input.type === 'events') {
				for (const event of input.events) reportOrDefer(state, {type: 'event', event, live: input.live}, reports);
			}
			for (const report of collectNonEventReports(state, input)) reports.push(report);
			for (const peer of changedPeers(input)) touched.add(peer);
		}
		const synced = reports.filter(({type}) => type === 'synced');
		const peers = [...touched].map((peer): Report => ({type: 'peer', peer}));
		return synced.length === 0
			? [...reports, ...peers]
			: [...reports.filter(({type}) => type !== 'synced'), ...peers, ...synced];
	};
}

function collectNonEventReports(state: State, input: Input): Report[] {
	if (input.type === 'observed') {
		const {observation} = input;
		const isShown = observation.peer === state.launch?.peer && hasEntry(state.timeline, observation);
		// Whom we found is told where the peer is.
		const isFound =
			observation.type === 'peer-connected' && isFirstContact(findPeer(state.roster, observation.subject), observation);
		return isShown && !isFound ? [{type: 'observed', observation}] : [];
	}
	if (input.type === 'events') return [];
	if (input.event.type === 'synced') return [{type: 'synced', peer: input.event.peer, received: input.event.received}];
	return input.event.type === 'isolated' && input.event.isolated ? [{type: 'alone'}] : [];
}

function changedPeers(input: Input): PeerId[] {
	switch (input.type) {
		case 'events':
			return input.events
				.filter(({type}) => type !== 'posted')
				.map(event => (event.type === 'lost' ? event.subject : event.peer));
		case 'observed':
			return 'subject' in input.observation ? [input.observation.subject] : [];
		case 'ephemeral':
			return input.event.type === 'link-measured' || input.event.type === 'link-closed' ? [input.event.peer] : [];
		default:
			return input satisfies never;
	}
}

/** Which own posts the others hold, told when it changes (design.md, 3: `have` gives delivery). Pure, no clock. */

export interface DeliveryChange {
	readonly seq: number;
	readonly delivered: number;
	readonly of: number;
}

export interface DeliveryTracker {
	/** An own post of this launch. */
	trackPost(seq: number): void;
	/** What is new since the last call; posts that everybody holds are then forgotten. */
	takeChanges(state: State): DeliveryChange[];
	readonly hasOpenPosts: boolean;
}

export function createDeliveryTracker(): DeliveryTracker {
	/** By rising seq, with what was last told. */
	let openPosts: {readonly seq: number; readonly told: number}[] = [];
	return {
		trackPost(seq) {
			openPosts.push({seq, told: 0});
		},
		takeChanges(state) {
			const changes: DeliveryChange[] = [];
			const stillOpen: typeof openPosts = [];
			for (const post of openPosts) {
				const {delivered, of} = selectDelivery(state, post.seq) ?? {delivered: 0, of: 0};
				if (delivered > post.told) changes.push({seq: post.seq, delivered, of});
				if (delivered === 0 || delivered < of) stillOpen.push({seq: post.seq, told: Math.max(delivered, post.told)});
			}
			openPosts = stillOpen;
			return changes;
		},
		get hasOpenPosts() {
			return openPosts.length > 0;
		},
	};
}
