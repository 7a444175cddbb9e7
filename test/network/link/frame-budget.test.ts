import {expect, it} from 'vitest';
import {MAX_FRAME_BYTES, MAX_PARTIAL_FRAME_BYTES} from '../../../source/core/limits.js';
import {createFrameBudget, type FrameHolder} from '../../../source/network/link/frame-budget.js';

function createBench() {
	const budget = createFrameBudget();
	const closed: string[] = [];
	const holder = (name: string, owner: string): FrameHolder => ({owner, giveWay: () => void closed.push(name)});
	return {budget, closed, holder};
}

it('if the incomplete frames of all connections exceed their budget, the address with the most bytes loses the connection whose frame began first', () => {
	const {budget, closed, holder} = createBench();
	const honest = holder('honest', '10.0.0.1');
	budget.note(honest, 300_000);
	const count = MAX_PARTIAL_FRAME_BYTES / MAX_FRAME_BYTES + 2;
	for (let index = 0; index < count; index++)
		budget.note(holder(`liar ${index}`, `10.0.0.${2 + (index % 2)}`), MAX_FRAME_BYTES);
	expect(closed).toEqual(['liar 0', 'liar 1', 'liar 2']);
});

it('a frame that is complete no longer counts toward the budget for incomplete frames, and the next frame of its connection counts as begun after the frames of others', () => {
	const {budget, closed, holder} = createBench();
	const [busy, slow] = ['busy', 'slow'].map(name => holder(name, '10.0.0.1'));
	const half = MAX_PARTIAL_FRAME_BYTES / 2;
	budget.note(busy!, half);
	budget.note(slow!, half);
	for (let round = 0; round < 10; round++) {
		budget.note(busy!, 0);
		budget.note(busy!, half);
	}

	expect(closed).toEqual([]);
	budget.note(busy!, half + 1);
	expect(closed).toEqual(['slow']);
	budget.note(slow!, 0);
	budget.note(busy!, MAX_PARTIAL_FRAME_BYTES);
	expect(closed).toEqual(['slow']);
});
