/** Runs `replay`, `export` and `logs` as real processes in shell pipelines. */
import {execFile} from 'node:child_process';
import {copyFileSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {beforeEach, describe, expect, test} from 'vitest';
import {makeHome} from '../helpers/data-home.js';
import {openTerminal} from '../helpers/pty.js';
import {cliPath, runToEnd} from '../helpers/run-node.js';

const FILE = join(import.meta.dirname, '../../fixtures/conversation.p2plog');
const CHECK = join(import.meta.dirname, 'check-export.mjs');
const run = promisify(execFile);

let home: string;
beforeEach(() => {
	home = makeHome();
});

/** Runs `left | right` in a shell. `code` is the exit code of the left side. */
async function pipe(words: string, right: string): Promise<{stdout: string; stderr: string; code: number}> {
	const left = `"${process.execPath}" "${cliPath}" ${words}`;
	const {stdout, stderr} = await run('sh', ['-c', `{ ${left}; echo "code $?" >&2; } | ${right}`], {
		env: {PATH: process.env.PATH, P2PCHAT_HOME: home, HOME: home, TZ: 'UTC'},
		maxBuffer: 64 * 1024 * 1024,
	});
	return {stdout, stderr: stderr.replace(/code \d+\n$/, ''), code: Number(/code (\d+)\n$/.exec(stderr)?.[1])};
}

describe('a saved log in a pipe', () => {
	test('replay FILE | head -1 prints the first line and exits silently with 0 when the pipe closes', async () => {
		expect(await pipe(`replay "${FILE}"`, 'head -1')).toEqual({
			stdout: '2026-11-19T13:52:12+00:00 * Ben joined\n',
			stderr: '',
			code: 0,
		});
	});

	test('export exits silently with 0 in every format when its reader exits at once', async () => {
		for (const format of ['text', 'markdown', 'jsonl']) {
			expect(await pipe(`export "${FILE}" --format ${format}`, 'true')).toEqual({stdout: '', stderr: '', code: 0});
		}
	});

	test('replay FILE | grep finds messages, one line per row', async () => {
		const {stdout, code} = await pipe(`replay "${FILE}"`, 'grep -i "always the cable"');
		expect(stdout.trim().split('\n')).toEqual([
			expect.stringMatching(
				/^2026-11-19T\d\d:\d\d:\d\d\+00:00 Alex#d3cbf590 \(192\.168\.1\.41\): it was the cable\. It is always the cable$/,
			),
			expect.stringMatching(/Alex#d3cbf590 .*printed with "it is always the cable"$/),
		]);
		expect(code).toBe(0);
	});

	test('no output of replay or export in a pipe contains an escape sequence or another control character', async () => {
		for (const words of [
			'replay',
			'export --format text',
			'export --format markdown',
			'export --format jsonl',
			'export --verify',
		]) {
			const {stdout} = await runToEnd([...words.split(' '), FILE], {home});
			expect(stdout.length).toBeGreaterThan(500);
			expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
		}
	});

	test('another program verifies ids, hash chains and signatures of export --format jsonl', async () => {
		const {stdout, stderr} = await pipe(`export "${FILE}" --format jsonl`, `"${process.execPath}" "${CHECK}"`);
		expect(stderr).toBe('');
		expect(stdout).toMatch(/^2\d\d events of 10 feeds verified\n$/);
	});

	test('a filtered export as JSON lines contains no batch with a message that the filter leaves out', async () => {
		const {stdout} = await runToEnd(['export', FILE, '--format', 'jsonl', '--grep', 'gertrud'], {home});
		const lines = stdout
			.trim()
			.split('\n')
			.map(line => JSON.parse(line));
		const printed = new Set(lines.filter(({type}) => type === 'event').map(({id}) => id));
		expect(printed.size).toBeGreaterThan(0);
		for (const {peer, firstSeq, lastSeq} of lines.filter(({type}) => type === 'batch'))
			for (let seq = firstSeq; seq <= lastSeq; seq++) expect(printed).toContain(`${peer}:${seq}`);
	});

	test('replay in a pipe begins at the time of --at', async () => {
		const {stdout} = await runToEnd(['replay', FILE, '--at', '2026-11-19T15:00:00Z'], {home});
		const all = await runToEnd(['replay', FILE], {home});
		expect(stdout).not.toBe('');
		expect(all.stdout.length).toBeGreaterThan(stdout.length);
		expect(all.stdout.endsWith(stdout)).toBe(true);
	});

	test('node -e can filter export --format jsonl', async () => {
		const script = `let text='';process.stdin.on('data',part=>text+=part).on('end',()=>console.log(text.trim().split('\\n').map(line=>JSON.parse(line)).filter(row=>row.kind==='posted'&&row.name==='Yuki').length))`;
		const {stdout} = await pipe(
			`export "${FILE}" --format jsonl --author Yuki`,
			`"${process.execPath}" -e "${script}"`,
		);
		expect(Number(stdout)).toBeGreaterThan(10);
	});

	test('the filters of export select events by text, author and time', async () => {
		const {stdout} = await runToEnd(['export', FILE, '--grep', 'gertrud', '--author', 'Carol'], {home});
		expect(stdout).toMatch(/^2026.* Carol \(192\.168\.1\.38\): not Gertrud, though\n$/);
		const {stdout: later} = await runToEnd(['export', FILE, '--from', '2026-11-19T15:55:00Z'], {home});
		expect(later.split('\n')[0]).toContain('LINE IS BACK');
	});

	test('at a terminal, export --verify sums up its result in one sentence', async () => {
		const env = {P2PCHAT_HOME: home, P2PCHAT_INTERFACE: 'lo'};
		const terminal = openTerminal(process.execPath, [cliPath, 'export', FILE, '--verify'], {env, columns: 200});
		await terminal.until(output => output.includes('10 feeds verified: all signatures and hash chains are valid'));
	});

	test('export --verify reports every feed and exits with 1 if one is invalid', async () => {
		const good = await runToEnd(['export', FILE, '--verify'], {home});
		expect(good.code).toBe(0);
		expect(good.stdout.trim().split('\n')).toHaveLength(10);
		expect(good.stdout).toMatch(/^[0-9a-f]{64} holds to \d+ Carol$/m);
		expect(good.stderr).toBe('');
		const bytes = readFileSync(FILE);
		bytes[20_000] = (bytes[20_000] ?? 0) ^ 1;
		const damaged = join(home, 'damaged.p2plog');
		writeFileSync(damaged, bytes);
		const bad = await runToEnd(['export', damaged, '--verify'], {home});
		expect(bad.code).toBe(1);
		expect(bad.stdout).toMatch(/holds to \d+ of \d+: gap/);
		expect(bad.stderr).toMatch(/damaged at byte \d+ \(\d+ bytes\)\. The intact records are shown\./);
	});

	test('replay of a missing log prints one line and exits with 1; logs lists the existing logs', async () => {
		const missing = await runToEnd(['replay', join(home, 'nothing.p2plog')], {home});
		expect(missing).toMatchObject({code: 1, stdout: ''});
		expect(missing.stderr.trim().split('\n')).toHaveLength(1);
		mkdirSync(join(home, 'logs'), {recursive: true});
		copyFileSync(FILE, join(home, 'logs', 'conversation.p2plog'));
		const {stdout, code} = await runToEnd(['logs'], {home});
		expect(code).toBe(0);
		expect(stdout).toMatch(/third floor +10 +28\d +\d\d\.\d kB .*conversation\.p2plog/);
		expect((await runToEnd(['replay', 'conversation.p2plog'], {home})).stdout).toContain('never Gertrud');
	});
});
