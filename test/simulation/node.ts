import type {FeedEvent, PeerId} from '../../source/core/event.js';
import type {RoomKeys} from '../../source/feed/room-keys.js';
import type {HostAddress} from '../../source/network/ip-address.js';
import type {ChatNode, SelfInfo} from '../../source/node/chat-node.js';
import {createChatNode} from '../../source/node/create-chat-node.js';
import type {MemoryHost} from '../helpers/memory-network.js';
import type {SeededRandom} from '../helpers/seeded-random.js';
import {checkLostGrace, type Stall} from './check-lost-grace.js';
import {checkSuspect} from './check-suspect.js';
import {collidingSeed, withFirstBytes} from './colliding-keys.js';
import {createDisk, type Disk} from './disk.js';
import {createReplayableBeacon, type ReplayableBeacon} from './message-faults.js';
import type {MessageRecorder} from './message-recorder.js';
import {createTraffic, type MeteredClock, meterClock, meterTransport, type Traffic} from './meter.js';

const UDP_PORT = 47_474;
export const TCP_PORT = 4000;

/** One process of a node, from its launch to its end. */
export interface Life {
	/** Index of the node to which this process belongs. */
	readonly index: number;
	readonly chatNode: ChatNode;
	readonly beacon: ReplayableBeacon;
	readonly clock: MeteredClock;
	readonly traffic: Traffic;
	readonly disk: Disk;
	/** Protocol faults for which the process disconnected peers: code and text. */
	readonly faults: readonly string[];
	/** Events applied to the state of the process, in the order in which they were applied. */
	readonly events: FeedEvent[];
	/** Number of times that each event was applied, by id. More than once is a fault. */
	readonly appliedCounts: Map<string, number>;
	/** When each event was first applied, by id. True time, ms. */
	readonly appliedAt: Map<string, number>;
	/** When the last connection of the process to each peer ended. True time, ms. */
	readonly disconnectedAt: Map<PeerId, number>;
	/** Violations by premature reports (`check-lost-grace.ts`, `check-suspect.ts`). */
	readonly prematureReports: string[];
	info: SelfInfo | undefined;
	/** `running`, or how the process ended. */
	state: 'running' | 'leaving' | 'left' | 'crashed';
	/** When the process left (true time, ms), and the processes that could receive its last event at that time. */
	departure: {readonly at: number; readonly receivers: readonly Life[]} | undefined;
	/** True time, ms. */
	crashedAt: number | undefined;
}

/** A host with its current process, if any. */
export interface SimulatedNode {
	readonly host: MemoryHost;
	readonly index: number;
	/** An address on its subnet that no host uses. */
	readonly unusedAddress: string;
	life: Life | undefined;
	/** All processes of this host so far. Each has its own peer id. */
	readonly lives: Life[];
	/** Stalls of the host, true time, ms. The last stall may not have ended yet. */
	readonly stalls: Stall[];
	launch(): void;
}

export interface NodeOptions {
	readonly host: MemoryHost;
	readonly index: number;
	readonly keys: RoomKeys;
	readonly random: SeededRandom;
	readonly targets: readonly HostAddress[];
	/** Whether the feeds of all processes share one digest bucket. */
	readonly sharedBucket: boolean;
	/** Number of processes in the whole room. */
	readonly livesSoFar: () => number;
	/** An address on its subnet that no host uses. */
	readonly unusedAddress: string;
	readonly recorder: () => MessageRecorder;
	readonly identitySeed: Uint8Array | undefined;
	readonly trace: ((line: string) => void) | undefined;
}

/** Creates a node without a process. */
export function createNode(options: NodeOptions): SimulatedNode {
	const {host, index, keys, random, trace} = options;
	const header = {format: 1, version: '0', roomTag: keys.tag, roomName: 'room', created: 0};
	let disk = createDisk(header);

	function launch(): void {
		if (node.life) return;
		if (node.lives.length > 0 && !keys.hasSecret) disk = createDisk(header);
		const clock = meterClock(host.clock, trace !== undefined);
		const beacon = createReplayableBeacon(host.createBeacon({port: UDP_PORT}), options.unusedAddress);
		const traffic = createTraffic();
		const faults: string[] = [];
		const chatNode = createChatNode(
			{
				name: `node ${index}`,
				room: 'room',
				keys,
				version: '1.0.0',
				targets: options.targets,
				...(options.identitySeed ? {identitySeed: options.identitySeed} : {}),
			},
			{
				clock,
				random: options.sharedBucket
					? withFirstBytes(random.fork(), collidingSeed(options.livesSoFar()))
					: random.fork(),
				transport: meterTransport(
					host.createTransport({psk: keys.psk, identity: keys.pskIdentity, port: TCP_PORT}),
					traffic,
					clock,
					options.recorder().createObserver(() => life),
				),
				beacon,
				openedLog: disk.open(),
				debug(scope, text, fields) {
					if (fields?.by === 'fault') faults.push(`${fields.code}: ${text}`);
					trace?.(`${Math.round(host.clock.monotonic())} ${index} ${scope}: ${text} ${JSON.stringify(fields ?? {})}`);
				},
				rememberTarget: () => {},
			},
		);
		const life: Life = {
			index,
			chatNode,
			beacon,
			clock,
			traffic,
			disk,
			faults,
			appliedCounts: new Map(),
			appliedAt: new Map(),
			disconnectedAt: new Map(),
			prematureReports: [],
			events: [],
			info: undefined,
			state: 'running',
			departure: undefined,
			crashedAt: undefined,
		};
		node.life = life;
		node.lives.push(life);
		chatNode.store.subscribe((_, inputs) => {
			const now = host.clock.monotonic();
			for (const input of inputs) {
				if (input.type === 'observed' && input.observation.type === 'peer-disconnected' && !input.observation.alone)
					life.disconnectedAt.set(input.observation.subject, now);
				if (input.type === 'ephemeral')
					life.prematureReports.push(...checkSuspect(life, input.event, options.recorder(), now));
				if (input.type !== 'events') continue;
				life.events.push(...input.events);
				for (const event of input.events) {
					const {peer, seq, type} = event;
					const id = `${peer}:${seq}`;
					life.appliedCounts.set(id, (life.appliedCounts.get(id) ?? 0) + 1);
					if (!life.appliedAt.has(id)) life.appliedAt.set(id, now);
					life.prematureReports.push(...checkLostGrace(life, event, node.stalls, now));
					trace?.(`${Math.round(host.clock.monotonic())} ${index} applied ${peer.slice(0, 6)}:${seq} ${type}`);
				}
			}
		});
		void chatNode.start().then(info => {
			life.info = info;
			trace?.(`${Math.round(host.clock.monotonic())} ${index} is ${info.peer.slice(0, 6)}`);
		});
	}

	const {unusedAddress} = options;
	const node: SimulatedNode = {host, index, unusedAddress, life: undefined, lives: [], stalls: [], launch};
	return node;
}

/** Peer id of a process. Throws if the process never started. */
export function peerOf(life: Life): PeerId {
	if (!life.info) throw new Error('this node never started');
	return life.info.peer;
}
