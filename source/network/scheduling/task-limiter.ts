/**
 * Limiter of the number of tasks that run at the same time. Further tasks wait. When a task ends, the task that has
 * waited longest starts.
 */
export type TaskLimiter = <T>(task: () => Promise<T>) => Promise<T>;

export function createTaskLimiter(limit: number): TaskLimiter {
	const waiting: (() => void)[] = [];
	let running = 0;
	return async task => {
		// A task that ends gives its place directly to the task that has waited longest (`running` does not change). So
		// no new task can take the place in between.
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
