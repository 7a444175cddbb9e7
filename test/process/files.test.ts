import {spawn} from 'node:child_process';
import {createHash, randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, truncateSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {describe, expect, it, vi} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {cliPath, type Line, type RunningNode, type RunningProcess, runCli, startNode} from '../helpers/run-node.js';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const send = (node: RunningNode, line: Line) => node.write(`${JSON.stringify(line)}\n`);
const PART = 128 * 1024;

describe('files between real nodes', () => {
	it('files with unusual lengths and names arrive unchanged in the folder for downloads', async () => {
		const [port, downloads, source] = [await findFreeUdpPort(), makeHome(), makeHome()];
		const ann = await startNode({home: makeHome(), port, name: 'Ann'});
		const bob = await startNode({home: makeHome(), port, name: 'Bob', args: ['--download-dir', downloads]});
		await bob.waitFor('synced', ({type}) => type === 'synced');
		writeFileSync(join(downloads, 'empty'), 'mine');
		const files: Readonly<Record<string, number>> = {
			empty: 0,
			'x.url': 1,
			'CON.txt': PART - 1,
			'a:b': PART,
			'-rf': PART + 1,
			[`${'👩‍🚀'.repeat(22)}.png`]: 3_000_001,
		};
		const saved = ['empty (2)', 'x.url.download', '_CON.txt', 'a_b', 'rf', `${'👩‍🚀'.repeat(22)}.png`];
		const contents = Object.values(files).map(size => randomBytes(size));
		for (const [index, name] of Object.keys(files).entries()) {
			writeFileSync(join(source, name), contents[index]!);
			send(ann, {type: 'share', path: join(source, name), ref: index, ...(index === 1 && {note: 'look'})});
		}
		for (const [index, name] of Object.keys(files).entries()) {
			const event = await bob.waitFor(name, line => line.kind === 'shared' && line.fileName === name);
			expect(event).toMatchObject({size: contents[index]!.length, ...(index === 1 && {note: 'look'})});
			expect(await ann.waitFor('own', line => line.kind === 'shared' && line.fileName === name)).toMatchObject({
				ref: index,
			});
			send(bob, {type: 'fetch', target: event.id});
			const done = await bob.waitFor(
				'done',
				line => line.type === 'file' && line.id === event.file && line.state === 'done',
			);
			expect(basename(done.path)).toBe(saved[index]);
			expect(sha256(readFileSync(done.path))).toBe(sha256(contents[index]!));
			expect(statSync(done.path).mode & 0o111).toBe(0);
		}
		expect(readFileSync(join(downloads, 'empty'), 'utf8')).toBe('mine');
		expect(readdirSync(downloads)).toHaveLength(saved.length + 1);
		send(bob, {type: 'fetch', target: `${'0'.repeat(64)}:1`});
		send(bob, {type: 'cancel', file: '0'.repeat(64)});
		send(bob, {type: 'share', path: '/proc/self/status'});
		send(bob, {type: 'share', path: source});
		const errors = (lines: readonly Line[]) => lines.filter(({type}) => type === 'error');
		await bob.waitUntil('four errors', lines => errors(lines).length === 4);
		expect(errors(bob.lines).map(({code}) => code)).toEqual(['refused', 'refused', 'refused', 'refused']);
		expect(errors(bob.lines).find(({text}) => text.includes('folder'))?.text).toContain('tar c ');
	});

	it('send --file and fetch pass an archive through pipes, and both end with exit code 0', async () => {
		const port = await findFreeUdpPort();
		const words = ['--port', String(port)];
		const [home, target] = [makeHome(), makeHome()];
		const folder = join(home, 'photos');
		mkdirSync(folder);
		const photo = randomBytes(400_000);
		writeFileSync(join(folder, 'one.jpg'), photo);
		const sender = runCli(['send', '--file', '-', '--as', 'photos.tar', '--wait', '25', 'all of them', ...words], {
			home,
		});
		const pack = spawn('tar', ['c', 'photos'], {cwd: home});
		pack.stdout.pipe(sender.child.stdin!);
		const env = {PATH: process.env.PATH, P2PCHAT_HOME: makeHome(), P2PCHAT_INTERFACE: 'lo'};
		const fetcher = spawn(process.execPath, [cliPath, 'fetch', 'photos.tar', '-o', '-', '--wait', '25', ...words], {
			env,
		});
		const unpack = spawn('tar', ['x'], {cwd: target});
		fetcher.stdout.pipe(unpack.stdin);
		const [[fetchCode], [unpackCode], sent] = await Promise.all([
			once(fetcher, 'close'),
			once(unpack, 'close'),
			sender.result,
		]);
		expect({fetchCode, unpackCode, sendCode: sent.code, stderr: sent.stderr}).toEqual({
			fetchCode: 0,
			unpackCode: 0,
			sendCode: 0,
			stderr: '',
		});
		expect(sha256(readFileSync(join(target, 'photos', 'one.jpg')))).toBe(sha256(photo));
	});

	it('send --file says which part was sent from here if a peer says that it already has the file', async () => {
		const [port, source] = [await findFreeUdpPort(), makeHome()];
		const path = join(source, 'notes.txt');
		writeFileSync(path, 'eleven byte');
		const ann = await startNode({home: makeHome(), port, name: 'Ann'});
		send(ann, {type: 'share', path});
		await ann.waitFor('shared', ({kind}) => kind === 'shared');
		const {result} = runCli(['send', '--file', path, '--port', String(port)], {home: makeHome()});
		expect(await result).toMatchObject({
			code: 0,
			stderr: 'p2pchat-ink: notes.txt: 0 B of 11 B were sent from here, but 1 peer says that it has all of it.\n',
		});
	});

	it('send --file and fetch end with exit code 1 and a line that says why, and with exit code 2 after wrong usage', async () => {
		const home = makeHome();
		writeFileSync(join(home, 'a.txt'), 'a');
		// Each command has a port of its own, so that no command receives what another one sends.
		const run = async (...words: string[]) => {
			const port = String(await findFreeUdpPort());
			const {code, stderr} = await runCli([...words, '--port', port, '--wait', '0.3'], {home}).result;
			return `${code} ${stderr.trim()}`;
		};
		const [unfetched, missing, nobody, nameless, unused] = await Promise.all([
			run('send', '--file', join(home, 'a.txt')),
			run('send', '--file', join(home, 'no such')),
			run('fetch', 'a.txt'),
			run('send', '--file', '-'),
			run('send', 'hi', '--as', 'x'),
		]);
		expect(unfetched).toMatch(/^1 .*a\.txt/);
		expect(missing).toMatch(/^1 .*no such.*no such file/);
		expect(nobody).toMatch(/^1 .*“a\.txt”.*0\.3 s/);
		expect(nameless).toMatch(/^2 .*--as NAME/);
		expect(unused).toMatch(/^2 .*--file -/);
	});

	it.skipIf(process.platform !== 'linux')(
		'send --file ends at once when it is interrupted while it reads, and leaves no temporary file',
		async () => {
			const [home, temporary] = [makeHome(), makeHome()];
			const big = join(home, 'big.img');
			writeFileSync(big, '');
			truncateSync(big, 30 * 2 ** 30);
			const send = async (file: string) => {
				const port = String(await findFreeUdpPort());
				const name = file === '-' ? ['--as', 'x'] : [];
				return runCli(['send', '--file', file, ...name, '--port', port], {home, environment: {TMPDIR: temporary}});
			};
			const openFiles = (pid: number) =>
				readdirSync(`/proc/${pid}/fd`).map(fd => {
					try {
						return readlinkSync(`/proc/${pid}/fd/${fd}`);
					} catch {
						return '';
					}
				});
			const isReading = ({pid}: RunningProcess, path: string) =>
				vi.waitUntil(() => openFiles(pid).some(open => open.startsWith(path)), {timeout: 20_000});
			const [hashing, piped, twice] = await Promise.all([send(big), send('-'), send('-')]);
			for (const {child} of [piped, twice]) child.stdin?.write('some text');
			await Promise.all([
				isReading(hashing, big),
				isReading(piped, join(temporary, 'p2pchat-ink-')),
				isReading(twice, join(temporary, 'p2pchat-ink-')),
			]);
			for (const {child} of [hashing, piped, twice]) child.kill('SIGINT');
			twice.child.kill('SIGTERM');
			const ended = await Promise.all([hashing.result, piped.result, twice.result]);
			expect(ended[0]).toMatchObject({code: 1, stderr: `p2pchat-ink: Interrupted: ${big} was not shared.\n`});
			expect(ended[1]).toMatchObject({code: 1, stderr: 'p2pchat-ink: Interrupted: standard input was not shared.\n'});
			expect([1, 143]).toContain(ended[2]?.code);
			expect(readdirSync(temporary)).toEqual([]);
		},
	);
});
