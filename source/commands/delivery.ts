/** Which own posts the others hold, told when it changes (design.md, 3: `have` gives delivery). Pure, no clock. */
import {selectDelivery} from '../core/select.js';
import type {State} from '../core/state.js';

export interface DeliveryChange {
	readonly seq: number;
	readonly delivered: number;
	readonly of: number;
}

export interface DeliveryTracker {
	/** An own post of this launch. */
	posted(seq: number): void;
	/** What is new since the last call; posts that everybody holds are then forgotten. */
	changes(state: State): DeliveryChange[];
	readonly open: boolean;
}

export function createDeliveryTracker(): DeliveryTracker {
	/** By rising seq, with what was last told. */
	let open: {readonly seq: number; readonly told: number}[] = [];
	return {
		posted(seq) {
			open.push({seq, told: 0});
		},
		changes(state) {
			const changes: DeliveryChange[] = [];
			const still: typeof open = [];
			for (const post of open) {
				const {delivered, of} = selectDelivery(state, post.seq) ?? {delivered: 0, of: 0};
				if (delivered > post.told) changes.push({seq: post.seq, delivered, of});
				if (delivered === 0 || delivered < of) still.push({seq: post.seq, told: Math.max(delivered, post.told)});
			}
			open = still;
			return changes;
		},
		get open() {
			return open.length > 0;
		},
	};
}
