/** Progress of a catch-up, for the screen. */

/**
 * Counts events that were missing and have arrived. Reports the number while events are missing, and once more when no
 * event is missing.
 */
export interface SyncProgress {
	/** Adds a number of events that were missing and have arrived. */
	add(count: number): void;
	/** `outstanding`: number of events that are still missing. */
	report(outstanding: number): void;
}

/**
 * `onProgress` receives the number of events that have arrived, and the number that is expected in total. The second number
 * is 0 if no event is missing.
 */
export function createSyncProgress(onProgress: (received: number, expected: number) => void): SyncProgress {
	let received = 0;
	let isReported = false;

	return {
		add(count) {
			received += count;
		},
		report(outstanding) {
			const isComplete = outstanding === 0;
			if (!isComplete || isReported) onProgress(received, isComplete ? 0 : received + outstanding);
			isReported = !isComplete;
			if (isComplete) received = 0;
		},
	};
}
