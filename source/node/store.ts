/**
 * Store of the state of the room. It applies all inputs of a running node to the state (reduce). The screens and the
 * JSON interface subscribe to it.
 */
import type {Input} from '../core/event.js';
import {initialState, reduceInputs} from '../core/reduce.js';
import type {State} from '../core/state.js';

/** Listener that is called after every commit, with the new state and the inputs of the commit. */
export type StoreListener = (state: State, inputs: readonly Input[]) => void;

export interface Store {
	getState(): State;
	/**
	 * Applies the inputs to the state and calls the listeners. If a listener calls `commit`, its inputs wait until all
	 * listeners were called.
	 */
	commit(inputs: readonly Input[]): void;
	/** Adds a listener and returns a function that removes it. Listeners run in the order in which they were added. */
	subscribe(listener: StoreListener): () => void;
}

export function createStore(state: State = initialState): Store {
	const listeners = new Set<StoreListener>();
	const pendingCommits: (readonly Input[])[] = [];
	let current = state;
	let isDraining = false;

	/** Processes the waiting commits in order, including those that listeners add in the meantime. */
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
