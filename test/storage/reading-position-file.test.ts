import {readdirSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {
	readingPositionPath,
	readReadingPosition,
	writeReadingPosition,
} from '../../source/storage/reading-position-file.js';
import {makeFolder} from './log-samples.js';

const place = (offset: number, marker = 'ab12cd34') => ({path: join(makeFolder(), 'lan.p2plog'), marker, offset});

test('the reading position is kept in a file beside the log, with mode 0600, and a position beyond the end of the log counts as the end of the log', async () => {
	const end = place(1000);
	expect(readReadingPosition(end)).toEqual({});
	await writeReadingPosition({...end, offset: 400});
	await writeReadingPosition({...end, offset: 500});
	expect(readReadingPosition(end)).toEqual({offset: 500});
	expect(readReadingPosition({...end, offset: 450})).toEqual({offset: 450});
	expect(statSync(readingPositionPath(end.path)).mode & 0o777).toBe(0o600);
	expect(readdirSync(join(end.path, '..'))).toEqual(['lan.p2plog.read.json']);
});

test.each([
	['an incomplete file', '{"format":1,"mark'],
	['an empty file', ''],
	['another format', '{"format":2,"marker":"ab12cd34","offset":5}'],
	['the marker of another log', '{"format":1,"marker":"ffffffff","offset":5}'],
	['a marker that is no text', '{"format":1,"marker":7,"offset":5}'],
	['a negative offset', '{"format":1,"marker":"ab12cd34","offset":-1}'],
	['an offset that is no whole number', '{"format":1,"marker":"ab12cd34","offset":5.5}'],
	['a file that is too long', `{"format":1,"marker":"ab12cd34","offset":5${' '.repeat(5000)}}`],
])(
	'a reading position file with a fault (%s) counts as missing, with a one-line warning that names it',
	(_, content) => {
		const end = place(1000);
		writeFileSync(readingPositionPath(end.path), content);
		const {offset, warning} = readReadingPosition(end);
		expect(offset).toBeUndefined();
		expect(warning).toContain(readingPositionPath(end.path));
		expect(warning).not.toContain('\n');
	},
);

test('saving a reading position rejects if the file cannot be written, and leaves no temporary file', async () => {
	const end = place(1000);
	await expect(writeReadingPosition({...end, path: join(end.path, 'missing', 'lan.p2plog')})).rejects.toThrow();
	expect(readdirSync(join(end.path, '..'))).toEqual([]);
});
