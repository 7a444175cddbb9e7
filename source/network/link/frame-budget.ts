/**
 * Budget for the memory of incomplete frames, for all connections together. A frame can have MAX_FRAME_BYTES, and each of
 * hundreds of connections can send a part of one. If the budget is exceeded, one connection is closed: among the connections
 * of the address that holds the most bytes, the one whose incomplete frame began first.
 */
import {MAX_PARTIAL_FRAME_BYTES} from '../../core/limits.js';

/** Connection with an incomplete frame. */
export interface FrameHolder {
	/** Owner for whom the memory of the frame is counted: the address of the peer (`shareKey`). */
	readonly owner: string;
	/** Closes the connection, so that the memory of its frame is free again. */
	giveWay(): void;
}

export interface FrameBudget {
	/**
	 * Notes the memory in bytes that the incomplete frame of a connection uses now. 0 if the connection has no
	 * incomplete frame.
	 */
	note(holder: FrameHolder, bytes: number): void;
}

export function createFrameBudget(): FrameBudget {
	/** Bytes of the incomplete frame of each connection. The connection whose frame began first is first. */
	const held = new Map<FrameHolder, number>();
	let total = 0;

	function set(holder: FrameHolder, bytes: number): void {
		total += bytes - (held.get(holder) ?? 0);
		if (bytes > 0) held.set(holder, bytes);
		else held.delete(holder);
	}

	function holderGivingWay(): FrameHolder | undefined {
		const byOwner = new Map<string, {readonly first: FrameHolder; bytes: number}>();
		for (const [holder, bytes] of held) {
			const known = byOwner.get(holder.owner);
			if (known) known.bytes += bytes;
			else byOwner.set(holder.owner, {first: holder, bytes});
		}

		return [...byOwner.values()].sort((a, b) => b.bytes - a.bytes)[0]?.first;
	}

	return {
		note(holder, bytes) {
			set(holder, bytes);
			while (total > MAX_PARTIAL_FRAME_BYTES) {
				const leaving = holderGivingWay();
				if (!leaving) return;
				set(leaving, 0);
				leaving.giveWay();
			}
		},
	};
}
