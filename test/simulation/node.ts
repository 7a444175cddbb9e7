import type {FeedEvent, PeerId} from '../../source/core/event.js';
import type {RoomKeys} from '../../source/feed/room-keys.js';
import type {HostAddress} from '../../source/network/ip-address.js';
import type {ChatNode, SelfInfo} from '../../source/node/chat-node.js';
import {createChatNode} from '../../source/node/create-chat-node.js';
import type {MemoryHost} from '../helpers/memory-network.js';
import type {SeededRandom} from '../helpers/seeded-random.js';
import {alikeSeed, withSeed} from './alike.js';
import {createDisk, type Disk} from './disk.js';
import {judgeHaste, type Standstill} from './haste.js';
import {createReplayedBeacon, type ReplayedBeacon} from './lies.js';
import {createTraffic, type MeteredClock, meterClock, meterTransport, type Traffic} from './meter.js';
import type {Overhearing} from './overhear.js';
import {judgeSilence} from './silence.js';

const UDP_PORT = 47_474;
export const TCP_PORT = 4000;

/** One process: from its launch to its end. */
export interface Life {
	/** Of its node. */
	readonly index: number;
	readonly chatNode: ChatNode;
	readonly beacon: ReplayedBeacon;
	readonly clock: MeteredClock;
	readonly traffic: Traffic;
	readonly disk: Disk;
	/** Why it cut off others, who are all honest: code and words. */
	readonly faults: readonly string[];
	/** Events that entered its state, in that order. */
	readonly events: FeedEvent[];
	/** By id, how often; more than once is a fault. */
	readonly entered: Map<string, number>;
	/** By id, when first: true time, ms. */
	readonly learntAt: Map<string, number>;
	/** When it lost its connection to a peer last, true time, ms. */
	readonly disconnectedAt: Map<PeerId, number>;
	/** What it said of others, too early to be sure (`haste.ts`, `silence.ts`). */
	readonly hasty: string[];
	info: SelfInfo | undefined;
	/** `running`, or how it ended. */
	state: 'running' | 'leaving' | 'left' | 'crashed';
	/** When it left, and who could take its last word then. True time, ms. */
	farewell: {readonly at: number; readonly to: readonly Life[]} | undefined;
	/** True time, ms. */
	crashedAt: number | undefined;
}

/** A host with its present process, if any. */
export interface SimulatedNode {
	readonly host: MemoryHost;
	readonly index: number;
	/** Where nobody is. */
	readonly falseHost: string;
	life: Life | undefined;
	/** Every peer id this host ever had, and how that life ended. */
	readonly lives: Life[];
	/** When it stood still, true time, ms; the last one may go on. */
	readonly standstills: Standstill[];
	launch(): void;
}

export interface NodeOptions {
	readonly host: MemoryHost;
	readonly index: number;
	readonly keys: RoomKeys;
	readonly random: SeededRandom;
	readonly targets: readonly HostAddress[];
	/** The keys of its lives begin alike with those of others: their feeds share a bucket. */
	readonly alike: boolean;
	/** In the whole room. */
	readonly livesSoFar: () => number;
	/** Where nobody is. */
	readonly falseHost: string;
	readonly heard: () => Overhearing;
	readonly identitySeed: Uint8Array | undefined;
	readonly trace: ((line: string) => void) | undefined;
}

export function createNode(options: NodeOptions): SimulatedNode {
	const {host, index, keys, random, trace} = options;
	const header = {format: 1, version: '0', roomTag: keys.tag, roomName: 'room', created: 0};
	let disk = createDisk(header);

	function launch(): void {
		if (node.life) return;
		if (node.lives.length > 0 && !keys.hasSecret) disk = createDisk(header);
		const clock = meterClock(host.clock, trace !== undefined);
		const beacon = createReplayedBeacon(host.createBeacon({port: UDP_PORT}), options.falseHost);
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
				random: options.alike ? withSeed(random.fork(), alikeSeed(options.livesSoFar())) : random.fork(),
				transport: meterTransport(
					host.createTransport({psk: keys.psk, identity: keys.pskIdentity, port: TCP_PORT}),
					traffic,
					clock,
					options.heard().createEar(() => life),
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
			entered: new Map(),
			learntAt: new Map(),
			disconnectedAt: new Map(),
			hasty: [],
			events: [],
			info: undefined,
			state: 'running',
			farewell: undefined,
			crashedAt: undefined,
		};
		node.life = life;
		node.lives.push(life);
		chatNode.store.subscribe((_, inputs) => {
			const now = host.clock.monotonic();
			for (const input of inputs) {
				if (input.type === 'observed' && input.observation.type === 'peer-disconnected' && !input.observation.alone)
					life.disconnectedAt.set(input.observation.subject, now);
				if (input.type === 'ephemeral') life.hasty.push(...judgeSilence(life, input.event, options.heard(), now));
				if (input.type !== 'events') continue;
				life.events.push(...input.events);
				for (const event of input.events) {
					const {peer, seq, type} = event;
					const id = `${peer}:${seq}`;
					life.entered.set(id, (life.entered.get(id) ?? 0) + 1);
					if (!life.learntAt.has(id)) life.learntAt.set(id, now);
					life.hasty.push(...judgeHaste(life, event, node.standstills, now));
					trace?.(`${Math.round(host.clock.monotonic())} ${index} learnt ${peer.slice(0, 6)}:${seq} ${type}`);
				}
			}
		});
		void chatNode.start().then(info => {
			life.info = info;
			trace?.(`${Math.round(host.clock.monotonic())} ${index} is ${info.peer.slice(0, 6)}`);
		});
	}

	const {falseHost} = options;
	const node: SimulatedNode = {host, index, falseHost, life: undefined, lives: [], standstills: [], launch};
	return node;
}

export function peerOf(life: Life): PeerId {
	if (!life.info) throw new Error('this node never started');
	return life.info.peer;
}
