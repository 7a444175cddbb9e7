import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, it, onTestFinished} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {cliPath, runCli, runToEnd, startNode} from '../helpers/run-node.js';

const common = async () => ['--port', String(await findFreeUdpPort())];

describe('JSON lines', () => {
	it('JSON lines start with ready and end with bye, and the event of a post contains the `ref` of its input line', async () => {
		const {stdout, code, stderr} = await runToEnd(
			['--json', '--name', 'Bob', '--room', 'lab', '--wait', '0.3', ...(await common())],
			{
				home: makeHome(),
				input: '{"type":"post","text":"a\\nb","ref":"7"}\n',
			},
		);
		const lines = stdout
			.trimEnd()
			.split('\n')
			.map(line => JSON.parse(line));
		expect(lines[0]).toMatchObject({
			type: 'ready',
			name: 'Bob',
			room: 'lab',
			addresses: ['127.0.0.1'],
			version: expect.any(String),
		});
		expect(lines[0].peer).toMatch(/^[0-9a-f]{64}$/);
		expect(lines.at(-1)).toEqual({type: 'bye', reason: 'input-ended'});
		expect(lines.find(({kind}) => kind === 'posted')).toMatchObject({
			text: 'a\nb',
			ref: '7',
			own: true,
			live: true,
			id: `${lines[0].peer}:2`,
		});
		expect(code).toBe(1);
		expect(stderr).toMatch(/^p2pchat-ink: [^\n]*0\.3 s[^\n]*\n$/);
	});

	it('invalid JSON input is answered with an error that has its line number, and the program continues', async () => {
		const input = [
			'nonsense',
			'',
			'[1]',
			'{"type":"post"}',
			'{"type":"shout","text":"x"}',
			'{"type":"command","text":"hi"}',
			'{"type":"command","text":"/nosuch"}',
			`{"type":"post","text":"${'x'.repeat(200_000)}"}`,
			`{"type":"post","text":"${'é'.repeat(9000)}"}`,
			'{"type":"post","text":"good"}\r',
		].join('\n');
		const {stdout} = await runToEnd(['--json', '--wait', '0', ...(await common())], {home: makeHome(), input});
		const lines = stdout
			.trimEnd()
			.split('\n')
			.map(line => JSON.parse(line));
		expect(lines.filter(({type}) => type === 'error').map(({code, line}) => [line, code])).toEqual([
			[1, 'bad-input'],
			[3, 'bad-input'],
			[4, 'bad-input'],
			[5, 'bad-input'],
			[6, 'bad-command'],
			[7, 'bad-command'],
			[8, 'line-too-long'],
			[9, 'refused'],
		]);
		expect(lines.filter(({kind}) => kind === 'posted').map(({text}) => text)).toEqual(['good']);
	});

	it('JSON input can contain commands: /name produces an event, /quit exits', async () => {
		const node = await startNode({home: makeHome(), port: await findFreeUdpPort(), name: 'Ann', args: ['--stay']});
		await node.waitFor('joined', ({kind}) => kind === 'joined');
		node.write('{"type":"command","text":"/name Anna"}\n');
		expect(await node.waitFor('renamed', ({kind}) => kind === 'renamed')).toMatchObject({
			name: 'Anna',
			from: 'Ann',
			own: true,
		});
		node.write('{"type":"command","text":"/me waves"}\n');
		expect(await node.waitFor('action', ({action}) => action)).toMatchObject({text: 'waves', action: true});
		node.write('{"type":"command","text":"/quit"}\n');
		expect((await node.result).code).toBe(0);
		expect(node.lines.at(-1)).toEqual({type: 'bye', reason: 'quit'});
	});

	it('JSON lines contain the events of a reopened log right after the `ready` line, with live:false', async () => {
		const home = makeHome();
		const log = join(home, 'mine.p2plog');
		const words = ['--json', '--wait', '0', '--log', log, ...(await common())];
		const first = await runToEnd(words, {home, input: '{"type":"post","text":"first launch"}\n'});
		// If the user mistypes the path of a log, the program makes a new log. Only this line tells the user that the
		// history is somewhere else.
		expect(first.stderr).toContain(`New log: ${log}\n`);
		const {stdout, stderr} = await runToEnd(words, {home, input: '{"type":"post","text":"second launch"}\n'});
		expect(stderr).not.toContain('New log');
		const lines = stdout
			.trimEnd()
			.split('\n')
			.map(line => JSON.parse(line));
		expect(lines.slice(0, 4).map(({type, kind, live}) => [type, kind, live])).toEqual([
			['ready', undefined, undefined],
			['event', 'joined', false],
			['event', 'posted', false],
			['event', 'left', false],
		]);
		expect(lines.filter(({kind}) => kind === 'posted').map(({text, live}) => [text, live])).toEqual([
			['first launch', false],
			['second launch', true],
		]);
	});
});

describe('plain lines', () => {
	it('piped lines are posted as text and never run as commands; CRs and empty lines are dropped, and a last line without a newline is posted too', async () => {
		const {stdout, code} = await runToEnd(['--plain', '--name', 'Bob', '--wait', '0', ...(await common())], {
			home: makeHome(),
			input: 'one\r\n\n   \n/quit\nlast',
		});
		const rows = stdout
			.trimEnd()
			.split('\n')
			.map(row => row.replace(/^\S+ /, ''));
		expect(rows).toEqual([
			'* Bob joined',
			'Bob (127.0.0.1): one',
			'Bob (127.0.0.1): /quit',
			'Bob (127.0.0.1): last',
			'* Bob left',
		]);
		expect(stdout).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d \* Bob joined\n/);
		expect(code).toBe(1);
	});

	it('plain lines are the default when standard output is not a terminal', async () => {
		const {stdout, code} = await runToEnd(['--name', 'Bob', ...(await common())], {home: makeHome(), input: ''});
		expect({code, stdout}).toEqual({code: 0, stdout: ''});
	});
});

describe('exit', () => {
	it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
		'the program exits within three seconds, also on a busy machine, with exit code 0, after %s',
		async signal => {
			const node = await startNode({home: makeHome(), port: await findFreeUdpPort(), args: ['--stay']});
			const sent = performance.now();
			node.child.kill(signal);
			expect((await node.result).code).toBe(0);
			expect(performance.now() - sent).toBeLessThan(3000);
			expect(node.lines.at(-1)).toEqual({type: 'bye', reason: 'signal'});
		},
	);

	it('a second signal ends the program at once, with exit code 128 plus the number of the signal', async () => {
		const node = await startNode({home: makeHome(), port: await findFreeUdpPort(), args: ['--stay']});
		node.child.kill('SIGTERM');
		node.child.kill('SIGINT');
		const {code, signal} = await node.result;
		expect(signal).toBeNull();
		expect([130, 143]).toContain(code);
	});

	it.each(['SIGHUP', 'SIGTERM'] as const)(
		'the program leaves the room properly at a SIGHUP that is followed by a %s',
		async second => {
			const node = await startNode({home: makeHome(), port: await findFreeUdpPort(), args: ['--stay']});
			// When a terminal closes, the system and the shell both send SIGHUP.
			node.child.kill('SIGHUP');
			// Two signals of one kind that wait at the same time count as one.
			await sleep(2);
			node.child.kill(second);
			expect((await node.result).code).toBe(0);
			expect(node.lines.at(-1)).toEqual({type: 'bye', reason: 'signal'});
		},
	);

	it('the program exits after a signal without delay even if nothing reads its standard output', async () => {
		const node = runCli(['--json', '--stay', '--wait', '0', ...(await common())], {home: makeHome()});
		await once(node.child.stdout as NodeJS.ReadableStream, 'data');
		node.child.stdout?.pause();
		const text = JSON.stringify({type: 'post', text: 'x'.repeat(10_000)});
		node.child.stdin?.write(`${`${text}\n`.repeat(200)}`, () => node.child.kill('SIGTERM'));
		const sent = performance.now();
		const [code] = await once(node.child, 'exit');
		expect(code).toBe(0);
		expect(performance.now() - sent).toBeLessThan(3000);
	});

	it('the program exits silently with exit code 0 when its standard output is closed', async () => {
		const home = makeHome();
		const node = await startNode({home, port: await findFreeUdpPort(), args: ['--stay']});
		node.child.stdout?.destroy();
		node.post('unread');
		const [code] = await once(node.child, 'exit');
		expect({code, stderr: node.stderr}).toEqual({code: 0, stderr: ''});
		const [log] = readdirSync(join(home, 'logs')).filter(name => name.endsWith('.p2plog'));
		expect((await runToEnd(['replay', log ?? ''], {home})).stdout).toMatch(/unread\n.* left\n$/);
	});

	it('replay piped into head is silent and exits with 0', async () => {
		const home = makeHome();
		const lines = Array.from({length: 3000}, (_, number) => `line ${number} ${'x'.repeat(100)}`);
		await runToEnd(['--plain', '--wait', '0', ...(await common())], {home, input: lines.join('\n')});
		const child = spawn('bash', ['-c', 'set -o pipefail; "$0" "$1" replay | head -n 2', process.execPath, cliPath], {
			env: {PATH: process.env.PATH, P2PCHAT_HOME: home},
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		onTestFinished(() => void child.kill('SIGKILL'));
		let [stdout, stderr] = ['', ''];
		child.stdout.on('data', text => {
			stdout += text;
		});
		child.stderr.on('data', text => {
			stderr += text;
		});
		const [code] = await once(child, 'close');
		expect({code, stderr, rows: stdout.trimEnd().split('\n').length}).toEqual({code: 0, stderr: '', rows: 2});
	});
});

describe('send', () => {
	it('send takes the text from the command line or standard input, and exits with 0 when a peer has received it', async () => {
		const port = await findFreeUdpPort();
		const node = await startNode({home: makeHome(), port, name: 'Ann'});
		expect(
			await runToEnd(['send', '--port', String(port), '-n', 'Bot', 'build', 'is', 'red'], {home: makeHome()}),
		).toMatchObject({code: 0, stdout: '', stderr: ''});
		expect(await node.waitFor('text', ({text}) => text === 'build is red')).toMatchObject({name: 'Bot'});
		expect(
			await runToEnd(['send', '--port', String(port), '-'], {home: makeHome(), input: 'two\nlines\n'}),
		).toMatchObject({code: 0});
		await node.waitFor('text', ({text}) => text === 'two\nlines');
	});

	it('send exits with 1 after --wait without a peer, and names the reason', async () => {
		const {code, stderr} = await runToEnd(['send', '--wait', '0.2', 'hi', ...(await common())], {home: makeHome()});
		expect(code).toBe(1);
		expect(stderr).toMatch(/^p2pchat-ink: [^\n]*0\.2 s on UDP port \d+[^\n]*\n$/);
	});
});

describe('a secret', () => {
	it('a secret from a file or the environment connects only the nodes that share it', async () => {
		const port = await findFreeUdpPort();
		const home = makeHome();
		const file = join(home, 'secret');
		writeFileSync(file, 'correct horse battery\n');
		const ann = await startNode({home, port, name: 'Ann', args: ['--secret-file', file]});
		const bob = await startNode({
			home: makeHome(),
			port,
			name: 'Bob',
			environment: {P2PCHAT_SECRET: 'correct horse battery'},
		});
		await ann.waitFor('Bob', ({type, name, status}) => type === 'peer' && name === 'Bob' && status === 'connected');
		const eve = await startNode({
			home: makeHome(),
			port,
			name: 'Eve',
			environment: {P2PCHAT_SECRET: 'wrong horse battery'},
		});
		await eve.waitFor('alone', ({type}) => type === 'alone');
		bob.post('inside');
		await ann.waitFor('inside', ({text}) => text === 'inside');
		expect([...ann.lines, ...bob.lines].some(({name}) => name === 'Eve')).toBe(false);
		expect(eve.lines.some(({type}) => type === 'peer')).toBe(false);
		const commandLine = readFileSync(`/proc/${bob.pid}/cmdline`, 'utf8');
		expect(commandLine).not.toMatch(/horse/);
	});
});
