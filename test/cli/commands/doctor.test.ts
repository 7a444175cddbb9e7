import {expect, it} from 'vitest';
import {wrapLines} from '../../../source/cli/commands/doctor.js';

const LINES = ['Result', '  ok: all is well: 1 peer is reached in room "lan".', ''];

it('without a terminal, the report of the doctor is not wrapped', () => {
	expect(wrapLines(LINES, undefined)).toEqual(LINES);
});

it('the report of the doctor is wrapped at the width of the terminal, with continuation lines indented', () => {
	const wrapped = wrapLines(LINES, 30);
	expect(wrapped).toEqual(['Result', '  ok: all is well: 1 peer is', '    reached in room "lan".', '']);
	for (const columns of [1, 20, 40, 80, 300])
		for (const line of wrapLines([...LINES, `  ${'x'.repeat(400)}`], columns))
			expect(line.length).toBeLessThanOrEqual(Math.max(20, Math.min(columns, 100)));
});
