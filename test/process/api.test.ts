/** The API of the built package in real processes: a program that ends by itself, and the three examples. */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {writeFileSync} from 'node:fs';
import {connect} from 'node:net';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {describe, expect, it, onTestFinished} from 'vitest';
import {findFreeTcpPort, findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {startNode} from '../helpers/run-node.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Program {
	readonly child: ChildProcess;
	readonly lines: string[];
	/** Resolves to the first line that begins with `start`. */
	waitFor(start: string): Promise<string>;
}

function run(command: string, words: readonly string[], environment: Record<string, string> = {}): Program {
	const home = makeHome();
	const env = {PATH: process.env.PATH, HOME: home, XDG_DATA_HOME: home, INTERFACE: 'lo', ...environment};
	const child = spawn(command, words, {cwd: root, env, stdio: ['ignore', 'pipe', 'inherit']});
	onTestFinished(() => void child.kill('SIGKILL'));
	const lines: string[] = [];
	const checks = new Set<() => void>();
	createInterface({input: child.stdout}).on('line', line => {
		lines.push(line);
		for (const check of [...checks]) check();
	});
	return {
		child,
		lines,
		waitFor: start =>
			new Promise((resolve, reject) => {
				const settle = () => {
					const found = lines.find(line => line.startsWith(start));
					if (found === undefined) return;
					checks.delete(settle);
					resolve(found);
				};
				checks.add(settle);
				child.once('exit', code => reject(new Error(`ended with ${code} before "${start}": ${lines.join('\n')}`)));
				settle();
			}),
	};
}

const example = (name: string, words: readonly string[], environment: Record<string, string>) =>
	run(process.execPath, [join(root, 'source/examples', name), ...words], environment);

describe('the API in a program', () => {
	it('a program that starts and stops two nodes ends by itself: no timer, listener or socket is left', async () => {
		const port = await findFreeUdpPort();
		const file = join(makeHome(), 'program.mjs');
		writeFileSync(
			file,
			`import {readFileSync} from 'node:fs';
			import {createNode} from ${JSON.stringify(join(root, 'dist/api/index.js'))};
			const listeners = () => process.eventNames().map(name => [name, process.listenerCount(name)]);
			const before = JSON.stringify(listeners());
			const options = name => ({name, interfaces: ['lo'], port: ${port}, dataDir: ${JSON.stringify(makeHome())} + name, log: false});
			const ann = createNode(options('Ann'));
			const bob = createNode(options('Bob'));
			const seen = [];
			bob.on('event', ({kind, text, own}) => { if (kind === 'posted' && !own) seen.push(text); });
			const all = ann[Symbol.asyncIterator]();
			await Promise.all([ann.start(), bob.start()]);
			const id = ann.post('hello');
			if (!(await ann.whenDelivered(10_000))) throw new Error('not delivered');
			ann.correct(id, 'hello, Bob');
			try { ann.react('nonsense', 'x'); } catch (error) { console.log('refused', error.message); }
			await ann.whenDelivered(10_000);
			const offered = new Promise(resolve => bob.on('event', ({kind, id}) => kind === 'shared' && resolve(id)));
			await ann.share(${JSON.stringify(file)}, {note: 'this program', name: 'copy.mjs'});
			const path = await bob.fetch(await offered, {directory: ${JSON.stringify(makeHome())}});
			console.log('fetched', path.endsWith('copy.mjs'), readFileSync(path, 'utf8') === readFileSync(${JSON.stringify(file)}, 'utf8'));
			await bob.fetch(bob.files()[0].id).catch(error => console.log('again', error.message));
			await Promise.all([ann.stop(), bob.stop(), ann.stop()]);
			const lines = [];
			for await (const line of all) lines.push(line);
			console.log('lines', JSON.stringify(lines));
			console.log('seen', JSON.stringify(seen));
			console.log('listeners', before === JSON.stringify(listeners()));
			globalThis.stoppedAt = Date.now();
			process.on('exit', () => console.log('exit', Date.now() - stoppedAt < 900));`,
		);
		const program = run(process.execPath, [file]);
		const [code] = await once(program.child, 'exit');
		const printed = (name: string) => program.lines.find(line => line.startsWith(`${name} `))?.slice(name.length + 1);
		expect([code, printed('listeners'), printed('exit')]).toEqual([0, 'true', 'true']);
		expect(printed('refused')).toContain('id of an event');
		expect([printed('fetched'), printed('again')]).toEqual(['true true', 'You have copy.mjs already.']);
		expect(JSON.parse(printed('seen') ?? '')).toEqual(['hello']);
		const lines: {type: string; kind?: string; reason?: string}[] = JSON.parse(printed('lines') ?? '');
		expect([lines[0]?.type, lines.at(-1)]).toEqual(['ready', {type: 'bye', reason: 'stopped'}]);
		expect(lines.flatMap(({kind}) => kind ?? [])).toEqual(
			expect.arrayContaining(['joined', 'posted', 'corrected', 'left']),
		);
	});

	it('the example of an echo bot answers messages that are written after it has joined, and no history', async () => {
		const port = await findFreeUdpPort();
		const ann = await startNode({home: makeHome(), port, name: 'Ann'});
		ann.post('!echo from before');
		const bot = example('echo-bot.mjs', [], {PORT: String(port)});
		await bot.waitFor('ready');
		await ann.waitFor('synced', ({type}) => type === 'synced');
		for (const refused of ['!echo /msg Ann hello', '!echo  ']) ann.post(refused);
		ann.post('!echo hello\nyou');
		const answer = await ann.waitFor('the echo', ({kind, name}) => kind === 'posted' && name === 'Echo');
		const question = ann.events().find(({text}) => text === '!echo hello\nyou');
		expect(answer).toMatchObject({text: 'hello\nyou', replyTo: question?.id});
		bot.child.kill('SIGTERM');
		expect(await once(bot.child, 'exit')).toEqual([0, null]);
	});

	it('the example of a webhook posts what it receives with the right token', async () => {
		const port = await findFreeUdpPort();
		const ann = await startNode({home: makeHome(), port, name: 'Ann'});
		const hook = example('webhook.mjs', [], {PORT: String(port), HTTP_PORT: '0', TOKEN: 'sesame-sesame'});
		const [, httpPort] = (await hook.waitFor('ready')).split(' ');
		const send = (body: string, token: string) =>
			fetch(`http://127.0.0.1:${httpPort}/`, {method: 'POST', headers: {authorization: `Bearer ${token}`}, body});
		expect((await send('forged', 'guess')).status).toBe(401);
		expect((await send('x'.repeat(17_000), 'sesame-sesame')).status).toBe(413);
		expect((await send(' ', 'sesame-sesame')).status).toBe(422);
		// The webhook answers 200 only if a peer receives the message within two seconds, so the two must be connected.
		await ann.waitFor(
			'the webhook',
			line => line.type === 'peer' && line.name === 'Hook' && line.status === 'connected',
		);
		expect((await send('Build 7 is green', 'sesame-sesame')).status).toBe(200);
		await ann.waitFor('the message', ({text, name}) => text === 'Build 7 is green' && name === 'Hook');
		expect(ann.events().some(({text}) => text === 'forged')).toBe(false);
		hook.child.kill('SIGTERM');
		expect(await once(hook.child, 'exit')).toEqual([0, null]);
	});

	it('the example of a bridge passes live messages between the room and an IRC channel, with their authors, and never twice', async () => {
		const [port, ircPort] = await Promise.all([findFreeUdpPort(), findFreeTcpPort()]);
		const config = join(makeHome(), 'ngircd.conf');
		writeFileSync(
			config,
			`[Global]\nName = irc.test\nInfo = test\nPorts = ${ircPort}\nListen = 127.0.0.1\n[Options]\nPAM = no\nDNS = no\nIdent = no\nSyslogFacility = local1\n`,
		);
		const server = spawn('ngircd', ['--nodaemon', '--config', config], {stdio: 'ignore'});
		onTestFinished(() => void server.kill('SIGKILL'));
		const irc = await connectToIrc(ircPort, 'bob');
		const ann = await startNode({home: makeHome(), port, name: 'Ann'});
		ann.post('from before');
		const bridge = example('irc-bridge.mjs', [`127.0.0.1:${ircPort}`, '#crew'], {PORT: String(port)});
		await bridge.waitFor('ready');
		await ann.waitFor('synced', ({type}) => type === 'synced');

		ann.post('hello IRC\nsecond line');
		ann.post('<carol via other> must not loop');
		ann.post('last from the room');
		await irc.waitFor('last from the room');
		irc.send('PRIVMSG #crew :hello \u000304,12room\u0003 \u00027\u0002');
		irc.send('PRIVMSG #crew :\u0001ACTION waves\u0001');
		irc.send('PRIVMSG #crew :<Dave via p2pchat> must not loop either');
		irc.send('PRIVMSG #crew :last from IRC');
		await ann.waitFor('last', ({text}) => text === '<bob via IRC> last from IRC');

		expect(ann.events().flatMap(({name, text}) => (name === 'IRC' && text ? [text] : []))).toEqual([
			'<bob via IRC> hello room 7',
			'<bob via IRC> * waves',
			'<bob via IRC> last from IRC',
		]);
		expect(irc.messages()).toEqual([
			'<Ann via p2pchat> hello IRC',
			'<Ann via p2pchat> second line',
			'<Ann via p2pchat> last from the room',
		]);
		bridge.child.kill('SIGTERM');
		expect(await once(bridge.child, 'exit')).toEqual([0, null]);
	});
});

/** A plain IRC client in the channel #crew. The server may still be starting. */
async function connectToIrc(port: number, nick: string) {
	const lines: string[] = [];
	const checks = new Set<() => void>();
	const socket = await (async () => {
		for (let attempt = 0; ; attempt++) {
			const candidate = connect(port, '127.0.0.1');
			const outcome = await Promise.race([
				once(candidate, 'connect'),
				once(candidate, 'error').catch(() => 'failed'),
			]).then(
				() => 'connected',
				() => 'failed',
			);
			if (outcome === 'connected') return candidate;
			if (attempt === 50) throw new Error('ngircd does not answer');
			await new Promise(resolve => setTimeout(resolve, 100));
		}
	})();
	onTestFinished(() => void socket.destroy());
	socket.on('error', () => {});
	const send = (text: string) => void socket.write(`${text}\r\n`);
	createInterface({input: socket}).on('line', line => {
		if (line.startsWith('PING')) send(line.replace('PING', 'PONG'));
		lines.push(line);
		for (const check of [...checks]) check();
	});
	const waitFor = (part: string) =>
		new Promise<void>(resolve => {
			const check = () => {
				if (!lines.some(line => line.includes(part))) return;
				checks.delete(check);
				resolve();
			};
			checks.add(check);
			check();
		});
	send(`NICK ${nick}`);
	send(`USER ${nick} 0 * :${nick}`);
	await waitFor(' 001 ');
	send('JOIN #crew');
	await waitFor(' 366 ');
	return {
		send,
		waitFor,
		messages: () => lines.flatMap(line => / PRIVMSG #crew :(.*)$/.exec(line)?.[1] ?? []),
	};
}
