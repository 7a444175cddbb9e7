/** The two formats of reports: JSON lines (`--json`) and plain lines (`--plain`). */
import {isEffect} from '../../core/effects.js';
import {eventId, type FeedEvent, isWritten, type PeerId, type Whisper} from '../../core/event.js';
import {compareOrder} from '../../core/event-order.js';
import {isRepeatedLoss} from '../../core/presence-rows.js';
import {findPeer} from '../../core/roster.js';
import {formatPeerName, isPresent, statusOf} from '../../core/select-peers.js';
import type {State} from '../../core/state.js';
import type {TimelineEntry} from '../../core/timeline.js';
import type {Unread} from '../../node/reading.js';
import {describeEffect} from '../../ui/timeline/describe-effect.js';
import {describeUnread, isUnread, noUnread} from '../../ui/timeline/describe-unread.js';
import {WHISPER_REFUSED} from '../../ui/timeline/describe-whisper.js';
import {createTransferAnnouncer} from '../../ui/timeline/format-file.js';
import {jsonEvent, jsonPeer, jsonWhisper, toJsonLine} from './format-json.js';
import {formatLocalTime, formatPlain} from './format-text.js';
import type {JsonLine} from './json-lines.js';
import type {OutputReport, ReportFormat} from './reporter.js';

export interface JsonReportFormatter {
	readonly format: ReportFormat;
	/** Attaches `ref` to our post `seq`; without `seq`, to our next post or whisper. */
	attachRef(ref: string | number | undefined, seq?: number): void;
	/** Attaches `ref` to our whisper `id` to a peer. */
	attachWhisperRef(ref: string | number | undefined, peer: PeerId, id: number): void;
}

/**
 * Formats reports as JSON lines. A `peer` line is written at the first connection to a peer, and again whenever the
 * line would differ from the last one.
 */
export function createJsonReportFormatter(): JsonReportFormatter {
	const reportedPeers = new Map<PeerId, string>();
	const refs = new Map<number | string, string | number>();
	const reportedWhispers = new Set<string>();
	let nextRef: string | number | undefined;
	/** Seq of our newest post that was reported. */
	let lastReportedSeq = 0;

	/**
	 * Returns the `peer` line if it has changed. After this node has left, returns none: its own leaving closes the
	 * connections.
	 */
	function peerLine(state: State, peer: PeerId): JsonLine | undefined {
		const own = state.launch && findPeer(state.roster, state.launch.peer);
		if (own?.left) return undefined;
		const line = jsonPeer(state, peer);
		if (!line || (!reportedPeers.has(peer) && line.status !== 'connected' && line.status !== 'suspect'))
			return undefined;
		const text = JSON.stringify(line);
		if (reportedPeers.get(peer) === text) return undefined;
		reportedPeers.set(peer, text);
		return line;
	}

	function eventLine(state: State, {event, live}: OutputReport & {readonly type: 'event'}): JsonLine {
		if (event.peer !== state.launch?.peer || (!isWritten(event) && !isEffect(event)))
			return jsonEvent(state, event, live);
		const ref = refs.get(event.seq) ?? nextRef;
		refs.delete(event.seq);
		lastReportedSeq = Math.max(lastReportedSeq, event.seq);
		nextRef = undefined;
		return jsonEvent(state, event, live, ref);
	}

	function whisperLine(state: State, whisper: Whisper, live: boolean): JsonLine {
		if (!whisper.own || !live) return jsonWhisper(state, whisper, live);
		const key = whisperKey(whisper.subject, whisper.id);
		const ref = refs.get(key) ?? nextRef;
		refs.delete(key);
		reportedWhispers.add(key);
		nextRef = undefined;
		return jsonWhisper(state, whisper, live, ref);
	}

	function toLine(report: OutputReport, state: State): JsonLine | undefined {
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
				const {observation, live} = report;
				if (observation.type === 'whisper') return whisperLine(state, observation, live);
				if (observation.type !== 'notice') return undefined;
				return {type: 'notice', level: observation.level, code: observation.code, text: observation.text};
			}
			case 'whisper-delivery':
				return {
					type: 'whisper-delivery',
					peer: report.peer,
					id: report.id,
					state: report.isRefused ? 'refused' : 'delivered',
				};
			case 'file':
				return {type: 'file', ...report.transfer};
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
			const line = toLine(report, state);
			return line && toJsonLine(line);
		},
		attachRef(ref, seq) {
			if (seq === undefined) nextRef = ref;
			else {
				nextRef = undefined;
				if (ref !== undefined && seq > lastReportedSeq) refs.set(seq, ref);
			}
		},
		attachWhisperRef(ref, peer, id) {
			nextRef = undefined;
			const key = whisperKey(peer, id);
			if (ref !== undefined && !reportedWhispers.delete(key)) refs.set(key, ref);
		},
	};
}

function whisperKey(peer: PeerId, id: number): string {
	return `${peer}:${id}`;
}

/** Maximum number of entries of incomplete history that are held back. At this number they are printed. */
const MAX_HELD_BACK = 100_000;

/**
 * Formats reports as plain lines. The joining of a peer that was here before us is printed once, when we first connect
 * to the peer. History arrives feed by feed, so it is held back until it is complete. It is then printed in the order
 * of the timeline.
 */
export function createPlainReportFormat(): ReportFormat {
	return createPlainReports().format;
}

function refusedWhisperLine(state: State, peer: PeerId, now: number): string {
	return `${formatLocalTime(now)} * private, to ${formatPeerName(state, peer)}: ${WHISPER_REFUSED}`;
}

export interface PlainReports {
	readonly format: ReportFormat;
	/** Whether history is held back, because it is not complete yet. */
	isHoldingBack(): boolean;
}

/**
 * Like createPlainReportFormat. It also prints a line such as `12 new since 10:42` within the history, before the first
 * unread message.
 */
export function createPlainReports(
	readUnread: () => Unread = () => noUnread,
	now: () => number = Date.now,
): PlainReports {
	const announcedPeers = new Set<PeerId>();
	let heldBack: TimelineEntry[] = [];
	let isUnreadAnnounced = false;

	function firstContactRow(state: State, peer: PeerId): TimelineEntry | undefined {
		const known = findPeer(state.roster, peer);
		const first = known?.firstConnected;
		if (!known?.joined || !first || !state.launch || announcedPeers.has(peer)) return undefined;
		if (compareOrder(known.joined, state.launch) >= 0) return undefined;
		announcedPeers.add(peer);
		return first;
	}

	function releaseHeldBack(state: State): string | undefined {
		if (heldBack.length === 0) return undefined;
		const rows = heldBack.sort(compareOrder);
		heldBack = [];
		const unread = readUnread();
		const summary = isUnreadAnnounced ? undefined : describeUnread(state, unread, now());
		const firstUnread = summary === undefined ? -1 : rows.findIndex(row => isUnread(unread, row));
		const lines = rows.map(row => formatPlain(state, row));
		if (firstUnread < 0) return lines.join('\n');
		isUnreadAnnounced = true;
		return lines.toSpliced(firstUnread, 0, `${formatLocalTime(now())} * ${summary}`).join('\n');
	}

	function holdBack(state: State, row: TimelineEntry): string | undefined {
		return heldBack.push(row) >= MAX_HELD_BACK ? releaseHeldBack(state) : undefined;
	}

	/** Formats a row. History that is held back is printed before an event of our own, because the history is older. */
	function formatInOrder(state: State, row: TimelineEntry): string {
		const before = row.peer === state.launch?.peer ? releaseHeldBack(state) : undefined;
		return [before, formatPlain(state, row)].filter(line => line !== undefined).join('\n');
	}

	/**
	 * A reaction, correction, withdrawal or pin of the history is shown in the row of its message. If such an event
	 * arrives live and this node has its message, the event gets a line of its own.
	 */
	function formatEvent(state: State, event: FeedEvent, live: boolean): string | undefined {
		if (isEffect(event) && (!live || !describeEffect(state, event))) return undefined;
		if (isRepeatedLoss(state, event)) return undefined;
		return live ? formatInOrder(state, event) : holdBack(state, event);
	}

	function formatPeer(state: State, peer: PeerId): string | undefined {
		const row = firstContactRow(state, peer);
		if (row && heldBack.length > 0) return holdBack(state, row);
		if (row) return formatPlain(state, row);
		const wasHere = findPeer(state.roster, peer)?.firstConnected !== undefined;
		return wasHere && !isPresent(statusOf(state, peer)) ? releaseHeldBack(state) : undefined;
	}

	const announce = createTransferAnnouncer();
	const format: ReportFormat = (report, state) => {
		switch (report.type) {
			case 'file': {
				const text = announce(report.transfer);
				return text === undefined ? undefined : `${formatLocalTime(now())} * ${text}`;
			}
			case 'event':
				return formatEvent(state, report.event, report.live);
			case 'observed':
				return report.live ? formatInOrder(state, report.observation) : holdBack(state, report.observation);
			case 'peer':
				return formatPeer(state, report.peer);
			case 'synced':
			case 'alone':
			case 'end':
				return releaseHeldBack(state);
			case 'delivery':
				return undefined;
			case 'whisper-delivery':
				return report.isRefused ? refusedWhisperLine(state, report.peer, now()) : undefined;
			default:
				return report satisfies never;
		}
	};
	return {format, isHoldingBack: () => heldBack.length > 0};
}
