/** Choice of the part to request next from one holder (protocol.md, Files). Pure. */
import {hasPart, type PartSet} from '../../core/part-set.js';

/** Parts of a file that one peer has. */
export interface Holding {
	readonly parts: PartSet;
	/** Whether the peer has all parts. The author of the file usually has them. */
	readonly isComplete: boolean;
	/**
	 * Whether the peer can send a part soon: it answers, and the parts that are already requested from it will arrive
	 * soon.
	 */
	readonly isAvailable: boolean;
}

export interface Choice {
	/** Range of the parts that may be requested, from the first missing part to the exclusive end `to`. */
	readonly from: number;
	readonly to: number;
	/** Whether this node lacks a part and has not requested it from any holder yet. */
	isMissing(part: number): boolean;
	/** The peer from which the chosen part will be requested. */
	readonly holder: Holding;
	/** All other peers that have parts of the file. */
	readonly others: readonly Holding[];
	/**
	 * Whether the division of the parts (fetch-shares.ts) assigns a part to this node. From a holder of all parts, only
	 * such parts are requested. If the function is missing, any part may be requested.
	 */
	isForUs?(part: number): boolean;
	/** Random number, uniform in [0, 1). */
	random(): number;
}

/**
 * Chooses the part to request from the holder. Of the missing parts that the holder has, considers those that the
 * fewest other peers have, and takes a random one. Undefined if there is none. From a holder of all parts, a part is
 * not requested if `isForUs` is false, or if a holder of some parts can send it soon. So the author sends each part
 * about once, and the peers that fetch the file exchange the parts.
 */
export function choosePart({from, to, isMissing, holder, others, isForUs, random}: Choice): number | undefined {
	let fewest = Number.POSITIVE_INFINITY;
	let rarest: number[] = [];
	for (let part = from; part < to; part++) {
		if (!isMissing(part) || !(holder.isComplete || hasPart(holder.parts, part))) continue;
		if (holder.isComplete && isForUs?.(part) === false) continue;
		let holders = 0;
		let isLeft = false;
		for (const other of others) {
			if (other.isComplete) holders++;
			else if (hasPart(other.parts, part)) {
				holders++;
				isLeft ||= holder.isComplete && other.isAvailable;
			}
		}
		if (isLeft || holders > fewest) continue;
		if (holders < fewest) {
			fewest = holders;
			rarest = [];
		}
		rarest.push(part);
	}
	return rarest[Math.floor(random() * rarest.length)];
}
