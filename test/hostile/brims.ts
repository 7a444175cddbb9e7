/** Types and helpers of the table of limits that an attacker fills to the brim (brims.test.ts). */
import type {EntryBody} from '../../source/codec/entry.js';
import type {Message, WantMessage} from '../../source/codec/message-types.js';
import {type Batch, lastSeq} from '../../source/core/batch.js';
import type {PeerId} from '../../source/core/event.js';
import type * as limits from '../../source/core/limits.js';
import {MAX_ANSWER_BYTES} from '../../source/core/limits.js';
import {createOwnFeed} from '../../source/feed/own-feed.js';
import {createPeerKey, type PeerKey} from '../../source/feed/signing-keys.js';
import type {BrimRoom} from './brim-room.js';
import {answerWant, haveOf, type MaliciousPeer} from './malicious-peer.js';

export type LimitName = keyof typeof limits;

/**
 * How far an attack has filled a limit. A value below `atLeast` means that the attack did not reach the limit, and a
 * value above `atMost` that it exceeded the limit.
 */
export interface Fill {
	readonly what: string;
	readonly value: number;
	readonly atLeast: number;
	readonly atMost: number;
}

export interface Attack {
	/** Called before each message of the honest nodes, every 100 ms. */
	repeat?(): void;
	/** Called after the chat. */
	fills(): readonly Fill[] | Promise<readonly Fill[]>;
}

/** An attack, and the limits that it fills. */
export interface Brim {
	readonly title: string;
	readonly limits: readonly LimitName[];
	attack(room: BrimRoom): Attack | Promise<Attack>;
}

export const inventedPeer = (number: number) => (number + 0xf0_00_00_00).toString(16).padEnd(64, '0') as PeerId;

/** A history with a key of its own, which a malicious peer serves. */
export interface History {
	readonly key: PeerKey;
	readonly batches: readonly Batch[];
}

let keys = 0;

/** Writes a feed whose events are an hour old. `perBatch`: entries of one batch. */
export function writeHistory(room: BrimRoom, bodies: readonly EntryBody[], perBatch = 100): History {
	const key = createPeerKey(
		new Uint8Array(32)
			.fill(1)
			.fill(keys++ % 256, 0, 8)
			.fill(keys >> 8, 8, 16),
	);
	const feed = createOwnFeed({key, roomTag: room.keys.tag});
	const start = room.clock.now() - 3_600_000;
	const batches: Batch[] = [];
	for (let from = 0; from < bodies.length; from += perBatch) {
		const stamped = bodies
			.slice(from, from + perBatch)
			.map((body, index) => ({body, at: start, hlc: {ms: start + from + index, counter: 0}}));
		batches.push(feed.append(stamped));
	}
	return {key, batches};
}

/** Lists the histories in the inventory of a new connection, and serves them. */
export function serve(histories: readonly History[]) {
	const byPeer = new Map(histories.map(({key, batches}) => [key.peer, batches]));
	return {
		opening: histories.flatMap(({batches}) => batches.slice(-1)),
		onMessage(message: Message, self: MaliciousPeer): void {
			if (message.type === 'want') answer(message, self);
		},
	};

	function answer(want: WantMessage, self: MaliciousPeer): void {
		let bytes = 0;
		for (const {peer, from} of want.ranges) {
			for (const batch of byPeer.get(peer) ?? []) {
				if (lastSeq(batch) < from) continue;
				bytes += batch.entries.reduce((sum, entry) => sum + entry.length, 0);
				if (bytes > MAX_ANSWER_BYTES) break;
				self.send({type: 'events', batches: [batch], answer: want.id});
			}
		}
		answerWant(self, {...want, ranges: []}, new Map());
	}
}

/** Pages of an inventory. */
export function pagesOf(batches: readonly Batch[], perPage = 256): Message[] {
	const pages: Message[] = [];
	for (let from = 0; from < batches.length || from === 0; from += perPage) {
		const feeds = batches.slice(from, from + perPage).map(haveOf);
		pages.push({type: 'have', kind: 'page', feeds, last: from + perPage >= batches.length});
	}
	return pages;
}
