/** Runs the program with a standard output, an error output or a file that cannot be written. */
import {execFile} from 'node:child_process';
import {copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {cliPath} from '../helpers/run-node.js';

const FILE = join(import.meta.dirname, '../../fixtures/conversation.p2plog');

/** Runs the program in a shell. `redirection` is shell syntax. */
function run(words: string, redirection: string, home = makeHome()): Promise<{code: number; stderr: string}> {
	const command = `exec "${process.execPath}" "${cliPath}" ${words} ${redirection}`;
	const env = {PATH: process.env.PATH, HOME: home, P2PCHAT_HOME: home, P2PCHAT_INTERFACE: 'lo'};
	return new Promise(resolve => {
		const child = execFile('sh', ['-c', command], {env}, (error, _, stderr) =>
			resolve({code: typeof error?.code === 'number' ? error.code : 0, stderr}),
		);
		child.stdin?.end('hello\n');
	});
}

const diskFull = 'p2pchat-ink: Cannot write to standard output: the disk is full.\n';

describe.runIf(existsSync('/dev/full'))('on a full disk', () => {
	test.each([
		'--version',
		'--help',
		'-v --name x',
		`export "${FILE}"`,
		`export --format markdown "${FILE}"`,
		`export --format jsonl "${FILE}"`,
		`export --verify "${FILE}"`,
		`replay "${FILE}"`,
	])('on a full disk, %s prints one line on standard error and exits with 1', async words => {
		expect(await run(words, '>/dev/full')).toEqual({code: 1, stderr: diskFull});
	});

	test('on a full disk, logs prints one line on standard error and exits with 1', async () => {
		const home = makeHome();
		mkdirSync(join(home, 'logs'));
		copyFileSync(FILE, join(home, 'logs', 'a.p2plog'));
		expect(await run('logs', '>/dev/full', home)).toEqual({code: 1, stderr: diskFull});
	});

	test('on a full disk, doctor, --json and --plain print one line on standard error and exit with 1', async () => {
		const port = await findFreeUdpPort();
		const modes = ['doctor', '--json --stay --no-log', '--plain --stay --no-log'];
		const results = await Promise.all(modes.map(words => run(`${words} --port ${port}`, '>/dev/full')));
		expect(results.map(({code, stderr}) => [code, stderr.split('\n').filter(line => line.includes('disk'))])).toEqual(
			modes.map(() => [1, [diskFull.trimEnd()]]),
		);
	});

	test('an error message that cannot be written neither crashes the program nor changes its exit code', async () => {
		expect(await run('export /nonexistent', '2>/dev/full')).toEqual({code: 1, stderr: ''});
		expect(await run('--nosuch', '2>/dev/full')).toEqual({code: 2, stderr: ''});
	});

	test('on a full disk, --debug stops, and the chat says at its end that the debug log is incomplete', async () => {
		const port = await findFreeUdpPort();
		const {code, stderr} = await run(
			`--plain --no-log --wait 1 --peer 127.0.0.1:1 --port ${port} --debug /dev/full`,
			'>/dev/null',
		);
		expect(stderr).toContain('The debug log /dev/full is incomplete: the disk is full.');
		expect(code).toBe(1);
	});
});

test('a command whose standard output is open only for reading prints one line and exits with 1', async () => {
	for (const words of ['--version', '--help', `export "${FILE}"`]) {
		const {code, stderr} = await run(words, '1</dev/null');
		expect({code, stderr}).toEqual({
			code: 1,
			stderr: 'p2pchat-ink: Cannot write to standard output: it is not open for writing.\n',
		});
	}
});

test('a command whose reader closes the pipe prints no error and exits with 0', async () => {
	for (const words of ['--help', `export "${FILE}"`]) {
		const {stderr} = await run(`${words} 2>&1 | true; echo "code $?" >&2`, '');
		expect(stderr).toBe('code 0\n');
	}
});

test('/export to a disk that becomes full names the file and the reason, and removes the incomplete file', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'p2pchat-full-'));
	onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
	const script = `
		const {exportRows} = await import(process.argv[1]);
		const {loadLog} = await import(process.argv[2]);
		const {sliceTimeline} = await import(process.argv[3]);
		const {state} = await loadLog(process.argv[4]);
		const rows = sliceTimeline(state.timeline, 0, state.timeline.length);
		await exportRows(process.argv[5], state, rows).then(console.log, error => console.log('Error: ' + error.message));`;
	const target = join(folder, 'out.txt');
	const dist = (path: string) => join(cliPath, '..', path);
	const modules = ['cli/desktop-integration.js', 'cli/saved-log.js', 'core/timeline.js'].map(dist);
	const text = await new Promise<string>(resolve => {
		execFile(
			'sh',
			[
				'-c',
				'ulimit -f 4; exec "$0" "$@"',
				process.execPath,
				'--input-type=module',
				'-e',
				script,
				...modules,
				FILE,
				target,
			],
			(_, stdout, stderr) => resolve(stdout + stderr),
		);
	});
	expect(text).toBe(`Error: Cannot write ${target}: the file has reached its maximum size.\n`);
	expect(existsSync(target)).toBe(false);
});
