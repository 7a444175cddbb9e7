/** Progress of the transfer of missed events, for the screen. */

/**
 * Counter of missing events that have arrived. It reports while events are missing, and once more when none is missing
 * any more.
 */
export interface SyncProgress {
	/** Counts events that were missing and have now arrived. */
	add(count: number): void;
	/** Reports the progress. `outstanding`: number of events that are still missing. */
	report(outstanding: number): void;
}

/**
 * Creates the counter. `onProgress`: called with the number of events that have arrived, and the number that is
 * expected in total. The second number is 0 when no event is missing any more.
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
