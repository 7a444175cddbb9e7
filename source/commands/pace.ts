/** How fast input may be read: not faster than the slowest reachable peer takes it. */
import type {State} from '../core/state.js';
import type {Clock} from '../network/clock.js';
import type {Session} from '../session/session.js';

/** Own posts that a reachable peer may lack. */
const WINDOW = 512;
/** One who takes nothing for so long is waited for no more: its queue is bounded and it catches up later. */
const PATIENCE_MS = 2000;

/** How many own events up to `seq` the slowest reachable peer lacks; 0 when nobody is there. */
export function backlog(state: State, seq: number): number {
	let most = 0;
	for (const [peer, link] of Object.entries(state.passing.links)) {
		if (link.status === 'connected') most = Math.max(most, seq - heldBy(state, peer));
	}
	return most;
}

function heldBy(state: State, wanted: string): number {
	for (const [peer, seq] of Object.entries(state.passing.delivered)) if (peer === wanted) return seq;
	return 0;
}

/** Resolves when more may be read. `seq`: of our newest post. */
export function keepPace({store}: Session, clock: Clock, seq: number): Promise<void> {
	if (backlog(store.getState(), seq) <= WINDOW) return Promise.resolve();
	return new Promise(resolve => {
		const done = () => {
			timer.cancel();
			unsubscribe();
			resolve();
		};
		const timer = clock.after(PATIENCE_MS, done);
		const unsubscribe = store.subscribe(state => {
			if (backlog(state, seq) <= WINDOW / 2) done();
		});
	});
}
