/**
 * Stops and continues the process. After every stop the terminal is taken back, no matter who stopped the process: the
 * user with Ctrl+Z, or another program with SIGSTOP or SIGTSTP.
 */
import type {SharedHooks} from '../screen-hooks.js';

export interface Suspension {
	/**
	 * Stops the process. Resolves when the process continues. Also resolves if the system ignores the stop. The system
	 * ignores it if there is no shell that could continue the process.
	 */
	stop(): Promise<void>;
	/** Stops listening for SIGCONT, so that `onContinued` is not called any more. */
	end(): void;
}

/**
 * Time after SIGTSTP, ms. The signal stops the process during this time, because it arrives asynchronously. So the
 * timer fires only after the process continues.
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
				// When the process continues, the first timer can fire before SIGCONT is handled. The second timer
				// leaves time for that. Otherwise SIGCONT would call `onContinued` too, and the terminal would be taken
				// back twice.
				clock.after(RESUME_DELAY_MS, () => void clock.after(RESUME_DELAY_MS, resolve));
			});
			resolveStop = undefined;
		},
		end: () => removeListener?.(),
	};
}
