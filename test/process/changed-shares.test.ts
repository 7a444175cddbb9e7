import {execFileSync} from 'node:child_process';
import {
	appendFileSync,
	copyFileSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {describe, it} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {type Line, type RunningNode, startNode} from '../helpers/run-node.js';

const MiB = 2 ** 20;
const LIMIT_MS = 60_000;
/** Time within which a fetch notices that nobody serves the rest: about a second on an idle computer. */
const GIVE_UP_MS = 20_000;

const send = (node: RunningNode, line: Line) => node.write(`${JSON.stringify(line)}\n`);
const sharedIn = (lines: readonly Line[]) => lines.filter(({kind}) => kind === 'shared');

describe(
	'files of real nodes',
	() => {
		it('a file that grows, shrinks or is replaced while it is fetched gets no final name, and the chat goes on', async ({
			expect,
		}) => {
			const [port, source, downloads] = [await findFreeUdpPort(), makeHome(), makeHome()];
			const ann = await startNode({home: makeHome(), port, name: 'Ann'});
			const bob = await startNode({home: makeHome(), port, name: 'Bob', args: ['--download-dir', downloads]});
			await bob.waitFor('synced', ({type}) => type === 'synced', LIMIT_MS);
			const names = ['grows', 'shrinks', 'replaced'];
			const pathOf = (name: string) => join(source, name);
			for (const [index, name] of names.entries()) {
				writeFileSync(pathOf(name), name);
				truncateSync(pathOf(name), 256 * MiB + index);
				send(ann, {type: 'share', path: pathOf(name)});
			}
			await bob.waitUntil('three files', lines => sharedIn(lines).length === 3, LIMIT_MS);
			// A FIFO cannot be shared, because only regular files can. /share must refuse it without waiting for a writer.
			execFileSync('mkfifo', [pathOf('fifo')]);
			const unfit = [pathOf('fifo'), '/dev/zero', '/proc/self/status'];
			for (const path of unfit) send(ann, {type: 'share', path});
			const refusals = (lines: readonly Line[]) =>
				lines.filter(({type, code}) => type === 'error' && code === 'refused');
			await ann.waitUntil('three refusals', lines => refusals(lines).length === 3, LIMIT_MS);
			for (const {text} of refusals(ann.lines)) expect(text).toContain('not a regular file');
			copyFileSync(pathOf('replaced'), pathOf('copy'));
			const changes: Readonly<Record<string, () => void>> = {
				grows: () => appendFileSync(pathOf('grows'), 'more'),
				shrinks: () => truncateSync(pathOf('shrinks'), MiB),
				replaced: () => renameSync(pathOf('copy'), pathOf('replaced')),
			};
			for (const {id, fileName: name} of sharedIn(bob.lines)) {
				send(bob, {type: 'fetch', target: id});
				const hasBegun = (line: Line) => line.type === 'file' && line.name === name && line.bytes > 0;
				await bob.waitFor(`some parts of ${name}`, hasBegun, LIMIT_MS);
				// Bob is stopped while the file changes. Otherwise the file could arrive first.
				bob.child.kill('SIGSTOP');
				changes[name]?.();
				bob.child.kill('SIGCONT');
				const isIt = (line: Line) => line.type === 'file' && line.name === name && line.state === 'waiting';
				const {reason} = await bob.waitFor(`${name} waits`, line => isIt(line) && line.bytes > 0, GIVE_UP_MS);
				expect(reason).toMatch(/^nobody who is connected has the missing /);
				const isWarning = (line: Line) => line.type === 'notice' && line.text.includes(name);
				await ann.waitFor(`a warning about ${name}`, isWarning, LIMIT_MS);
			}
			ann.post('still here');
			await bob.waitFor('a message', ({text}) => text === 'still here', LIMIT_MS);
			expect(readdirSync(downloads).filter(name => !/\.part(\.lock)?/.test(name))).toEqual([]);
		});

		it('50 files of one name that two nodes fetch into one folder at the same time all arrive, each with its content', async ({
			expect,
		}) => {
			const [port, source, downloads] = [await findFreeUdpPort(), makeHome(), makeHome()];
			const ann = await startNode({home: makeHome(), port, name: 'Ann'});
			const fetchers = await Promise.all(
				['Bob', 'Cem'].map(name => startNode({home: makeHome(), port, name, args: ['--download-dir', downloads]})),
			);
			for (const node of fetchers) await node.waitFor('synced', ({type}) => type === 'synced', LIMIT_MS);
			for (let number = 0; number < 50; number++) {
				mkdirSync(join(source, `${number}`));
				writeFileSync(join(source, `${number}`, 'same.txt'), `content ${number}`);
				send(ann, {type: 'share', path: join(source, `${number}`, 'same.txt')});
			}
			for (const [index, node] of fetchers.entries()) {
				await node.waitUntil('50 files', lines => sharedIn(lines).length === 50, LIMIT_MS);
				for (const {id} of sharedIn(node.lines).slice(25 * index, 25 * index + 25))
					send(node, {type: 'fetch', target: id});
			}
			for (const node of fetchers) {
				const done = (lines: readonly Line[]) =>
					new Set(lines.filter(({state}) => state === 'done').map(({path}) => path));
				await node.waitUntil('25 fetched files', lines => done(lines).size === 25, LIMIT_MS);
			}
			const saved = readdirSync(downloads);
			const contents = new Set(saved.map(name => readFileSync(join(downloads, name), 'utf8')));
			expect(saved).toHaveLength(50);
			expect(contents).toEqual(new Set(Array.from({length: 50}, (_, number) => `content ${number}`)));
		});
	},
	3 * LIMIT_MS,
);
