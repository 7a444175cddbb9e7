/** Derives reports from the commits of a store, in the order of the log. `--json` and `--plain` print these reports. */
import {isEffect, isKnownEffect} from '../../core/effects.js';
import {
	type EphemeralEvent,
	type FeedEvent,
	type Input,
	isWritten,
	type Observation,
	type PeerId,
} from '../../core/event.js';
import type {FileTransfer} from '../../core/file-transfer.js';
import {isRepeatedLoss} from '../../core/presence-rows.js';
import {findPeer, isFirstContact} from '../../core/roster.js';
import {selectDelivery} from '../../core/select.js';
import type {State} from '../../core/state.js';
import {hasEntry} from '../../core/timeline.js';

export type Report =
	| {readonly type: 'event'; readonly event: FeedEvent; readonly live: boolean}
	/** Status, name or another property of this peer, as the `peer` line shows it, may have changed. */
	| {readonly type: 'peer'; readonly peer: PeerId}
	| {readonly type: 'synced'; readonly peer: PeerId; readonly received: number}
	/** A file that this node shares or fetches. */
	| {readonly type: 'file'; readonly transfer: FileTransfer}
	/** An observation of this node: a notice, or a connection that was lost or restored while no other peer was connected. */
	| {readonly type: 'observed'; readonly observation: Observation; readonly live: boolean}
	/**
	 * Our whisper with the number `id` to this peer was answered: it is in the log of the peer, or the peer refused it.
	 */
	| {readonly type: 'whisper-delivery'; readonly peer: PeerId; readonly id: number; readonly isRefused: boolean}
	/** No peer is connected. */
	| {readonly type: 'alone'};

/** Maximum number of events that wait to appear in the timeline, for example because their time is in the future. */
const MAX_DEFERRED = 4096;

/** Creates a collector, to be called with every commit in order. It reports each event once, when the timeline contains it. */
export function createReportCollector(): (state: State, inputs: readonly Input[]) => Report[] {
	let deferred: (Report & {readonly type: 'event'})[] = [];
	const reportedAbsences = new Set<string>();
	/** For each peer: the number of the last of our whispers to it whose delivery or refusal was reported. */
	const answeredIds = new Map<PeerId, number>();

	function collectAnswers(event: EphemeralEvent & {readonly type: 'whispers-answered'}): Report[] {
		const {peer, id: last, refused} = event;
		const reports: Report[] = [];
		for (let id = (answeredIds.get(peer) ?? 0) + 1; id <= last; id++)
			reports.push({type: 'whisper-delivery', peer, id, isRefused: refused.includes(id)});
		answeredIds.set(peer, last);
		return reports;
	}

	function isRepeatedLoss(event: FeedEvent): boolean {
		if (event.type !== 'lost') return false;
		const absence = `${event.subject}:${event.absence}`;
		if (reportedAbsences.has(absence)) return true;
		reportedAbsences.add(absence);
		return false;
	}

	function reportOrDefer(state: State, report: Report & {readonly type: 'event'}, reports: Report[]): void {
		if (isShown(state, report.event)) {
			if (!isRepeatedLoss(report.event)) reports.push(report);
		} else if (report.event.type === 'lost' || hasEntry(state.pending, report.event)) {
			if (deferred.push(report) > MAX_DEFERRED) deferred.shift();
		}
	}

	return (state, inputs) => {
		const reports: Report[] = [];
		const changed = new Set<PeerId>();
		const retried = deferred;
		deferred = [];
		for (const report of retried) reportOrDefer(state, report, reports);
		for (const input of inputs) {
			if (input.type === 'events') {
				for (const event of input.events) reportOrDefer(state, {type: 'event', event, live: input.live}, reports);
			}
			for (const report of collectNonEventReports(state, input)) reports.push(report);
			if (input.type === 'ephemeral' && input.event.type === 'whispers-answered')
				reports.push(...collectAnswers(input.event));
			for (const peer of changedPeers(input)) changed.add(peer);
		}
		const synced = reports.filter(({type}) => type === 'synced');
		const peers = [...changed].map((peer): Report => ({type: 'peer', peer}));
		return synced.length === 0
			? [...reports, ...peers]
			: [...reports.filter(({type}) => type !== 'synced'), ...peers, ...synced];
	};
}

/**
 * Whether an event is reported: it is a row of the timeline, an effect (reaction, correction, withdrawal or pin) that
 * the index of effects contains, or a `lost` event without a row, because an observation of this node already shows the
 * same loss.
 */
function isShown(state: State, event: FeedEvent): boolean {
	return isEffect(event)
		? isKnownEffect(state.effects, event)
		: hasEntry(state.timeline, event) || isRepeatedLoss(state, event);
}

function collectNonEventReports(state: State, input: Input): Report[] {
	if (input.type === 'observed') {
		const {observation} = input;
		// A whisper of an earlier launch is a message, so it is reported. Other observations of earlier launches are
		// not.
		const isCurrent = observation.type === 'whisper' || observation.peer === state.launch?.peer;
		const isShown = isCurrent && hasEntry(state.timeline, observation);
		// The `peer` report already announces the first contact with a peer, so the observation `peer-connected` is not
		// reported.
		const isFirst =
			observation.type === 'peer-connected' && isFirstContact(findPeer(state.roster, observation.subject), observation);
		return isShown && !isFirst ? [{type: 'observed', observation, live: input.live !== false}] : [];
	}
	if (input.type === 'events') return [];
	if (input.event.type === 'file') return [{type: 'file', transfer: input.event.transfer}];
	if (input.event.type === 'synced') return [{type: 'synced', peer: input.event.peer, received: input.event.received}];
	return input.event.type === 'isolated' && input.event.isolated ? [{type: 'alone'}] : [];
}

function changedPeers(input: Input): PeerId[] {
	switch (input.type) {
		case 'events':
			return input.events
				.filter(event => !isWritten(event) && !isEffect(event))
				.map(event => (event.type === 'lost' ? event.subject : event.peer));
		case 'observed':
			return 'subject' in input.observation && input.observation.type !== 'whisper' ? [input.observation.subject] : [];
		case 'ephemeral':
			return input.event.type === 'link-measured' || input.event.type === 'link-closed' ? [input.event.peer] : [];
		default:
			return input satisfies never;
	}
}

export interface DeliveryChange {
	readonly seq: number;
	readonly delivered: number;
	readonly of: number;
}

/** Tracks how many peers have received each of our posts. */
export interface DeliveryTracker {
	/** Starts tracking one of our posts. */
	trackPost(seq: number): void;
	/** Returns the changes since the last call. Stops tracking posts that every connected peer has received. */
	takeChanges(state: State): DeliveryChange[];
	readonly hasOpenPosts: boolean;
}

export function createDeliveryTracker(): DeliveryTracker {
	/** The tracked posts, by ascending seq. */
	let openPosts: {readonly seq: number; readonly reported: number}[] = [];
	return {
		trackPost(seq) {
			openPosts.push({seq, reported: 0});
		},
		takeChanges(state) {
			const changes: DeliveryChange[] = [];
			const stillOpen: typeof openPosts = [];
			for (const post of openPosts) {
				const {delivered, of} = selectDelivery(state, post.seq) ?? {delivered: 0, of: 0};
				if (delivered > post.reported) changes.push({seq: post.seq, delivered, of});
				if (delivered === 0 || delivered < of)
					stillOpen.push({seq: post.seq, reported: Math.max(delivered, post.reported)});
			}
			openPosts = stillOpen;
			return changes;
		},
		get hasOpenPosts() {
			return openPosts.length > 0;
		},
	};
}
