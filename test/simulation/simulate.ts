/** One run of the simulator: plays a scenario, lets it settle, checks, stops all nodes and checks again. */
import {deriveRoomKeys, type RoomKeys} from '../../source/feed/room-keys.js';
import {findFaults, holdSameHistory, runningNodes} from './check.js';
import {readFeeds} from './check-history.js';
import {sendingBound, sentBytes} from './check-sending.js';
import {createScenario, type Scenario} from './scenario.js';
import {createWorld, type World} from './world.js';

/** Result of one seed. */
export interface RunResult {
	readonly seed: number;
	readonly nodes: number;
	/** Violations. Empty if all invariants hold. */
	readonly faults: readonly string[];
	readonly events: number;
	/** Time from the last fault until all histories are equal, ms; `settledMs`: until all invariants are true. */
	readonly equalMs: number;
	readonly settledMs: number;
	/** Bytes sent in total, relative to the bound. */
	readonly sendingRatio: number;
}

const STEP_MS = 5000;
const EQUAL_STEP_MS = 500;
const EQUAL_MS = 60_000;
const SOON_EQUAL_MS = 15_000;
/**
 * Maximum time until all invariants are true, ms. It allows for a timeout of 9 s, for dials every 36 s, and for reports
 * of vanished peers after 60 s. Reporting peers follow each other by rank, one per second, and a peer writes one
 * `returned` per minute.
 */
const SETTLE_MS = 200_000;
/** Time for which the invariants must stay true, so that late reports and flapping are found, ms. */
const CALM_MS = 75_000;

let open: Promise<RoomKeys> | undefined;
let secret: Promise<RoomKeys> | undefined;

function keysOf({hasSecret}: Scenario): Promise<RoomKeys> {
	if (!hasSecret) {
		open ??= deriveRoomKeys({room: 'room'});
		return open;
	}
	secret ??= deriveRoomKeys({room: 'room', secret: 'long and well kept secret'});
	return secret;
}

/** Waits until all nodes hold the same history. Returns the time that it took, ms. */
async function waitForHistory(world: World): Promise<number> {
	let ms = 0;
	for (; ms < SETTLE_MS && !holdSameHistory(world); ms += EQUAL_STEP_MS) await world.clock.advance(EQUAL_STEP_MS);
	return ms;
}

/**
 * Time limit until all histories are equal, ms. In a room with faults it allows for a dial backoff and request
 * timeouts.
 */
function equalLimitMs({calm, scattered, dualHomed, limitedPairs}: Scenario): number {
	return calm && !scattered && !dualHomed && limitedPairs.length === 0 ? SOON_EQUAL_MS : EQUAL_MS;
}

async function settle(world: World): Promise<{faults: string[]; ms: number}> {
	let ms = 0;
	let faults = findFaults(world);
	const limit = SETTLE_MS + world.scenario.nodes * 2000;
	while (faults.length > 0 && ms < limit) {
		await world.clock.advance(STEP_MS);
		ms += STEP_MS;
		faults = findFaults(world);
	}
	if (faults.length > 0) return {faults, ms};
	await world.clock.advance(CALM_MS);
	return {faults: findFaults(world).map(fault => `later: ${fault}`), ms};
}

async function stopAndCheck(world: World): Promise<string[]> {
	const clocks = runningNodes(world).map(node => ({node, clock: node.life!.clock}));
	await world.stopAll();
	return clocks.flatMap(({node, clock}) =>
		clock.pending.size === 0
			? []
			: [`node ${node.index}: ${clock.pending.size} timers left ${[...clock.pending.values()][0]}`],
	);
}

/** Runs one seed and returns its faults. `trace` receives a line for each step and event. */
export async function runSeed(
	seed: number,
	range: {readonly low: number; readonly high: number},
	trace?: (line: string) => void,
): Promise<RunResult> {
	const scenario = createScenario(seed, range);
	const world = createWorld(scenario, await keysOf(scenario), trace);
	const faults: string[] = [];
	let equalMs = 0;
	let settledMs = 0;
	try {
		await world.play();
		equalMs = await waitForHistory(world);
		if (equalMs > equalLimitMs(scenario)) faults.push(`${equalMs / 1000} s until all histories were equal`);
		const settled = await settle(world);
		settledMs = equalMs + settled.ms;
		faults.push(...settled.faults);
		if (settled.faults.length === 0) faults.push(...(await stopAndCheck(world)));
	} catch (error) {
		faults.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
	}
	const lives = world.nodes.flatMap(node => node.lives);
	const events = Math.max(0, ...lives.map(life => readFeeds(life).events));
	const sendingRatio = sentBytes(world) / (sendingBound(world) || 1);
	return {seed, nodes: scenario.nodes, faults, events, equalMs, settledMs, sendingRatio};
}
