import {RETRY_FIRST_MS, RETRY_JITTER, RETRY_MAX_MS} from '../core/limits.js';

/**
 * How long to wait before the next dial, in ms: 1, 2, 4 … 30 s, spread by 20 % either way so that a room does not dial in
 * step. `failures` in a row, from 1; `fraction` uniform in [0, 1).
 */
export function retryDelay(failures: number, fraction: number): number {
	const base = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.max(0, failures - 1));
	return Math.round(base * (1 - RETRY_JITTER + 2 * RETRY_JITTER * fraction));
}
