import {expect, test} from 'vitest';
import {createProgressLine} from '../../../source/cli/commands/file-progress.js';

function open(isTTY: boolean) {
	const written: string[] = [];
	let now = 0;
	const stderr = {isTTY, columns: 20, write: (text: string) => written.push(text) > 0};
	return {
		written,
		line: createProgressLine(stderr as never, () => now),
		wait: (ms: number) => {
			now += ms;
		},
	};
}

test('a command shows the progress of a file in one line of the terminal, which fits the width, changes at most every 200 ms, and is removed at the end', () => {
	const {written, line, wait} = open(true);
	line.clear();
	line.show('10 %');
	wait(199);
	line.show('11 %');
	wait(1);
	line.show('12 % of a very long name');
	line.clear();
	line.clear();
	expect(written).toEqual(['\r\u001b[K10 %', '\r\u001b[K12 % of a very lon…', '\r\u001b[K']);
});

test('a command shows no progress of a file if standard error is not a terminal', () => {
	const {written, line} = open(false);
	line.show('10 %');
	line.clear();
	expect(written).toEqual([]);
});
