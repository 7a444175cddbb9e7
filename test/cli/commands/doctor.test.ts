import {expect, it} from 'vitest';
import {wrapLines} from '../../../source/cli/commands/doctor.js';

const LINES = ['Verdict', '  ok: all is well: 1 peer is reached in room "lan".', ''];

it('keeps what the doctor says whole where no terminal is', () => {
	expect(wrapLines(LINES, undefined)).toEqual(LINES);
});

it('continues a line under its own indent, within the width of the terminal', () => {
	const wrapped = wrapLines(LINES, 30);
	expect(wrapped).toEqual(['Verdict', '  ok: all is well: 1 peer is', '    reached in room "lan".', '']);
	for (const columns of [1, 20, 40, 80, 300])
		for (const line of wrapLines([...LINES, `  ${'x'.repeat(400)}`], columns))
			expect(line.length).toBeLessThanOrEqual(Math.max(20, Math.min(columns, 100)));
});
