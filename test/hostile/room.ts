/** Two honest nodes on the memory network with a fake clock, and a host for a malicious peer. */
import type {Observation, PeerId} from '../../source/core/event.js';
import type {TimelineEntry} from '../../source/core/timeline.js';
import {sliceTimeline} from '../../source/core/timeline.js';
import {deriveRoomKeys, type RoomKeys} from '../../source/feed/room-keys.js';
import type {ChatNode, SelfInfo} from '../../source/node/chat-node.js';
import {createChatNode} from '../../source/node/create-chat-node.js';
import {createFakeClock, type FakeClock} from '../helpers/fake-clock.js';
import {createMemoryNetwork, type MemoryHost, type MemoryNetwork} from '../helpers/memory-network.js';
import {createSeededRandom} from '../helpers/seeded-random.js';
import {createDisk} from '../simulation/disk.js';
import {connectMalicious, type MaliciousOptions, type MaliciousPeer} from './malicious-peer.js';

export const UDP_PORT = 47_474;
const TCP_PORT = 4000;

export interface HonestNode {
	readonly chatNode: ChatNode;
	readonly info: SelfInfo;
	readonly host: MemoryHost;
	/** Greatest number of bytes that were queued at any time on one connection of the node. */
	readonly mostQueued: () => number;
}

export interface HostileRoom {
	readonly clock: FakeClock;
	readonly network: MemoryNetwork;
	readonly keys: RoomKeys;
	readonly ann: HonestNode;
	readonly bob: HonestNode;
	/** Host of the malicious peer. */
	readonly attackerHost: MemoryHost;
	/** Connects a malicious peer to Ann. */
	attack(options?: Partial<MaliciousOptions>): Promise<MaliciousPeer>;
	/** Advances the fake clock until the condition holds. */
	until(what: string, condition: () => boolean, limitMs?: number): Promise<void>;
	stop(): Promise<void>;
}

export function rowsOf({chatNode}: HonestNode): TimelineEntry[] {
	const {timeline} = chatNode.store.getState();
	return sliceTimeline(timeline, 0, timeline.length);
}

export function textsOf(node: HonestNode): string[] {
	return rowsOf(node).flatMap(row => (row.type === 'posted' ? [row.text] : []));
}

export function noticesOf(node: HonestNode): (Observation & {readonly type: 'notice'})[] {
	return rowsOf(node).filter((row): row is Observation & {readonly type: 'notice'} => row.type === 'notice');
}

export const noticeCodes = (node: HonestNode) => noticesOf(node).map(({code}) => code);

export const isConnected = (node: HonestNode, peer: PeerId) =>
	node.chatNode.store.getState().ephemeral.links[peer] !== undefined;

export async function createHostileRoom(seed = 1): Promise<HostileRoom> {
	const clock = createFakeClock();
	const random = createSeededRandom(seed);
	const network = createMemoryNetwork({clock, random: random.fork()});
	network.links.setDefaults({latencyMs: 1});
	const keys = await deriveRoomKeys({room: 'lan'});
	const peers: MaliciousPeer[] = [];

	async function launch(name: string, address: string): Promise<HonestNode> {
		const host = network.addHost(name, address);
		const transport = host.createTransport({psk: keys.psk, identity: keys.pskIdentity, port: TCP_PORT});
		let mostQueued = 0;
		const chatNode = createChatNode(
			{name, room: 'lan', keys, version: '1.0.0', targets: []},
			{
				clock: host.clock,
				random: random.fork(),
				transport: {
					...transport,
					get refused() {
						return transport.refused;
					},
					listen: accepted =>
						transport.listen(connection => {
							const {send} = connection;
							connection.send = frame => {
								const result = send(frame);
								mostQueued = Math.max(mostQueued, connection.queuedBytes);
								return result;
							};
							accepted(connection);
						}),
				},
				beacon: host.createBeacon({port: UDP_PORT}),
				openedLog: createDisk({format: 1, version: '0', roomTag: keys.tag, roomName: 'lan', created: 0}).open(),
				debug: () => {},
				rememberTarget: () => {},
			},
		);
		const starting = chatNode.start();
		let info: SelfInfo | undefined;
		void starting.then(started => {
			info = started;
		});
		await clock.advanceUntil(() => info !== undefined, 1000);
		return {chatNode, host, info: await starting, mostQueued: () => mostQueued};
	}

	async function until(what: string, condition: () => boolean, limitMs = 10_000): Promise<void> {
		if (!(await clock.advanceUntil(condition, limitMs))) throw new Error(`within ${limitMs} ms never: ${what}`);
	}

	const ann = await launch('Ann', '10.0.0.1');
	const bob = await launch('Bob', '10.0.0.2');
	const attackerHost = network.addHost('attackerHost', '10.0.0.66');
	await until('two are connected', () => isConnected(ann, bob.info.peer) && isConnected(bob, ann.info.peer));

	return {
		clock,
		network,
		keys,
		ann,
		bob,
		attackerHost,
		until,
		async attack(options = {}) {
			const transport = attackerHost.createTransport({psk: keys.psk, identity: keys.pskIdentity});
			let peer: MaliciousPeer | undefined;
			let failed: unknown;
			void connectMalicious({
				transport,
				host: '10.0.0.1',
				port: TCP_PORT,
				keys,
				now: () => clock.now(),
				...options,
			}).then(
				connected => {
					peer = connected;
				},
				error => {
					failed = error;
				},
			);
			await clock.advanceUntil(() => peer !== undefined || failed !== undefined, 10_000);
			if (!peer) throw failed;
			peers.push(peer);
			await clock.advance(20);
			return peer;
		},
		async stop() {
			for (const peer of peers) peer.connection.destroy();
			const stopped = Promise.all([ann.chatNode.stop(), bob.chatNode.stop()]);
			let done = false;
			void stopped.then(() => {
				done = true;
			});
			await clock.advanceUntil(() => done, 5000);
			await stopped;
		},
	};
}

/** Expects that messages arrive in both directions within 500 ms of the fake clock, even during an attack. */
export async function expectChat(room: HostileRoom, text: string): Promise<void> {
	room.ann.chatNode.post(`${text}, says Ann`);
	room.bob.chatNode.post(`${text}, says Bob`);
	await room.until(
		`both read "${text}"`,
		() => textsOf(room.ann).includes(`${text}, says Bob`) && textsOf(room.bob).includes(`${text}, says Ann`),
		500,
	);
}
