/** Faults that last: how they begin, what they do to the links, how they end. */

import type {Clock} from '../../source/core/environment.js';
import {CUT, type LinkFaults} from '../helpers/memory-links.js';
import type {MemoryNetwork} from '../helpers/memory-network.js';
import type {SimulatedNode} from './node.js';
import type {Fault, Happening, Scenario} from './scenario.js';

export interface Faults {
	/** Links as the scenario wants them, and every fault that is active. */
	applyLinks(): void;
	begin(fault: Fault): void;
	finish(fault: Fault): void;
	finishAll(): void;
	isUnplugged(index: number): boolean;
	/** Something happens that may leave one knowing less of others than before. */
	disturbed(by: Happening['type']): void;
	/** For how long nothing was wrong but nodes that do not answer, ms. */
	quietMs(): number;
}

export interface FaultsOptions {
	readonly scenario: Scenario;
	readonly network: MemoryNetwork;
	readonly clock: Clock;
	readonly nodes: () => readonly SimulatedNode[];
}

/** After these somebody may know less of others than he did. */
const DISTURBING: ReadonlySet<Happening['type']> = new Set([
	'crash',
	'leave',
	'reset',
	'redial',
	'readdress',
	'unasked',
]);
const FAR: Partial<LinkFaults> = {latencyMs: 700};
const ONE_WAY: Partial<LinkFaults> = {connect: 'dropped'};
const UNHEARD: Partial<LinkFaults> = {connect: 'dropped', broadcast: false, multicast: false};

/** Which directed links a fault changes, and how. */
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

export function createFaults({scenario, network, clock, nodes}: FaultsOptions): Faults {
	const active = new Set<Fault>();
	let disturbedAt = 0;

	function applyLinks(): void {
		network.healAll();
		for (const {from, to, how} of scenario.apart) {
			if (how === 'cut') network.cut(`host ${from}`, `host ${to}`);
			else network.links.set(`host ${from}`, `host ${to}`, how === 'unheard' ? UNHEARD : how === 'far' ? FAR : ONE_WAY);
			if (how === 'far') network.links.set(`host ${to}`, `host ${from}`, FAR);
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
		else if (fault.type === 'mute') setMute(fault.node, true);
		else if (fault.type === 'boast') setBoasting(fault.node, true);
		else applyLinks();
		if (fault.type === 'blocked') network.reset(`host ${fault.from}`, `host ${fault.to}`);
	}

	function freeze({host, standstills}: SimulatedNode): void {
		if (!host.clock.frozen) standstills.push({from: clock.monotonic(), to: Number.POSITIVE_INFINITY});
		host.freeze();
	}

	function thaw({host, standstills}: SimulatedNode): void {
		host.thaw();
		standstills.at(-1)!.to = clock.monotonic();
	}

	/** A new process is not. */
	function setBoasting(index: number, isBoasting: boolean): void {
		for (const {traffic} of nodes()[index]?.lives ?? []) {
			traffic.isBoasting = isBoasting;
			traffic.boasted ||= isBoasting;
		}
	}

	/** A new process is not. */
	function setMute(index: number, isMute: boolean): void {
		for (const {traffic} of nodes()[index]?.lives ?? []) traffic.isMute = isMute;
	}

	function isFrozen(index: number): boolean {
		return [...active].some(fault => fault.type === 'sleep' || (fault.type === 'freeze' && fault.node === index));
	}

	function isUnplugged(index: number): boolean {
		return [...active].some(fault => fault.type === 'unplug' && fault.node === index);
	}

	function finish(fault: Fault): void {
		if (!active.delete(fault)) return;
		if (fault.type !== 'mute') disturbedAt = clock.monotonic();
		for (const node of nodes()) {
			const {host, index} = node;
			if (host.clock.frozen && !isFrozen(index)) thaw(node);
			if (fault.type === 'unplug' && fault.node === index && !isUnplugged(index)) host.plug();
		}
		if (fault.type === 'mute') setMute(fault.node, false);
		if (fault.type === 'boast') setBoasting(fault.node, false);
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
		disturbed(by) {
			if (DISTURBING.has(by)) disturbedAt = clock.monotonic();
		},
		quietMs: () => ([...active].some(({type}) => type !== 'mute') ? 0 : clock.monotonic() - disturbedAt),
	};
}
