/** How much of the history that is missing has come, told while some is missing and once when none is. */
export interface SyncProgress {
	/** Events came that were missing. */
	took(count: number): void;
	/** `outstanding`: events still missing. */
	report(outstanding: number): void;
}

/** `tell`: received so far, and expected in all; expected 0: done. */
export function createSyncProgress(tell: (received: number, expected: number) => void): SyncProgress {
	let received = 0;
	let isTold = false;

	return {
		took(count) {
			received += count;
		},
		report(outstanding) {
			const isOver = outstanding === 0;
			if (!isOver || isTold) tell(received, isOver ? 0 : received + outstanding);
			isTold = !isOver;
			if (isOver) received = 0;
		},
	};
}
