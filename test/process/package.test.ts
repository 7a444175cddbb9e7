/** Checks the published package and its installation. Requests only packages that the lock file names. */
import {execFileSync, spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {openTerminal} from '../helpers/pty.js';
import {INPUT_HINT} from '../helpers/screen-texts.js';

interface LockEntry {
	readonly version?: string;
	readonly resolved?: string;
	readonly dev?: boolean;
	readonly dependencies?: Readonly<Record<string, string>>;
	readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const lock: {packages: Record<string, LockEntry>} = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
/** Temporary folder whose path contains spaces. */
const scratch = mkdtempSync(join(tmpdir(), 'p2pchat package '));
const folder = join(scratch, 'an empty folder');
let packed: {filename: string; size: number; unpackedSize: number; files: {path: string}[]};

beforeAll(() => {
	// The scripts would rebuild dist while other tests run it.
	const words = ['pack', '--ignore-scripts', '--json', '--pack-destination', scratch];
	const output: unknown = JSON.parse(execFileSync('npm', words, {cwd: root, encoding: 'utf8'}));
	packed = Array.isArray(output) ? output[0] : Object.values(output as object)[0];
});

afterAll(() => rmSync(scratch, {recursive: true, force: true}));

describe('the lock file', () => {
	test('contains no host name and no local path', () => {
		for (const [name, entry] of Object.entries(lock.packages)) expect(entry.resolved, name).toBeUndefined();
	});

	test('contains a version of every package, also for other platforms, as npm ci requires', () => {
		const missing = Object.values(lock.packages).flatMap(({dependencies, optionalDependencies}) =>
			Object.keys({...dependencies, ...optionalDependencies}).filter(
				name =>
					!Object.entries(lock.packages).some(([path, {version}]) => path.endsWith(`node_modules/${name}`) && version),
			),
		);
		expect(missing).toEqual([]);
	});
});

test('the built program is executable: npx links to it and sets its mode only at the first run', () => {
	expect(statSync(join(root, 'dist/cli.js')).mode & 0o111).toBe(0o111);
});

describe('the package', () => {
	test('contains only the built program, the readme, the licence, package.json and three documents', () => {
		const paths = packed.files.map(({path}) => path);
		const around = paths.filter(path => !path.startsWith('dist/')).sort();
		expect(around).toEqual([
			'license',
			'package.json',
			'readme.md',
			'source/architecture.md',
			'source/performance.md',
			'source/protocol.md',
		]);
		const built = paths.filter(path => path.startsWith('dist/'));
		expect(built).toContain('dist/cli.js');
		// The bundler writes parts. The other output of tsc is for tests.
		const isPart = (path: string) => /^dist\/(cli\.js|parts\/[\w-]+\.js|parts\/licences\.txt)$/.test(path);
		expect(built.filter(path => !isPart(path))).toEqual([]);
	});

	test('is as small as the readme states', () => {
		const stated = /The package is (\d+) kB/.exec(readFileSync(join(root, 'readme.md'), 'utf8'));
		expect(packed.size / 1000).toBeLessThanOrEqual(Number(stated?.[1]));
		expect(packed.size / 1000).toBeGreaterThan(Number(stated?.[1]) * 0.7);
	});

	test('has as many dependencies as the readme states', () => {
		const stated = /(\d+) direct dependencies, (\d+) packages in all/.exec(
			readFileSync(join(root, 'readme.md'), 'utf8'),
		);
		expect(Object.keys(manifest.dependencies)).toHaveLength(Number(stated?.[1]));
		expect(runtimePackages()).toHaveLength(Number(stated?.[2]));
	});
});

/** Paths of the packages that every user installs: no development and no optional packages. */
function runtimePackages(): string[] {
	return Object.entries(lock.packages)
		.filter(([path, entry]) => path !== '' && !entry.dev && !('optional' in entry))
		.map(([path]) => path);
}

describe('the package installed from its tarball into an empty folder, in a path with spaces', () => {
	beforeAll(() => {
		install();
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
		'a user without a password entry and a home folder gets the screen, and the path of the log',
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

	test('works without install scripts', () => {
		const {scripts} = manifest;
		expect(Object.keys(scripts).filter(name => /^(pre|post)?install$/.test(name))).toEqual([]);
		// install() uses --ignore-scripts. The native part of msgpackr is optional and prebuilt.
		expect(statSync(join(folder, 'node_modules/.bin/p2pchat-ink')).mode & 0o111).not.toBe(0);
	});
});

/** Installs the tarball with the versions of our lock file, from npm's cache if possible. */
function install(): void {
	const tarball = join(scratch, packed.filename);
	const integrity = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
	const dependencies = {[manifest.name]: `file:${tarball}`};
	const {dependencies: needs, bin, version} = manifest;
	const runtime = Object.entries(lock.packages).filter(([path, {dev}]) => path !== '' && !dev);
	const packages = {
		'': {dependencies},
		[`node_modules/${manifest.name}`]: {version, resolved: `file:${tarball}`, integrity, dependencies: needs, bin},
		...Object.fromEntries(runtime),
	};
	mkdirSync(folder);
	writeFileSync(join(folder, 'package.json'), JSON.stringify({private: true, dependencies}));
	writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({lockfileVersion: 3, requires: true, packages}));
	const words = ['ci', '--prefer-offline', '--ignore-scripts', '--loglevel=error', '--no-audit', '--no-fund'];
	execFileSync('npm', words, {cwd: folder, stdio: ['ignore', 'pipe', 'inherit']});
}

test.each(['18.20.8', '20.18.3'])('Node %s prints one line with the required version', version => {
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
