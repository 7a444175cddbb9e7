/**
 * One connection from its first byte to its close, as the rest of the program sees it. What it hands on is decoded, checked
 * and from a peer that proved its id.
 *
 * Invariants
 * 1. No message is handed on before the other end's hello was verified; nothing after `closed`.
 * 2. A fault of the other end closes this connection with a code, and nothing else.
 * 3. `closed` is called exactly once, also when the hello never came.
 */
import type {ByeReason, HelloMessage, Message} from '../codec/message.js';
import type {LinkStatus} from '../core/event.js';
import type {PeerId} from '../core/ids.js';
import type {Clock} from './clock.js';
import type {Debug} from './debug.js';
import type {HelloProof} from './handshake.js';
import type {PutOff} from './parts.js';
import type {Turns} from './turns.js';

/** What this node says first on every connection, without the proof. */
export type OwnHello = Omit<HelloMessage, 'type' | 'signature' | 'mac'>;

/** A connection to a peer that proved its id. */
export interface PeerLink {
	readonly peer: PeerId;
	readonly hello: HelloMessage;
	readonly dialled: boolean;
	readonly remoteAddress: string;
	readonly localAddress: string;
	readonly remotePort: number;
	readonly queuedBytes: number;
	readonly status: LinkStatus;
	readonly roundTripMs: number | undefined;
	/** Their wall clock minus ours, ms. */
	readonly clockOffsetMs: number | undefined;
	/** False: above the high-water mark; `drained` will be called. */
	send(message: Message): boolean;
	/** For a frame that goes to many. */
	sendFrame(frame: Uint8Array): boolean;
	pause(): void;
	resume(): void;
	/** Says bye, sends what is queued, closes. */
	close(reason: ByeReason): void;
	/** Says what was wrong with the other end, closes. */
	fail(code: string, text: string): void;
}

/** Why a connection ended. `by`: who ended it. */
export interface LinkClosing {
	readonly by: 'us' | 'them' | 'fault' | 'network';
	/** A bye reason, an error code, or `reset`, `silent`, `hello-timeout`. */
	readonly code: string;
	/** In plain words. */
	readonly text: string;
}

export interface PeerLinkHandlers {
	verified(link: PeerLink): void;
	/** `rest`: for work that takes long, the rest of it. */
	message(link: PeerLink, message: Message, rest: PutOff): void;
	/** Status, round-trip time or clock offset changed. */
	measured(link: PeerLink): void;
	drained(link: PeerLink): void;
	/** `link` is undefined when the hello was never verified. */
	closed(link: PeerLink | undefined, closing: LinkClosing): void;
}

export interface PeerLinkOptions {
	readonly self: PeerId;
	readonly ownHello: () => OwnHello;
	readonly proof: HelloProof;
	readonly clock: Clock;
	readonly debug: Debug;
	/** Shared by all links of a node; of its own unless given. */
	readonly turns?: Turns;
}

/** What the mesh holds of a connection, verified or not. */
export interface OpenLink {
	/** Judges silence; to be called about every LIVENESS_TICK_MS. `lateMs`: how much later than that it is called. */
	tick(lateMs: number): void;
	/** Our own clock stood still: silence so far proves nothing. */
	forgive(): void;
	/** Closes without a word. */
	destroy(code: string, text: string): void;
}
