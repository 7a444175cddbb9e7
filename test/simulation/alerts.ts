/** What happens at the worst moment, once: right behind what a node says. */
import type {Clock} from '../../source/core/environment.js';
import type {MemoryNetwork} from '../helpers/memory-network.js';
import {type SimulatedNode, TCP_PORT} from './node.js';
import type {Overhearing, SaidEnd} from './overhear.js';

type Said = 'list' | 'digest' | 'want';

/** What is waited for. */
const SAID_BEFORE = {post: 'list', break: 'digest', redial: 'want'} as const satisfies Readonly<Record<string, Said>>;

export interface Alerts {
	arm(node: SimulatedNode, does: keyof typeof SAID_BEFORE): void;
	said(end: SaidEnd, what: Said): void;
}

export interface AlertsOptions {
	readonly clock: Clock;
	readonly network: MemoryNetwork;
	readonly heard: () => Overhearing;
}

export function createAlerts({clock, network, heard}: AlertsOptions): Alerts {
	/** By index of the node. */
	const armed = new Map<number, {readonly what: Said; run(end: SaidEnd): void}>();

	function said(end: SaidEnd, what: Said): void {
		const alert = armed.get(end.life.index);
		if (alert?.what === what) alert.run(end);
	}

	function arm(node: SimulatedNode, does: keyof typeof SAID_BEFORE): void {
		armed.set(node.index, {
			what: SAID_BEFORE[does],
			run(end) {
				const {life} = node;
				const other = heard().partner(end);
				const pair = heard().ends.filter(one => one.life === life && one.remoteAddress === end.remoteAddress);
				if (!life || end.life !== life || life.state !== 'running') return;
				if (does === 'post') {
					armed.delete(node.index);
					clock.after(1, () => life.chatNode.post('behind a list'));
				} else if (does === 'redial') {
					armed.delete(node.index);
					clock.after(1, () => life.chatNode.addPeer(end.remoteAddress, TCP_PORT));
				} else if (pair.some(one => one !== end && one.closedAt === undefined) && other && other.digests.length === 0) {
					armed.delete(node.index);
					clock.after(1, () => life.chatNode.post('on a connection that the other end never saw'));
					clock.after(2, () => network.reset(`host ${node.index}`, `host ${other.life.index}`, 'newest'));
					// Who dialled it takes that back: no third connection puts right what the second left.
					clock.after(2, () => other.life.chatNode.dropPeer(other.remoteAddress));
				}
			},
		});
	}

	return {arm, said};
}
