/**
 * Division of the parts of a file among the nodes that fetch it at the same time (protocol.md, Files). It determines
 * which of these nodes requests which part from a peer that has the whole file. Nodes that know of each other compute
 * the same division, so they need no messages for it. The other nodes then fetch the part from the node that got it.
 *
 * Without the division, several nodes would request the same part. A node that has requested a part cannot prevent this
 * with a message, because the message would arrive too late, above all on a busy computer.
 */
import type {PeerId} from '../../core/event.js';
import {FILE_REST_MS} from '../../core/limits.js';

/**
 * Minimum time that a node must wait, without an arriving part, before it requests parts that the division assigns to
 * other nodes.
 */
const MIN_PATIENCE_MS = 300;
/** The node must also wait at least for the time in which the holder sends this number of parts. */
const PATIENCE_PARTS = 2;

export interface FetchShares {
	/** Whether the division assigns a part to this node. `others`: other peers that fetch the file. */
	isForUs(part: number, others: readonly PeerId[], now: number): boolean;
	/**
	 * To be called when the division assigns all missing parts to other peers. Returns whether this node has waited for
	 * these peers for too long, so that it may request such a part itself. If so, the division assigns nothing to these
	 * peers for FILE_REST_MS. `isIdle`: whether no part of the file is arriving. `partMs`: time in which the holder
	 * sends one part. `parts`: the missing parts.
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

	/** Peer to which the division assigns a part. Undefined if it assigns the part to this node. */
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

/** Hash of a peer and a part, below 2 ** 32. It depends on all bits of both numbers (the finalizer of MurmurHash3). */
function mix(peer: number, part: number): number {
	let hash = peer ^ Math.imul(part + 1, 0x9e3779b1);
	hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
	hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
	return (hash ^ (hash >>> 16)) >>> 0;
}
