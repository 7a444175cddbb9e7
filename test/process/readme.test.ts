/**
 * Runs every command that the readme shows, in a shell where npx starts the built program. package.test.ts tests the real
 * npx.
 */
import {spawn} from 'node:child_process';
import {chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {commandNames} from '../../source/cli/options/option-table.js';
import {findFreeUdpPort} from '../helpers/data-home.js';
import {openTerminal, type Terminal} from '../helpers/pty.js';
import {cliPath, startNode} from '../helpers/run-node.js';
import {INPUT_HINT, LOG_CHOOSER, REPLAY_BAR} from '../helpers/screen-texts.js';

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

interface Trial {
	/** The commands to which this trial applies. If several trials match, the first one applies. */
	readonly pattern: RegExp;
	/** Waits for the screen and presses the keys that quit it. Undefined: the command prints and exits. */
	readonly visit?: (terminal: Terminal) => Promise<void>;
	/** A part of the output that a change of the wording does not affect. */
	readonly prints?: string;
	/** Command of another person that runs at the same time. This command must succeed too. */
	readonly partner?: string;
}

const trials: readonly Trial[] = [
	{pattern: / send --file report/, prints: '', partner: 'npx p2pchat-ink fetch report.pdf --output partner'},
	{pattern: / send --file - /, prints: '', partner: 'npx p2pchat-ink fetch photos.tar --output partner'},
	{pattern: / fetch report/, prints: 'report.pdf', partner: 'npx p2pchat-ink send --file report.pdf'},
	{
		pattern: / fetch photos/,
		prints: '',
		partner: 'tar c photos | npx p2pchat-ink send --file - --as photos.tar',
	},
	{pattern: / send /, prints: ''},
	{pattern: / replay \S+ --grep NAS \| cat$/, prints: 'NAS'},
	{pattern: / logs$/, prints: 'lan-'},
	{pattern: / logs --prune 90d$/, prints: 'Nothing was deleted'},
	{pattern: / inspect \S+$/, prints: 'posted at='},
	{pattern: / completion bash$/, prints: 'complete -o filenames -F'},
	{pattern: / export --verify$/, prints: 'Tester'},
	{pattern: / export --format html > /, prints: ''},
	{pattern: / export/, prints: 'text of a test'},
	{pattern: / doctor$/, prints: '127.0.0.1'},
	{
		pattern: / demo$/,
		async visit(terminal) {
			await terminal.until(output => output.includes('third floor'));
			terminal.write('\u001B');
		},
	},
	{
		pattern: / replay \S+$/,
		async visit(terminal) {
			await terminal.until(output => output.includes(REPLAY_BAR) && output.includes('Priya'));
			terminal.write('q');
		},
	},
	{
		pattern: / replay$/,
		async visit(terminal) {
			await terminal.until(output => output.includes(LOG_CHOOSER));
			terminal.write('q');
		},
	},
	{pattern: / keep .*--print-unit$/, prints: 'ExecStart='},
	{pattern: / keep /, visit: interrupted('attach --room crew')},
	{pattern: / invite$/, visit: interrupted('http://127.0.0.1:')},
	{
		pattern: / --ask-secret$/,
		async visit(terminal) {
			await terminal.until(output => /secret/i.test(output));
			terminal.write('correct horse battery staple\r');
			await chats('crew')(terminal);
			expect(terminal.output()).not.toContain('horse');
		},
	},
	{pattern: / --secret-file \S+$/, visit: chats('crew')},
	{pattern: / --name Carol\b/, visit: chats('Carol')},
	{pattern: / --name Dave\b/, visit: chats('Dave')},
];

const trialOf = (command: string) => trials.find(({pattern}) => pattern.test(command));
/**
 * Whether the tests of screens and of printing commands run the command. They leave out `npm install && npm test`,
 * which runs this file, and the bot, which has its own test.
 */
const isTried = (command: string) => /\bp2pchat-ink\b/.test(command) && !isInstallation(command);
/**
 * Commands that this test leaves out: package.test.ts and hand-over.test.ts run installations with the real npm,
 * attach.test.ts runs `attach` with a keeper.
 */
const isInstallation = (command: string) =>
	/^npm (un)?install --global |^npx --yes \.\/dist\/|^curl |^npx \.\/p2pchat-ink\.tgz | attach /.test(command);
const screens = commands.filter(command => isTried(command) && trialOf(command)?.visit);
const printing = commands.filter(command => isTried(command) && trialOf(command)?.prints !== undefined);

function chats(text: string): (terminal: Terminal) => Promise<void> {
	return async terminal => {
		await terminal.until(output => output.includes(text) && output.includes(INPUT_HINT));
		terminal.write('/quit\r');
	};
}

/** Presses Ctrl+C when the output contains the text, because such a program runs until it is interrupted. */
function interrupted(text: string): (terminal: Terminal) => Promise<void> {
	return async terminal => {
		await terminal.until(output => output.includes(text));
		terminal.write('\u0003');
	};
}

const scratch = mkdtempSync(join(tmpdir(), 'p2pchat-readme-'));
const home = join(scratch, 'home');
const cwd = join(scratch, 'project');
let env: Record<string, string>;

beforeAll(async () => {
	const bin = join(scratch, 'bin');
	for (const folder of [home, cwd, bin, join(cwd, 'photos'), join(cwd, 'partner')]) mkdirSync(folder);
	writeFileSync(join(cwd, 'report.pdf'), 'numbers');
	writeFileSync(join(cwd, 'photos', 'one.jpg'), 'photo');
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
	await run('echo "text of a test" | npx p2pchat-ink --plain --name Tester');
});

afterAll(() => rmSync(scratch, {recursive: true, force: true}));

function run(
	command: string,
	environment: Readonly<Record<string, string>> = {},
): Promise<{readonly code: number | null; readonly text: string}> {
	return new Promise(resolve => {
		const child = spawn('sh', ['-c', command], {cwd, env: {...env, ...environment}});
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
	test('the readme shows every sub-command, and shows only commands that readme.test.ts runs', () => {
		const untried = commands.filter(
			command =>
				!isInstallation(command) &&
				!trialOf(command) &&
				!/^npm (run [\w:]+|install && npm test)$|^node \S+\.mjs$/.test(command),
		);
		expect(untried).toEqual([]);
		for (const name of commandNames.slice(1)) {
			expect(
				commands.some(command => command.includes(`p2pchat-ink ${name}`)),
				name,
			).toBe(true);
		}
	});

	test('the readme names only npm scripts that exist', () => {
		const scripts = commands
			.filter(command => !isInstallation(command))
			.flatMap(command => [...command.matchAll(/npm (?:run )?([\w:]+)/g)].map(([, name]) => name ?? ''));
		expect(scripts.filter(name => name !== 'install' && !(name in manifest.scripts))).toEqual([]);
	});

	test.each(screens)('a command of the readme opens a screen: %s', async command => {
		// Chats use another data folder, because a chat would create a log that is newer than the one to replay.
		const data = join(home, command.includes('replay') ? 'data' : 'data-of-chats');
		const terminal = openTerminal('sh', ['-c', command], {env: {...env, P2PCHAT_HOME: data}, cwd});
		await trialOf(command)?.visit?.(terminal);
		expect((await terminal.exited).exitCode).toBe(0);
	});

	test.each(printing)('a command of the readme prints: %s', async command => {
		// Starts another node, which receives the message that the command sends.
		const port = Number(env.P2PCHAT_PORT);
		const partner = trialOf(command)?.partner;
		const friend =
			command.includes(' send ') && partner === undefined
				? await startNode({home: join(scratch, 'friend'), port, name: 'Friend'})
				: undefined;
		const patience = partner === undefined ? {} : {P2PCHAT_WAIT: '25'};
		const [{code, text}, other] = await Promise.all([
			run(command, patience),
			partner === undefined ? undefined : run(partner, {...patience, P2PCHAT_HOME: join(home, 'partner')}),
		]);
		expect(other?.code ?? 0, other?.text).toBe(0);
		expect(code, text).toBe(0);
		expect(text).toContain(trialOf(command)?.prints);
		await friend?.waitFor('the message', line => line.text === 'build is green' && line.name === 'Bot');
	});

	test('the bot that the readme shows answers messages', async () => {
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
		await friend.waitFor('the departure', line => line.kind === 'left' && line.name === 'Bot');
	});
});
