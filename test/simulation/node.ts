import type {FeedEvent} from '../../source/core/event.js';
import type {PeerId} from '../../source/core/ids.js';
import type {RoomKeys} from '../../source/feed/room-keys.js';
import type {Address} from '../../source/network/candidate.js';
import {createSession} from '../../source/session/create-session.js';
import type {SelfInfo, Session} from '../../source/session/session.js';
import type {MemoryHost} from '../helpers/memory-network.js';
import type {SeededRandom} from '../helpers/seeded-random.js';
import {createDisk, type Disk} from './disk.js';
import {createTraffic, type MeteredClock, meterClock, meterTransport, type Traffic} from './meter.js';

const UDP_PORT = 47_474;
export const TCP_PORT = 4000;

/** One process: from its launch to its end. */
export interface Life {
	readonly session: Session;
	readonly clock: MeteredClock;
	readonly traffic: Traffic;
	readonly disk: Disk;
	/** Why it cut off others, who are all honest: code and words. */
	readonly faults: readonly string[];
	/** Events that entered its state, in that order. */
	readonly events: FeedEvent[];
	/** By id, how often; more than once is a fault. */
	readonly entered: Map<string, number>;
	info: SelfInfo | undefined;
	/** `running`, or how it ended. */
	state: 'running' | 'leaving' | 'left' | 'crashed';
}

/** A host with its present process, if any. */
export interface SimulatedNode {
	readonly host: MemoryHost;
	readonly index: number;
	life: Life | undefined;
	/** Every peer id this host ever had, and how that life ended. */
	readonly lives: Life[];
	launch(): void;
}

export interface NodeOptions {
	readonly host: MemoryHost;
	readonly index: number;
	readonly keys: RoomKeys;
	readonly random: SeededRandom;
	readonly targets: readonly Address[];
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
		const traffic = createTraffic();
		const faults: string[] = [];
		const session = createSession(
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
				random: random.fork(),
				transport: meterTransport(
					host.createTransport({psk: keys.psk, identity: keys.pskIdentity, port: TCP_PORT}),
					traffic,
					clock,
				),
				beacon: host.createBeacon({port: UDP_PORT}),
				opened: disk.open(),
				debug(scope, text, fields) {
					if (fields?.by === 'fault') faults.push(`${fields.code}: ${text}`);
					trace?.(`${Math.round(host.clock.monotonic())} ${index} ${scope}: ${text} ${JSON.stringify(fields ?? {})}`);
				},
				rememberTarget: () => {},
			},
		);
		const life: Life = {
			session,
			clock,
			traffic,
			disk,
			faults,
			entered: new Map(),
			events: [],
			info: undefined,
			state: 'running',
		};
		node.life = life;
		node.lives.push(life);
		session.store.subscribe((_, inputs) => {
			for (const input of inputs) {
				if (input.type !== 'events') continue;
				life.events.push(...input.events);
				for (const {peer, seq, type} of input.events) {
					const id = `${peer}:${seq}`;
					life.entered.set(id, (life.entered.get(id) ?? 0) + 1);
					trace?.(`${Math.round(host.clock.monotonic())} ${index} learnt ${peer.slice(0, 6)}:${seq} ${type}`);
				}
			}
		});
		void session.start().then(info => {
			life.info = info;
			trace?.(`${Math.round(host.clock.monotonic())} ${index} is ${info.peer.slice(0, 6)}`);
		});
	}

	const node: SimulatedNode = {host, index, life: undefined, lives: [], launch};
	return node;
}

export function peerOf(life: Life): PeerId {
	if (!life.info) throw new Error('this node never started');
	return life.info.peer;
}
