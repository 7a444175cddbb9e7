/** Limiter of the number of tasks that run at the same time. Further tasks wait, and the oldest one starts first. */
export type TaskLimiter = <T>(task: () => Promise<T>) => Promise<T>;

export function createTaskLimiter(limit: number): TaskLimiter {
	const waiting: (() => void)[] = [];
	let running = 0;
	return async task => {
		// A task that ends passes its place on, so that no new task can take the place before the waiting one starts.
		if (running >= limit) await new Promise<void>(resolve => waiting.push(resolve));
		else running++;
		try {
			return await task();
		} finally {
			const next = waiting.shift();
			if (next) next();
			else running--;
		}
	};
}
