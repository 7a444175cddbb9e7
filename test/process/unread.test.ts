import {existsSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {openFileLog} from '../../source/storage/file-log.js';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {openTerminal} from '../helpers/pty.js';
import {cliPath, type RunningNode, runCli, startNode} from '../helpers/run-node.js';

const SECRET = {P2PCHAT_SECRET: 'a long secret'};
/** Maximum age of the saved reading position: one second, plus the delay of a loaded machine. */
const MAX_AGE_MS = 2500;

const logOf = (home: string) => {
	const [name] = readdirSync(join(home, 'logs')).filter(file => file.endsWith('.p2plog'));
	return join(home, 'logs', name ?? 'missing');
};
const sawText = (text: string) => (line: Readonly<Record<string, any>>) => line.kind === 'posted' && line.text === text;

/**
 * For each unread post of the log of a node that was killed at `killedAt`: how long before the kill the post was printed, in
 * ms. A post that was logged by an earlier launch was printed when the node was ready.
 */
async function agesOfUnread(path: string, readyAt: number, killedAt: number): Promise<number[]> {
	const opened = openFileLog(path);
	const ages: number[] = [];
	for await (const records of opened.records) {
		for (const record of records) {
			if (record.type !== 'batch' || opened.reading?.unreadOffsetOf(record) === undefined) continue;
			ages.push(killedAt - Math.max(record.loggedAt, readyAt));
		}
	}

	expect(opened.reading?.warning).toBeUndefined();
	await opened.log.close();
	return ages;
}

async function killNow(node: RunningNode): Promise<void> {
	node.child.kill('SIGKILL');
	await node.result;
}

describe('the reading position', () => {
	it('the reading position is at most a second old when the node is killed at any moment', async () => {
		const port = await findFreeUdpPort();
		const [annHome, bobHome] = [makeHome(), makeHome()];
		const bob = await startNode({name: 'Bob', home: bobHome, port, environment: SECRET});
		let number = 0;
		for (const killAfter of [3, 11, 17, 26]) {
			const ann = await startNode({name: 'Ann', home: annHome, port, environment: SECRET});
			const readyAt = Date.now();
			await ann.waitFor('Bob', line => line.type === 'peer' && line.name === 'Bob' && line.status === 'connected');
			for (let count = 0; count < killAfter; count++) {
				bob.post(`post ${++number}`);
				await ann.waitFor('the post', sawText(`post ${number}`));
			}

			const killedAt = Date.now();
			await killNow(ann);
			for (const age of await agesOfUnread(logOf(annHome), readyAt, killedAt)) expect(age).toBeLessThan(MAX_AGE_MS);
		}

		expect(statSync(`${logOf(annHome)}.read.json`).mode & 0o777).toBe(0o600);
	}, 120_000);

	it('--plain says how many messages were missed since the saved reading position, and where they begin', async () => {
		const port = await findFreeUdpPort();
		const [annHome, bobHome] = [makeHome(), makeHome()];
		const bob = await startNode({name: 'Bob', home: bobHome, port, environment: SECRET});
		const ann = await startNode({name: 'Ann', home: annHome, port, environment: SECRET});
		await ann.waitFor('Bob', line => line.type === 'peer' && line.name === 'Bob' && line.status === 'connected');
		bob.post('read');
		await ann.waitFor('the post', sawText('read'));
		await expect
			.poll(async () => readFileSync(`${logOf(annHome)}.read.json`, 'utf8').length, {timeout: 18_000})
			.toBeGreaterThan(0);
		ann.child.kill('SIGTERM');
		await ann.result;
		for (const text of ['missed', '@Ann missed too', 'missed again']) bob.post(text);
		await bob.waitFor('the last post', sawText('missed again'));
		const words = ['--plain', '--stay', '--name', 'Ann', '--port', String(port)];
		const plain = runCli(words, {home: annHome, environment: SECRET});
		await expect.poll(() => plain.stdout, {timeout: 20_000}).toContain('missed again');
		const lines = plain.stdout.split('\n');
		const at = lines.findIndex(line => / \* 3 new since \d\d:\d\d, 1 mentions you$/.test(line));
		expect(lines[at + 1]).toMatch(/Bob.*: missed$/);
		expect(lines.slice(0, at).join('\n')).toMatch(/: read$/m);
		plain.child.kill('SIGTERM');
		await plain.result;

		const again = runCli(words, {home: annHome, environment: SECRET});
		await expect.poll(() => again.stdout, {timeout: 20_000}).toContain('missed again');
		expect(again.stdout).not.toContain('new since');
		again.child.kill('SIGTERM');
		await again.result;
		writeFileSync(`${logOf(annHome)}.read.json`, '{"format":1');
		const damaged = runCli(words, {home: annHome, environment: SECRET});
		await expect.poll(() => damaged.stdout, {timeout: 20_000}).toContain('missed again');
		expect(damaged.stderr.split('\n').filter(line => line.includes('.read.json'))).toHaveLength(1);
		expect(damaged.stdout).not.toContain('new since');
	}, 120_000);

	it('after a kill, the screen opens at the messages that arrived while the terminal had no focus', async () => {
		const port = await findFreeUdpPort();
		const [annHome, bobHome] = [makeHome(), makeHome()];
		const bob = await startNode({name: 'Bob', home: bobHome, port, environment: SECRET});
		const open = () =>
			openTerminal(process.execPath, [cliPath, '--interface', 'lo', '--port', String(port), '--name', 'Ann'], {
				env: {HOME: annHome, P2PCHAT_HOME: annHome, ...SECRET},
			});
		const first = open();
		await first.until(output => output.includes('Bob'));
		await expect.poll(() => positionOf(annHome), {timeout: 10_000}).toBeGreaterThan(0);
		const before = positionOf(annHome);
		bob.post('seen');
		await first.until(output => output.includes('seen'));
		await expect.poll(() => positionOf(annHome), {timeout: 10_000}).toBeGreaterThan(before);
		first.write('\u001B[O');
		await new Promise(resolve => setTimeout(resolve, 200));
		bob.post('@Ann unseen');
		await first.until(output => output.includes('unseen'));
		process.kill(first.pid, 'SIGKILL');
		await first.exited;
		const second = open();
		await second.until(output => /new since \d\d:\d\d/.test(output) && output.includes('unseen'));
	}, 120_000);

	it('the reading position is not saved with --no-log, nor in a room without a secret, where each launch has a new log', async () => {
		const port = await findFreeUdpPort();
		for (const args of [['--no-log'], []]) {
			const home = makeHome();
			const ann = await startNode({name: 'Ann', home, port, args});
			ann.post('hello');
			await ann.waitFor('the post', sawText('hello'));
			ann.child.kill('SIGTERM');
			await ann.result;
			const files = readdirSync(home, {recursive: true, encoding: 'utf8'});
			expect(files.filter(file => file.endsWith('.read.json'))).toEqual([]);
		}
	});
});

/** Reading position that a running node has stored, as an offset in its log; 0 if it has stored none. */
function positionOf(home: string): number {
	const path = `${logOf(home)}.read.json`;
	return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).offset : 0;
}
