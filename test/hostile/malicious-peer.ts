/**
 * Malicious peer that passes the handshake with its own key and then does what the test demands, over any transport. It uses
 * the program's codec and feeds, so everything it sends is well-formed unless the test changes it.
 */
import type {EntryBody} from '../../source/codec/entry.js';
import {createFrameDecoder, encodeFrame} from '../../source/codec/frame.js';
import {decodeMessage, encodeMessageFrame} from '../../source/codec/message.js';
import type {HelloMessage, Message, WantMessage} from '../../source/codec/message-types.js';
import type {Batch} from '../../source/core/batch.js';
import type {Hlc, PeerId} from '../../source/core/event.js';
import {chainHash} from '../../source/feed/chain.js';
import {createOwnFeed, type OwnFeed} from '../../source/feed/own-feed.js';
import type {RoomKeys} from '../../source/feed/room-keys.js';
import {createPeerKey, type PeerKey} from '../../source/feed/signing-keys.js';
import {createHelloProof} from '../../source/network/link/handshake.js';
import type {Connection, Transport} from '../../source/network/transport/transport.js';

export interface MaliciousOptions {
	readonly transport: Transport;
	readonly host: string;
	readonly port: number;
	readonly keys: RoomKeys;
	readonly now: () => number;
	readonly key?: PeerKey;
	readonly name?: string;
	/** Fields that replace fields of the signed hello. */
	readonly hello?: Partial<HelloMessage>;
	/** Whether the peer sends no hello. */
	readonly skipsHello?: boolean;
	/** Called for every message that the node sends. */
	readonly onMessage?: (message: Message, peer: MaliciousPeer) => void;
	/** Whether the peer ignores all messages, which costs little when there are hundreds of such peers. */
	readonly isDeaf?: boolean;
	/** Called with all bytes that the node sends. */
	readonly onData?: (chunk: Uint8Array) => void;
}

export interface MaliciousPeer {
	readonly key: PeerKey;
	readonly peer: PeerId;
	readonly feed: OwnFeed;
	readonly connection: Connection;
	/** Number of received messages by type. */
	readonly received: ReadonlyMap<string, number>;
	/** Code of the `error` message with which the node closed the connection; undefined before. */
	readonly errorCode: string | undefined;
	readonly isClosed: boolean;
	send(message: Message): void;
	/** Sends the payload unchanged as one frame. */
	sendFrame(payload: Uint8Array): void;
	sendRaw(bytes: Uint8Array): void;
	/** Appends signed events to the feed of this peer without sending them. */
	write(bodies: readonly EntryBody[], hlc?: (index: number) => Hlc): Batch;
}

const createHello = (options: MaliciousOptions, key: PeerKey, connection: Connection): HelloMessage => ({
	type: 'hello',
	versions: [1, 1],
	peer: key.peer,
	name: options.name ?? 'Mallory',
	port: 4000,
	features: [],
	program: '1.0.0',
	clock: options.now(),
	hlc: {ms: options.now(), counter: 0},
	...createHelloProof(key, options.keys).prove(connection.keyingMaterial, 'dialler'),
	...options.hello,
});

/** Dials the node and sends a hello. Received messages are counted and passed to `onMessage`. */
export async function connectMalicious(options: MaliciousOptions): Promise<MaliciousPeer> {
	const result = await options.transport.dial(options.host, options.port);
	if ('failure' in result) throw new Error(result.failure.text);
	const {connection} = result;
	const key = options.key ?? createPeerKey();
	const feed = createOwnFeed({key, roomTag: options.keys.tag});
	const decoder = createFrameDecoder();
	const received = new Map<string, number>();
	let errorCode: string | undefined;
	let isClosed = false;
	let counter = 0;

	const peer: MaliciousPeer = {
		key,
		peer: key.peer,
		feed,
		connection,
		received,
		get errorCode() {
			return errorCode;
		},
		get isClosed() {
			return isClosed;
		},
		send: message => void connection.send(encodeMessageFrame(message)),
		sendFrame: payload => void connection.send(encodeFrame(payload)),
		sendRaw: bytes => void connection.send(bytes),
		write(bodies, hlc = () => ({ms: options.now(), counter: counter++ % 65_000})) {
			return feed.append(bodies.map((body, index) => ({body, at: options.now(), hlc: hlc(index)})));
		},
	};
	connection.handle({
		data(chunk) {
			options.onData?.(chunk);
			if (options.isDeaf) return;
			for (const payload of decoder.push(chunk)) {
				const message = decodeMessage(payload);
				if (!message) continue;
				received.set(message.type, (received.get(message.type) ?? 0) + 1);
				if (message.type === 'error') errorCode = message.code;
				options.onMessage?.(message, peer);
			}
		},
		drain() {},
		closed() {
			isClosed = true;
		},
	});
	if (!options.skipsHello) peer.send(createHello(options, key, connection));
	return peer;
}

/** Creates a feed of one signed event with a new key. */
export function createTinyFeed(keys: RoomKeys, at: number, text: string): Batch {
	const feed = createOwnFeed({key: createPeerKey(), roomTag: keys.tag});
	return feed.append([{body: {type: 'posted', text}, at, hlc: {ms: at, counter: 0}}]);
}

/** Item of a `have` message that lists the feed of this batch up to the end of the batch. */
export function haveOf(batch: Batch): {peer: PeerId; seq: number; hash: Uint8Array} {
	const seq = batch.firstSeq + batch.entries.length - 1;
	return {peer: batch.peer, seq, hash: chainHash(batch.previousHash, batch.entries).slice(0, 8)};
}

/** Sends an empty digest and a final page, as an honest peer without events does. */
export function openHistory(peer: MaliciousPeer, batches: readonly Batch[] = []): void {
	peer.send({type: 'have', kind: 'digest', digest: new Uint8Array(256 * 8)});
	peer.send({type: 'have', kind: 'page', feeds: batches.map(haveOf), last: true});
}

/** Answers a `want` with the batches in `held`. */
export function answerWant(peer: MaliciousPeer, want: WantMessage, held: ReadonlyMap<PeerId, Batch>): void {
	for (const {peer: feed} of want.ranges) {
		const batch = held.get(feed);
		if (batch) peer.send({type: 'events', batches: [batch], answer: want.id});
	}

	peer.send({type: 'events', batches: [], answer: want.id, done: true});
}
