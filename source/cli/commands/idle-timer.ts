/** Timer that expires if a command makes no progress for too long. */
import type {Clock} from '../../core/environment.js';

export interface IdleTimer {
	/** Resolves when `ms` milliseconds have passed since the last progress. */
	readonly expired: Promise<undefined>;
	/** Restarts the timer if `progress` differs from the value of the last call. */
	restart(progress: string): void;
	stop(): void;
}

export function createIdleTimer(clock: Clock, ms: number): IdleTimer {
	let expire: () => void = () => {};
	const expired = new Promise<undefined>(resolve => {
		expire = () => resolve(undefined);
	});
	let last: string | undefined;
	let timer = clock.after(ms, () => expire());
	return {
		expired,
		restart(progress) {
			if (progress === last) return;
			last = progress;
			timer.cancel();
			timer = clock.after(ms, () => expire());
		},
		stop: () => timer.cancel(),
	};
}
