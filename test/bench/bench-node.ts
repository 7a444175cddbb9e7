/**
 * Creates nodes in this process. Each node uses TLS on 127.0.0.1, UDP on loopback or no UDP, and a log, by default in
 * memory.
 */
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import type {FileStore} from '../../source/core/file-content.js';
import type {RoomKeys} from '../../source/feed/room-keys.js';
import type {Beacon} from '../../source/network/discovery/beacon.js';
import {createUdpBeacon} from '../../source/network/discovery/udp-beacon.js';
import type {HostAddress} from '../../source/network/ip-address.js';
import {createSystemClock, systemRandom} from '../../source/network/system-clock.js';
import {createTlsTransport} from '../../source/network/transport/tls-transport.js';
import type {Connection, Transport} from '../../source/network/transport/transport.js';
import type {ChatNode, SelfInfo} from '../../source/node/chat-node.js';
import {createChatNode} from '../../source/node/create-chat-node.js';
import type {OpenedLog} from '../../source/storage/log.js';
import {createMemoryLog} from '../../source/storage/memory-log.js';
import {until} from './measure.js';

/** Bytes that TLS 1.3 adds to a record: header, content type and authentication tag. */
const RECORD_BYTES = 22;

/** Counts the bytes on the connections of a node. Each frame counts as one TLS record, which is an upper bound. */
export interface Traffic {
	sentBytes: number;
	sentFrames: number;
	receivedBytes: number;
}

export interface BenchNode {
	readonly chatNode: ChatNode;
	readonly self: SelfInfo;
	readonly traffic: Traffic;
	connected(): number;
}

export interface BenchNodeOptions {
	readonly keys: RoomKeys;
	readonly name: string;
	readonly opened?: OpenedLog;
	/** UDP port on loopback. Without it the node has no discovery. */
	readonly udpPort?: number;
	readonly targets?: readonly HostAddress[];
	/** Files that the node shares and fetches. */
	readonly files?: FileStore;
	/** Beacon to use instead of the default one, for example one that loses datagrams. */
	readonly beacon?: Beacon;
}

/** A beacon that neither sends nor receives. */
export function createMuteBeacon(): Beacon {
	const interfaces = [
		{
			name: 'lo',
			family: 4 as const,
			address: '127.0.0.1',
			broadcast: '127.255.255.255',
			prefix: 8,
			loopback: true,
			virtual: false,
		},
	];
	return {
		start: async () => ({port: 0, ownPort: 0}),
		broadcast() {},
		send() {},
		interfaces: () => interfaces,
		counters: () => [],
		close: async () => {},
	};
}

function countingTransport(inner: Transport, traffic: Traffic): Transport {
	const count = (connection: Connection): Connection => ({
		...connection,
		get queuedBytes() {
			return connection.queuedBytes;
		},
		get highWaterBytes() {
			return connection.highWaterBytes;
		},
		handle: handlers =>
			connection.handle({
				...handlers,
				data(chunk) {
					traffic.receivedBytes += chunk.length;
					handlers.data(chunk);
				},
			}),
		send(frame) {
			traffic.sentBytes += frame.length + RECORD_BYTES;
			traffic.sentFrames += 1;
			return connection.send(frame);
		},
	});
	return {
		listen: accepted => inner.listen(connection => accepted(count(connection))),
		dial: (address, port) =>
			inner
				.dial(address, port)
				.then(result => ('connection' in result ? {connection: count(result.connection)} : result)),
		get refused() {
			return inner.refused;
		},
		close: () => inner.close(),
	};
}

/** Creates a node without starting it. */
export function createBenchNode(options: BenchNodeOptions): Omit<BenchNode, 'self'> {
	const {keys, name, udpPort, targets = []} = options;
	const clock = createSystemClock();
	const traffic: Traffic = {sentBytes: 0, sentFrames: 0, receivedBytes: 0};
	const transport = createTlsTransport({psk: keys.psk, identity: keys.pskIdentity, hosts: {ipv4: '127.0.0.1'}, clock});
	const header = {format: 1, version: '1.0.0', roomTag: keys.tag, roomName: 'bench', created: Date.now()};
	const beacon =
		options.beacon ??
		(udpPort === undefined ? createMuteBeacon() : createUdpBeacon({port: udpPort, selection: ['lo'], clock}));
	const chatNode = createChatNode(
		{name, room: 'bench', keys, version: '1.0.0', loopbackOnly: true, targets},
		{
			clock,
			random: systemRandom,
			transport: countingTransport(transport, traffic),
			beacon,
			openedLog: options.opened ?? createMemoryLog(header),
			debug: () => {},
			...(options.files && {files: options.files}),
			rememberTarget() {},
		},
	);
	const connected = () => Object.keys(chatNode.store.getState().ephemeral.links).length;
	return {chatNode, traffic, connected};
}

export async function startBenchNode(options: BenchNodeOptions): Promise<BenchNode> {
	const node = createBenchNode(options);
	return {...node, self: await node.chatNode.start()};
}

/** Time limit for all nodes of a room in one process to connect to each other, in ms. */
export const UP_LIMIT_MS = 180_000;

/** Starts all nodes and waits until every pair is connected. Stops all nodes if that takes longer than UP_LIMIT_MS. */
export async function startTogether(nodes: readonly Pick<BenchNode, 'chatNode' | 'connected'>[]): Promise<void> {
	await Promise.all(nodes.map(({chatNode: session}) => session.start()));
	try {
		await until('all are connected', () => nodes.every(node => node.connected() === nodes.length - 1), UP_LIMIT_MS);
	} catch (error) {
		await stopAll(nodes);
		throw error;
	}
}

export function stopAll(nodes: readonly Pick<BenchNode, 'chatNode'>[]): Promise<unknown> {
	return Promise.all(nodes.map(({chatNode: session}) => session.stop()));
}

/** Finds a UDP port on which no process of this machine listens. */
export async function freeUdpPort(): Promise<number> {
	const socket = createSocket('udp4');
	socket.bind(0, '0.0.0.0');
	await once(socket, 'listening');
	const {port} = socket.address();
	socket.close();
	await once(socket, 'close');
	return port;
}
