/** Node's compile cache speeds up the next start. With --no-log the program does not use it, because it must write no files. */
import {existsSync, mkdtempSync, readdirSync, rmSync} from 'node:fs';
import * as nodeModule from 'node:module';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {runCli} from '../helpers/run-node.js';

/** Entries of the temporary folder and of the data folder after a run of the program whose input ended at once. */
async function filesAfter(words: readonly string[], variables: Readonly<Record<string, string>> = {}) {
	const temporary = mkdtempSync(join(tmpdir(), 'p2pchat-temporary-'));
	onTestFinished(() => rmSync(temporary, {recursive: true, force: true}));
	const port = String(await findFreeUdpPort());
	const environment = {TMPDIR: temporary, P2PCHAT_PORT: port, ...variables};
	const home = makeHome();
	const {child, result} = runCli(['--plain', '--name', 'Carol', ...words], {home, environment});
	child.stdin?.end();
	expect((await result).code).toBe(0);
	return {
		temporary: readdirSync(temporary),
		home: readdirSync(home),
		hasCache: existsSync(join(home, 'compile-cache')) && readdirSync(join(home, 'compile-cache')).length > 0,
	};
}

test('a chat keeps the compile cache, if Node has one, in the data folder and not in the shared temporary folder', async () => {
	expect(await filesAfter([])).toMatchObject({temporary: [], hasCache: 'enableCompileCache' in nodeModule});
});

test('NODE_DISABLE_COMPILE_CACHE turns the cache off', async () => {
	expect(await filesAfter([], {NODE_DISABLE_COMPILE_CACHE: '1'})).toMatchObject({temporary: [], hasCache: false});
});

test('--no-log writes no file at all: no cache, no identity and no remembered peer', async () => {
	const nothing = {temporary: [], home: [], hasCache: false};
	expect(await filesAfter(['--no-log'])).toEqual(nothing);
	expect(await filesAfter([], {P2PCHAT_NO_LOG: '1'})).toEqual(nothing);
});
