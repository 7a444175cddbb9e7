/**
 * Three honest nodes that chat, and hosts for attackers that fill a limit of Ann, the first node. The network is in memory
 * and the clock is fake, so that a run is always the same. The work of the honest nodes takes time (busy-clock.ts).
 */
import type {Message} from '../../source/codec/message-types.js';
import type {PeerId} from '../../source/core/event.js';
import type {FileId} from '../../source/core/shared-file.js';
import {deriveRoomKeys, type RoomKeys} from '../../source/feed/room-keys.js';
import {createPeerKey} from '../../source/feed/signing-keys.js';
import type {Connection} from '../../source/network/transport/transport.js';
import type {ChatNode} from '../../source/node/chat-node.js';
import {createChatNode} from '../../source/node/create-chat-node.js';
import {createFakeClock, type FakeClock} from '../helpers/fake-clock.js';
import {createMemoryFiles, type MemoryFiles} from '../helpers/memory-files.js';
import {createMemoryNetwork, type MemoryHost, type MemoryNetwork} from '../helpers/memory-network.js';
import {createSeededRandom} from '../helpers/seeded-random.js';
import {createDisk} from '../simulation/disk.js';
import {createBusyClock} from './busy-clock.js';
import {connectMalicious, type MaliciousOptions, type MaliciousPeer, openHistory} from './malicious-peer.js';

export const UDP_PORT = 47_474;
export const TCP_PORT = 4000;
const NAMES = ['Ann', 'Bob', 'Cat'] as const;
const MESSAGES = 100;
const PAUSE_MS = 100;

export interface BrimNode {
	readonly chatNode: ChatNode;
	readonly files: MemoryFiles;
	readonly host: MemoryHost;
	readonly peer: PeerId;
	/** Numbers of dials: started so far, in progress now, and the maximum that was in progress at one time. */
	readonly dials: {started: number; open: number; most: number};
	/** Maximum number of bytes that waited in the queue of one connection at any time. */
	readonly mostQueued: () => number;
	/** How many times the node has paused reading from a connection. */
	readonly pauses: () => number;
}

export interface ChatResult {
	/** Delays of the messages from one honest node to another, fake ms, ascending. */
	readonly delays: readonly number[];
	readonly p99: number;
	/** Connections between honest nodes that ended. */
	readonly broken: number;
}

interface BrimPeerOptions extends Partial<MaliciousOptions> {
	/** Messages after the hello. Default: an empty inventory. */
	readonly opening?: readonly Message[];
}

export interface BrimRoom {
	readonly clock: FakeClock;
	readonly network: MemoryNetwork;
	readonly keys: RoomKeys;
	readonly nodes: readonly BrimNode[];
	readonly ann: BrimNode;
	/** Host of attackers. Each number is an address of its own. */
	attackerHost(number: number): MemoryHost;
	/** Connects a member with a new key to Ann. It answers pings, so that Ann keeps it. */
	connect(host: MemoryHost, options?: BrimPeerOptions): Promise<MaliciousPeer>;
	/** Ann shares a file that is in her memory files. */
	share(path: string): Promise<{readonly file: FileId}>;
	/** Whether Ann is connected to a peer. */
	isLinked(peer: PeerId): boolean;
	/** The honest nodes write in turn. `repeat` is called before each message. */
	chat(repeat?: () => void, textBytes?: number): Promise<ChatResult>;
	stop(): Promise<void>;
}

export async function createBrimRoom(seed = 1): Promise<BrimRoom> {
	const clock = createFakeClock();
	const random = createSeededRandom(seed);
	const keys = await deriveRoomKeys({room: 'lan'});
	let isHonest = true;
	const network = createMemoryNetwork({
		clock: {
			...clock,
			view: options => (isHonest ? createBusyClock(clock.view(options)) : clock.view(options)),
		} as FakeClock,
		random: random.fork(),
	});
	network.links.setDefaults({latencyMs: 1, jitterMs: 1});
	const attackers = new Map<number, MemoryHost>();
	const connected: MaliciousPeer[] = [];
	let broken = 0;
	/** When each message was written and when each node showed it, by text. */
	const written = new Map<string, number>();
	const delays: number[] = [];

	async function launch(name: string, index: number): Promise<BrimNode> {
		isHonest = true;
		const host = network.addHost(name, `10.0.0.${index + 1}`);
		isHonest = false;
		const transport = host.createTransport({psk: keys.psk, identity: keys.pskIdentity, port: TCP_PORT});
		const files = createMemoryFiles(keys.tag);
		const dials = {started: 0, open: 0, most: 0};
		let mostQueued = 0;
		let pauses = 0;
		const meter = (connection: Connection): void => {
			const {send, pause} = connection;
			connection.send = frame => {
				const result = send(frame);
				mostQueued = Math.max(mostQueued, connection.queuedBytes);
				return result;
			};
			connection.pause = () => {
				pauses += 1;
				pause();
			};
		};
		const chatNode = createChatNode(
			{name, room: 'lan', keys, version: '1.0.0', servesFiles: true, targets: []},
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
							meter(connection);
							accepted(connection);
						}),
					async dial(address, port, alternatives) {
						dials.started += 1;
						dials.open += 1;
						dials.most = Math.max(dials.most, dials.open);
						const result = await transport.dial(address, port, alternatives);
						dials.open -= 1;
						if ('connection' in result) meter(result.connection);
						return result;
					},
				},
				beacon: host.createBeacon({port: UDP_PORT}),
				openedLog: createDisk({format: 1, version: '0', roomTag: keys.tag, roomName: 'lan', created: 0}).open(),
				debug: () => {},
				files,
				rememberTarget: () => {},
			},
		);
		chatNode.store.subscribe((_, inputs) => {
			for (const input of inputs) {
				if (input.type === 'observed' && input.observation.type === 'peer-disconnected') {
					const {subject} = input.observation;
					if (nodes.some(({peer}) => peer === subject)) broken += 1;
				}
				if (input.type !== 'events') continue;
				for (const event of input.events) {
					if (event.type !== 'posted' || nodes.every(({peer}) => peer !== event.peer)) continue;
					const at = written.get(event.text.trim());
					if (at !== undefined && chatNode !== nodes.find(({peer}) => peer === event.peer)?.chatNode)
						delays.push(clock.monotonic() - at);
				}
			}
		});
		const {peer} = await settle(chatNode.start());
		return {chatNode, files, host, peer, dials, mostQueued: () => mostQueued, pauses: () => pauses};
	}

	async function settle<T>(promise: Promise<T>): Promise<T> {
		let isSettled = false;
		const settled = promise.finally(() => {
			isSettled = true;
		});
		settled.catch(() => {});
		await clock.advanceUntil(() => isSettled, 60_000);
		return settled;
	}

	const nodes: BrimNode[] = [];
	for (const [index, name] of NAMES.entries()) nodes.push(await launch(name, index));
	const isLinked = () =>
		nodes.every(({chatNode}) => Object.keys(chatNode.store.getState().ephemeral.links).length >= NAMES.length - 1);
	if (!(await clock.advanceUntil(isLinked, 20_000))) throw new Error('the honest nodes did not connect');
	await clock.advance(2000);
	const [ann] = nodes;
	if (!ann) throw new Error('no node');

	return {
		clock,
		network,
		keys,
		nodes,
		ann,
		attackerHost(number) {
			const known = attackers.get(number);
			if (known) return known;
			const host = network.addHost(`attacker ${number}`, `10.0.0.${100 + number}`);
			attackers.set(number, host);
			return host;
		},
		async connect(host, options = {}) {
			const peer = await settle(
				connectMalicious({
					transport: host.createTransport({psk: keys.psk, identity: keys.pskIdentity}),
					host: '10.0.0.1',
					port: TCP_PORT,
					keys,
					now: () => clock.now(),
					key: createPeerKey(random.bytes(32)),
					...options,
					onMessage(message, self) {
						options.onMessage?.(message, self);
						if (message.type !== 'ping' || self.isClosed) return;
						self.send({type: 'pong', id: message.id, clock: clock.now(), hlc: {ms: clock.now(), counter: 0}});
					},
				}),
			);
			connected.push(peer);
			if (options.opening) for (const message of options.opening) peer.send(message);
			else if (!options.skipsHello) openHistory(peer);
			return peer;
		},
		async share(path) {
			await settle(ann.chatNode.shareFile(path));
			const row = ann.chatNode.store
				.getState()
				.timeline.pages.flat()
				.find(({type}) => type === 'shared');
			if (row?.type !== 'shared') throw new Error('not shared');
			return {file: row.file};
		},
		isLinked: peer => ann.chatNode.store.getState().ephemeral.links[peer] !== undefined,
		async chat(repeat = () => {}, textBytes = 0) {
			delays.length = 0;
			for (let index = 0; index < MESSAGES; index++) {
				repeat();
				const text = `message ${index} ${'x'.repeat(textBytes)}`.trim();
				written.set(text, clock.monotonic());
				nodes[index % nodes.length]?.chatNode.post(text);
				await clock.advance(PAUSE_MS);
			}
			const expected = MESSAGES * (nodes.length - 1);
			await clock.advanceUntil(() => delays.length >= expected, 10_000);
			const sorted = delays.toSorted((a, b) => a - b);
			while (sorted.length < expected) sorted.push(Number.POSITIVE_INFINITY);
			return {delays: sorted, p99: sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN, broken};
		},
		async stop() {
			for (const {connection} of connected) connection.destroy();
			await settle(Promise.all(nodes.map(({chatNode}) => chatNode.stop())));
		},
	};
}
