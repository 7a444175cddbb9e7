/** The malicious peer against real processes, on loopback: what people feel of it, and what it costs them. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {setPriority} from 'node:os';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {describe, expect, it, onTestFinished} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {type RunningNode, startNode} from '../helpers/run-node.js';
import {until} from '../helpers/wait.js';

const ATTACKER = fileURLToPath(new URL('../hostile/attack.mjs', import.meta.url));
const ROUNDS = 200;

const residentMb = ({pid}: RunningNode) =>
	Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
/** User and system time, s. */
const cpuSeconds = ({pid}: RunningNode) => {
	const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
	return (Number(fields[11]) + Number(fields[12])) / 100;
};

async function measureChat(from: RunningNode, to: RunningNode, label: string): Promise<{p50: number; p99: number}> {
	const delays: number[] = [];
	for (let index = 0; index < ROUNDS; index++) {
		const text = `${label} ${index}`;
		const started = performance.now();
		from.post(text);
		await to.waitFor(text, line => line.text === text, 30_000);
		delays.push(performance.now() - started);
		if (process.env.P2PCHAT_REPORT && performance.now() - started > 100)
			console.error(`${Date.now()} ${label}: ${Math.round(performance.now() - started)} ms`);
		await sleep(40);
	}

	delays.sort((a, b) => a - b);
	return {p50: delays[ROUNDS >> 1]!, p99: delays[Math.floor(ROUNDS * 0.99)]!};
}

describe('a malicious peer among real processes', () => {
	it('is cut off again and again, while two others chat on and their memory stays bounded', async () => {
		const port = await findFreeUdpPort();
		const ann = await startNode({home: makeHome(), port, name: 'Ann'});
		const bob = await startNode({home: makeHome(), port, name: 'Bob'});
		await ann.waitFor('Bob', ({type, name}) => type === 'peer' && name === 'Bob');
		const {tcpPort} = ann.lines[0] as {tcpPort: number};
		const calm = await measureChat(bob, ann, 'calm');

		const attacker = spawn(process.execPath, [ATTACKER, String(tcpPort), String(port)], {
			stdio: ['pipe', 'pipe', 'inherit'],
			env: {PATH: process.env.PATH, P2PCHAT_REPORT: process.env.P2PCHAT_REPORT ?? ''},
		});
		onTestFinished(() => void attacker.kill('SIGKILL'));
		// It stands for another machine: what it burns is not taken from the others here.
		setPriority(attacker.pid ?? 0, 19);
		let said = '';
		attacker.stdout.setEncoding('utf8').on('data', text => {
			said += text;
		});
		await until(() => said.startsWith('ready'), 60_000);
		const [memory, cpu, started] = [residentMb(ann), cpuSeconds(ann), performance.now()];
		const hot = await measureChat(bob, ann, 'under attack');
		for (const code of ['too-deep', 'bad-frame', 'closed-by-peer'])
			await ann.waitFor(code, line => line.type === 'notice' && line.code === code, 30_000);
		const seconds = (performance.now() - started) / 1000;
		const cpuShare = (cpuSeconds(ann) - cpu) / seconds;
		const peak = residentMb(ann);
		attacker.stdin.end();
		await once(attacker, 'close');
		const after = await measureChat(bob, ann, 'after');

		const report = {
			calm,
			hot,
			after,
			seconds,
			cpuShare,
			memoryMb: [memory, peak],
			cutOffs: JSON.parse(said.split('\n')[1] ?? '{}'),
			notices: ann.lines.filter(({type}) => type === 'notice').map(({code}) => code),
		};
		if (process.env.P2PCHAT_REPORT) console.log(JSON.stringify(report, undefined, '\t'));
		expect(hot.p99).toBeLessThan(Math.max(1500, calm.p99 * 10));
		expect(peak - memory).toBeLessThan(250);
		expect(report.notices.length).toBeLessThanOrEqual(20 + 20 * Math.ceil(seconds / 60) + 2);
		expect(report.notices).toEqual(expect.arrayContaining(['flood', 'limit-new-feeds']));
		for (const node of [ann, bob]) {
			expect(node.child.exitCode).toBeNull();
			expect(node.stdout.includes('\u001B')).toBe(false);
		}
		expect(
			ann.lines.filter(({type, name, status}) => type === 'peer' && name === 'Bob' && status !== 'connected'),
		).toEqual([]);
	});
});
