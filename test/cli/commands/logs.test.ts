import {utimesSync} from 'node:fs';
import {join} from 'node:path';
import {PassThrough} from 'node:stream';
import meow from 'meow';
import {expect, test} from 'vitest';
import {runLogs} from '../../../source/cli/commands/logs.js';
import type {CliContext} from '../../../source/cli/context.js';
import {createMeowParser, parseOptions} from '../../../source/cli/options/parse-options.js';
import {createOutput} from '../../../source/cli/standard-output.js';
import {openRoomLog} from '../../../source/storage/room-log.js';
import {drain} from '../../helpers/drain.js';
import {batchRecord, makeFolder, peerOf, SAMPLE_HEADER} from '../../storage/log-samples.js';

const NOW = Date.UTC(2026, 10, 28);
const carol = peerOf(1);

async function makeHomeWithLog(): Promise<{readonly home: string; readonly path: string}> {
	const home = makeFolder();
	const {log} = openRoomLog({folder: join(home, 'logs'), header: SAMPLE_HEADER, hasSecret: false});
	log.append([batchRecord(carol, 1, ['joined', 'posted'])]);
	await log.close();
	utimesSync(log.path, new Date(NOW), new Date(NOW - 100 * 24 * 60 * 60 * 1000));
	return {home, path: log.path};
}

async function run(...words: string[]) {
	const stream = new PassThrough();
	const errors: string[] = [];
	const context = {
		options: parseOptions(['logs', ...words], {}, undefined, createMeowParser(meow), () => undefined, NOW),
		output: createOutput(stream),
		printError: (text: string) => errors.push(text),
		clock: {now: () => NOW},
	};
	const code = await runLogs(context as unknown as CliContext);
	return {code, text: drain(stream), errors};
}

test('logs --json prints one line per log with its room, time, numbers of peers and events, and size', async () => {
	const {home, path} = await makeHomeWithLog();
	const {code, text} = await run('--data-dir', home, '--json');
	expect(code).toBe(0);
	expect(
		text
			.trim()
			.split('\n')
			.map(line => JSON.parse(line)),
	).toEqual([
		{
			type: 'log',
			path,
			room: SAMPLE_HEADER.roomName,
			created: new Date(SAMPLE_HEADER.created).toISOString(),
			peers: 1,
			events: 2,
			size: expect.any(Number),
			damaged: false,
		},
	]);
});

test('logs --prune prints each deleted path, and on standard error the number and total size of all deleted logs', async () => {
	const {home, path} = await makeHomeWithLog();
	expect(await run('--data-dir', home, '--prune', '101d')).toMatchObject({code: 0, text: ''});
	const {code, text, errors} = await run('--data-dir', home, '--prune', '99d');
	expect([code, text]).toEqual([0, `Deleted ${path}\n`]);
	expect(errors).toEqual([expect.stringMatching(/^Deleted 1 log, \d/)]);
});

test.each(['90', '0d', '-1d', '90 days', '1y', ''])(
	'logs --prune %j is refused with a line that shows the right form',
	async duration => {
		await expect(run(`--prune=${duration}`)).rejects.toThrow(/--prune/);
	},
);
