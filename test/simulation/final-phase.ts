/** Final phase of a scenario: targeted steps that run last, so that no later traffic repairs their damage. */
import type {SeededRandom} from '../helpers/seeded-random.js';
import type {Fault, LimitedPair, Step} from './scenario.js';

/** Properties of the room that limit which final phase is possible. */
export interface FinalPhaseOptions {
	readonly nodes: number;
	readonly limitedPairs: readonly LimitedPair[];
	readonly calm: boolean;
	readonly scattered: boolean;
	readonly sharedBucket: boolean;
}

const DAY_STEP_MS = 20 * 3_600_000;
const FLOOD_ROUNDS = 90;
const FLOOD_BYTES = 15_000;
/** Time in which the backlog of a flood arrives if the rate limit for live events slows it down, ms. */
const FLOOD_MS = 130_000;
/** Stalls that are too short for the stalled node to detect. */
const SHORT_STALLS = [
	{cutMs: 2400, ms: 1900},
	{cutMs: 3000, ms: 1700},
	{cutMs: 3600, ms: 1400},
	{cutMs: 2700, ms: 1800},
] as const;
const STALL_ROUND_MS = 7100;
const STALL_LEAD_MS = 150;

/** Number of resets until peer announcements are batched for PEERS_INTERVAL_CROWD_MS. */
const CROWD_RESETS = 8;
const CROWD_STEP_MS = 1200;

/** `b` joins with an empty log while `a` is running. */
function rejoin(a: number, b: number, at: number): Step[] {
	return [
		{type: 'join', node: a, at},
		{type: 'leave', node: b, at: at + 200},
		{type: 'post', node: a, at: at + 2500, count: 2, bytes: 20},
		{type: 'join', node: b, at: at + 3000},
	];
}

/**
 * An author posts right after it listed its feeds to a newcomer. The event arrives before the newcomer has the earlier
 * events of the author.
 */
function postAfterList(a: number, b: number, at: number): Step[] {
	return [...rejoin(a, b, at), {type: 'trigger', node: a, action: 'post', at: at + 2900}];
}

/**
 * Like `postAfterList`, but at the same time the newcomer requests the earlier events from a peer that is not connected
 * to the author.
 */
function postDuringRequest(author: number, newcomer: number, at: number): Step[] {
	return [
		...[0, 1, 2].map((node): Step => ({type: 'join', node, at})),
		{type: 'post', node: author, at: at + 3000, count: 8, bytes: 9000},
		{type: 'leave', node: newcomer, at: at + 9000},
		{type: 'fault', fault: {type: 'slow', node: newcomer, bytesPerSecond: 20_000}, at: at + 11_800, ms: 8000},
		{type: 'trigger', node: author, action: 'post', at: at + 11_900},
		{type: 'join', node: newcomer, at: at + 12_000},
	];
}

/** A second connection breaks while only one end knows it and has sent on it. */
function breakNewConnection(a: number, b: number, at: number): Step[] {
	const trigger: Step = {type: 'trigger', node: a, action: 'break', at: at + 12_000};
	return [...rejoin(a, b, at), trigger, {type: 'redial', node: b, other: a, at: at + 12_000}];
}

/** Like `breakNewConnection`, while an answer is in flight on the first connection. */
function breakWhileAnswering(a: number, b: number, at: number): Step[] {
	return [
		{type: 'fault', fault: {type: 'slow', node: b, bytesPerSecond: 130_000}, at, ms: 20_000},
		...rejoin(a, b, at),
		{type: 'post', node: a, at: at + 2600, count: 90, bytes: 9000},
		{type: 'trigger', node: a, action: 'break', at: at + 2900},
		{type: 'trigger', node: b, action: 'redial', at: at + 2900},
	];
}

/**
 * An author posts faster than a slow reader can read. `withRedial`: the reader opens a second connection during the posts.
 */
function flood(a: number, b: number, withRedial: boolean, at: number): Step[] {
	const posts = Array.from({length: FLOOD_ROUNDS}, (_, round): Step => {
		return {type: 'post', node: a, at: at + 8000 + round * 100, count: 8, bytes: FLOOD_BYTES};
	});
	return [
		...rejoin(a, b, at),
		{
			type: 'fault',
			fault: {type: 'slow', node: b, bytesPerSecond: withRedial ? 25_000 : 40_000},
			at: at + 7900,
			ms: 30_000,
		},
		...posts,
		...(withRedial ? [{type: 'redial', node: b, other: a, at: at + 12_500} as const] : []),
		// This harmless late fault keeps the room running until the backlog has arrived.
		{type: 'fault', fault: {type: 'unresponsive', node: b}, at: at + FLOOD_MS, ms: 1000},
	];
}

/** A newcomer joins a room in which one or two nodes answer no request. */
function joinAmongUnresponsive(random: SeededRandom, nodes: number, at: number): Step[] {
	const first = random.between(0, nodes - 1);
	const unresponsive = Array.from({length: nodes > 3 ? 2 : 1}, (_, index) => (first + index) % nodes);
	const newcomer = (first + unresponsive.length) % nodes;
	const author = (newcomer + 1) % nodes;
	const faults = unresponsive.map((node): Step => {
		return {type: 'fault', fault: {type: 'unresponsive', node}, at: at + 2600, ms: 30_000};
	});
	return [...rejoin(author, newcomer, at), ...unresponsive.map((node): Step => ({type: 'join', node, at})), ...faults];
}

/** A node posts from time to time. The direct link to one reader is slower than the way through other nodes. */
function postToFarReader({from, to}: LimitedPair, at: number): Step[] {
	const joins = [from, to].map((node): Step => ({type: 'join', node, at}));
	const posts = [14_000, 19_000, 24_000].map((ms): Step => {
		return {type: 'post', node: from, at: at + ms, count: 1, bytes: 20};
	});
	return [...joins, ...posts];
}

/** Two nodes with wrong clocks join the others: one is 20 h ahead, the next one 40 h. */
function driftStepwise(nodes: number, at: number): Step[] {
	const wrong = [nodes - 2, nodes - 1];
	const correct = Array.from({length: nodes - 2}, (_, node) => node);
	return [
		...correct.map((node): Step => ({type: 'join', node, at})),
		...wrong.flatMap((node, index): Step[] => [
			{type: 'leave', node, at: at + 100},
			{type: 'clock', node, skewMs: DAY_STEP_MS * (index + 1), at: at + 8000},
			{type: 'join', node, at: at + 9000 + 3000 * index},
		]),
		...correct.map((node): Step => ({type: 'post', node, at: at + 16_000, count: 1, bytes: 20})),
	];
}

/**
 * Two nodes cannot reach each other for longer than five dials take. Afterwards, no report of an address causes further
 * dials.
 */
function block(a: number, b: number, at: number): Step[] {
	return [
		{type: 'join', node: a, at},
		{type: 'join', node: b, at},
		{type: 'fault', fault: {type: 'blocked', from: a, to: b}, at: at + 8000, ms: 60_000},
	];
}

/** The connection to a target breaks. No other peer reports the target's address. */
function loseTarget(a: number, b: number, at: number): Step[] {
	return [
		{type: 'join', node: a, at},
		{type: 'join', node: b, at},
		{type: 'reset', node: a, other: b, which: 'all', at: at + 12_000},
	];
}

/**
 * All nodes except the author reconnect and compare digests, while the author posts continuously. All feeds share one
 * digest bucket.
 */
function crossDigests(nodes: number, author: number, at: number): Step[] {
	const all = Array.from({length: nodes}, (_, node) => node);
	const others = all.filter(node => node !== author);
	const pairs = others.flatMap(from => others.filter(to => from < to).map(to => ({from, to})));
	const posts = Array.from({length: 90}, (_, index): Step => {
		return {type: 'post', node: author, at: at + 12_700 + index * 30, count: 1, bytes: 20};
	});
	return [
		...all.map((node): Step => ({type: 'join', node, at})),
		...pairs.map((pair): Step => ({type: 'fault', fault: {type: 'blocked', ...pair}, at: at + 8000, ms: 2500})),
		...others.map((node): Step => ({type: 'post', node, at: at + 9000, count: 1, bytes: 20})),
		...posts,
	];
}

/**
 * Connections to `b` break repeatedly, until the announcements of peers are delayed. Then `a` can no longer reach `b`.
 */
function loseInCrowd(nodes: number, a: number, b: number, at: number): Step[] {
	const all = Array.from({length: nodes}, (_, node) => node);
	const others = all.filter(node => node !== a && node !== b);
	const resets = Array.from({length: CROWD_RESETS}, (_, round) => at + 8000 + round * CROWD_STEP_MS);
	const last = resets.at(-1) ?? at;
	return [
		...all.map((node): Step => ({type: 'join', node, at})),
		...resets.flatMap(resetAt =>
			others.map((node): Step => ({type: 'reset', node, other: b, which: 'all', at: resetAt})),
		),
		{type: 'fault', fault: {type: 'blocked', from: a, to: b}, at: last + CROWD_STEP_MS, ms: 12_000},
	];
}

/** A node sends history that nobody requested. */
function sendUnrequestedHistory(nodes: number, a: number, at: number): Step[] {
	const joins = Array.from({length: nodes}, (_, node): Step => ({type: 'join', node, at}));
	return [...joins, {type: 'unrequested', node: a, at: at + 12_000}];
}

/** The link between `a` and `b` is cut repeatedly. After each cut, `a` stalls while the delayed bytes arrive. */
function stallDuringArrival(nodes: number, a: number, b: number, at: number): Step[] {
	const joins = Array.from({length: nodes}, (_, node): Step => ({type: 'join', node, at}));
	const rounds = SHORT_STALLS.flatMap(({cutMs, ms}, round): Step[] => {
		const from = at + 8000 + round * STALL_ROUND_MS;
		const cut: Fault = {type: 'cut', from: a, to: b, both: true};
		return [
			{type: 'fault', fault: cut, at: from, ms: cutMs},
			{type: 'fault', fault: {type: 'freeze', node: a}, at: from + cutMs - STALL_LEAD_MS, ms},
		];
	});
	return [...joins, ...rounds];
}

function chooseForTwo(random: SeededRandom, {calm, scattered}: FinalPhaseOptions, at: number): Step[] {
	const a = random.between(0, 1);
	const b = 1 - a;
	const roll = random.fraction();
	if (roll < 0.25) return flood(a, b, calm, at);
	if (scattered) return loseTarget(a, b, at);
	if (roll < 0.45) return breakNewConnection(a, b, at);
	if (roll < 0.58) return breakWhileAnswering(a, b, at);
	if (roll < 0.75 && !calm) return block(a, b, at);
	return postAfterList(a, b, at);
}

/** Chooses the steps of the final phase, which begins at `at`, ms. */
export function chooseFinalPhase(random: SeededRandom, room: FinalPhaseOptions, at: number): Step[] {
	const {nodes, limitedPairs, calm, scattered, sharedBucket} = room;
	const farPair = limitedPairs.find(({how}) => how === 'far');
	if (farPair) return postToFarReader(farPair, at);
	if (nodes === 3 && limitedPairs[0]?.how === 'cut') return postDuringRequest(limitedPairs[0].from, 0, at);
	if (nodes === 2) return chooseForTwo(random, room, at);
	const a = random.between(0, nodes - 1);
	const b = (a + random.between(1, nodes - 1)) % nodes;
	if (!calm && sharedBucket && !scattered) return crossDigests(nodes, a, at);
	// Without beacons, only other peers can report the addresses of these two nodes, because nobody has them as targets.
	if (!calm && scattered && nodes > 3) return block(nodes - 2, nodes - 1, at);
	if (!calm && nodes > 3 && random.chance(0.15)) return driftStepwise(nodes, at);
	const roll = random.fraction();
	if (roll < 0.3) return joinAmongUnresponsive(random, nodes, at);
	if (roll < 0.5 && !scattered) return block(a, b, at);
	if (roll < 0.65 && !calm) return sendUnrequestedHistory(nodes, a, at);
	if (roll < 0.6 && !scattered && limitedPairs.length === 0) return loseInCrowd(nodes, a, b, at);
	return stallDuringArrival(nodes, a, b, at);
}
