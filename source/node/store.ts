import type {Input} from '../core/event.js';
import {initialState, reduceInputs} from '../core/reduce.js';
import type {State} from '../core/state.js';

/** After every commit: the new state and the inputs that led to it, in the order in which they entered. */
export type StoreListener = (state: State, inputs: readonly Input[]) => void;

export interface Store {
	getState(): State;
	/** The one door to the state: reduce and notify. Throws when called from inside a reduction. */
	commit(inputs: readonly Input[]): void;
	/** Returns how to unsubscribe. Listeners run in the order in which they came, each exactly once a commit. */
	subscribe(listener: StoreListener): () => void;
}

export function createStore(state: State = initialState): Store {
	const listeners = new Set<StoreListener>();
	const pendingCommits: (readonly Input[])[] = [];
	let current = state;
	let isDraining = false;

	/** A listener may commit: its inputs wait until all listeners have seen these. */
	function drain(): void {
		for (let inputs = pendingCommits.shift(); inputs; inputs = pendingCommits.shift()) {
			current = reduceInputs(current, inputs);
			for (const listener of listeners) listener(current, inputs);
		}
	}

	return {
		getState: () => current,
		commit(inputs) {
			if (inputs.length === 0) return;
			pendingCommits.push(inputs);
			if (isDraining) return;
			isDraining = true;
			try {
				drain();
			} finally {
				pendingCommits.length = 0;
				isDraining = false;
			}
		},
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
	};
}
