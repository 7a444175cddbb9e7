import type {HelloMessage, Message} from '../../codec/message.js';
import type {PeerId} from '../../core/event.js';
import {proveHello, verifyHello} from '../../feed/hello-proof.js';
import type {RoomKeys} from '../../feed/room-keys.js';
import type {PeerKey} from '../../feed/signing-keys.js';

/** Highest protocol version spoken (protocol.md, Versioning). */
export const PROTOCOL_VERSION = 1;
/** Lowest protocol version understood. */
export const LOWEST_VERSION = 1;
/** Optional abilities, by name; append-only. */
export const FEATURES: readonly string[] = ['typing'];

/**
 * The first message of each side, judged (protocol.md, Handshake). Pure: the proof is passed in. Nobody speaks for
 * another, and a relayed or reflected hello fails, since the signature covers the keying material of this very stream
 * and the role.
 */

export type Role = 'dialler' | 'accepter';

export interface HelloProof {
	prove(keyingMaterial: Uint8Array, role: Role): {readonly signature: Uint8Array; readonly mac: Uint8Array};
	verify(hello: HelloMessage, keyingMaterial: Uint8Array, role: Role): boolean;
}

export type HelloCheck =
	| {readonly type: 'verified'; readonly hello: HelloMessage; readonly version: number}
	/** We dialled ourselves. */
	| {readonly type: 'self'}
	/** To be said to the other end as `error`, and shown here. */
	| {readonly type: 'rejected'; readonly code: string; readonly text: string};

export interface HandshakeContext {
	readonly self: PeerId;
	readonly keyingMaterial: Uint8Array;
	/** The role of the other end. */
	readonly role: Role;
	readonly proof: HelloProof;
}

export function checkHello(message: Message, context: HandshakeContext): HelloCheck {
	if (message.type !== 'hello') {
		return {type: 'rejected', code: 'hello-expected', text: `the first message was "${message.type}", not "hello"`};
	}

	const [lowest, highest] = message.versions;
	const version = Math.min(highest, PROTOCOL_VERSION);
	if (version < Math.max(lowest, LOWEST_VERSION)) return {type: 'rejected', ...versionMismatch(lowest, highest)};
	if (!context.proof.verify(message, context.keyingMaterial, context.role)) {
		return {type: 'rejected', code: 'bad-proof', text: 'its hello is not signed for this connection'};
	}

	if (message.peer === context.self) return {type: 'self'};
	return {type: 'verified', hello: message, version};
}

function versionMismatch(lowest: number, highest: number): {code: string; text: string} {
	const older = highest < LOWEST_VERSION;
	return {
		code: 'version',
		text: `speaks protocol ${lowest}-${highest}, we speak ${LOWEST_VERSION}-${PROTOCOL_VERSION}: ${
			older ? 'the other end needs a newer p2pchat-ink' : 'this end needs a newer p2pchat-ink'
		}`,
	};
}

/** Binds what the handshake needs to this node's key and room. */
export function createHelloProof(key: PeerKey, keys: RoomKeys): HelloProof {
	return {
		prove: (keyingMaterial, role) => proveHello(key, {keys, keyingMaterial, role}),
		verify: (hello, keyingMaterial, role) => verifyHello(hello, {keys, keyingMaterial, role}) === 'valid',
	};
}
