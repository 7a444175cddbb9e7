/** Attacks of a malicious peer on a node, by name. One call runs one round of an attack as fast as possible. */
import type {Socket as UdpSocket} from 'node:dgram';
import {connect, type Socket} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';
import {type BeaconKind, type BeaconMac, encodeBeacon} from '../../source/codec/beacon-datagram.js';
import {encodeMessageFrame} from '../../source/codec/message.js';
import type {Message} from '../../source/codec/message-types.js';
import {pack} from '../../source/codec/msgpack.js';
import type {Batch} from '../../source/core/batch.js';
import type {PeerId} from '../../source/core/event.js';
import {MAX_BATCH_ENTRIES, MAX_HAVE_FEEDS, MAX_VALUES} from '../../source/core/limits.js';
import type {RoomKeys} from '../../source/feed/room-keys.js';
import type {Transport} from '../../source/network/transport/transport.js';
import {
	answerWant,
	connectMalicious,
	createTinyFeed,
	haveOf,
	type MaliciousOptions,
	type MaliciousPeer,
	openHistory,
} from './malicious-peer.js';

/** Time after which the attacker closes a connection that the node has not closed, ms. */
const LINGER_MS = 400;
const LOOSE_CONNECTIONS = 250;
const HELD_MS = 3000;
const BEACONS = 200;
const TINY_FEEDS = 2000;

export interface Siege {
	/** Address of the node. */
	readonly host: string;
	readonly tcpPort: number;
	readonly udpPort: number;
	readonly keys: RoomKeys;
	readonly mac: BeaconMac;
	readonly transport: Transport;
	readonly udp: UdpSocket;
	/**
	 * Counts one more connection that ended in this way: `end` is an error code, `closed`, `abandoned` or `refused`.
	 */
	count(end: string): void;
}

type Attack = (siege: Siege, round: number) => Promise<void>;

const fakePeer = (index: number) => index.toString(16).padStart(64, 'd') as PeerId;

function repeat(peer: MaliciousPeer, count: number, make: (index: number) => Message): void {
	for (let index = 0; index < count; index++) peer.send(make(index));
}

/** Connects, runs `act`, and waits up to LINGER_MS until the node closes the connection. */
function onConnection(
	act: (peer: MaliciousPeer, round: number, host: string) => void,
	more: Partial<MaliciousOptions> = {},
): Attack {
	return async ({transport, host, tcpPort, keys, count}, round) => {
		const options = {transport, host, port: tcpPort, keys, now: Date.now, name: `! Bob left ${round}`, ...more};
		const peer = await connectMalicious(options).catch(() => undefined);
		if (!peer) {
			count('refused');
			await sleep(5);
			return;
		}

		act(peer, round, host);
		for (let waited = 0; waited < LINGER_MS && !peer.isClosed; waited += 5) await sleep(5);
		count(peer.errorCode ?? (peer.isClosed ? 'closed' : 'abandoned'));
		peer.connection.destroy();
	};
}

const page = (from: number): Message => ({
	type: 'have',
	kind: 'page',
	feeds: Array.from({length: MAX_HAVE_FEEDS}, (_, at) => ({
		peer: fakePeer(from + at),
		seq: 1e6,
		hash: new Uint8Array(8),
	})),
	last: false,
});

/** Peer exchange message about peers that do not exist: nothing listens on their ports. */
const listOfPeers = (host: string, from: number): Message => ({
	type: 'peers',
	added: Array.from({length: 512}, (_, at) => ({peer: fakePeer(from + at), addresses: [{host, port: 9}]})),
	removed: [],
});

function spam(entries: number, batches: number): Attack {
	return onConnection(peer => {
		openHistory(peer);
		for (let index = 0; index < batches; index++) {
			const bodies = Array.from({length: entries}, (_, at) => ({type: 'posted' as const, text: `s ${index} ${at}`}));
			peer.send({type: 'events', batches: [peer.write(bodies)]});
		}
	});
}

const tiny = new Map<PeerId, Batch>();

/** Announces TINY_FEEDS feeds of one event each and sends them on request. */
function tinyFeeds(): Attack {
	return async (siege, round) => {
		for (let index = 0; tiny.size < TINY_FEEDS; index++) {
			const batch = createTinyFeed(siege.keys, Date.now(), `tiny ${index}`);
			tiny.set(batch.peer, batch);
			if (index % 50 === 0) await sleep(5);
		}

		const onMessage = (message: Message, peer: MaliciousPeer) =>
			message.type === 'want' && answerWant(peer, message, tiny);
		return onConnection(
			peer => {
				peer.send({type: 'have', kind: 'digest', digest: new Uint8Array(2048)});
				const feeds = [...tiny.values()].map(haveOf);
				for (let from = 0; from < feeds.length; from += MAX_HAVE_FEEDS) {
					const last = from + MAX_HAVE_FEEDS >= feeds.length;
					peer.send({type: 'have', kind: 'page', feeds: feeds.slice(from, from + MAX_HAVE_FEEDS), last});
				}
			},
			{onMessage},
		)(siege, round);
	};
}

/** Opens TCP connections on which nothing is sent. */
async function looseConnections({host, tcpPort, count}: Siege): Promise<void> {
	const sockets = Array.from({length: LOOSE_CONNECTIONS}, () => {
		const socket = connect(tcpPort, host, () => count('tcp connection'));
		socket.on('error', () => {});
		setTimeout(() => socket.destroy(), HELD_MS).unref();
		return socket;
	});
	const settled = (socket: Socket) =>
		new Promise<void>(resolve => socket.once('connect', () => resolve()).once('close', () => resolve()));
	await Promise.all(sockets.map(settled));
	await sleep(5);
}

/** Completes TLS handshakes without sending a hello. */
const handshakes: Attack = async (siege, round) => {
	await Promise.all(Array.from({length: 8}, () => onConnection(() => {}, {skipsHello: true})(siege, round)));
};

async function beacons({keys, mac, udp, host, udpPort}: Siege, round: number): Promise<void> {
	for (let index = 0; index < BEACONS; index++) {
		const kind: BeaconKind = index % 2 === 0 ? 'here' : 'leaving';
		const peer = fakePeer(round * BEACONS + index);
		udp.send(encodeBeacon({version: 1, roomTag: keys.tag, peer, port: 9, kind, counter: 1}, mac), udpPort, host);
	}

	await sleep(10);
}

export const ATTACKS: Readonly<Record<string, Attack>> = {
	typing: onConnection(peer => repeat(peer, 2000, () => ({type: 'typing'}))),
	pings: onConnection(peer => repeat(peer, 2000, index => ({type: 'ping', id: index}))),
	digests: onConnection(peer =>
		repeat(peer, 200, () => ({type: 'have', kind: 'digest', digest: new Uint8Array(2048).fill(3)})),
	),
	pages: onConnection((peer, round) => repeat(peer, 320, index => page(round * 100_000 + index * MAX_HAVE_FEEDS))),
	'same-pages': onConnection(peer => {
		const frame = encodeMessageFrame(page(0));
		for (let index = 0; index < 960; index++) peer.sendRaw(frame);
	}),
	peers: onConnection((peer, round, host) =>
		repeat(peer, 40, index => listOfPeers(host, round * 100_000 + index * 512)),
	),
	wants: onConnection(peer => repeat(peer, 2000, id => ({type: 'want', id, ranges: [{peer: fakePeer(id), from: 1}]}))),
	unknown: onConnection(peer => {
		const payload = pack({type: 'nonsense', more: [1, 2, 3]});
		for (let index = 0; index < 10_000; index++) peer.sendFrame(payload);
	}),
	'large-unknown': onConnection(peer => {
		const payload = pack({type: 'nonsense', more: Array.from({length: MAX_VALUES - 10}, () => new Uint8Array(28))});
		for (let index = 0; index < 80; index++) peer.sendFrame(payload);
	}),
	nested: onConnection(peer => peer.sendFrame(new Uint8Array(1024 * 1024).fill(0x91))),
	length: onConnection(peer => peer.sendRaw(Uint8Array.of(0xff, 0xff, 0xff, 0xff))),
	spam: spam(100, 150),
	'one-by-one': spam(1, 3000),
	'wide-batches': spam(MAX_BATCH_ENTRIES, 100),
	'tiny-feeds': tinyFeeds(),
	complaint: onConnection((peer, round) =>
		peer.send({type: 'error', code: `odd-${round}`, text: `\u001B[2J complaint ${round}`}),
	),
	'slow-reader': onConnection(peer => {
		openHistory(peer);
		peer.connection.pause();
	}),
	'loose-connections': looseConnections,
	handshakes,
	beacons,
};
