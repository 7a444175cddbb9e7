/** Runs an action once, right after a node sends a certain message: this produces races that random times rarely hit. */
import type {Clock} from '../../source/core/environment.js';
import type {MemoryNetwork} from '../helpers/memory-network.js';
import type {MessageRecorder, RecordedEnd} from './message-recorder.js';
import {type SimulatedNode, TCP_PORT} from './node.js';

/** Messages that can trigger an action. */
export type SentMessage = 'list' | 'digest' | 'want';

/** The message that triggers each action. */
const TRIGGERED_BY = {post: 'list', break: 'digest', redial: 'want'} as const satisfies Readonly<
	Record<string, SentMessage>
>;

/** Armed triggers of a run, at most one for each node. */
export interface Triggers {
	/** Arms an action for the node, in place of the action that was armed before. */
	arm(node: SimulatedNode, action: keyof typeof TRIGGERED_BY): void;
	/** Must be called for every message that a node sends. */
	messageSent(end: RecordedEnd, message: SentMessage): void;
}

export interface TriggersOptions {
	readonly clock: Clock;
	readonly network: MemoryNetwork;
	readonly recorder: () => MessageRecorder;
}

/** Creates the triggers of one run. None is armed. */
export function createTriggers({clock, network, recorder}: TriggersOptions): Triggers {
	/** Armed triggers by node index. */
	const armed = new Map<number, {readonly message: SentMessage; run(end: RecordedEnd): void}>();

	function messageSent(end: RecordedEnd, message: SentMessage): void {
		const trigger = armed.get(end.life.index);
		if (trigger?.message === message) trigger.run(end);
	}

	function arm(node: SimulatedNode, action: keyof typeof TRIGGERED_BY): void {
		armed.set(node.index, {
			message: TRIGGERED_BY[action],
			run(end) {
				const {life} = node;
				const other = recorder().partner(end);
				const pair = recorder().ends.filter(one => one.life === life && one.remoteAddress === end.remoteAddress);
				if (!life || end.life !== life || life.state !== 'running') return;
				if (action === 'post') {
					armed.delete(node.index);
					clock.after(1, () => life.chatNode.post('after a list'));
				} else if (action === 'redial') {
					armed.delete(node.index);
					clock.after(1, () => life.chatNode.addPeer(end.remoteAddress, TCP_PORT));
				} else if (pair.some(one => one !== end && one.closedAt === undefined) && other && other.digests.length === 0) {
					armed.delete(node.index);
					clock.after(1, () => life.chatNode.post('on a connection that the other end does not know yet'));
					clock.after(2, () => network.reset(`host ${node.index}`, `host ${other.life.index}`, 'newest'));
					// The node stops dialling this target, because a third connection would repair the damage that the break of
					// the second one left.
					clock.after(2, () => other.life.chatNode.dropPeer(other.remoteAddress));
				}
			},
		});
	}

	return {arm, messageSent};
}
