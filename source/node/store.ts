/** Store of the state, which reduces all inputs of a running node. Screens and the JSON interface subscribe to it. */
import type {Input} from '../core/event.js';
import {initialState, reduceInputs} from '../core/reduce.js';
import type {State} from '../core/state.js';

/** Called after every commit with the new state and the inputs that were reduced. */
export type StoreListener = (state: State, inputs: readonly Input[]) => void;

export interface Store {
	getState(): State;
	/** Reduces the inputs and notifies the listeners. A commit made by a listener waits until all listeners were notified. */
	commit(inputs: readonly Input[]): void;
	/** Adds a listener and returns a function that removes it. Listeners run in the order in which they were added. */
	subscribe(listener: StoreListener): () => void;
}

export function createStore(state: State = initialState): Store {
	const listeners = new Set<StoreListener>();
	const pendingCommits: (readonly Input[])[] = [];
	let current = state;
	let isDraining = false;

	/** Processes the pending commits in order, including those that listeners add meanwhile. */
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
