/** Random choices of a scenario: steps, faults, clock skews and limited pairs. */
import {FAULT_BAN_MS} from '../../source/core/limits.js';
import type {SeededRandom} from '../helpers/seeded-random.js';
import type {Fault, LimitedPair, Scenario, Step} from './scenario.js';

const HOUR_MS = 3_600_000;
/** Time from the end of a ban until the banned peer dials again, ms. */
const RETRY_MS = 5000;
/** Maximum time until a node sends the message for which a trigger waits, ms. */
const TRIGGER_MS = 5000;

function chooseSkew(random: SeededRandom): number {
	if (random.chance(0.6)) return 0;
	if (random.chance(0.7)) return random.between(-20_000, 20_000);
	return random.between(-HOUR_MS, HOUR_MS);
}

function chooseFault(random: SeededRandom, nodes: number, calm: boolean): {fault: Fault; ms: number} {
	const node = random.between(0, nodes - 1);
	const other = (node + random.between(1, nodes - 1)) % nodes;
	const slow: Fault = {type: 'slow', node, bytesPerSecond: random.between(2000, 60_000)};
	if (calm) {
		if (random.chance(0.2)) return {fault: {type: 'sleep'}, ms: random.between(3000, 60_000)};
		if (random.chance(0.2)) return {fault: {type: 'unresponsive', node}, ms: random.between(1000, 60_000)};
		if (random.chance(0.2)) return {fault: {type: 'exaggerate', node}, ms: random.between(1000, 20_000)};
		if (random.chance(0.5)) return {fault: {type: 'freeze', node}, ms: random.between(100, 4000)};
		if (random.chance(0.5))
			return {fault: {type: 'cut', from: node, to: other, both: true}, ms: random.between(100, 5000)};
		return {fault: {type: 'firewall', from: node, to: other, how: 'dropped'}, ms: random.between(1000, 20_000)};
	}
	const ms = random.pick([random.between(200, 3000), random.between(3000, 20_000), random.between(20_000, 75_000)]);
	switch (random.between(0, 9)) {
		case 0:
			return {fault: {type: 'freeze', node}, ms: Math.min(ms, 40_000)};
		case 1:
			return {fault: {type: 'unplug', node}, ms};
		case 2:
			return {fault: {type: 'cut', from: node, to: other, both: true}, ms};
		case 3:
			return {fault: {type: 'cut', from: node, to: other, both: false}, ms};
		case 4: {
			const side = Array.from({length: nodes}, (_, index) => index).filter(() => random.chance(0.5));
			return {fault: {type: 'partition', side}, ms};
		}
		case 5:
			return {fault: slow, ms};
		case 6:
			return {fault: {type: 'unresponsive', node}, ms};
		case 7:
			return {fault: {type: 'exaggerate', node}, ms};
		case 8:
			return {fault: {type: 'blocked', from: node, to: other}, ms: random.between(40_000, 80_000)};
		default:
			return {fault: {type: 'firewall', from: node, to: other, how: random.pick(['dropped', 'refused'])}, ms};
	}
}

/** Chooses a random step at `at`, ms. */
export function chooseStep(random: SeededRandom, nodes: number, at: number, calm: boolean): Step {
	const node = random.between(0, nodes - 1);
	const roll = random.fraction();
	if (roll < 0.45) {
		const many = random.chance(0.15);
		return {
			type: 'post',
			node,
			at,
			count: many ? random.between(5, 120) : 1,
			bytes: random.chance(0.1) ? random.between(500, 9000) : 20,
		};
	}
	if (roll < 0.5) return {type: 'rename', node, at};
	if (roll < 0.56) return {type: 'leave', node, at};
	if (roll < 0.64) return {type: 'crash', node, at, how: random.pick(['killed', 'power'])};
	if (roll < 0.72) return {type: 'join', node, at};
	const other = (node + random.between(1, nodes - 1)) % nodes;
	if (roll < 0.77) return {type: 'reset', node, other, which: 'all', at};
	if (roll < 0.83) return {type: 'redial', node, other, at};
	if (roll < 0.86) return {type: 'replay', node, at};
	if (!calm && roll < 0.87) return {type: 'readdress', node, at};
	if (!calm && roll < 0.88) return {type: 'unrequested', node, at};
	if (!calm && roll < 0.9) return {type: 'clock', node, skewMs: chooseSkew(random), at};
	return {type: 'fault', at, ...chooseFault(random, nodes, calm)};
}

/** Chooses the pairs whose link is limited for the whole scenario. */
export function chooseLimitedPairs(random: SeededRandom, nodes: number, calm: boolean): Scenario['limitedPairs'] {
	if (!calm && nodes > 2 && random.chance(0.12)) return [{from: 1, to: random.between(2, nodes - 1), how: 'far'}];
	if (nodes === 3 && random.chance(0.3)) return [{from: 1, to: 2, how: 'cut'}];
	if (random.chance(0.15)) return [{from: random.between(1, nodes - 1), to: 0, how: 'no-beacon'}];
	if (nodes < 3 || random.chance(0.75)) return [];
	const pairs: LimitedPair[] = [];
	for (let from = 1; from < nodes; from++)
		for (let to = from + 1; to < nodes; to++)
			if (random.chance(0.15)) pairs.push({from, to, how: random.pick(['cut', 'one-way'])});
	return pairs;
}

/**
 * Steps that accompany another step. A redial is accompanied by posts of both ends, and sometimes by a reset of the new
 * connection before the old one is closed. A crash is sometimes accompanied by a stall of another node.
 */
export function chooseFollowUps(random: SeededRandom, step: Step, nodes: number, calm: boolean): Step[] {
	const {at} = step;
	if (step.type === 'crash' && !calm && random.chance(0.3)) {
		const node = (step.node + random.between(1, nodes - 1)) % nodes;
		const fault: Fault = {type: 'freeze', node};
		return [{type: 'fault', fault, at: at + random.between(100, 2500), ms: random.between(4000, 12_000)}];
	}
	if (step.type !== 'redial') return [];
	const {node, other} = step;
	const soon = () => at + random.between(0, 1500);
	const posts = Array.from({length: 6}, (): Step => {
		return {type: 'post', node: random.pick([node, other]), at: soon(), count: 1, bytes: 20};
	});
	return random.chance(0.5) ? [...posts, {type: 'reset', node, other, which: 'newest', at: soon()}] : posts;
}

/** Clock errors, ms. Most clocks are correct; a wrong one must not affect the others. */
export function chooseSkews(random: SeededRandom, nodes: number, calm: boolean): number[] {
	const skewed = random.chance(0.6);
	const skews = Array.from({length: nodes}, () => (skewed ? chooseSkew(random) : 0));
	if (!calm && nodes > 3 && random.chance(0.1)) skews[nodes - 1] = random.pick([-48, 48]) * HOUR_MS;
	return skews;
}

/** Time when the effect of a step ends, ms. */
export function endOfStep(step: Step): number {
	if (step.type === 'fault') return step.at + step.ms;
	if (step.type === 'trigger') return step.at + TRIGGER_MS;
	return step.at + (step.type === 'unrequested' ? FAULT_BAN_MS + RETRY_MS : 0);
}
