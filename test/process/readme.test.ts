/**
 * Every command that the readme shows is run as it stands there, in a shell where npx starts the built program (that the
 * real npx does so, package.test.ts shows).
 */
import {spawn} from 'node:child_process';
import {chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {findFreeUdpPort} from '../helpers/data-home.js';
import {openTerminal, type Terminal} from '../helpers/pty.js';
import {cliPath, startNode} from '../helpers/run-node.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(join(root, 'readme.md'), 'utf8');
const manifest: {readonly scripts: Readonly<Record<string, string>>} = JSON.parse(
	readFileSync(join(root, 'package.json'), 'utf8'),
);
const blocks = (language: string) =>
	[...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)].filter(([, name]) => name === language);
const inBlocks = blocks('sh').flatMap(([, , text = '']) => text.trim().split('\n'));
const inProse = [...readme.replaceAll(/^```.*?^```$/gms, '').matchAll(/`((?:npm|npx|node) [^`]+)`/g)];
const commands = [...inBlocks, ...inProse.map(([, text = '']) => text)];

/** What opens a screen, what is then seen, and the keys that leave. */
const screens: Readonly<Record<string, (terminal: Terminal) => Promise<void>>> = {
	'npm install && npx p2pchat-ink --name Carol': chats('lan (open)'),
	'npx p2pchat-ink --name Carol --interface lo': chats('Carol 127.0.0.1'),
	'npx p2pchat-ink --name Dave --interface lo': chats('Dave 127.0.0.1'),
	async 'npx p2pchat-ink --room crew --ask-secret'(terminal) {
		await terminal.until(output => /secret/i.test(output));
		terminal.write('correct horse battery staple\r');
		await chats('crew - p2pchat-ink')(terminal);
		expect(terminal.output()).not.toContain('horse');
	},
	'npx p2pchat-ink --room crew --secret-file ~/crew-secret': chats('crew - p2pchat-ink'),
	async 'npx p2pchat-ink demo'(terminal) {
		await terminal.until(output => output.includes('third floor'));
		terminal.write('\u001B');
	},
	async 'npx p2pchat-ink replay fixtures/conversation.p2plog'(terminal) {
		await terminal.until(output => output.includes('REPLAY') && output.includes('Priya'));
		terminal.write('q');
	},
	async 'npx p2pchat-ink replay'(terminal) {
		await terminal.until(output => output.includes('which log?'));
		terminal.write('q');
	},
};

/** What prints and ends: a part of what it prints. */
const prints: Readonly<Record<string, string>> = {
	'echo "build is green" | npx p2pchat-ink send - --name Bot --interface lo': '',
	'npx p2pchat-ink replay fixtures/conversation.p2plog --grep NAS | cat': 'the NAS is up?',
	'npx p2pchat-ink logs': 'lan-',
	'npx p2pchat-ink export --format markdown': 'said in a test',
	'npx p2pchat-ink export --verify': 'Tester',
	'npx p2pchat-ink doctor': 'Verdict',
};

function chats(text: string): (terminal: Terminal) => Promise<void> {
	return async terminal => {
		await terminal.until(output => output.includes(text) && output.includes('write a message'));
		terminal.write('/quit\r');
	};
}

const scratch = mkdtempSync(join(tmpdir(), 'p2pchat-readme-'));
const home = join(scratch, 'home');
const cwd = join(scratch, 'project');
let env: Record<string, string>;

beforeAll(async () => {
	const bin = join(scratch, 'bin');
	for (const folder of [home, cwd, bin]) mkdirSync(folder);
	symlinkSync(join(root, 'fixtures'), join(cwd, 'fixtures'));
	writeFileSync(join(home, 'crew-secret'), 'correct horse battery staple\n');
	writeFileSync(
		join(bin, 'npx'),
		`#!/bin/sh\n[ "$1" = p2pchat-ink ] || exit 97\nshift\nexec "${process.execPath}" "${cliPath}" "$@"\n`,
	);
	writeFileSync(join(bin, 'npm'), '#!/bin/sh\n[ "$*" = install ] || exit 98\n');
	for (const name of ['npx', 'npm']) chmodSync(join(bin, name), 0o755);
	env = {
		PATH: `${bin}:${process.env.PATH}`,
		HOME: home,
		P2PCHAT_HOME: join(home, 'data'),
		P2PCHAT_INTERFACE: 'lo',
		P2PCHAT_PORT: String(await findFreeUdpPort()),
		P2PCHAT_WAIT: '1',
	};
	await run('echo "said in a test" | npx p2pchat-ink --plain --name Tester');
});

afterAll(() => rmSync(scratch, {recursive: true, force: true}));

function run(command: string): Promise<{readonly code: number | null; readonly text: string}> {
	return new Promise(resolve => {
		const child = spawn('sh', ['-c', command], {cwd, env});
		let text = '';
		for (const stream of [child.stdout, child.stderr]) {
			stream.on('data', chunk => {
				text += chunk;
			});
		}
		child.on('close', code => resolve({code, text}));
	});
}

describe('the readme', () => {
	test('shows no command that is not tried here', () => {
		const elsewhere = ['npm install && npm test', 'node bot.mjs'];
		const tried = new Set([...Object.keys(screens), ...Object.keys(prints), ...elsewhere]);
		expect(commands.filter(command => !tried.has(command) && !command.startsWith('npm run '))).toEqual([]);
		expect([...tried].filter(command => !commands.includes(command))).toEqual([]);
	});

	test('names scripts that exist', () => {
		const scripts = commands.flatMap(command =>
			[...command.matchAll(/npm (?:run )?([\w:]+)/g)].map(([, name]) => name ?? ''),
		);
		expect(scripts.filter(name => name !== 'install' && !(name in manifest.scripts))).toEqual([]);
	});

	test.each(Object.keys(screens))('opens a screen: %s', async command => {
		// What chats would change which log is the newest.
		const data = join(home, command.includes('replay') ? 'data' : 'data-of-chats');
		const terminal = openTerminal('sh', ['-c', command], {env: {...env, P2PCHAT_HOME: data}, cwd});
		await screens[command]?.(terminal);
		expect((await terminal.exited).exitCode).toBe(0);
	});

	test.each(Object.keys(prints))('prints: %s', async command => {
		// Somebody who hears what is said.
		const port = Number(env.P2PCHAT_PORT);
		const friend = command.includes(' send ')
			? await startNode({home: join(scratch, 'friend'), port, name: 'Friend'})
			: undefined;
		const {code, text} = await run(command);
		expect(code, text).toBe(0);
		expect(text).toContain(prints[command]);
		await friend?.waitFor('what was said', line => line.text === 'build is green' && line.name === 'Bot');
	});

	test('has a bot that answers', async () => {
		const [, , code = ''] = blocks('js')[0] ?? [];
		expect(code.trim().split('\n').length).toBeLessThanOrEqual(10);
		writeFileSync(join(cwd, 'bot.mjs'), code);
		const bot = spawn(process.execPath, ['bot.mjs'], {cwd, env, stdio: 'ignore'});
		onTestFinished(() => void bot.kill());
		const friend = await startNode({home: join(scratch, 'asker'), port: Number(env.P2PCHAT_PORT), name: 'Asker'});
		await friend.waitFor('the bot', line => line.type === 'peer' && line.name === 'Bot' && line.status === 'connected');
		friend.post('!time');
		await friend.waitFor('its answer', line => line.name === 'Bot' && /^Asker: it is \d{4}-/.test(line.text));
		bot.kill();
		await friend.waitFor('that it left', line => line.kind === 'left' && line.name === 'Bot');
	});
});
