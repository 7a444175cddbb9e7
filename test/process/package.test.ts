/** Checks the published package and its installation. Requests only packages that the lock file names. */
import {execFileSync, spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {
	copyFileSync,
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {createPackageTarball} from '../../source/cli/package-tarball.js';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {openTerminal} from '../helpers/pty.js';
import {INPUT_HINT} from '../helpers/screen-texts.js';

interface LockEntry {
	readonly version?: string;
	readonly resolved?: string;
	readonly dependencies?: Readonly<Record<string, string>>;
	readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const lock: {packages: Record<string, LockEntry>} = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
/** Temporary folder whose path contains characters that need care in URLs and shells. */
const scratch = mkdtempSync(join(tmpdir(), 'p2pchat package #1 100% '));
const folder = join(scratch, 'an empty folder');
let packed: {path: string; size: number; sha256: string; files: string[]};

beforeAll(() => {
	// This does not call `npm run package`, which would rebuild dist while other tests use dist.
	packed = JSON.parse(execFileSync(process.execPath, [join(root, '.config/package.mjs'), scratch], {encoding: 'utf8'}));
	install(folder, packed.path);
});

afterAll(() => rmSync(scratch, {recursive: true, force: true}));

describe('the lock file', () => {
	test('the lock file contains no host name and no local path', () => {
		for (const [name, entry] of Object.entries(lock.packages)) expect(entry.resolved, name).toBeUndefined();
	});

	test('the lock file contains a version of every package, also for other platforms, as npm ci requires', () => {
		const missing = Object.values(lock.packages).flatMap(({dependencies, optionalDependencies}) =>
			Object.keys({...dependencies, ...optionalDependencies}).filter(
				name =>
					!Object.entries(lock.packages).some(([path, {version}]) => path.endsWith(`node_modules/${name}`) && version),
			),
		);
		expect(missing).toEqual([]);
	});
});

test('the built program is executable, because `npx` sets this permission only at the first run', () => {
	expect(statSync(join(root, 'dist/cli.js')).mode & 0o111).toBe(0o111);
});

describe('the package', () => {
	test('the package contains only the built program, the readme, the licence, package.json and the document for scripts', () => {
		const around = packed.files.filter(path => !path.startsWith('dist/')).sort();
		expect(around).toEqual(['license', 'package.json', 'readme.md', 'source/scripting.md']);
		const built = packed.files.filter(path => path.startsWith('dist/'));
		expect(built).toContain('dist/cli.js');
		// The bundler writes parts and the API, tsc the types of the API. The other output of tsc is for tests.
		const isPart = (path: string) =>
			/^dist\/(cli\.js|api\/index\.js|types\/[\w/-]+\.d\.ts|p2pchat-ink\.1|parts\/[\w-]+\.js|parts\/page-style\.css|parts\/licences\.txt)$/.test(
				path,
			);
		expect(built.filter(path => !isPart(path))).toEqual([]);
	});

	test('the package is as small as the readme states', () => {
		const stated = /a package of less than (\d+) kB/.exec(readFileSync(join(root, 'readme.md'), 'utf8'));
		expect(packed.size / 1000).toBeLessThanOrEqual(Number(stated?.[1]));
	});

	test('npm run package prints the SHA-256 of the tarball that it wrote', () => {
		expect(packed.sha256).toBe(hashOf(readFileSync(packed.path)));
	});

	test('the package contains the licence of every package in the bundle', () => {
		const licences = readFileSync(join(root, 'dist/parts/licences.txt'), 'utf8');
		for (const name of Object.keys(manifest.dependencies)) expect(licences).toContain(`\n${name} `);
	});

	test('the package has no dependencies and no scripts, so that installing it needs no network and runs nothing', () => {
		const {name, version, bin, engines, ...rest} = installedManifest();
		expect({name, version, bin, engines}).toEqual({
			name: manifest.name,
			version: manifest.version,
			bin: manifest.bin,
			engines: manifest.engines,
		});
		expect(Object.keys(rest).filter(key => /dependencies|scripts|private|imports/i.test(key))).toEqual([]);
	});

	test('the repository itself cannot be published by mistake', () => {
		expect(manifest.private).toBe(true);
	});
});

function installedManifest(): Record<string, unknown> {
	return JSON.parse(readFileSync(join(folder, 'node_modules/p2pchat-ink/package.json'), 'utf8'));
}

describe('the package installed from its tarball without a network, into an empty folder', () => {
	test('the installed package is one folder in node_modules', () => {
		expect(readdirSync(join(folder, 'node_modules')).filter(name => !name.startsWith('.'))).toEqual(['p2pchat-ink']);
	});

	test('npx p2pchat-ink --name Carol opens the screen', async () => {
		const home = makeHome();
		const port = String(await findFreeUdpPort());
		const env = {
			HOME: home,
			P2PCHAT_HOME: home,
			P2PCHAT_INTERFACE: 'lo',
			P2PCHAT_PORT: port,
			npm_config_update_notifier: 'false',
		};
		const terminal = openTerminal('npx', ['--offline', 'p2pchat-ink', '--name', 'Carol'], {env, cwd: folder});
		await terminal.until(output => output.includes(INPUT_HINT));
		terminal.write('/quit\r');
		expect((await terminal.exited).exitCode).toBe(0);
	});

	test.runIf(process.getuid?.() === 0 && process.platform === 'linux')(
		'a user without a password entry and without a home folder gets the screen, and the path of the log',
		async () => {
			execFileSync('chmod', ['-R', 'a+rX', scratch]);
			const port = String(await findFreeUdpPort());
			const temporary = join(scratch, 'temporary');
			mkdirSync(temporary, {recursive: true});
			execFileSync('chmod', ['1777', temporary]);
			const words = [...'--reuid 54321 --regid 54321 --clear-groups env -u HOME'.split(' '), process.execPath];
			const cli = join(folder, 'node_modules/p2pchat-ink/dist/cli.js');
			const env = {P2PCHAT_INTERFACE: 'lo', P2PCHAT_PORT: port, TMPDIR: temporary};
			const terminal = openTerminal('setpriv', [...words, cli, '--name', 'Carol'], {env, cwd: folder});
			await terminal.until(output => output.includes(INPUT_HINT));
			terminal.write('/quit\r');
			expect((await terminal.exited).exitCode).toBe(0);
			expect(terminal.output()).toContain('There is no home folder');
			expect(readdirSync(temporary)).toEqual(['p2pchat-ink-54321']);
		},
	);

	test('the installed program packs itself again into a package with the same files and bytes, also after another installation', () => {
		const installed = join(folder, 'node_modules/p2pchat-ink');
		const second = join(scratch, 'second.tgz');
		writeFileSync(second, createPackageTarball(installed));
		install(join(scratch, 'another folder'), second);
		const again = join(scratch, 'another folder/node_modules/p2pchat-ink');
		const contents = (place: string) =>
			readdirSync(place, {recursive: true, encoding: 'utf8'})
				.filter(name => statSync(join(place, name)).isFile())
				.sort()
				.map(name => `${name} ${hashOf(readFileSync(join(place, name)))}`);
		expect(contents(again)).toEqual(contents(installed));
		expect(contents(again).length).toBeGreaterThan(10);
		const third = createPackageTarball(again);
		expect(Buffer.compare(third, readFileSync(second))).toBe(0);
		expect(third.length).toBeLessThan(500_000);
	});

	test('the installed package is executable', () => {
		expect(statSync(join(folder, 'node_modules/.bin/p2pchat-ink')).mode & 0o111).not.toBe(0);
	});
});

function hashOf(bytes: Uint8Array): string {
	return createHash('sha256').update(bytes).digest('hex');
}

/** Installs a tarball into a new folder, as a user without a network does. */
function install(place: string, tarball: string): void {
	mkdirSync(place);
	writeFileSync(join(place, 'package.json'), '{"private": true}');
	const words = ['install', tarball, '--offline', '--cache', join(scratch, 'empty cache'), '--no-audit', '--no-fund'];
	const {status, stdout, stderr} = spawnSync('npm', words, {cwd: place, encoding: 'utf8'});
	expect([status, stderr]).toEqual([0, '']);
	expect(stdout).toContain('added 1 package');
}

describe('the API of the installed package', () => {
	const program = `
		import {createNode, type ChatNode, type JsonEvent, type JsonFile, type JsonLine, type NodeOptions} from 'p2pchat-ink';
		const options: NodeOptions = {name: 'Bot', interfaces: ['lo'], secret: undefined, log: false};
		const node: ChatNode = createNode(options);
		export async function run(): Promise<void> {
			const {peer, tcpPort} = await node.start();
			const id: string = node.post(peer + tcpPort, {action: true});
			node.on('event', (line: JsonEvent) => node.react(line.id, '+1')).on('alone', () => {});
			node.on('synced', ({received}) => received.toFixed());
			for await (const line of node) {
				if (line.type === 'event' && line.kind === 'posted') node.reply(line.id, line.text ?? '');
				if (line.type === 'bye') line.reason.trim();
				if (line.type === 'file') node.cancel((line satisfies JsonFile).id);
			}
			const shared: string = await node.share('plan.pdf', {note: 'new'});
			const path: string = await node.fetch(node.files()[0]?.id ?? shared, {directory: '.'});
			const line: JsonLine = {type: 'alone'};
			// @ts-expect-error: the type of the option is wrong
			createNode({interfaces: 'lo'});
			// @ts-expect-error: there is no such option
			createNode({interface: ['lo']});
			// @ts-expect-error: there is no such line
			node.on('nothing', () => {});
			// @ts-expect-error: there is no such kind of event
			node.on('event', ({kind}) => kind === 'danced');
			// @ts-expect-error: lines are read only
			node.on('event', event => { event.text = ''; });
			// @ts-expect-error: a message needs a text
			node.post();
			await node.stop();
			console.log(id, line, path);
		}`;

	test('a TypeScript program compiles with the types of the package, and a program with mistakes does not', () => {
		writeFileSync(join(folder, 'program.mts'), program);
		const compile = (file: string, ...more: string[]) =>
			spawnSync(
				process.execPath,
				[
					join(root, 'node_modules/typescript/bin/tsc'),
					...'--noEmit --strict --exactOptionalPropertyTypes --module nodenext --target es2022 --types'.split(' '),
					'',
					...more,
					file,
				],
				{cwd: folder, encoding: 'utf8'},
			);
		expect(compile('program.mts').stdout.replace(/.*Cannot find name 'console'.*\n/, '')).toBe('');
		writeFileSync(join(folder, 'mistakes.mts'), program.replaceAll(/\/\/ @ts-expect-error.*/g, ''));
		expect(compile('mistakes.mts').stdout.match(/error TS(?!2584)/g)).toHaveLength(6);
	});

	test('a program imports the package by its name and runs the API', () => {
		writeFileSync(
			join(folder, 'program.mjs'),
			"import {createNode} from 'p2pchat-ink'; try { createNode({port: 0}); } catch ({message}) { console.log(message); }",
		);
		const {stdout, stderr} = spawnSync(process.execPath, ['program.mjs'], {cwd: folder, encoding: 'utf8'});
		expect([stdout, stderr]).toEqual(['"port" must be a port from 1 to 65535, not "0".\n', '']);
	});
});

describe('the commands of the readme that install the program, without a network', () => {
	const readme = readFileSync(join(root, 'readme.md'), 'utf8');
	const commands = [...readme.matchAll(/^(?:npm (?:un)?install --global|npx --yes \.\/dist\/).*$/gm)].map(
		([line]) => line,
	);
	const place = join(scratch, 'elsewhere');
	const NEWER = '99.0.0';
	const env = {
		...process.env,
		P2PCHAT_HOME: join(scratch, 'data of the readme'),
		P2PCHAT_INTERFACE: 'lo',
		npm_config_offline: 'true',
		npm_config_cache: join(scratch, 'another empty cache'),
		npm_config_prefix: join(scratch, 'global'),
		npm_config_update_notifier: 'false',
	};
	const run = (command: string) => spawnSync('sh', ['-c', command], {cwd: place, env, encoding: 'utf8'});
	const installed = join(scratch, 'global/bin/p2pchat-ink');

	beforeAll(() => {
		mkdirSync(join(place, 'dist'), {recursive: true});
		copyFileSync(packed.path, join(place, 'dist', basename(packed.path)));
	});

	test('the readme has three installation commands', () => {
		expect(commands.map(command => command.replace(/ (--name|\.|--global|p2p).*/, ''))).toEqual([
			'npx --yes',
			'npm install',
			'npm uninstall',
		]);
	});

	/** Puts a package with a higher version beside the first one. Returns its name. */
	function packNewerVersion(): string {
		const newer = join(scratch, 'newer');
		cpSync(join(folder, 'node_modules/p2pchat-ink'), newer, {recursive: true});
		writeFileSync(join(newer, 'package.json'), JSON.stringify({...installedManifest(), version: NEWER}));
		writeFileSync(join(place, `dist/p2pchat-ink-${NEWER}.tgz`), createPackageTarball(newer));
		return `p2pchat-ink-${NEWER}.tgz`;
	}

	test('the installation commands of the readme run the program, install it, upgrade it and remove it, and logs remain', () => {
		const [once = '', install = '', uninstall = ''] = commands;
		const trial = run(once.replace(/ --name .*/, ' --version'));
		expect([trial.status, trial.stdout.trim()], trial.stderr).toEqual([0, manifest.version]);
		expect(run(install)).toMatchObject({status: 0});
		const version = () => run(`'${installed}' --version`).stdout.trim();
		expect(version()).toBe(manifest.version);
		expect(run(`echo hello | '${installed}' --plain --name Carol --wait 0`).status).not.toBe(2);
		const logs = () => readdirSync(join(env.P2PCHAT_HOME, 'logs'));
		expect(logs()).toHaveLength(1);
		expect(run(install.replace(basename(packed.path), packNewerVersion()))).toMatchObject({status: 0});
		expect(version()).toBe(NEWER);
		expect(run(`'${installed}' logs`).stdout).toContain(logs()[0]);
		expect(run(uninstall)).toMatchObject({status: 0});
		expect(existsSync(installed)).toBe(false);
		expect(existsSync(join(scratch, 'global/share/man/man1/p2pchat-ink.1'))).toBe(false);
		expect(logs()).toHaveLength(1);
	});
});

test.each(['18.20.8', '20.18.3'])('the program on Node %s prints one line with the required version', version => {
	const preload = join(scratch, 'older.cjs');
	writeFileSync(
		preload,
		`Object.defineProperty(process, 'versions', {value: {...process.versions, node: '${version}'}});`,
	);
	const words = ['--require', preload, join(root, 'dist/cli.js'), '--name', 'Carol'];
	const {status, stderr, stdout} = spawnSync(process.execPath, words, {encoding: 'utf8'});
	expect(stderr).toBe(`p2pchat-ink needs Node 20.19 or newer; this is Node ${version}\n`);
	expect([status, stdout]).toEqual([1, '']);
});
