import {expect, test} from 'vitest';
import {progressOf} from '../../../source/cli/commands/fetch.js';

test('a fetch that changes between the states waiting and fetching, but receives no bytes, counts as making no progress', () => {
	const steps = [
		{bytes: 0, state: 'waiting'},
		{bytes: 0, state: 'fetching'},
		{bytes: 0, state: 'waiting'},
		{bytes: 1, state: 'fetching'},
		{bytes: 1, state: 'waiting'},
		{bytes: 1, state: 'checking'},
		{bytes: 1, state: 'done'},
	] as const;
	expect(new Set(steps.map(progressOf)).size).toBe(4);
	expect(progressOf(steps[0])).toBe(progressOf(steps[2]));
});
