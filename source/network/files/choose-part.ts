/** Choice of the part to request next from one holder (protocol.md, Files). Pure. */
import {hasPart, type PartSet} from '../../core/part-set.js';

/** Parts of a file that one peer has. */
export interface Holding {
	readonly parts: PartSet;
	/** Whether the peer has all parts, as the author of the file usually does. */
	readonly isComplete: boolean;
	/**
	 * Whether the peer can send a part soon: it is not silent, and the parts that are already requested from it will arrive
	 * soon.
	 */
	readonly isAvailable: boolean;
}

export interface Choice {
	/** Range of the parts that may be requested, with an exclusive end: the parts close to the first missing one. */
	readonly from: number;
	readonly to: number;
	/** Whether a part is missing and not yet requested from any holder. */
	isMissing(part: number): boolean;
	/** The peer from which a part is requested. */
	readonly holder: Holding;
	/** All other peers that have parts of the file. */
	readonly others: readonly Holding[];
	/**
	 * Whether this node, of all nodes that are fetching the file, is the one that requests the part from a holder of
	 * all parts. If the function is missing, this node requests any part.
	 */
	isForUs?(part: number): boolean;
	/** Uniform in [0, 1). */
	random(): number;
}

/**
 * The part to request from the holder. Of the missing parts that the holder has, those that the fewest other peers have
 * are considered, and a random one of them is chosen. Undefined if there is none. A part is not requested from a holder
 * of all parts if `isForUs` is false, or if a holder of some parts can send it soon. So the author sends each part
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
