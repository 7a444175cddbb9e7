/** Records the messages on every connection as both ends send them. The checks need this view, which no single node has. */
import {FRAME_HEADER_BYTES} from '../../source/codec/frame.js';
import {decodeMessage} from '../../source/codec/message.js';
import type {EventsMessage, HaveMessage, WantMessage} from '../../source/codec/message-types.js';
import {batchByteLength, lastSeq} from '../../source/core/batch.js';
import type {Clock} from '../../source/core/environment.js';
import type {PeerId} from '../../source/core/event.js';
import type {Connection} from '../../source/network/transport/transport.js';
import {unreadSince} from '../helpers/memory-connection.js';
import type {Life} from './node.js';

/** A `want` request and its answer. Times are true time, ms. */
export interface RecordedWant {
	readonly id: number;
	readonly at: number;
	/** First requested seq of each feed, in the order of the answer. */
	readonly ranges: ReadonlyMap<PeerId, number>;
	/** Feeds whose first requested event was delivered. */
	readonly delivered: Set<PeerId>;
	bytes: number;
	/** When the other end sent the last part of the answer. */
	doneAt: number | undefined;
	/** Whether a part of the answer was suppressed. */
	isSuppressed: boolean;
	/**
	 * Number of `have` pages and deltas that the other end had sent on this connection before the last part of the
	 * answer.
	 */
	listsAtDone: number;
}

/** One read of bytes from a connection. Times are true time, ms. */
export interface RecordedRead {
	readonly at: number;
	/** When the bytes arrived at the host. */
	readonly arrivedAt: number;
	/** Time of the previous read. */
	readonly previousAt: number;
}

/** One end of a connection. */
export interface RecordedEnd {
	readonly life: Life;
	/** Identifies the connection: equal at both ends and unique. */
	readonly key: string;
	readonly remoteAddress: string;
	closedAt: number | undefined;
	/** When the other end's hello arrived. */
	helloAt: number | undefined;
	/** The last read. Before the first read, the opening of the connection. */
	lastRead: RecordedRead;
	/** Times at which this end sent its digest. */
	readonly digests: number[];
	/** Times at which this end sent a part of its inventory: a `have` page or a delta. */
	readonly lists: number[];
	/** Time at which this end sent the last page of its inventory. */
	listedAt: number | undefined;
	readonly wants: RecordedWant[];
	/** Time at which this end sent unrequested history. */
	unrequestedAt: number | undefined;
}

/** Recorded connections of all processes of a run. */
export interface MessageRecorder {
	readonly ends: readonly RecordedEnd[];
	partner(end: RecordedEnd): RecordedEnd | undefined;
	/** Processes to which this process has a connection that both ends know. */
	connectedTo(life: Life): Life[];
	/** Creates the observer of one process. */
	createObserver(life: () => Life): ConnectionObserver;
}

/** Observer of the connections of one process. */
export interface ConnectionObserver {
	opened(connection: Connection): EndRecorder;
}

/** Recorder of one connection end. The metered connection calls it. */
export interface EndRecorder {
	readonly end: RecordedEnd;
	received(chunk: Uint8Array): void;
	sent(frame: Uint8Array): void;
	/** Notes a frame that was dropped instead of sent. */
	suppressed(frame: Uint8Array): void;
	closed(): void;
}

export interface MessageRecorderOptions {
	readonly clock: Clock;
	/** Called before a request is added to the `wants` of its connection end. */
	requestSent(end: RecordedEnd, want: RecordedWant): void;
	/** Called for a digest and for the last page of an inventory. */
	inventorySent(end: RecordedEnd, message: 'digest' | 'list'): void;
}

/** Creates the recorder of one run. */
export function createMessageRecorder({clock, requestSent, inventorySent}: MessageRecorderOptions): MessageRecorder {
	const ends: RecordedEnd[] = [];
	const byKey = new Map<string, RecordedEnd[]>();
	const partner = (end: RecordedEnd) => byKey.get(end.key)?.find(other => other !== end);

	function onHave(end: RecordedEnd, message: HaveMessage): void {
		if (message.kind === 'digest') {
			end.digests.push(clock.monotonic());
			inventorySent(end, 'digest');
			return;
		}
		end.lists.push(clock.monotonic());
		if (message.kind !== 'page' || !message.last) return;
		end.listedAt = clock.monotonic();
		inventorySent(end, 'list');
	}

	function onWant(end: RecordedEnd, {id, ranges}: WantMessage): void {
		const want: RecordedWant = {
			id,
			at: clock.monotonic(),
			ranges: new Map(ranges.map(({peer, from}) => [peer, from])),
			delivered: new Set(),
			bytes: 0,
			doneAt: undefined,
			isSuppressed: false,
			listsAtDone: 0,
		};
		requestSent(end, want);
		end.wants.push(want);
	}

	function onAnswer(end: RecordedEnd, {batches, answer, done}: EventsMessage): void {
		const want = partner(end)?.wants.find(({id}) => id === answer);
		if (!want) return;
		for (const batch of batches) {
			const from = want.ranges.get(batch.peer);
			if (from !== undefined && batch.firstSeq <= from && from <= lastSeq(batch)) want.delivered.add(batch.peer);
			want.bytes += batchByteLength(batch);
		}
		if (!done) return;
		want.doneAt = clock.monotonic();
		want.listsAtDone = end.lists.length;
	}

	function createEndRecorder(connection: Connection, life: Life): EndRecorder {
		const key = Buffer.from(connection.keyingMaterial).toString('hex');
		const end: RecordedEnd = {
			life,
			key,
			remoteAddress: connection.remoteAddress,
			closedAt: undefined,
			helloAt: undefined,
			lastRead: {at: clock.monotonic(), arrivedAt: clock.monotonic(), previousAt: clock.monotonic()},
			digests: [],
			lists: [],
			listedAt: undefined,
			wants: [],
			unrequestedAt: undefined,
		};
		ends.push(end);
		byKey.set(key, [...(byKey.get(key) ?? []), end]);
		const header = new Uint8Array(FRAME_HEADER_BYTES);
		let receivedBytes = 0;
		return {
			end,
			received(chunk) {
				const now = clock.monotonic();
				const {at} = end.lastRead;
				if (now > at) end.lastRead = {at: now, arrivedAt: unreadSince(connection) ?? now, previousAt: at};
				if (end.helloAt !== undefined) return;
				header.set(
					chunk.subarray(0, Math.max(0, FRAME_HEADER_BYTES - receivedBytes)),
					Math.min(receivedBytes, FRAME_HEADER_BYTES),
				);
				receivedBytes += chunk.length;
				if (receivedBytes < FRAME_HEADER_BYTES) return;
				if (receivedBytes >= FRAME_HEADER_BYTES + new DataView(header.buffer).getUint32(0))
					end.helloAt = clock.monotonic();
			},
			sent(frame) {
				const message = decodeMessage(frame.subarray(FRAME_HEADER_BYTES));
				if (message?.type === 'have') onHave(end, message);
				else if (message?.type === 'want') onWant(end, message);
				else if (message?.type === 'events' && message.answer !== undefined) onAnswer(end, message);
			},
			suppressed(frame) {
				const message = decodeMessage(frame.subarray(FRAME_HEADER_BYTES));
				if (message?.type !== 'events') return;
				const want = partner(end)?.wants.find(({id}) => id === message.answer);
				if (want) want.isSuppressed = true;
			},
			closed() {
				end.closedAt = clock.monotonic();
			},
		};
	}

	const isOpen = ({closedAt, helloAt}: RecordedEnd) => closedAt === undefined && helloAt !== undefined;

	return {
		ends,
		partner,
		connectedTo(life) {
			return ends.flatMap(end => {
				const other = end.life === life && isOpen(end) ? partner(end) : undefined;
				return other && isOpen(other) ? [other.life] : [];
			});
		},
		createObserver: life => ({opened: connection => createEndRecorder(connection, life())}),
	};
}
