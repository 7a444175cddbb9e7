/** Runs the demo in a real terminal and checks that it leaves no files or processes behind. */
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {makeHome} from '../helpers/data-home.js';
import {openTerminal, type Terminal} from '../helpers/pty.js';
import {cliPath} from '../helpers/run-node.js';
import {INPUT_HINT} from '../helpers/screen-texts.js';

interface Demo extends Terminal {
	readonly home: string;
	/** Folder in which the demo creates its temporary folders. */
	readonly scratch: string;
}

function startDemo(): Demo {
	const home = makeHome();
	const scratch = mkdtempSync(join(tmpdir(), 'p2pchat-scratch-'));
	onTestFinished(() => rmSync(scratch, {recursive: true, force: true}));
	// The demo must ignore the configured peer.
	const env = {HOME: home, P2PCHAT_HOME: home, P2PCHAT_INTERFACE: 'lo', TMPDIR: scratch, P2PCHAT_PEER: '127.0.0.1:9'};
	const terminal = openTerminal(process.execPath, [cliPath, 'demo', '--name', 'Carol'], {env});
	return {...terminal, home, scratch};
}

const started = (output: string) => output.includes('third floor, behind the plant');

/** Open file descriptors of a process, empty once it has exited. */
function openFilesOf(pid: number): string[] {
	const folder = `/proc/${pid}/fd`;
	return existsSync(folder) ? readdirSync(folder) : [];
}

function expectNothingLeft({home, scratch, pid}: Demo): void {
	expect(readdirSync(scratch), 'temporary folders').toEqual([]);
	expect(readdirSync(home), "the user's data folder").toEqual([]);
	expect(openFilesOf(pid)).toEqual([]);
	if (process.platform !== 'linux') return;
	const children = readdirSync('/proc').filter(name => {
		if (!/^\d+$/.test(name)) return false;
		try {
			return (
				readFileSync(`/proc/${name}/stat`, 'utf8')
					.replace(/^.*\) /s, '')
					.split(' ')[1] === String(pid)
			);
		} catch {
			return false;
		}
	});
	expect(children).toEqual([]);
}

test('the demo plays its script and answers messages', async () => {
	const demo = startDemo();
	await demo.until(started);
	await demo.until(output => output.includes('Carol! Everyone but you'));
	demo.write('hello there\r');
	await demo.until(output => output.includes('we read you!'));
	expect(readdirSync(demo.scratch)).toHaveLength(1);
	demo.write('\u001B');
	await demo.exited;
	expectNothingLeft(demo);
});

const ways: readonly (readonly [string, (demo: Demo) => void])[] = [
	['Esc on an empty input', demo => demo.write('\u001B')],
	['Ctrl+C', demo => demo.write('\u0003')],
	['SIGTERM', demo => void process.kill(demo.pid, 'SIGTERM')],
	['SIGHUP', demo => void process.kill(demo.pid, 'SIGHUP')],
];

test.each(ways)('%s quits the demo and leaves nothing behind', async (_, leave) => {
	const demo = startDemo();
	await demo.until(started);
	leave(demo);
	expect((await demo.exited).exitCode).toBe(0);
	expectNothingLeft(demo);
	const last = demo.output().slice(demo.output().lastIndexOf('\u001B[?1049l'));
	expect(last).toContain('The demo has ended');
	expect(last).not.toContain('replay');
});

test('Esc in the demo first closes an overlay, and does not quit while there is a draft', async () => {
	const demo = startDemo();
	await demo.until(started);
	demo.write('\u0007');
	await demo.until(output => output.includes('Esc: close'));
	demo.write('\u001B');
	await demo.until(output => output.slice(output.lastIndexOf('Esc: close')).includes(INPUT_HINT));
	demo.write('a draft');
	await demo.until(output => output.includes('a draft'));
	demo.write('\u001B');
	demo.write(' goes on');
	await demo.until(output => output.includes('goes on'));
	demo.write('\u0003\u0003');
	await demo.exited;
	expectNothingLeft(demo);
});

test('a demo that a signal ends before its screen opens leaves nothing behind', async () => {
	const demo = startDemo();
	while (readdirSync(demo.scratch).length === 0) await new Promise(resolve => setImmediate(resolve));
	process.kill(demo.pid, 'SIGTERM');
	await demo.exited;
	expectNothingLeft(demo);
});
