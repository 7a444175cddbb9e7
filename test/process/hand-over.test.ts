/**
 * Distribution without a registry: a computer gets the program from another one, by the two commands that the other one
 * shows. The variable P2PCHAT_TEST_NODES names folders with other versions of Node with which the test also runs,
 * separated by colons.
 */
import {type ChildProcess, execFileSync} from 'node:child_process';
import {readdirSync} from 'node:fs';
import {delimiter, dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, onTestFinished, test} from 'vitest';
import {makeHome} from '../helpers/data-home.js';
import {createNamespaceLab, namespacesAvailable} from '../helpers/namespaces.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Collects the output of a process. The returned function resolves when a text appears in it. */
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
const otherNodes = (process.env.P2PCHAT_TEST_NODES ?? '').split(delimiter).filter(folder => folder !== '');
const nodes = [dirname(process.execPath), ...otherNodes].map(folder => ({
	folder,
	version: execFileSync(join(folder, 'node'), ['--version'], {encoding: 'utf8'}).trim(),
}));

describe.skipIf(reason)(`two computers without a registry${reason ? ` (left out: ${reason})` : ''}`, () => {
	test.each(nodes)(
		'a computer that has only Node $version and npm gets the program by the two commands that another computer shows, checks it, joins and chats',
		async ({folder, version}) => {
			const lab = createNamespaceLab();
			onTestFinished(() => lab.close());
			lab.addNetwork('lan');
			const carol = lab.addHost('carol', {lan: '10.77.0.1/24'});
			const dave = lab.addHost('dave', {lan: '10.77.0.2/24'});
			const home = makeHome();
			const environment = {P2PCHAT_HOME: home, P2PCHAT_INTERFACE: '', HOME: home};
			const words = [join(root, 'dist/cli.js'), 'invite', '--plain', '--name', 'Carol'];
			const onCarol = watch(carol.spawn(join(folder, 'node'), words, environment));
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
					PATH: `${folder}${delimiter}${process.env.PATH}`,
					npm_config_registry: 'http://127.0.0.1:9/',
					// Answers npm's question with yes, as a person does with y. `npm test` sets this variable to an empty value,
					// which means no.
					npm_config_yes: 'true',
				});
			await watch(shell(`${download} && echo downloaded`))(/downloaded/);
			await watch(shell('node --version'))(new RegExp(version));
			await watch(shell('sha256sum p2pchat-ink.tgz'))(new RegExp(hash1 + hash2));
			const chat = shell(start);
			const onDave = watch(chat);
			await onDave(/Carol \(10\.77\.0\.1\).*shows this room over HTTP|\* Carol .*shows this room over HTTP/);
			chat.stdin?.write('hello from a borrowed program\n');
			await onCarol(/YOU"? \(10\.77\.0\.2\): hello from a borrowed program/);
			expect(readdirSync(away)).toContain('p2pchat-ink.tgz');
		},
	);
});
