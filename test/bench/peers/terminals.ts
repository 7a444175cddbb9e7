/**
 * Time from a key in the input line of a terminal program to its echo: this program, WeeChat and irssi in terminals of
 * the same size.
 */
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {spawn} from '@lydell/node-pty';
import {freeUdpPort} from '../bench-node.js';
import {cliPath} from '../chat-process.js';
import {median, percentile, sleep} from '../measure.js';
import {findProgram, notInstalled, type PeerResult, versionOf} from './peer.js';

const KEYS = 150;
const WARM_UP = 30;
const LIMIT_MS = 5000;
const SETTLE_MS = 2500;
/**
 * Letters that occur nowhere else on the screens of the compared chat programs, so that the echo of a key can be
 * recognised.
 */
const LETTERS = 'ΨΩΞΦΣΛ';

interface Typed {
	readonly times: readonly number[];
	/** Resident memory after the last key, in MB. */
	readonly memory: number;
}

async function type(file: string, words: readonly string[], env: Record<string, string>): Promise<Typed> {
	const pty = spawn(file, [...words], {cols: 120, rows: 40, env});
	const ended = new Promise<void>(resolve => pty.onExit(() => resolve()));
	let onText: (text: string) => void = () => {};
	pty.onData(text => onText(text));
	try {
		await sleep(SETTLE_MS);
		const times: number[] = [];
		for (let index = 0; index < KEYS + WARM_UP; index++) {
			await sleep(30 + Math.random() * 60);
			const letter = LETTERS[index % LETTERS.length] ?? 'Ψ';
			const start = performance.now();
			await new Promise<void>((resolve, reject) => {
				const timer = setTimeout(() => reject(new Error(`${file} did not show a typed letter`)), LIMIT_MS);
				onText = text => {
					if (!text.includes(letter)) return;
					clearTimeout(timer);
					onText = () => {};
					resolve();
				};
				pty.write(letter);
			});
			times.push(performance.now() - start);
			if (index % 60 === 59) {
				pty.write('\u0015');
				await sleep(200);
			}
		}
		const status = readFileSync(`/proc/${pty.pid}/status`, 'utf8');
		return {times: times.slice(WARM_UP), memory: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1000};
	} finally {
		pty.kill('SIGKILL');
		await ended;
	}
}

/** Compares this program with other terminal programs for chat: the time from a key to its echo, and the memory of an empty screen. */
export async function compareTerminals(): Promise<PeerResult> {
	const home = mkdtempSync(join(tmpdir(), 'p2pchat-bench-'));
	const env = {
		PATH: process.env.PATH ?? '',
		HOME: home,
		P2PCHAT_HOME: home,
		P2PCHAT_INTERFACE: 'lo',
		TERM: 'xterm-256color',
		LANG: 'C.UTF-8',
	};
	const ourWords = async () => {
		const port = await freeUdpPort();
		return [cliPath, '--name', 'Carol', '--interface', 'lo', '--port', String(port), '--no-log'];
	};
	const results: PeerResult[number][] = [];
	const programs = [
		{file: 'weechat', package: 'weechat-curses', words: ['--dir', join(home, 'w'), '-a']},
		{file: 'irssi', package: 'irssi', words: ['--home', join(home, 'i'), '-!']},
	];
	try {
		for (const program of programs) {
			const path = findProgram(program.file);
			if (!path) {
				results.push(notInstalled(program.file, `Debian: ${program.package}`));
				continue;
			}
			const theirs = await type(path, program.words, env);
			const ours = await type(process.execPath, await ourWords(), env);
			const peer = `${program.file} ${versionOf(path)}`;
			results.push(
				{figure: 'key to echo, p50', unit: 'ms', peer, ours: median(ours.times), theirs: median(theirs.times)},
				{
					figure: 'key to echo, p99',
					unit: 'ms',
					peer,
					ours: percentile(ours.times, 0.99),
					theirs: percentile(theirs.times, 0.99),
				},
				{figure: 'memory of an empty screen', unit: 'MB', peer, ours: ours.memory, theirs: theirs.memory},
			);
		}
		return results;
	} finally {
		rmSync(home, {recursive: true, force: true});
	}
}
