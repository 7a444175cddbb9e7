import type {PeerId} from '../core/ids.js';
import type {Clock} from '../network/clock.js';
import type {Store} from './store.js';

/** Resolves true once some peer holds our own feed up to `seq()`, false after `ms`. */
export function whenDelivered(
	store: Store,
	clock: Clock,
	self: PeerId,
	seq: () => number,
	ms: number,
): Promise<boolean> {
	return new Promise(resolve => {
		const isHeld = () => {
			const {delivered} = store.getState().passing;
			return Object.entries(delivered).some(([peer, held]) => peer !== self && held >= seq());
		};
		if (isHeld()) {
			resolve(true);
			return;
		}

		const finish = (held: boolean) => {
			timer.cancel();
			unsubscribe();
			resolve(held);
		};
		const timer = clock.after(ms, () => finish(false));
		const unsubscribe = store.subscribe(() => {
			if (isHeld()) finish(true);
		});
	});
}
