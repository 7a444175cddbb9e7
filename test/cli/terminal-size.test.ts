import {EventEmitter} from 'node:events';
import {expect, test} from 'vitest';
import {ensureTerminalSize} from '../../source/cli/terminal-size.js';

const terminal = (columns: number | undefined, rows: number | undefined, isTTY = true) =>
	Object.assign(new EventEmitter(), {isTTY, columns: columns as number, rows: rows as number});

test.each([
	[0, 0],
	[undefined, undefined],
	[Number.NaN, 0],
])('a terminal that reports a size of %s columns and %s rows has 80 columns and 24 rows', (columns, rows) => {
	const stdout = terminal(columns, rows);
	ensureTerminalSize(stdout);
	expect([stdout.columns, stdout.rows]).toEqual([80, 24]);
});

test('a terminal size that is reported is used; if it becomes 0 later, it is replaced before other listeners read it', () => {
	const stdout = terminal(100, 30);
	const sizes: number[][] = [];
	stdout.on('resize', () => sizes.push([stdout.columns, stdout.rows]));
	ensureTerminalSize(stdout);
	stdout.emit('resize');
	Object.assign(stdout, {columns: 0, rows: 0});
	stdout.emit('resize');
	expect(sizes).toEqual([
		[100, 30],
		[80, 24],
	]);
});

test('an output that is no terminal gets no size', () => {
	const stdout = terminal(undefined, undefined, false);
	ensureTerminalSize(stdout);
	expect([stdout.columns, stdout.listenerCount('resize')]).toEqual([undefined, 0]);
});
