/**
 * Measures memory over an hour of chat. One node has the full screen in a terminal, one runs with `--json`, two
 * together post two messages per second, and a guest joins and leaves once a minute. Prints one line per minute, and
 * the live heap at the end. Arguments: minutes (60 by default).
 */
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {spawn as spawnPty} from '@lydell/node-pty';
import {freeUdpPort} from './bench-node.js';
import {cliPath, meet, startChat} from './chat-process.js';
import {textOf} from './make-history.js';
import {sleep, until} from './measure.js';
import {residentMb} from './process-usage.js';

const minutes = Number(process.argv[2] ?? 60);
const POSTS_PER_SECOND = 2;
const MINUTE_MS = 60_000;
/** Part of each minute in which the guest is in the room, in ms. */
const VISIT_MS = 20_000;

const folder = mkdtempSync(join(tmpdir(), 'p2pchat-bench-'));
const probe = join(folder, 'probe.cjs');
/** Module that the watched nodes load. On SIGUSR2 it collects garbage and writes its memory usage to a file. */
const PROBE = `
process.on('SIGUSR2', () => {
	for (let pass = 0; pass < 3; pass++) globalThis.gc();
	require('node:fs').writeFileSync(process.env.BENCH_FOLDER + '/' + process.pid, JSON.stringify(process.memoryUsage()));
});`;

const probed = {NODE_OPTIONS: `--expose-gc --require ${probe}`, BENCH_FOLDER: folder};

async function liveMb(pid: number): Promise<number> {
	const file = join(folder, String(pid));
	rmSync(file, {force: true});
	process.kill(pid, 'SIGUSR2');
	let text = '';
	await until('the probe wrote a file', () => {
		try {
			text = readFileSync(file, 'utf8');
		} catch {}
		return text.endsWith('}');
	});
	const {heapUsed, external} = JSON.parse(text);
	return (heapUsed + external) / 1e6;
}

mkdirSync(folder, {recursive: true});
writeFileSync(probe, PROBE);
const port = await freeUdpPort();
const env = {PATH: process.env.PATH ?? '', HOME: folder, P2PCHAT_HOME: folder, P2PCHAT_INTERFACE: 'lo'};
const terminal = {...env, ...probed, TERM: 'xterm-256color', LANG: 'C.UTF-8'};
const words = [cliPath, '--name', 'Screen', '--interface', 'lo', '--port', String(port)];
const screen = spawnPty(process.execPath, words, {cols: 120, rows: 40, env: terminal});
screen.onData(() => {});
const json = await startChat({port, name: 'Reader', env: probed});
const posters = await Promise.all(['Ann', 'Ben'].map(name => startChat({port, name})));
try {
	await meet([json, ...posters]);
	const watched = {screen: screen.pid, json: json.child.pid ?? 0};
	const sample = (minute: number, posts: number) => {
		const parts = Object.entries(watched).map(([name, pid]) => `${name} ${residentMb(pid).toFixed(1)} MB`);
		process.stdout.write(`minute ${minute}: ${posts} posts, ${parts.join(', ')} resident\n`);
	};
	let posts = 0;
	sample(0, posts);
	for (let minute = 1; minute <= minutes; minute++) {
		const end = performance.now() + MINUTE_MS;
		const guest = await startChat({port, name: `Guest ${minute % 7}`});
		const leave = setTimeout(() => guest.child.kill('SIGTERM'), VISIT_MS);
		while (performance.now() < end) {
			posters[posts % 2]?.post(textOf(posts));
			posts += 1;
			await sleep(1000 / POSTS_PER_SECOND);
		}
		clearTimeout(leave);
		await guest.close();
		sample(minute, posts);
	}
	for (const [name, pid] of Object.entries(watched)) {
		process.stdout.write(
			`${name}: ${(await liveMb(pid)).toFixed(1)} MB live, ${residentMb(pid).toFixed(1)} MB resident after a collection\n`,
		);
	}
} finally {
	screen.kill('SIGKILL');
	await Promise.all([json, ...posters].map(chat => chat.close()));
	rmSync(folder, {recursive: true, force: true});
}
