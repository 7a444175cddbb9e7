/**
 * Check of the hello, the first message in each direction of a connection (protocol.md, Handshake). The signature in a
 * hello covers the keying material of this TLS connection and the role of the sender (dialler or accepter). Therefore,
 * a hello that was copied from another connection, or sent back to its sender, is rejected.
 */
import type {HelloMessage, Message} from '../../codec/message-types.js';
import type {PeerId} from '../../core/event.js';
import {proveHello, verifyHello} from '../../feed/hello-proof.js';
import type {RoomKeys} from '../../feed/room-keys.js';
import type {PeerKey} from '../../feed/signing-keys.js';

/** Highest protocol version that this program speaks (protocol.md, Versions). */
export const PROTOCOL_VERSION = 1;
/** Lowest protocol version that this program speaks. */
export const LOWEST_VERSION = 1;
/**
 * Port in the hello of a node that does not listen, because the system refuses its sockets. This port belongs to the
 * old service tcpmux, so on nearly every computer nothing listens on it. The value is not 0, because release 1.0.0
 * treats a hello with port 0 as a fault. Peers do not dial an address with this port or a lower one, and do not pass it
 * on.
 */
export const PORT_WITHOUT_LISTENER = 1;
/**
 * Optional features of this program, sent in the hello. Append-only. A peer receives the messages of a feature only if
 * its own hello names the feature.
 *
 * - `typing`: shows that somebody is typing.
 * - `effects`: shows replies, reactions, corrections, withdrawals and pins.
 * - `alive`: before it reports a peer as lost, considers the messages `alive` of other peers.
 * - `files`: shares files and fetches them from other peers.
 * - `whispers`: accepts private messages.
 */
export const FEATURES = ['typing', 'effects', 'alive', 'files', 'whispers'] as const;

export type Feature = (typeof FEATURES)[number];

/**
 * Features that both this program and a peer support. `words`: features in the hello of the peer. Unknown words are
 * skipped.
 */
export function commonFeatures(words: readonly string[]): ReadonlySet<Feature> {
	return new Set(FEATURES.filter(feature => words.includes(feature)));
}

export type Role = 'dialler' | 'accepter';

/** Signs hellos of this node and verifies hellos of peers, with the key of this node and the keys of the room. */
export interface HelloProof {
	prove(keyingMaterial: Uint8Array, role: Role): {readonly signature: Uint8Array; readonly mac: Uint8Array};
	verify(hello: HelloMessage, keyingMaterial: Uint8Array, role: Role): boolean;
}

export type HelloCheck =
	| {readonly type: 'verified'; readonly hello: HelloMessage}
	/** The hello is that of this node, because this node has dialled itself. */
	| {readonly type: 'self'}
	/**
	 * The hello is wrong. `code` and `text` are sent to the peer in an `error` message. This node also displays `text`.
	 */
	| {readonly type: 'rejected'; readonly code: string; readonly text: string};

export interface HandshakeContext {
	readonly self: PeerId;
	readonly keyingMaterial: Uint8Array;
	/** Role of the peer on this connection: dialler or accepter. */
	readonly role: Role;
	readonly proof: HelloProof;
}

export function checkHello(message: Message, context: HandshakeContext): HelloCheck {
	if (message.type !== 'hello') {
		return {type: 'rejected', code: 'hello-expected', text: `the first message was "${message.type}", not "hello"`};
	}

	const [lowest, highest] = message.versions;
	const hasCommonVersion = Math.min(highest, PROTOCOL_VERSION) >= Math.max(lowest, LOWEST_VERSION);
	if (!hasCommonVersion) return {type: 'rejected', ...versionMismatch(lowest, highest)};
	if (!context.proof.verify(message, context.keyingMaterial, context.role)) {
		return {type: 'rejected', code: 'bad-proof', text: 'its hello is not signed for this connection'};
	}

	if (message.peer === context.self) return {type: 'self'};
	return {type: 'verified', hello: message};
}

/** Text for two programs without a common protocol version. Both ends display it, so it has to be true for both. */
function versionMismatch(lowest: number, highest: number): {code: string; text: string} {
	const [theirs, ours] = [`${lowest}-${highest}`, `${LOWEST_VERSION}-${PROTOCOL_VERSION}`];
	return {
		code: 'version',
		text: `no common protocol version: one end speaks ${theirs}, the other ${ours}; the end that speaks ${highest < LOWEST_VERSION ? theirs : ours} needs a newer p2pchat-ink`,
	};
}

/** Creates the proof for the key of this node and its room. */
export function createHelloProof(key: PeerKey, keys: RoomKeys): HelloProof {
	return {
		prove: (keyingMaterial, role) => proveHello(key, {keys, keyingMaterial, role}),
		verify: (hello, keyingMaterial, role) => verifyHello(hello, {keys, keyingMaterial, role}) === 'valid',
	};
}
