/** What happens when all else is over, so that nothing said later puts it right. */
import type {SeededRandom} from '../helpers/seeded-random.js';
import type {Apart, Fault, Happening} from './scenario.js';

export interface EpilogueRoom {
	readonly nodes: number;
	readonly apart: readonly Apart[];
	readonly calm: boolean;
	readonly scattered: boolean;
	readonly alike: boolean;
}

const DAY_STEP_MS = 20 * 3_600_000;
const FLOOD_ROUNDS = 90;
const FLOOD_BYTES = 15_000;
/** Until what was held back has come at the pace of live events. */
const FLOOD_MS = 130_000;
/** Shorter than what a node knows to be a standstill of its own. */
const STANDSTILLS = [
	{cutMs: 2400, ms: 1900},
	{cutMs: 3000, ms: 1700},
	{cutMs: 3600, ms: 1400},
	{cutMs: 2700, ms: 1800},
] as const;
const STANDSTILL_ROUND_MS = 7100;
const STANDS_BEFORE_MS = 150;

/** Until what is told of who came is gathered for PEERS_INTERVAL_CROWD_MS, and that has just begun. */
const CROWD_RESETS = 8;
const CROWD_STEP_MS = 1200;

/** `b` comes anew, with nothing, while `a` is there. */
function rejoin(a: number, b: number, at: number): Happening[] {
	return [
		{type: 'join', node: a, at},
		{type: 'leave', node: b, at: at + 200},
		{type: 'post', node: a, at: at + 2500, count: 2, bytes: 20},
		{type: 'join', node: b, at: at + 3000},
	];
}

/** An author speaks right behind its list: what comes is ahead of what the newcomer has. */
function speakBehindList(a: number, b: number, at: number): Happening[] {
	return [...rejoin(a, b, at), {type: 'alert', node: a, does: 'post', at: at + 2900}];
}

/** So it does where what came before is asked of another, who can not reach the author and does not hold what it says. */
function speakBeside(author: number, newcomer: number, at: number): Happening[] {
	return [
		...[0, 1, 2].map((node): Happening => ({type: 'join', node, at})),
		{type: 'post', node: author, at: at + 3000, count: 8, bytes: 9000},
		{type: 'leave', node: newcomer, at: at + 9000},
		{type: 'fault', fault: {type: 'slow', node: newcomer, bytesPerSecond: 20_000}, at: at + 11_800, ms: 8000},
		{type: 'alert', node: author, does: 'post', at: at + 11_900},
		{type: 'join', node: newcomer, at: at + 12_000},
	];
}

/** A second connection breaks while one end alone knows of it, and has spoken on it. */
function breakYoung(a: number, b: number, at: number): Happening[] {
	const alert: Happening = {type: 'alert', node: a, does: 'break', at: at + 12_000};
	return [...rejoin(a, b, at), alert, {type: 'redial', node: b, other: a, at: at + 12_000}];
}

/** So does one that came up while an answer was half way on the first. */
function breakWhileAnswering(a: number, b: number, at: number): Happening[] {
	return [
		{type: 'fault', fault: {type: 'slow', node: b, bytesPerSecond: 130_000}, at, ms: 20_000},
		...rejoin(a, b, at),
		{type: 'post', node: a, at: at + 2600, count: 90, bytes: 9000},
		{type: 'alert', node: a, does: 'break', at: at + 2900},
		{type: 'alert', node: b, does: 'redial', at: at + 2900},
	];
}

/** Far more is said than one who reads slowly can take; `torn`: a second connection comes up meanwhile. */
function flood(a: number, b: number, torn: boolean, at: number): Happening[] {
	const said = Array.from({length: FLOOD_ROUNDS}, (_, round): Happening => {
		return {type: 'post', node: a, at: at + 8000 + round * 100, count: 8, bytes: FLOOD_BYTES};
	});
	return [
		...rejoin(a, b, at),
		{type: 'fault', fault: {type: 'slow', node: b, bytesPerSecond: torn ? 25_000 : 40_000}, at: at + 7900, ms: 30_000},
		...said,
		...(torn ? [{type: 'redial', node: b, other: a, at: at + 12_500} as const] : []),
		// Nothing more until then.
		{type: 'fault', fault: {type: 'mute', node: b}, at: at + FLOOD_MS, ms: 1000},
	];
}

/** Who comes finds one or two who answer nothing. */
function joinAmongMute(random: SeededRandom, nodes: number, at: number): Happening[] {
	const first = random.between(0, nodes - 1);
	const muted = Array.from({length: nodes > 3 ? 2 : 1}, (_, index) => (first + index) % nodes);
	const newcomer = (first + muted.length) % nodes;
	const speaker = (newcomer + 1) % nodes;
	const mutes = muted.map((node): Happening => {
		return {type: 'fault', fault: {type: 'mute', node}, at: at + 2600, ms: 30_000};
	});
	return [...rejoin(speaker, newcomer, at), ...muted.map((node): Happening => ({type: 'join', node, at})), ...mutes];
}

/** One says a word now and then, to somebody far away among others. */
function speakAfar({from, to}: Apart, at: number): Happening[] {
	const joins = [from, to].map((node): Happening => ({type: 'join', node, at}));
	const posts = [14_000, 19_000, 24_000].map((ms): Happening => {
		return {type: 'post', node: from, at: at + ms, count: 1, bytes: 20};
	});
	return [...joins, ...posts];
}

/** Two come to those whose clocks are right: one 20 h ahead, then one as much ahead of that. */
function driftStepwise(nodes: number, at: number): Happening[] {
	const bad = [nodes - 2, nodes - 1];
	const right = Array.from({length: nodes - 2}, (_, node) => node);
	return [
		...right.map((node): Happening => ({type: 'join', node, at})),
		...bad.flatMap((node, index): Happening[] => [
			{type: 'leave', node, at: at + 100},
			{type: 'clock', node, skewMs: DAY_STEP_MS * (index + 1), at: at + 8000},
			{type: 'join', node, at: at + 9000 + 3000 * index},
		]),
		...right.map((node): Happening => ({type: 'post', node, at: at + 16_000, count: 1, bytes: 20})),
	];
}

/** Two can not reach each other for longer than five dials take; nobody tells them of each other later. */
function block(a: number, b: number, at: number): Happening[] {
	return [
		{type: 'join', node: a, at},
		{type: 'join', node: b, at},
		{type: 'fault', fault: {type: 'blocked', from: a, to: b}, at: at + 8000, ms: 60_000},
	];
}

/** The connection to a target breaks, of which nobody else tells. */
function loseTarget(a: number, b: number, at: number): Happening[] {
	return [
		{type: 'join', node: a, at},
		{type: 'join', node: b, at},
		{type: 'reset', node: a, other: b, which: 'all', at: at + 12_000},
	];
}

/** All who had lost each other, but for one, compare; that one, whose feed shares their bucket, speaks without a pause. */
function crossDigests(nodes: number, speaker: number, at: number): Happening[] {
	const all = Array.from({length: nodes}, (_, node) => node);
	const others = all.filter(node => node !== speaker);
	const pairs = others.flatMap(from => others.filter(to => from < to).map(to => ({from, to})));
	const said = Array.from({length: 90}, (_, index): Happening => {
		return {type: 'post', node: speaker, at: at + 12_700 + index * 30, count: 1, bytes: 20};
	});
	return [
		...all.map((node): Happening => ({type: 'join', node, at})),
		...pairs.map((pair): Happening => ({type: 'fault', fault: {type: 'blocked', ...pair}, at: at + 8000, ms: 2500})),
		...others.map((node): Happening => ({type: 'post', node, at: at + 9000, count: 1, bytes: 20})),
		...said,
	];
}

/** Connections to `b` come and go so often that who has one is told late; then another can not reach it any more. */
function loseInCrowd(nodes: number, a: number, b: number, at: number): Happening[] {
	const all = Array.from({length: nodes}, (_, node) => node);
	const others = all.filter(node => node !== a && node !== b);
	const resets = Array.from({length: CROWD_RESETS}, (_, round) => at + 8000 + round * CROWD_STEP_MS);
	const last = resets.at(-1) ?? at;
	return [
		...all.map((node): Happening => ({type: 'join', node, at})),
		...resets.flatMap(when =>
			others.map((node): Happening => ({type: 'reset', node, other: b, which: 'all', at: when})),
		),
		{type: 'fault', fault: {type: 'blocked', from: a, to: b}, at: last + CROWD_STEP_MS, ms: 12_000},
	];
}

/** Somebody sends what nobody asked for. */
function handOver(nodes: number, a: number, at: number): Happening[] {
	const joins = Array.from({length: nodes}, (_, node): Happening => ({type: 'join', node, at}));
	return [...joins, {type: 'unasked', node: a, at: at + 12_000}];
}

/** A cable is out for a while, again and again; whom it cut off stands still when the other's words come. */
function standStill(nodes: number, a: number, b: number, at: number): Happening[] {
	const joins = Array.from({length: nodes}, (_, node): Happening => ({type: 'join', node, at}));
	const rounds = STANDSTILLS.flatMap(({cutMs, ms}, round): Happening[] => {
		const from = at + 8000 + round * STANDSTILL_ROUND_MS;
		const cut: Fault = {type: 'cut', from: a, to: b, both: true};
		return [
			{type: 'fault', fault: cut, at: from, ms: cutMs},
			{type: 'fault', fault: {type: 'freeze', node: a}, at: from + cutMs - STANDS_BEFORE_MS, ms},
		];
	});
	return [...joins, ...rounds];
}

function chooseForTwo(random: SeededRandom, {calm, scattered}: EpilogueRoom, at: number): Happening[] {
	const a = random.between(0, 1);
	const b = 1 - a;
	const dice = random.fraction();
	if (dice < 0.25) return flood(a, b, calm, at);
	if (scattered) return loseTarget(a, b, at);
	if (dice < 0.45) return breakYoung(a, b, at);
	if (dice < 0.58) return breakWhileAnswering(a, b, at);
	if (dice < 0.75 && !calm) return block(a, b, at);
	return speakBehindList(a, b, at);
}

export function chooseEpilogue(random: SeededRandom, room: EpilogueRoom, at: number): Happening[] {
	const {nodes, apart, calm, scattered, alike} = room;
	const far = apart.find(({how}) => how === 'far');
	if (far) return speakAfar(far, at);
	if (nodes === 3 && apart[0]?.how === 'cut') return speakBeside(apart[0].from, 0, at);
	if (nodes === 2) return chooseForTwo(random, room, at);
	const a = random.between(0, nodes - 1);
	const b = (a + random.between(1, nodes - 1)) % nodes;
	if (!calm && alike && !scattered) return crossDigests(nodes, a, at);
	// Of two that are no targets, where no beacon passes, others alone know that they live.
	if (!calm && scattered && nodes > 3) return block(nodes - 2, nodes - 1, at);
	if (!calm && nodes > 3 && random.chance(0.15)) return driftStepwise(nodes, at);
	const dice = random.fraction();
	if (dice < 0.3) return joinAmongMute(random, nodes, at);
	if (dice < 0.5 && !scattered) return block(a, b, at);
	if (dice < 0.65 && !calm) return handOver(nodes, a, at);
	if (dice < 0.6 && !scattered && apart.length === 0) return loseInCrowd(nodes, a, b, at);
	return standStill(nodes, a, b, at);
}
