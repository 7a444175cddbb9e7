/** Faults with a duration: how they begin, what they do to the links, how they end. */
import type {Clock} from '../../source/core/environment.js';
import {CUT, type LinkFaults} from '../helpers/memory-links.js';
import type {MemoryNetwork} from '../helpers/memory-network.js';
import type {SimulatedNode} from './node.js';
import type {Fault, Scenario, Step} from './scenario.js';

/** Faults of a run that are active at the moment. */
export interface Faults {
	/** Sets the links as the scenario and the active faults require. */
	applyLinks(): void;
	begin(fault: Fault): void;
	finish(fault: Fault): void;
	finishAll(): void;
	isUnplugged(index: number): boolean;
	/** Notes a step that may make a node lose knowledge of others. */
	noteStep(type: Step['type']): void;
	/** Time since the last fault other than an unresponsive node, ms. */
	quietMs(): number;
}

export interface FaultsOptions {
	readonly scenario: Scenario;
	readonly network: MemoryNetwork;
	readonly clock: Clock;
	readonly nodes: () => readonly SimulatedNode[];
}

/** Steps after which a node may know less of others than before. */
const DISTURBING: ReadonlySet<Step['type']> = new Set([
	'crash',
	'leave',
	'reset',
	'redial',
	'readdress',
	'unrequested',
]);
const SLOW_DIRECT: Partial<LinkFaults> = {latencyMs: 700};
const ONE_WAY: Partial<LinkFaults> = {connect: 'dropped'};
const NO_BEACON: Partial<LinkFaults> = {connect: 'dropped', broadcast: false, multicast: false};

/** Directed links that a fault changes, with the new settings. */
function patches(fault: Fault, nodes: number): [number, number, Partial<LinkFaults>][] {
	const all = Array.from({length: nodes}, (_, index) => index);
	switch (fault.type) {
		case 'cut':
			return fault.both
				? [
						[fault.from, fault.to, CUT],
						[fault.to, fault.from, CUT],
					]
				: [[fault.from, fault.to, CUT]];
		case 'partition':
			return all
				.flatMap(from => all.map((to): [number, number] => [from, to]))
				.filter(([from, to]) => fault.side.includes(from) !== fault.side.includes(to))
				.map(([from, to]) => [from, to, CUT]);
		case 'slow':
			return all
				.filter(from => from !== fault.node)
				.map(from => [from, fault.node, {bytesPerSecond: fault.bytesPerSecond}]);
		case 'firewall':
			return [[fault.from, fault.to, {connect: fault.how}]];
		case 'blocked':
			return [
				[fault.from, fault.to, {connect: 'dropped'}],
				[fault.to, fault.from, {connect: 'dropped'}],
			];
		default:
			return [];
	}
}

/** Creates the fault injection of one run, without active faults. */
export function createFaults({scenario, network, clock, nodes}: FaultsOptions): Faults {
	const active = new Set<Fault>();
	let disturbedAt = 0;

	function applyLinks(): void {
		network.healAll();
		for (const {from, to, how} of scenario.limitedPairs) {
			if (how === 'cut') network.cut(`host ${from}`, `host ${to}`);
			else
				network.links.set(
					`host ${from}`,
					`host ${to}`,
					how === 'no-beacon' ? NO_BEACON : how === 'far' ? SLOW_DIRECT : ONE_WAY,
				);
			if (how === 'far') network.links.set(`host ${to}`, `host ${from}`, SLOW_DIRECT);
		}
		for (const fault of active)
			for (const [from, to, patch] of patches(fault, scenario.nodes))
				network.links.set(`host ${from}`, `host ${to}`, patch);
	}

	function begin(fault: Fault): void {
		active.add(fault);
		if (fault.type === 'freeze') freeze(nodes()[fault.node]!);
		else if (fault.type === 'sleep') for (const node of nodes()) freeze(node);
		else if (fault.type === 'unplug') nodes()[fault.node]?.host.unplug();
		else if (fault.type === 'unresponsive') setUnresponsive(fault.node, true);
		else if (fault.type === 'exaggerate') setExaggerating(fault.node, true);
		else applyLinks();
		if (fault.type === 'blocked') network.reset(`host ${fault.from}`, `host ${fault.to}`);
	}

	function freeze({host, stalls}: SimulatedNode): void {
		if (!host.clock.frozen) stalls.push({from: clock.monotonic(), to: Number.POSITIVE_INFINITY});
		host.freeze();
	}

	function thaw({host, stalls}: SimulatedNode): void {
		host.thaw();
		stalls.at(-1)!.to = clock.monotonic();
	}

	/**
	 * If `enabled`, the inventories of a node claim more than exists, until this is called again without `enabled` or
	 * the simulated process of the node ends.
	 */
	function setExaggerating(index: number, enabled: boolean): void {
		for (const {traffic} of nodes()[index]?.lives ?? []) {
			traffic.exaggerates = enabled;
			traffic.hasExaggerated ||= enabled;
		}
	}

	/**
	 * If `enabled`, a node drops its answers to requests, until this is called again without `enabled` or the process
	 * of the node ends.
	 */
	function setUnresponsive(index: number, enabled: boolean): void {
		for (const {traffic} of nodes()[index]?.lives ?? []) traffic.isUnresponsive = enabled;
	}

	function isFrozen(index: number): boolean {
		return [...active].some(fault => fault.type === 'sleep' || (fault.type === 'freeze' && fault.node === index));
	}

	function isUnplugged(index: number): boolean {
		return [...active].some(fault => fault.type === 'unplug' && fault.node === index);
	}

	function finish(fault: Fault): void {
		if (!active.delete(fault)) return;
		if (fault.type !== 'unresponsive') disturbedAt = clock.monotonic();
		for (const node of nodes()) {
			const {host, index} = node;
			if (host.clock.frozen && !isFrozen(index)) thaw(node);
			if (fault.type === 'unplug' && fault.node === index && !isUnplugged(index)) host.plug();
		}
		if (fault.type === 'unresponsive') setUnresponsive(fault.node, false);
		if (fault.type === 'exaggerate') setExaggerating(fault.node, false);
		applyLinks();
	}

	return {
		applyLinks,
		begin,
		finish,
		finishAll() {
			for (const fault of [...active]) finish(fault);
		},
		isUnplugged,
		noteStep(type) {
			if (DISTURBING.has(type)) disturbedAt = clock.monotonic();
		},
		quietMs: () => ([...active].some(({type}) => type !== 'unresponsive') ? 0 : clock.monotonic() - disturbedAt),
	};
}
