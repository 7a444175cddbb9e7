import {randomBytes} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {releasedProgram} from '../helpers/released-program.js';
import {type RunningNode, runToEnd, startNode, timelineOf} from '../helpers/run-node.js';

const hasText = (node: RunningNode, text: string) =>
	node.waitFor(`the message "${text}"`, line => line.kind === 'posted' && line.text === text);

/** Starts release 1.0.0 and the present program in one room, and waits until both are synced. */
async function startBoth() {
	const port = await findFreeUdpPort();
	const oldHome = makeHome();
	const old = await startNode({home: oldHome, port, name: 'Olga', program: await releasedProgram()});
	const present = await startNode({home: makeHome(), port, name: 'Pia'});
	for (const node of [old, present]) await node.waitFor('synced', ({type}) => type === 'synced');
	return {old, present, port, oldHome};
}

describe('release 1.0.0 and the present program', () => {
	it('release 1.0.0 and this program chat in one room and show the same timeline', async () => {
		const {old, present} = await startBoth();
		expect(old.lines[0]).toMatchObject({type: 'ready', version: '1.0.0'});
		old.post('from the old one');
		await hasText(present, 'from the old one');
		present.post('from the new one');
		await hasText(old, 'from the new one');
		expect(timelineOf(old)).toEqual(timelineOf(present));
		for (const node of [old, present]) expect(node.lines.filter(({type}) => type === 'notice')).toEqual([]);
	});

	it('a node whose TCP listener the system refuses chats with release 1.0.0, which does not disconnect it', async () => {
		const [home, port] = [makeHome(), await findFreeUdpPort()];
		const preload = join(home, 'refuse-listening.cjs');
		writeFileSync(
			preload,
			`require('node:net').Server.prototype.listen = function () {
				process.nextTick(() => this.emit('error', Object.assign(new Error('listen EMFILE'), {code: 'EMFILE'})));
				return this;
			};`,
		);
		const old = await startNode({home: makeHome(), port, name: 'Olga', program: await releasedProgram()});
		const environment = {NODE_OPTIONS: `--require ${preload}`};
		const present = await startNode({home, port, name: 'Pia', environment});
		expect(present.lines[0]).toMatchObject({type: 'ready', tcpPort: 0});
		old.post('from the old one');
		await hasText(present, 'from the old one');
		present.post('from the one without a listener');
		await hasText(old, 'from the one without a listener');
		expect(old.lines.filter(({type}) => type === 'notice')).toEqual([]);
	});

	it('release 1.0.0 passes effects on and shows replies as plain messages, and both programs can open its log', async () => {
		const {old, present, port, oldHome} = await startBoth();
		old.post('helo');
		const target = (await hasText(present, 'helo')).id;
		const write = (line: object) => present.write(`${JSON.stringify(line)}\n`);
		write({type: 'post', text: 'an answer', replyTo: target});
		write({type: 'mark', target, word: '👍'});
		write({type: 'pin', target});
		present.post('teh end');
		const own = (await hasText(present, 'teh end')).id;
		write({type: 'correct', target: own, text: 'the end', ref: 'c'});
		await present.waitFor('the own correction', line => line.kind === 'corrected' && line.ref === 'c');
		const code = '@Olga, see https://example.org/a_(b)\n```\n  if (a)   return;\n```';
		present.post(code);
		const gone = (await hasText(present, code)).id;
		write({type: 'withdraw', target: gone});
		write({type: 'mark', target, word: '👍', on: false});
		write({type: 'mark', target, word: '🎉'});
		present.post('last');
		await hasText(old, 'last');
		const kinds = new Set(old.events().map(({kind}) => kind));
		expect([...kinds].sort()).toEqual(['joined', 'posted']);
		expect(
			old
				.events()
				.filter(({kind}) => kind === 'posted')
				.map(({text}) => text),
		).toEqual(['helo', 'an answer', 'teh end', code, 'last']);
		for (const node of [old, present])
			expect(node.lines.filter(({type}) => type === 'notice' || type === 'error')).toEqual([]);
		present.child.kill('SIGKILL');
		await present.result;

		// The author has left, so that a newcomer can get the history only from release 1.0.0.
		const newcomer = await startNode({home: makeHome(), port, name: 'Nell'});
		await newcomer.waitFor('synced', ({type}) => type === 'synced');
		const effects = newcomer.events().filter(({target: of}) => of !== undefined);
		expect(effects.map(({kind, target: of}) => [kind, of])).toEqual([
			['marked', target],
			['pinned', target],
			['corrected', own],
			['withdrawn', gone],
			['marked', target],
			['marked', target],
		]);
		const log = old.lines[0]?.log as string;
		old.child.stdin?.end();
		await old.result;
		const program = await releasedProgram();
		for (const cli of [program, undefined]) {
			const options = {home: oldHome, ...(cli !== undefined && {program: cli})};
			const exported = await runToEnd(['export', log], options);
			expect([exported.code, exported.stderr]).toEqual([0, '']);
			const verified = await runToEnd(['export', '--verify', log], options);
			expect([verified.code, verified.stderr]).toEqual([0, '']);
			if (cli === undefined) {
				expect(exported.stdout).toMatch(/^ {4}Pinned: .* Olga .*: helo\n/);
				expect(exported.stdout).toMatch(/: the end \(edited\)\n/);
				expect(exported.stdout).toMatch(/: an answer\n {4}\(in reply to Olga: helo\)\n/);
				expect(exported.stdout).toMatch(/: helo\n {4}\(🎉 1\)\n/);
				expect(exported.stdout).toMatch(/: \(withdrawn\)\n/);
			} else {
				const rows = exported.stdout.split('\n').flatMap(row => /^\d\S+ (.*)/.exec(row)?.[1] ?? []);
				const said = rows.flatMap(row => /^\w+ \(~?127\.0\.0\.1\): (.*)/.exec(row)?.[1] ?? []);
				expect(said).toEqual(['helo', 'an answer', 'teh end', code.split('\n')[0], 'last']);
				const others = rows.filter(row => row.startsWith('* '));
				expect(others.filter(row => !/^\* \w+ (?:joined|left|reconnected|lost contact with \w+)$/.test(row))).toEqual(
					[],
				);
				expect(said.length + others.length).toBe(rows.length);
			}
		}
	});

	it('release 1.0.0 shows the rows of a window for guests as text, and passes them on unchanged', async () => {
		const {old, present, port} = await startBoth();
		const command = (text: string) => present.write(`${JSON.stringify({type: 'command', text})}\n`);
		command('/invite');
		const {urls} = await present.waitFor('the link', ({type}) => type === 'invitation');
		expect(urls).toEqual([expect.stringMatching(/^http:\/\/127\.0\.0\.1:/)]);
		const opened = await old.waitFor('the row at the start', ({action, name}) => action === true && name === 'Pia');
		expect(opened.text).toBe('shows this room over HTTP on the local network');
		expect(opened).not.toHaveProperty('window');
		command('/invite off');
		await hasText(old, 'no longer shows this room over HTTP');
		old.post('and we still chat');
		await hasText(present, 'and we still chat');
		for (const node of [old, present]) expect(node.lines.filter(({level}) => level === 'warn')).toEqual([]);
		present.child.kill('SIGKILL');
		await present.result;

		const newcomer = await startNode({home: makeHome(), port, name: 'Nell'});
		await newcomer.waitFor('synced', ({type}) => type === 'synced');
		const states = newcomer.events().flatMap(({window}) => window ?? []);
		expect(states).toEqual(['opened', 'closed']);
	});
});

describe('release 1.0.0 in a room with files', () => {
	it('a file that others share and fetch does not disturb release 1.0.0, which passes the event of the file on', async () => {
		const {old, present, port} = await startBoth();
		const downloads = makeHome();
		const path = join(makeHome(), 'photo.jpg');
		const content = randomBytes(3_000_000);
		writeFileSync(path, content);
		const nell = await startNode({home: makeHome(), port, name: 'Nell', args: ['--download-dir', downloads]});
		await nell.waitUntil('two peers', lines => lines.filter(({type}) => type === 'synced').length >= 2);
		const write = (node: RunningNode, line: object) => node.write(`${JSON.stringify(line)}\n`);
		write(present, {type: 'share', path});
		const event = await nell.waitFor('the file', ({kind}) => kind === 'shared');
		write(nell, {type: 'fetch', target: event.id});
		old.post('while the file is sent');
		await Promise.all([present, nell].map(node => hasText(node, 'while the file is sent')));
		const done = await nell.waitFor('done', ({type, state}) => type === 'file' && state === 'done');
		expect(Buffer.compare(readFileSync(done.path), content)).toBe(0);
		present.post('after the file');
		await hasText(old, 'after the file');
		expect(old.lines.filter(({type}) => type === 'notice' || type === 'error')).toEqual([]);
		expect(old.lines.filter(({status}) => status === 'left' || status === 'unreachable')).toEqual([]);

		// Both nodes that have the file end. A newcomer then gets the event of the file from release 1.0.0, and learns that
		// nobody has the file itself.
		for (const node of [present, nell]) {
			node.child.kill('SIGKILL');
			await node.result;
		}
		const late = await startNode({home: makeHome(), port, name: 'Lara'});
		expect(await late.waitFor('the event', ({kind}) => kind === 'shared')).toMatchObject({
			id: event.id,
			fileName: 'photo.jpg',
			size: content.length,
		});
		write(late, {type: 'fetch', target: event.id});
		const waiting = await late.waitFor('waiting', ({type, state}) => type === 'file' && state === 'waiting');
		expect(waiting.reason).toBe('nobody who is connected has it');
		late.post('still here');
		await hasText(old, 'still here');
	});
});
