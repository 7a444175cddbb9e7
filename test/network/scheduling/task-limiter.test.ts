import {expect, test} from 'vitest';
import {createTaskLimiter} from '../../../source/network/scheduling/task-limiter.js';

test('at most the given number of tasks runs at the same time, in the order of their calls, also if tasks fail or are added when one ends', async () => {
	const limit = createTaskLimiter(2);
	const begun: number[] = [];
	const ends: (() => void)[] = [];
	let running = 0;
	let most = 0;
	const add = (number: number) =>
		limit(async () => {
			begun.push(number);
			most = Math.max(most, ++running);
			await new Promise<void>(resolve => ends.push(resolve));
			running--;
			if (number % 2 === 1) throw new Error(`${number}`);
			return number;
		});
	const results = [0, 1, 2, 3].map(add);
	await Promise.resolve();
	expect(begun).toEqual([0, 1]);
	ends.shift()?.();
	results.push(results[0]!.then(() => add(4)));
	for (let turn = 0; turn < 50; turn++) {
		await Promise.resolve();
		if (turn % 5 === 4) ends.shift()?.();
	}
	const settled = await Promise.allSettled(results);
	expect(settled.map(({status}) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled']);
	expect(begun).toEqual([0, 1, 2, 3, 4]);
	expect(most).toBe(2);
});
