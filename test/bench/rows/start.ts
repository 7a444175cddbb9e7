import {spawn as spawnChild} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {spawn as spawnPty} from '@lydell/node-pty';
import {freeUdpPort} from '../bench-node.js';
import {cliPath} from '../chat-process.js';
import {compare, sleep} from '../measure.js';
import type {Figure, Row} from '../row.js';

const RUNS = 11;
const LIMIT_MS = 20_000;
/** Target for the first frame in ms. It is higher for Node 20, which has no compile cache that a program can enable. */
const FIRST_FRAME_MS = Number(process.versions.node.split('.')[0]) < 22 ? 220 : 160;
/** Text that identifies the first frame: the name of the room. */
const SHOWN = 'bench-room';

async function runMs(words: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
	const start = performance.now();
	const child = spawnChild(process.execPath, words, {env, stdio: ['ignore', 'ignore', 'inherit']});
	await once(child, 'exit');
	return performance.now() - start;
}

interface Screen {
	readonly ms: number;
	kill(): Promise<void>;
	/** Quits the program normally, so that Node writes its compile cache. */
	quit(): Promise<void>;
}

async function openScreen(env: Record<string, string>, port: number): Promise<Screen> {
	const words = [cliPath, '--name', 'Carol', '--interface', 'lo', '--port', String(port), '--room', SHOWN];
	const start = performance.now();
	const pty = spawnPty(process.execPath, words, {cols: 120, rows: 40, env});
	const exited = new Promise<void>(resolve => pty.onExit(() => resolve()));
	let output = '';
	const ms = await new Promise<number>((resolve, reject) => {
		const timer = setTimeout(() => reject(new Error(`no frame: ${JSON.stringify(output)}`)), LIMIT_MS);
		pty.onData(text => {
			output += text;
			if (!output.includes('\u001B[?1049h') || !output.includes(SHOWN)) return;
			clearTimeout(timer);
			resolve(performance.now() - start);
		});
	});
	return {
		ms,
		kill() {
			pty.kill('SIGKILL');
			return exited;
		},
		quit() {
			pty.write('/quit\r');
			return exited;
		},
	};
}

/** Time to the first frame. The process is then killed, so that Node writes no compile cache for the next start. */
async function firstFrameMs(env: Record<string, string>, port: number): Promise<number> {
	const {ms, kill} = await openScreen(env, port);
	await kill();
	return ms;
}

/** Starts the program and quits it normally once, which fills Node's compile cache if Node has one. */
async function visit(env: Record<string, string>, port: number): Promise<void> {
	const {quit} = await openScreen(env, port);
	await sleep(1000);
	await quit();
}

async function run(): Promise<readonly Figure[]> {
	const home = mkdtempSync(join(tmpdir(), 'p2pchat-bench-'));
	const env = {
		PATH: process.env.PATH ?? '',
		HOME: home,
		P2PCHAT_HOME: home,
		// Node's compile cache is a folder in TMPDIR.
		TMPDIR: home,
		P2PCHAT_INTERFACE: 'lo',
		TERM: 'xterm-256color',
		LANG: 'en_US.UTF-8',
	};
	try {
		const port = await freeUdpPort();
		const floor = () => runMs(['-e', '0'], env);
		const pace = {runs: RUNS, warmup: 2};
		const first = await compare(() => firstFrameMs(env, port), floor, pace);
		await visit(env, port);
		const later = await compare(() => firstFrameMs(env, port), floor, pace);
		const version = await compare(() => runMs([cliPath, '--version'], env), floor, pace);
		const help = await compare(() => runMs([cliPath, '--help'], env), floor, pace);
		return [
			{what: 'first frame', unit: 'ms', ...later, atMost: FIRST_FRAME_MS, absolute: true},
			{what: 'first frame after installing', unit: 'ms', ...first},
			{what: '--version', unit: 'ms', ...version, atMost: 1.5},
			{what: '--help', unit: 'ms', ...help},
		];
	} finally {
		rmSync(home, {recursive: true, force: true});
	}
}

export const startRow: Row = {number: 11, name: 'start', against: '`node -e 0`', run};
