/**
 * A complete node, killed or with a full disk: its log contains every event that it printed or that a peer received.
 * P2PCHAT_LONG=1 kills it 300 times instead of 12.
 */
import {execFileSync} from 'node:child_process';
import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {type Line, type RunningNode, runToEnd, startNode} from '../helpers/run-node.js';

const KILLS = process.env.P2PCHAT_LONG === '1' ? 300 : 12;
const isRoot = process.getuid?.() === 0;

async function idsInLog(path: string, home: string): Promise<Set<string>> {
	const {code, stdout, stderr} = await runToEnd(['export', path, '--format', 'jsonl'], {home});
	// A kill can interrupt a write at the boundary of a memory page, so the last record of the log may be incomplete.
	// Nobody has received the events of such a record.
	expect({code, stderr}).toEqual({code: 0, stderr: expect.stringMatching(/^$|ends with an incomplete record/)});
	const lines: Line[] = stdout
		.trim()
		.split('\n')
		.map(line => JSON.parse(line));
	return new Set(lines.map(line => line.id));
}

const posts = (node: RunningNode, peer: string) =>
	node.events().filter(event => event.kind === 'posted' && event.peer === peer);

test('the log of a node killed at a random moment contains every event that the node printed or a peer received', {
	timeout: KILLS * 6000,
}, async () => {
	const port = await findFreeUdpPort();
	const observer = await startNode({home: makeHome(), port, name: 'Observer'});
	let shown = 0;
	for (let round = 0; round < KILLS; round += 1) {
		const home = makeHome();
		const node = await startNode({home, port, name: 'Victim'});
		const ready = node.lines[0]!;
		await node.waitFor('the observer', line => line.type === 'peer' && line.status === 'connected');
		for (let count = 0; count < 400; count += 1) node.post(`${round}.${count}`);
		await new Promise(resolve => setTimeout(resolve, Math.random() * 400));
		node.child.kill('SIGKILL');
		await node.result;
		// An observer that received no hello from the node has received no event of the node either.
		const statusOf = (lines: readonly Line[]) =>
			lines.findLast(line => line.type === 'peer' && line.peer === ready.peer)?.status;
		await observer.waitUntil('the disconnection', lines => statusOf(lines) !== 'connected');
		const logged = await idsInLog(ready.log, home);
		const sent = [...posts(node, ready.peer), ...posts(observer, ready.peer)];
		shown += sent.length;
		expect(sent.filter(event => !logged.has(event.id))).toEqual([]);
	}

	expect(shown).toBeGreaterThan(KILLS);
	console.log(`${KILLS} kills, ${shown} events printed or received by a peer, none missing`);
});

test.runIf(isRoot)(
	'a chat continues while the disk is full, reports it, and saves everything when space is available again',
	{
		timeout: 60_000,
	},
	async () => {
		const home = makeHome();
		const disk = join(home, 'disk');
		mkdirSync(disk);
		execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]);
		onTestFinished(() => void execFileSync('umount', ['-l', disk]));
		const port = await findFreeUdpPort();
		const other = await startNode({home: makeHome(), port, name: 'Other'});
		const node = await startNode({home, port, name: 'Full', args: ['--data-dir', disk]});
		const ready = node.lines[0]!;
		await node.waitFor('the other', line => line.type === 'peer' && line.status === 'connected');
		for (let bytes = 64 * 1024; bytes >= 512; bytes /= 2) {
			for (let part = 0; part < 8; part += 1) {
				try {
					writeFileSync(join(disk, `ballast-${bytes}-${part}`), new Uint8Array(bytes));
				} catch {}
			}
		}

		const texts = Array.from({length: 40}, (_, index) => `${index} ${'x'.repeat(900)}`);
		for (const text of texts) node.post(text);
		await node.waitFor('the notice', line => line.type === 'notice' && line.code === 'not-saving');
		await other.waitUntil('all posts on the other node', () => posts(other, ready.peer).length === texts.length);
		for (const entry of execFileSync('ls', [disk], {encoding: 'utf8'}).split('\n')) {
			if (entry.startsWith('ballast')) rmSync(join(disk, entry));
		}

		await node.waitFor('saving again', line => line.type === 'notice' && line.code === 'saving');
		node.child.kill('SIGTERM');
		await node.result;
		const logged = await idsInLog(ready.log, home);
		const sent = posts(node, ready.peer);
		expect(sent).toHaveLength(texts.length);
		expect(sent.filter(event => !logged.has(event.id))).toEqual([]);
	},
);
