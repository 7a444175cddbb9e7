/** Screens on terminals, attached to keepers in real processes. */
import {spawnSync} from 'node:child_process';
import {chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {dirname, join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {openTerminal} from '../helpers/pty.js';
import {cliPath, type Line, runCli, runToEnd, startNode} from '../helpers/run-node.js';

interface Place {
	readonly home: string;
	readonly port: number;
	readonly args: readonly string[];
}

async function makePlace(): Promise<Place> {
	const home = makeHome();
	const secretFile = join(home, 'secret');
	writeFileSync(secretFile, 'correct horse battery staple\n');
	return {home, port: await findFreeUdpPort(), args: ['--room', 'crew', '--secret-file', secretFile]};
}

function keep({home, port, args}: Place, program = cliPath) {
	const words = ['keep', ...args, '--name', 'Ann', '--interface', 'lo', '--port', String(port)];
	const keeper = runCli(words, {home, program});
	return new Promise<typeof keeper>((resolve, reject) => {
		keeper.child.stderr?.on('data', () => keeper.stderr.includes('To open the screen') && resolve(keeper));
		void keeper.result.then(({stderr}) => reject(new Error(stderr)));
	});
}

function attach({home}: Place) {
	const env = {HOME: home, P2PCHAT_HOME: home, P2PCHAT_INTERFACE: 'lo'};
	return openTerminal(process.execPath, [cliPath, 'attach', '--room', 'crew'], {env, cwd: home});
}

/** Creates a copy of the program with another version number. */
function otherVersion(): string {
	const folder = makeHome();
	const root = dirname(dirname(cliPath));
	cpSync(join(root, 'dist'), join(folder, 'dist'), {recursive: true});
	symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
	const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
	writeFileSync(join(folder, 'package.json'), JSON.stringify({...manifest, version: '9.9.9'}));
	return join(folder, 'dist/cli.js');
}

it('screens that are attached to a keeper lose neither messages nor the draft when the keeper is killed, restarted and upgraded', async () => {
	const place = await makePlace();
	const bob = await startNode({home: makeHome(), port: place.port, name: 'Bob', args: place.args});
	const keeper = await keep(place);
	const one = attach(place);
	await one.until(output => output.includes('crew (secret)'));
	one.write('hello from the screen\r');
	await bob.waitFor('the message', ({text, name}) => text === 'hello from the screen' && name === 'Ann');
	const two = attach(place);
	await two.until(output => output.includes('hello from the screen'));
	bob.post('hello to both');
	for (const screen of [one, two]) await screen.until(output => output.includes('hello to both'));
	two.write('/quit\r');
	expect((await two.exited).exitCode).toBe(0);
	expect(two.output()).toContain('The keeper keeps running');

	one.write('half a sent');
	await one.until(output => output.includes('half a sent'));
	keeper.child.kill('SIGKILL');
	await one.until(output => output.includes('The keeper of room crew has ended. Waiting'));
	bob.post('while nobody kept');
	const shown = one.output().length;
	const restarted = await keep(place);
	await one.until(
		output => output.slice(shown).includes('half a sent') && output.slice(shown).includes('while nobody kept'),
	);
	one.write('ence\r');
	await bob.waitFor('the whole sentence', ({text}) => text === 'half a sentence');

	restarted.child.kill('SIGTERM');
	expect((await restarted.result).code).toBe(0);
	const upgraded = await keep(place, otherVersion());
	await one.until(output => output.includes('The keeper runs version 9.9.9'));
	expect(one.output()).toContain('Restart the keeper, then attach again.');
	expect((await one.exited).exitCode).toBe(1);
	upgraded.child.kill('SIGTERM');
	await upgraded.result;
	const none = attach(place);
	expect((await none.exited).exitCode).toBe(1);
	expect(none.output()).toContain('No keeper of room crew runs');
}, 120_000);

it('send, doctor and export use a running keeper, a second keeper refuses to start, and the socket of a killed keeper is replaced', async () => {
	const place = await makePlace();
	const keeper = await keep(place);
	const words = ['send', ...place.args, '--port', String(place.port), '--interface', 'lo', '--wait', '1'];
	const alone = await runToEnd([...words, 'by the keeper'], {home: place.home});
	expect([alone.code, alone.stderr]).toEqual([1, expect.stringContaining('The keeper of this room has it')]);
	const bob = await startNode({home: makeHome(), port: place.port, name: 'Bob', args: place.args});
	await bob.waitFor('the message', ({text, name}) => text === 'by the keeper' && name === 'Ann');
	expect((await runToEnd([...words, 'and again'], {home: place.home})).code).toBe(0);
	await bob.waitFor('the second message', ({text, name}) => text === 'and again' && name === 'Ann');
	const named = [...words.slice(0, -1), '8', '--name', 'Bot', 'myself'];
	expect((await runToEnd(named, {home: place.home})).code).toBe(0);
	await bob.waitFor('the message of another name', ({text, name}) => text === 'myself' && name === 'Bot');
	const doctor = ['doctor', ...place.args, '--port', String(place.port), '--interface', 'lo'];
	const checked = await runToEnd([...doctor, '--json'], {home: place.home});
	const {keeper: kept, ok} = JSON.parse(checked.stdout);
	expect([ok, kept.name, kept.pid, kept.report.tcpPort > 0]).toEqual([true, 'Ann', keeper.pid, true]);
	const names = kept.report.peers.flatMap(({name, connected}: Line) => (connected ? [name] : []));
	expect(names).toContain('Bob');
	const exported = await runToEnd(['export'], {home: place.home});
	expect(exported.stdout).toContain('Ann (127.0.0.1): and again');
	const toPassOn = await runToEnd(['export', '--format', 'markdown'], {home: place.home});
	expect(toPassOn.stdout).toContain('and again');
	expect(toPassOn.stdout).not.toContain('127.0.0.1');
	const second = await runToEnd(['keep', ...place.args, '--port', String(place.port)], {home: place.home});
	expect([second.code, second.stderr]).toEqual([1, expect.stringContaining('A keeper of room crew runs already.')]);
	expect(readdirSync(join(place.home, 'logs')).filter(name => name.endsWith('.p2plog'))).toHaveLength(1);
	keeper.child.kill('SIGKILL');
	await keeper.result;
	const socket = readdirSync(join(place.home, 'keep')).find(name => name.endsWith('.sock'));
	expect(socket).toBeDefined();
	const again = await keep(place);
	again.child.kill('SIGTERM');
	expect((await again.result).code).toBe(0);
	expect(readdirSync(join(place.home, 'keep'))).toEqual([]);
}, 120_000);

it('a program that listens at the socket of a keeper without knowing the token of the keeper gets nothing from the screen', async () => {
	const place = await makePlace();
	const keeper = await keep(place);
	const [socket = ''] = readdirSync(join(place.home, 'keep')).filter(name => name.endsWith('.sock'));
	const path = join(place.home, 'keep', socket);
	keeper.child.kill('SIGKILL');
	await keeper.result;
	const received: string[] = [];
	rmSync(path);
	const impostor = createServer(connection => {
		connection.setEncoding('utf8').on('data', (text: string) => {
			received.push(text);
			connection.write(`${JSON.stringify({keeper: '1.0.0', nonce: '1'.repeat(64), proof: '2'.repeat(64)})}\n`);
		});
		connection.on('error', () => {});
	});
	await new Promise<void>(resolve => impostor.listen(path, resolve));
	onTestFinished(() => void impostor.close());
	const screen = attach(place);
	expect((await screen.exited).exitCode).toBe(1);
	expect(screen.output()).toContain('is not your keeper');
	expect(received).toHaveLength(1);
	expect(Object.keys(JSON.parse(received[0] ?? ''))).toEqual(['attach', 'nonce']);
});

it.runIf(process.getuid?.() === 0 && process.platform === 'linux')(
	'another user of the computer cannot connect to the keeper, and gets nothing from it even if the access rights of its folder are open',
	async () => {
		const place = await makePlace();
		const keeper = await keep(place);
		const folder = join(place.home, 'keep');
		const [socket = ''] = readdirSync(folder).filter(name => name.endsWith('.sock'));
		const program = `const socket = require('node:net').connect(process.argv[1]);
			socket.on('error', ({code}) => { console.log(code); process.exit(); });
			socket.on('connect', () => { console.log('connected'); socket.write('{"attach":"1.0.0","nonce":"${'1'.repeat(64)}"}\\n'); });
			socket.on('data', data => { if (!String(data).includes('opened')) socket.write('{"proof":"${'2'.repeat(64)}"}\\n'); else console.log('opened'); });
			socket.on('close', () => { console.log('closed'); process.exit(); });`;
		const asStranger = () => {
			const user = '--reuid 54321 --regid 54321 --clear-groups'.split(' ');
			const words = [...user, process.execPath, '-e', program, join(folder, socket)];
			return spawnSync('setpriv', words, {encoding: 'utf8', cwd: '/'}).stdout.trim().split('\n');
		};
		expect(asStranger()).toEqual(['EACCES']);
		for (const path of [place.home, folder]) chmodSync(path, 0o777);
		chmodSync(join(folder, socket), 0o777);
		expect(asStranger()).toEqual(['connected', 'closed']);
		expect(existsSync(join(folder, socket))).toBe(true);
		keeper.child.kill('SIGTERM');
		expect((await keeper.result).code).toBe(0);
	},
);
