/** The malicious peer against real processes, on loopback: what people feel of it, and what it costs them. */
import {expect, it, onTestFinished} from 'vitest';
import {findFreeUdpPort} from '../helpers/data-home.js';
import {cliPath} from '../helpers/run-node.js';
import {ATTACKS} from '../hostile/attacks.js';
import {type AttackReport, delaysOf, type SiegeProcesses, startSiege} from '../hostile/siege.js';

/** Calm, control and attack take turns, so that whatever else this machine does falls on all of them. */
const BLOCKS = 6;
const WORDS_A_BLOCK = 100;
/** One of two processors may be busy with something else for a time slice or two. */
const SLACK_MS = 8;
/** In these ways an attacker takes all places for handshakes, and so keeps itself from the others. */
const AT_THE_DOOR = new Set(['loose-connections', 'handshakes', 'deaf']);

interface Round {
	readonly delays: number[];
	readonly reports: AttackReport[];
}

async function besiege(siege: SiegeProcesses, words: string): Promise<Round> {
	await siege.order('rest');
	await siege.chat(10);
	await siege.order(words);
	const delays = await siege.chat(WORDS_A_BLOCK);
	return {delays, reports: [await siege.order('rest')]};
}

const joined = (rounds: readonly Round[]) => delaysOf(rounds.flatMap(({delays}) => delays));

async function siegeOf(): Promise<SiegeProcesses> {
	const siege = await startSiege(await findFreeUdpPort(), cliPath, new URL('../hostile/', import.meta.url));
	onTestFinished(() => siege.close());
	await siege.chat(50);
	return siege;
}

it('does everything at once, and words of others take at most twice as long as beside a mere burden', {
	timeout: 180_000,
}, async () => {
	const siege = await siegeOf();
	const {ann} = siege;
	const inside = Object.keys(ATTACKS).filter(name => !AT_THE_DOOR.has(name));
	const [memory, cpu, started] = [siege.memoryMb(), siege.cpuSeconds(), performance.now()];
	const attacked: Round[] = [];
	const burdened: Round[] = [];
	for (let block = 0; block < BLOCKS; block++) {
		const round = await besiege(siege, `attack ${inside.join(',')}`);
		attacked.push(round);
		burdened.push(await besiege(siege, `burn ${Math.min(1, round.reports[0]?.cpuShare ?? 1)}`));
	}

	const seconds = (performance.now() - started) / 1000;
	const notices = ann.lines.filter(({type}) => type === 'notice').map(({code}) => code);
	const [hot, control] = [joined(attacked), joined(burdened)];
	const ends: Record<string, number> = {};
	for (const {reports} of attacked)
		for (const report of reports)
			for (const [end, count] of Object.entries(report.ends)) ends[end] = (ends[end] ?? 0) + count;
	const report = {
		hot,
		control,
		cpuShare: (siege.cpuSeconds() - cpu) / seconds,
		memoryMb: siege.memoryMb() - memory,
		ends,
		notices,
	};
	if (process.env.P2PCHAT_REPORT) console.log(JSON.stringify(report, undefined, '\t'));
	expect(hot.p99, JSON.stringify(report)).toBeLessThan(2 * control.p99 + SLACK_MS);
	expect(report.memoryMb).toBeLessThan(250);
	expect(notices.length).toBeLessThanOrEqual(20 + 20 * Math.ceil(seconds / 60) + 2);
	expect(Object.keys(ends)).toEqual(expect.arrayContaining(['flood', 'too-deep', 'bad-frame', 'too-many-wants']));
	expectHonest(siege);
});

it('opens thousands of connections, and words of others take at most twice as long as beside a mere burden', {
	timeout: 180_000,
}, async () => {
	const siege = await siegeOf();
	const memory = siege.memoryMb();
	const attacked: Round[] = [];
	const burdened: Round[] = [];
	let opened = 0;
	for (let block = 0; block < BLOCKS; block++) {
		const round = await besiege(siege, `attack ${[...AT_THE_DOOR].join(',')}`);
		attacked.push(round);
		opened += round.reports[0]?.ends['tcp connection'] ?? 0;
		burdened.push(await besiege(siege, `burn ${Math.min(1, round.reports[0]?.cpuShare ?? 1)}`));
	}

	const [hot, control] = [joined(attacked), joined(burdened)];
	const report = {hot, control, opened, memoryMb: siege.memoryMb() - memory};
	if (process.env.P2PCHAT_REPORT) console.log(JSON.stringify(report, undefined, '\t'));
	expect(opened).toBeGreaterThan(5000);
	expect(hot.p99, JSON.stringify(report)).toBeLessThan(2 * control.p99 + SLACK_MS);
	expect(report.memoryMb).toBeLessThan(150);
	expectHonest(siege);
});

function expectHonest({ann, bob}: SiegeProcesses): void {
	for (const node of [ann, bob]) {
		expect(node.child.exitCode).toBeNull();
		expect(JSON.stringify(node.lines).includes('\\u001b')).toBe(false);
	}
	expect(
		ann.lines.filter(({type, name, status}) => type === 'peer' && name === 'Bob' && status !== 'connected'),
	).toEqual([]);
}
