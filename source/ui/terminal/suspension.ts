/**
 * Stops and continues the process. After every stop the terminal is taken back, no matter who stopped the process: the
 * user with Ctrl+Z, or another program with SIGSTOP or SIGTSTP.
 */
import type {SharedHooks} from '../screen-hooks.js';

export interface Suspension {
	/**
	 * Stops the process. Resolves when the process continues. Resolves also if the system has not stopped the process,
	 * which happens if no shell could continue it.
	 */
	stop(): Promise<void>;
	/** Ignores all further stops. */
	end(): void;
}

/**
 * Time after SIGTSTP after which the process has been continued, ms. The signal reaches the process asynchronously, so
 * this timer fires only after the process continues.
 */
const RESUME_DELAY_MS = 100;

/** `onContinued` is called when the process continues after a stop that `stop` did not request. */
export function createSuspension(
	{clock, stopProcess, onContinue}: Pick<SharedHooks, 'clock' | 'stopProcess' | 'onContinue'>,
	onContinued: () => void,
): Suspension {
	let resolveStop: (() => void) | undefined;

	function handleContinue(): void {
		if (resolveStop) resolveStop();
		else onContinued();
	}

	const removeListener = onContinue?.(handleContinue);
	return {
		async stop() {
			await new Promise<void>(resolve => {
				resolveStop = resolve;
				stopProcess?.();
				// After a stop, this timer can fire before SIGCONT arrives. The second timer then waits for SIGCONT, so
				// that one stop takes the terminal back only once.
				clock.after(RESUME_DELAY_MS, () => void clock.after(RESUME_DELAY_MS, resolve));
			});
			resolveStop = undefined;
		},
		end: () => removeListener?.(),
	};
}
