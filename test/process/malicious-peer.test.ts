/** Measures the message delay, memory and CPU time of real nodes while a malicious peer attacks them, on loopback and from its own host. */
import {expect, it, onTestFinished} from 'vitest';
import type {Line} from '../bench/json-lines.js';
import {findFreeUdpPort} from '../helpers/data-home.js';
import {createNamespaceLab, namespacesAvailable} from '../helpers/namespaces.js';
import {cliPath} from '../helpers/run-node.js';
import {ATTACKS} from '../hostile/attacks.js';
import {type Delays, delaysOf, type SiegePlace, type SiegeProcesses, startSiege} from '../hostile/siege.js';

/**
 * Minimum number of blocks of messages in each room. Blocks alternate between an attacked room and a control room, so
 * that other load of this machine affects both.
 */
const BLOCKS = 5;
/** Maximum number of blocks. An attacker that gets little CPU time needs more blocks. */
const MAX_BLOCKS = 20;
const MESSAGES_PER_BLOCK = 100;
/** Tolerance for the median delay, ms: another program may use one of two processors for a time slice. */
const SLACK_MS = 1;
/**
 * Tolerance for the 99th percentile while all attacks run at once, ms: one message in a hundred waits for a garbage
 * collection, or for one of the two processors that three nodes share. On a quiet machine the percentile was 27 ms, and
 * 5 ms in the control room.
 */
const SLACK_P99_MS = 15;
/**
 * Factor by which all attacks at once may increase the 99th percentile of the delay. The nodes run on loopback, where no
 * address is banned. On a quiet machine, the measured factor is two to three.
 */
const MOST_TIMES_AT_ONCE = 4;
/**
 * Tolerance for the 99th percentile during an attack that runs alone, ms. Nobody notices 10 ms. On a quiet machine the
 * percentile is 5 to 6 ms in the control room, 6 to 8 ms during "peers" and "pages", and 9 to 17 ms during "one-by-one".
 */
const SLACK_P99_ALONE_MS = 10;
/** Tolerance for the 99th percentile during attacks that do not get past the handshake, ms. */
const SLACK_P99_HANDSHAKE_MS = 2;
const FAULT_CODES = ['flood', 'too-deep', 'bad-frame', 'too-many-wants'];
/** These attacks use up all handshake slots, which would block the other attacks. So they run apart from the others. */
const HANDSHAKE_ATTACKS = new Set(['loose-connections', 'handshakes', 'slow-reader']);

interface Siege {
	readonly attacked: SiegeProcesses;
	/** Delays in the attacked room. `p99` is the median of the p99 of each block. */
	readonly underAttack: Delays;
	/**
	 * Delays in the control room, whose third process does not attack, but uses the same share of a processor as the
	 * attacker.
	 */
	readonly control: Delays;
	/** Number of closed connections of the attacker, by reason. */
	readonly ends: Readonly<Record<string, number>>;
	readonly memoryMb: number;
	readonly cpuShare: number;
	readonly seconds: number;
}

type Places = Parameters<typeof startSiege>[3];

async function startRoom(places: Places): Promise<SiegeProcesses> {
	const room = await startSiege(await findFreeUdpPort(), cliPath, new URL('../hostile/', import.meta.url), places);
	onTestFinished(() => room.close());
	await room.chat(50);
	return room;
}

/** Takes the median over blocks: a garbage collection or another program disturbs one block, not all. */
function delaysOfBlocks(blocks: readonly (readonly number[])[]): Delays {
	const ofEach = blocks.map(block => delaysOf(block).p99);
	return {...delaysOf(blocks.flat()), p99: delaysOf(ofEach).p50};
}

/**
 * Measures each group of attacks in turn, and a control room after them, in which the third process only burns the
 * smallest share of a processor that an attacker used. `wanted`: reasons with which connections of the attacker must
 * have closed, each at least once.
 */
async function runGroups(
	groups: readonly (readonly string[])[],
	wanted: readonly string[],
	placesOf: () => Places = () => undefined,
): Promise<Siege[]> {
	const [attacked, controlRoom] = [await startRoom(placesOf()), await startRoom(placesOf())];
	const [memory, cpu, started] = [attacked.memoryMb(), attacked.cpuSeconds(), performance.now()];
	const underAttack: number[][][] = groups.map(() => []);
	const control: number[][] = [];
	const ends: Record<string, number> = {};
	const isDone = (block: number) => block >= BLOCKS && wanted.every(end => end in ends);
	for (let block = 0; block < MAX_BLOCKS && !isDone(block); block++) {
		let cpuShare = 1;
		for (const [index, attacks] of groups.entries()) {
			await attacked.order(`attack ${attacks.join(',')}`);
			underAttack[index]?.push(await attacked.chat(MESSAGES_PER_BLOCK));
			const report = await attacked.order('idle');
			cpuShare = Math.min(cpuShare, report.cpuShare);
			for (const [end, count] of Object.entries(report.ends)) ends[end] = (ends[end] ?? 0) + count;
			await attacked.chat(5);
		}

		await controlRoom.order(`burn ${cpuShare}`);
		control.push(await controlRoom.chat(MESSAGES_PER_BLOCK));
		await controlRoom.order('idle');
	}

	const seconds = (performance.now() - started) / 1000;
	const figures = {
		control: delaysOfBlocks(control),
		ends,
		memoryMb: attacked.memoryMb() - memory,
		cpuShare: (attacked.cpuSeconds() - cpu) / seconds,
		seconds,
	};
	const sieges = underAttack.map(blocks => ({...figures, underAttack: delaysOfBlocks(blocks)}));
	if (process.env.P2PCHAT_REPORT) console.log(JSON.stringify(sieges, undefined, '\t'));
	return sieges.map(siege => ({...siege, attacked}));
}

/** Runs all these attacks at the same time. */
async function runAttacks(
	attacks: readonly string[],
	wanted: readonly string[],
	placesOf?: () => Places,
): Promise<Siege> {
	return (await runGroups([attacks], wanted, placesOf))[0]!;
}

/**
 * `times`: factor by which the 99th percentile of the delay may exceed that of the control room, apart from `slackMs`.
 */
function expectResponsive({attacked, underAttack, control}: Siege, slackMs: number, times = 2): void {
	const {ann, bob} = attacked;
	for (const node of [ann, bob]) {
		expect(node.child.exitCode).toBeNull();
		expect(JSON.stringify(node.lines).includes('\\u001b')).toBe(false);
	}

	const isDisconnected = (line: Line) => line.type === 'peer' && line.name === 'Bob' && line.status !== 'connected';
	expect(ann.lines.filter(isDisconnected)).toEqual([]);
	const report = JSON.stringify({underAttack, control});
	expect(underAttack.p50, report).toBeLessThan(2 * control.p50 + SLACK_MS);
	expect(underAttack.p99, report).toBeLessThan(times * control.p99 + slackMs);
}

it('under all attacks together the median message delay is at most twice that of a room without attacks, and no connection of honest nodes ends', {
	timeout: 300_000,
}, async () => {
	const inside = Object.keys(ATTACKS).filter(name => !HANDSHAKE_ATTACKS.has(name));
	const siege = await runAttacks(inside, FAULT_CODES);
	const notices = siege.attacked.ann.lines.filter(({type}) => type === 'notice').map(({code}) => code);
	expect(siege.memoryMb).toBeLessThan(250);
	expect(notices.length).toBeLessThanOrEqual(20 + 20 * Math.ceil(siege.seconds / 60) + 2);
	expect(Object.keys(siege.ends)).toEqual(expect.arrayContaining(FAULT_CODES));
	expectResponsive(siege, SLACK_P99_MS, MOST_TIMES_AT_ONCE);
});

/** Of all attacks, these three delay messages most. */
it('each of the attacks "peers", "pages" and "one-by-one", run alone, at most doubles the message delay, apart from 10 ms', {
	timeout: 300_000,
}, async () => {
	for (const siege of await runGroups([['peers'], ['pages'], ['one-by-one']], []))
		expectResponsive(siege, SLACK_P99_ALONE_MS);
});

it('thousands of connections at most double the message delay of the control room', {
	timeout: 300_000,
}, async () => {
	const siege = await runAttacks([...HANDSHAKE_ATTACKS], ['tcp connection']);
	expect(siege.ends['tcp connection']).toBeGreaterThan(2000);
	expect(siege.memoryMb).toBeLessThan(150);
	expectResponsive(siege, SLACK_P99_HANDSHAKE_MS);
});

/** Places each node and the attacker on its own host. */
function separateHosts(): Places {
	const lab = createNamespaceLab();
	onTestFinished(() => lab.close());
	lab.addNetwork('lan');
	const place = (name: string, address: string): SiegePlace => {
		const host = lab.addHost(name, {lan: `${address}/24`});
		return {
			address,
			interface: 'eth0',
			spawn: (command, words, env) => host.spawn('setsid', [command, ...words], env),
		};
	};
	return [place('ann', '10.77.0.1'), place('bob', '10.77.0.2'), place('mallory', '10.77.0.3')];
}

it('an attacker with an address of its own is banned at this address under every key, and at most doubles the message delay, apart from 10 ms', {
	timeout: 300_000,
}, async context => {
	const reason = namespacesAvailable();
	if (reason !== undefined) context.skip(reason);
	const siege = await runAttacks(Object.keys(ATTACKS), ['barred'], separateHosts);
	expect(siege.memoryMb).toBeLessThan(150);
	expectResponsive(siege, SLACK_P99_ALONE_MS);
});
