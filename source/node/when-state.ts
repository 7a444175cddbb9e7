/** Waits until the state of a node meets a condition. */
import type {Clock} from '../core/environment.js';
import type {Input} from '../core/event.js';
import type {State} from '../core/state.js';
import type {Store} from './store.js';

/**
 * Resolves with the first value that `select` returns, unless it is undefined. `select` is called with the present
 * state, and then with the state after each commit. `inputs`: inputs of the commit; empty for the present state.
 */
export function nextValue<T>(
	store: Store,
	select: (state: State, inputs: readonly Input[]) => T | undefined,
): {readonly value: Promise<T>; stop(): void} {
	let stop = () => {};
	const value = new Promise<T>((resolve, reject) => {
		const check = (state: State, inputs: readonly Input[]) => {
			try {
				const found = select(state, inputs);
				if (found === undefined) return;
				stop();
				resolve(found);
			} catch (error) {
				stop();
				reject(error);
			}
		};
		stop = store.subscribe(check);
		check(store.getState(), []);
	});
	return {value, stop: () => stop()};
}

/**
 * Resolves to true as soon as the state meets the condition, and to false after `ms`. Rejects if `isMet` throws an
 * error.
 */
export async function whenState(
	store: Store,
	clock: Clock,
	ms: number,
	isMet: (state: State) => boolean,
): Promise<boolean> {
	const {value, stop} = nextValue(store, state => isMet(state) || undefined);
	return new Promise((resolve, reject) => {
		const timer = clock.after(ms, () => {
			stop();
			resolve(false);
		});
		void value.finally(() => timer.cancel()).then(() => resolve(true), reject);
	});
}
