/** Distribution without a registry: a computer gets the program from another one, by the two commands on the screen. */
import {type ChildProcess, execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, onTestFinished, test} from 'vitest';
import {createPackageTarball} from '../../source/cli/package-tarball.js';
import {makeHome} from '../helpers/data-home.js';
import {createNamespaceLab, namespacesAvailable} from '../helpers/namespaces.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Installs a package into an empty folder, without a registry. Returns the folder of the installed package. */
function install(folder: string, tarball: string): string {
	mkdirSync(folder, {recursive: true});
	execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball], {cwd: folder, stdio: 'pipe'});
	return join(folder, 'node_modules/p2pchat-ink');
}

test('an installed program packs itself again into a package with the same files and bytes', () => {
	const folder = makeHome();
	const first = join(folder, 'first.tgz');
	writeFileSync(first, createPackageTarball(root));
	const installed = install(join(folder, 'one'), first);
	const second = join(folder, 'second.tgz');
	writeFileSync(second, createPackageTarball(installed));
	const again = install(join(folder, 'two'), second);
	const contents = (place: string) =>
		readdirSync(place, {recursive: true, encoding: 'utf8'})
			.filter(name => /\.\w+$/.test(name))
			.sort()
			.map(
				name =>
					`${name} ${createHash('sha256')
						.update(readFileSync(join(place, name)))
						.digest('hex')}`,
			);
	expect(contents(again)).toEqual(contents(installed));
	expect(contents(again).length).toBeGreaterThan(10);
	const third = createPackageTarball(again);
	expect(Buffer.compare(third, readFileSync(second))).toBe(0);
	expect(third.length).toBeLessThan(500_000);
	expect(execFileSync(process.execPath, [join(again, 'dist/cli.js'), '--version'], {encoding: 'utf8'})).toMatch(
		/^\d+\.\d+\.\d+$/m,
	);
});

/** Collects the output of a process. Resolves when the text appears. */
function watch(child: ChildProcess) {
	let text = '';
	const checks = new Set<() => void>();
	for (const stream of [child.stdout, child.stderr])
		stream?.setEncoding('utf8').on('data', part => {
			text += part;
			for (const check of checks) check();
		});
	return (pattern: RegExp, ms = 45_000) =>
		new Promise<RegExpExecArray>((resolve, reject) => {
			const timer = setTimeout(() => reject(new Error(`no ${pattern} in:\n${text}`)), ms);
			const check = () => {
				const found = pattern.exec(text);
				if (!found) return;
				clearTimeout(timer);
				checks.delete(check);
				resolve(found);
			};
			checks.add(check);
			check();
		});
}

const reason = namespacesAvailable();

describe.skipIf(reason)(`two computers without a registry${reason ? ` (left out: ${reason})` : ''}`, () => {
	test('a computer that has only Node and npm gets the program by the two lines of the screen, checks it, joins and chats', async () => {
		const lab = createNamespaceLab();
		onTestFinished(() => lab.close());
		lab.addNetwork('lan');
		const carol = lab.addHost('carol', {lan: '10.77.0.1/24'});
		const dave = lab.addHost('dave', {lan: '10.77.0.2/24'});
		const home = makeHome();
		const environment = {P2PCHAT_HOME: home, P2PCHAT_INTERFACE: '', HOME: home};
		const words = [join(root, 'dist/cli.js'), 'invite', '--plain', '--name', 'Carol'];
		const onCarol = watch(carol.spawn(process.execPath, words, environment));
		const [, download = ''] = await onCarol(/^ +(curl -O http:.*)$/m);
		const [, start = ''] = await onCarol(/^ +(npx \.\/p2pchat-ink\.tgz --name YOU)$/m);
		const [, hash1 = '', hash2 = ''] = await onCarol(/^ +([0-9a-f]{32})\n +([0-9a-f]{32})$/m);
		expect(download).toMatch(/^curl -O http:\/\/10\.77\.0\.1:\d+\/p2pchat-ink\.tgz$/);

		const away = makeHome();
		const shell = (line: string) =>
			dave.spawn('sh', ['-c', `cd '${away}' && ${line}`], {
				P2PCHAT_HOME: join(away, 'data'),
				P2PCHAT_INTERFACE: '',
				HOME: away,
				npm_config_registry: 'http://127.0.0.1:9/',
				// Answers npm's question with yes, as a person does with y. `npm test` sets this variable to an empty value,
				// which means no.
				npm_config_yes: 'true',
			});
		await watch(shell(`${download} && echo downloaded`))(/downloaded/);
		await watch(shell('sha256sum p2pchat-ink.tgz'))(new RegExp(hash1 + hash2));
		const chat = shell(start);
		const onDave = watch(chat);
		await onDave(/Carol \(10\.77\.0\.1\).*shows this room over HTTP|\* Carol .*shows this room over HTTP/);
		chat.stdin?.write('hello from a borrowed program\n');
		await onCarol(/YOU"? \(10\.77\.0\.2\): hello from a borrowed program/);
		expect(readdirSync(away)).toContain('p2pchat-ink.tgz');
	});
});
