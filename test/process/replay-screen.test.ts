/** Runs the replay screen in a real pseudo terminal. */
import {copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {beforeEach, describe, expect, test} from 'vitest';
import {makeHome} from '../helpers/data-home.js';
import {openTerminal, type Terminal} from '../helpers/pty.js';
import {cliPath} from '../helpers/run-node.js';
import {LOG_CHOOSER, REPLAY_BAR} from '../helpers/screen-texts.js';

const FILE = join(import.meta.dirname, '../../fixtures/conversation.p2plog');

const SEQUENCES = new RegExp(`${String.fromCharCode(27)}\\[[\\d;?]*[A-Za-z]`, 'g');

let home: string;
let log: string;
beforeEach(() => {
	home = makeHome();
	mkdirSync(join(home, 'logs'), {recursive: true});
	log = join(home, 'logs', 'conversation.p2plog');
	copyFileSync(FILE, log);
});

function start(...words: string[]): Terminal {
	return openTerminal(process.execPath, [cliPath, ...words], {env: {HOME: home, P2PCHAT_HOME: home, TZ: 'UTC'}});
}

/** Returns a function for the output since this call, without escape sequences. */
function since(pty: Terminal): () => string {
	const from = pty.output().length;
	return () => pty.output().slice(from).replace(SEQUENCES, '');
}

async function quit(pty: Terminal, key = 'q'): Promise<void> {
	pty.write(key);
	expect(await pty.exited).toMatchObject({exitCode: 0});
	const output = pty.output();
	expect(output.lastIndexOf('\u001B[?1049l')).toBeGreaterThan(output.lastIndexOf('\u001B[?1049h'));
	expect(output.lastIndexOf('\u001B[?25h')).toBeGreaterThan(output.lastIndexOf('\u001B[?25l'));
	expect(output.slice(output.lastIndexOf('\u001B[?1049l'))).toContain(`Replayed: ${log}`);
}

describe('replay at a terminal', () => {
	test('replay at a terminal opens a file, starts at --at with --speed, saves bookmarks beside the log and quits with q', async () => {
		const before = readFileSync(log);
		const pty = start('replay', log, '--at', '15:09', '--speed', '4');
		await pty.until(output => output.includes(REPLAY_BAR) && output.includes('15:09'));
		await pty.until(output => output.includes('4×'));
		pty.write('b');
		await pty.until(output => output.includes('Bookmark set'));
		await expect.poll(() => existsSync(`${log}.bookmarks.json`), {timeout: 10_000}).toBe(true);
		await quit(pty);
		expect(JSON.parse(readFileSync(`${log}.bookmarks.json`, 'utf8')).bookmarks).toHaveLength(1);
		expect(readFileSync(log)).toEqual(before);
		const again = start('replay', log);
		await again.until(output => output.includes('◆'));
		const newOutput = since(again);
		again.write('g]');
		await again.until(() => newOutput().includes('15:09'));
		again.write('b');
		await expect.poll(() => existsSync(`${log}.bookmarks.json`), {timeout: 10_000}).toBe(false);
		await quit(again, '\u0003');
	});

	test('replay at a terminal without a file shows the list of saved logs', async () => {
		const pty = start('replay');
		await pty.until(output => output.includes(LOG_CHOOSER) && output.includes('third floor'));
		pty.write('\r');
		await pty.until(output => output.includes(REPLAY_BAR) && output.includes('Gertrud'));
		await quit(pty);
	});

	test('replay at a terminal opens the intact part of a damaged file and reports the damage', async () => {
		const bytes = readFileSync(log);
		bytes.fill(0, 20_000, 20_010);
		writeFileSync(log, bytes);
		const pty = start('replay', log);
		await pty.until(output => /damaged at byte \d+/.test(output));
		await pty.until(output => output.includes('Gertrud'));
		await quit(pty);
	});

	test('replay at a terminal does not change a bookmarks file of unknown format, and says so', async () => {
		writeFileSync(`${log}.bookmarks.json`, '{"mine": true}');
		const pty = start('replay', log);
		await pty.until(output => output.includes('has an unknown format'));
		pty.write('b');
		await pty.until(output => output.includes('Bookmarks cannot be saved here'));
		await quit(pty);
		expect(readFileSync(`${log}.bookmarks.json`, 'utf8')).toBe('{"mine": true}');
	});

	test('replay at a terminal exports the shown events and never overwrites a file', async () => {
		const target = join(home, 'out.md');
		const pty = start('replay', log, '--author', 'Yuki');
		await pty.until(output => output.includes('only from:Yuki'));
		pty.write(`e${target}\r`);
		await pty.until(output => /Wrote \d+ events/.test(output));
		expect(readFileSync(target, 'utf8')).toMatch(/^## 2026-11-19\n\n- .*Yuki/);
		const newOutput = since(pty);
		pty.write(`e${target}\r`);
		await pty.until(() => newOutput().includes('already exists'));
		await quit(pty);
	});
});
