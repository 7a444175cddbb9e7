/**
 * Division of the parts of a file among the nodes that fetch it at the same time: which node gets which part from a
 * holder of all parts (protocol.md, Files). Nodes that know of each other compute the same division, so they need no
 * messages for it. When a node has a part, the other nodes fetch the part from that node.
 *
 * The news that a node has a part takes time to arrive, above all on a busy computer. If each node chose any part,
 * several nodes would request the same part in this time.
 */
import type {PeerId} from '../../core/event.js';
import {FILE_REST_MS} from '../../core/limits.js';

/** Shortest time for which an idle node waits for parts that other nodes are to get. */
const MIN_PATIENCE_MS = 300;
/** An idle node waits at least for the time in which the holder sends this number of parts. */
const PATIENCE_PARTS = 2;

export interface FetchShares {
	/** Whether this node is to get a part from a holder of all parts. `others`: peers that fetch the file too. */
	isForUs(part: number, others: readonly PeerId[], now: number): boolean;
	/**
	 * To be called when only parts are missing that other peers are to get. Returns whether this node has waited too
	 * long for these peers. If so, the peers that were to get `parts` are passed over for FILE_REST_MS. `isIdle`:
	 * whether no part of the file is arriving. `partMs`: time in which the holder sends one part.
	 */
	isTooLate(
		waiting: {readonly isIdle: boolean; readonly partMs: number; readonly parts: readonly number[]},
		others: readonly PeerId[],
		now: number,
	): boolean;
}

export function createFetchShares(self: PeerId): FetchShares {
	const numbers = new Map<PeerId, number>();
	const passedOverUntil = new Map<PeerId, number>();
	let idleSince: number | undefined;

	function weightOf(peer: PeerId, part: number): number {
		let number = numbers.get(peer);
		if (number === undefined) {
			number = Number.parseInt(peer.slice(-8), 16) | 0;
			numbers.set(peer, number);
		}
		return mix(number, part);
	}

	/** The peer that is to get a part; undefined: this node. */
	function chosenOf(part: number, others: readonly PeerId[], now: number): PeerId | undefined {
		let chosen: PeerId | undefined;
		let highest = weightOf(self, part);
		for (const peer of others) {
			const weight = weightOf(peer, part);
			if (weight <= highest || (passedOverUntil.get(peer) ?? 0) > now) continue;
			highest = weight;
			chosen = peer;
		}
		return chosen;
	}

	return {
		isForUs: (part, others, now) => chosenOf(part, others, now) === undefined,
		isTooLate({isIdle, partMs, parts}, others, now) {
			if (!isIdle) idleSince = undefined;
			else idleSince ??= now;
			if (idleSince === undefined || now - idleSince < Math.max(MIN_PATIENCE_MS, PATIENCE_PARTS * partMs)) return false;
			idleSince = undefined;
			for (const part of parts) {
				const late = chosenOf(part, others, now);
				if (late !== undefined) passedOverUntil.set(late, now + FILE_REST_MS);
			}
			return true;
		},
	};
}

/** A number below 2 ** 32 that depends on all bits of `peer` and `part` (the finalizer of MurmurHash3). */
function mix(peer: number, part: number): number {
	let hash = peer ^ Math.imul(part + 1, 0x9e3779b1);
	hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
	hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
	return (hash ^ (hash >>> 16)) >>> 0;
}
