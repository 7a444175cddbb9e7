import {describe, expect, it} from 'vitest';
import {RETRY_FIRST_MS, RETRY_MAX_MS} from '../../../source/core/limits.js';
import {retryDelay} from '../../../source/network/dial/dial-queue.js';

describe('the backoff between dials', () => {
	it('the backoff between dials doubles with each failure from one second up to thirty seconds', () => {
		expect([1, 2, 3, 4, 5, 6, 7, 100].map(failures => retryDelay(failures, 0.5))).toEqual([
			RETRY_FIRST_MS,
			2000,
			4000,
			8000,
			16_000,
			RETRY_MAX_MS,
			RETRY_MAX_MS,
			RETRY_MAX_MS,
		]);
	});

	it('the backoff between dials varies randomly by up to 20 % in both directions', () => {
		expect([retryDelay(1, 0), retryDelay(1, 0.999_999)]).toEqual([800, 1200]);
	});
});
