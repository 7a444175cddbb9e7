/** Node's compile cache speeds up the next start. With --no-log the program does not use it, because it must write no files. */
import {mkdtempSync, readdirSync, rmSync} from 'node:fs';
import * as nodeModule from 'node:module';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {runCli} from '../helpers/run-node.js';

/** Entries of the temporary folder after the program received an end of input and left. */
async function temporaryFilesAfter(words: readonly string[], variables: Readonly<Record<string, string>> = {}) {
	const temporary = mkdtempSync(join(tmpdir(), 'p2pchat-temporary-'));
	onTestFinished(() => rmSync(temporary, {recursive: true, force: true}));
	const port = String(await findFreeUdpPort());
	const environment = {TMPDIR: temporary, P2PCHAT_PORT: port, ...variables};
	const {child, result} = runCli(['--plain', '--name', 'Carol', ...words], {home: makeHome(), environment});
	child.stdin?.end();
	expect((await result).code).toBe(0);
	return readdirSync(temporary);
}

test('a chat uses the compile cache if Node has one', async () => {
	const expected = 'enableCompileCache' in nodeModule ? ['node-compile-cache'] : [];
	expect(await temporaryFilesAfter([])).toEqual(expected);
});

test('NODE_DISABLE_COMPILE_CACHE turns the cache off', async () => {
	expect(await temporaryFilesAfter([], {NODE_DISABLE_COMPILE_CACHE: '1'})).toEqual([]);
});

test('--no-log writes no files', async () => {
	expect(await temporaryFilesAfter(['--no-log'])).toEqual([]);
	expect(await temporaryFilesAfter([], {P2PCHAT_NO_LOG: '1'})).toEqual([]);
});
