/** What was said on every connection, as both ends said it: what no node alone can see. */
import {FRAME_HEADER_BYTES} from '../../source/codec/frame.js';
import {decodeMessage, type EventsMessage, type HaveMessage, type WantMessage} from '../../source/codec/message.js';
import type {Clock} from '../../source/core/environment.js';
import type {PeerId} from '../../source/core/event.js';
import {batchByteLength, lastSeq} from '../../source/core/event.js';
import type {Connection} from '../../source/network/transport/transport.js';
import {unreadSince} from '../helpers/memory-connection.js';
import type {Life} from './node.js';

/** A question for history and what came of it. Times in ms of true time. */
export interface SaidWant {
	readonly id: number;
	readonly at: number;
	/** Feed -> first seq, in the order in which they are answered. */
	readonly ranges: ReadonlyMap<PeerId, number>;
	/** Of these feeds the answer brought what was asked for. */
	readonly given: Set<PeerId>;
	bytes: number;
	/** When the end of the answer left the other end. */
	doneAt: number | undefined;
	/** Of the answer something was kept back. */
	isKept: boolean;
	/** How many lists the other end had said on this connection by then. */
	listsAtDone: number;
}

/** Times in ms of true time. */
export interface SaidRead {
	readonly at: number;
	/** When what was read came to the host. */
	readonly cameAt: number;
	/** When something had been read before that. */
	readonly before: number;
}

/** One end of a connection. */
export interface SaidEnd {
	readonly life: Life;
	/** The same at both ends, and of no other connection. */
	readonly key: string;
	readonly remoteAddress: string;
	closedAt: number | undefined;
	/** When the other end's hello was here. */
	helloAt: number | undefined;
	/** Of the moment when it took bytes last; at first, when it was opened. */
	lastRead: SaidRead;
	/** When it said its digest. */
	readonly digests: number[];
	/** When it said a page or changes. */
	readonly lists: number[];
	/** When it said the last page of an answer to a digest. */
	listedAt: number | undefined;
	readonly wants: SaidWant[];
	/** When history was sent that nobody had asked for. */
	unaskedAt: number | undefined;
}

export interface Overhearing {
	readonly ends: readonly SaidEnd[];
	partner(end: SaidEnd): SaidEnd | undefined;
	/** Those with whom it has a connection that both ends know. */
	connectedTo(life: Life): Life[];
	/** For one life. */
	createEar(life: () => Life): Ear;
}

export interface Ear {
	opened(connection: Connection): EarAt;
}

export interface EarAt {
	readonly end: SaidEnd;
	heard(chunk: Uint8Array): void;
	said(frame: Uint8Array): void;
	/** This never left. */
	kept(frame: Uint8Array): void;
	closed(): void;
}

export interface OverhearingOptions {
	readonly clock: Clock;
	asked(end: SaidEnd, want: SaidWant): void;
	/** A digest or the last page of a list was said there. */
	told(end: SaidEnd, what: 'digest' | 'list'): void;
}

export function createOverhearing({clock, asked, told}: OverhearingOptions): Overhearing {
	const ends: SaidEnd[] = [];
	const byKey = new Map<string, SaidEnd[]>();
	const partner = (end: SaidEnd) => byKey.get(end.key)?.find(other => other !== end);

	function onHave(end: SaidEnd, message: HaveMessage): void {
		if (message.kind === 'digest') {
			end.digests.push(clock.monotonic());
			told(end, 'digest');
			return;
		}
		end.lists.push(clock.monotonic());
		if (message.kind !== 'page' || !message.last) return;
		end.listedAt = clock.monotonic();
		told(end, 'list');
	}

	function onWant(end: SaidEnd, {id, ranges}: WantMessage): void {
		const want: SaidWant = {
			id,
			at: clock.monotonic(),
			ranges: new Map(ranges.map(({peer, from}) => [peer, from])),
			given: new Set(),
			bytes: 0,
			doneAt: undefined,
			isKept: false,
			listsAtDone: 0,
		};
		asked(end, want);
		end.wants.push(want);
	}

	function onAnswer(end: SaidEnd, {batches, answer, done}: EventsMessage): void {
		const want = partner(end)?.wants.find(({id}) => id === answer);
		if (!want) return;
		for (const batch of batches) {
			const from = want.ranges.get(batch.peer);
			if (from !== undefined && batch.firstSeq <= from && from <= lastSeq(batch)) want.given.add(batch.peer);
			want.bytes += batchByteLength(batch);
		}
		if (!done) return;
		want.doneAt = clock.monotonic();
		want.listsAtDone = end.lists.length;
	}

	function createEarAt(connection: Connection, life: Life): EarAt {
		const key = Buffer.from(connection.keyingMaterial).toString('hex');
		const end: SaidEnd = {
			life,
			key,
			remoteAddress: connection.remoteAddress,
			closedAt: undefined,
			helloAt: undefined,
			lastRead: {at: clock.monotonic(), cameAt: clock.monotonic(), before: clock.monotonic()},
			digests: [],
			lists: [],
			listedAt: undefined,
			wants: [],
			unaskedAt: undefined,
		};
		ends.push(end);
		byKey.set(key, [...(byKey.get(key) ?? []), end]);
		const header = new Uint8Array(FRAME_HEADER_BYTES);
		let received = 0;
		return {
			end,
			heard(chunk) {
				const now = clock.monotonic();
				const {at} = end.lastRead;
				if (now > at) end.lastRead = {at: now, cameAt: unreadSince(connection) ?? now, before: at};
				if (end.helloAt !== undefined) return;
				header.set(
					chunk.subarray(0, Math.max(0, FRAME_HEADER_BYTES - received)),
					Math.min(received, FRAME_HEADER_BYTES),
				);
				received += chunk.length;
				if (received < FRAME_HEADER_BYTES) return;
				if (received >= FRAME_HEADER_BYTES + new DataView(header.buffer).getUint32(0)) end.helloAt = clock.monotonic();
			},
			said(frame) {
				const message = decodeMessage(frame.subarray(FRAME_HEADER_BYTES));
				if (message?.type === 'have') onHave(end, message);
				else if (message?.type === 'want') onWant(end, message);
				else if (message?.type === 'events' && message.answer !== undefined) onAnswer(end, message);
			},
			kept(frame) {
				const message = decodeMessage(frame.subarray(FRAME_HEADER_BYTES));
				if (message?.type !== 'events') return;
				const want = partner(end)?.wants.find(({id}) => id === message.answer);
				if (want) want.isKept = true;
			},
			closed() {
				end.closedAt = clock.monotonic();
			},
		};
	}

	const isOpen = ({closedAt, helloAt}: SaidEnd) => closedAt === undefined && helloAt !== undefined;

	return {
		ends,
		partner,
		connectedTo(life) {
			return ends.flatMap(end => {
				const other = end.life === life && isOpen(end) ? partner(end) : undefined;
				return other && isOpen(other) ? [other.life] : [];
			});
		},
		createEar: life => ({opened: connection => createEarAt(connection, life())}),
	};
}
