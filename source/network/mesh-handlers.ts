import type {Message} from '../codec/message.js';
import type {PutOff} from './parts.js';
import type {LinkClosing, PeerLink} from './peer-link.js';
import type {Connection} from './transport.js';

/** What the mesh tells of its connections. */
export interface MeshHandlers {
	/** First connection to this peer. */
	up(link: PeerLink): void;
	/** Another connection carries on, since it is new or since `closed` is gone: say `have` anew on it. */
	replaced(link: PeerLink, closed?: PeerLink): void;
	/** No connection to this peer is left. */
	down(link: PeerLink, closing: LinkClosing): void;
	/** `rest`: for work that takes long, the rest of it. */
	message(link: PeerLink, message: Message, rest: PutOff): void;
	measured(link: PeerLink): void;
	drained(link: PeerLink): void;
	/** A connection that never got past its hello, and why. */
	rejected(connection: Connection, closing: LinkClosing): void;
	/** Our own timers fired late by this many ms: sleep, or a starved CPU. */
	stalled(lateMs: number): void;
}
