/**
 * One connection from its first byte to its close, as the rest of the program sees it. What it hands on is decoded, checked
 * and from a peer that proved its id.
 *
 * Invariants
 * 1. No message is handed on before the other end's hello was verified; nothing after `closed`.
 * 2. A fault of the other end closes this connection with a code, and nothing else.
 * 3. `closed` is called exactly once, also when the hello never came.
 */
import {type ByeReason, decodeMessage, type HelloMessage, type Message} from '../../codec/message.js';
import type {Clock, Debug} from '../../core/environment.js';
import {ProtocolError} from '../../core/errors.js';
import type {LinkStatus, PeerId} from '../../core/event.js';
import {HELLO_TIMEOUT_MS, MAX_FRAME_MS} from '../../core/limits.js';
import type {DeferWork} from '../scheduling/chunked-work.js';
import {createLinkScheduler, type LinkScheduler} from '../scheduling/link-scheduler.js';
import type {Connection} from '../transport/transport.js';
import {checkHello, type HelloProof} from './handshake.js';
import {createFrameReader, createInboundQueue} from './inbound-queue.js';
import {createKeepalive} from './keepalive.js';
import {createLinkWriter} from './link-writer.js';
import {createMessageRateLimiter} from './message-rate-limiter.js';

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
	message(link: PeerLink, message: Message, rest: DeferWork): void;
	/** Status, round-trip time or clock offset changed. */
	metricsChanged(link: PeerLink): void;
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
	readonly scheduler?: LinkScheduler;
}

/** What the mesh holds of a connection, verified or not. */
export interface OpenLink {
	/** Judges silence; to be called about every LIVENESS_TICK_MS. `lateMs`: how much later than that it is called. */
	tick(lateMs: number): void;
	/** Our own clock stood still: silence so far proves nothing. */
	resetIdle(): void;
	/** Closes without a word. */
	destroy(code: string, text: string): void;
}

/**
 * Opens a link over a connection: hello, then messages, until it closes (invariants: `peer-link.ts`). Bytes in and out and
 * their pace stand in `link-reader` and `link-writer`, liveness and measures in `link-pulse`, the judgement of a hello in
 * `handshake`.
 */

export function openPeerLink(connection: Connection, options: PeerLinkOptions, handlers: PeerLinkHandlers): OpenLink {
	const {clock, proof, self, debug, scheduler = createLinkScheduler(clock)} = options;
	const {dialled, remoteAddress, localAddress, remotePort, keyingMaterial} = connection;
	const writer = createLinkWriter(connection, endSlowReader);
	const reader = createFrameReader(connection, clock);
	const inbound = createInboundQueue(scheduler, reader, {read: onFrame, failed: onFault});
	const keepalive = createKeepalive(clock);
	const rates = createMessageRateLimiter();
	let hello: HelloMessage | undefined;
	let closing: LinkClosing | undefined;
	let done = false;

	const send = (message: Message) => sendFrom(() => writer.send(message));
	function sendFrom(write: () => boolean): boolean {
		if (closing) return false;
		keepalive.recordSent();
		return write();
	}

	const sendPing = () => send(keepalive.nextPing());
	const link: PeerLink = {
		get peer() {
			return hello?.peer ?? self;
		},
		get hello() {
			if (!hello) throw new Error('the hello of this link was not verified yet');
			return hello;
		},
		dialled,
		remoteAddress,
		localAddress,
		remotePort,
		get queuedBytes() {
			return connection.queuedBytes;
		},
		get status() {
			return keepalive.status;
		},
		get roundTripMs() {
			return keepalive.roundTripMs;
		},
		get clockOffsetMs() {
			return keepalive.clockOffsetMs;
		},
		send,
		sendFrame: frame => sendFrom(() => writer.sendFrame(frame)),
		pause: reader.pause,
		resume: reader.resume,
		close(reason) {
			end({by: 'us', code: reason, text: reason}, {type: 'bye', reason});
		},
		fail(code, text) {
			end({by: 'fault', code, text}, {type: 'error', code, text});
		},
	};

	const helloTimer = clock.after(HELLO_TIMEOUT_MS, () => {
		if (!hello) end({by: 'fault', code: 'hello-timeout', text: 'no hello within 5 s'});
	});

	/** Says a last word, lets it out, and closes. */
	function end(why: LinkClosing, word?: Message): void {
		if (closing) return;
		if (word) send(word);
		closing = why;
		debug('link', `closing: ${why.text}`, {code: why.code, by: why.by, address: remoteAddress});
		if (word) connection.close();
		else connection.destroy();
	}

	function endSlowReader(): void {
		end({by: 'fault', code: 'slow-reader', text: 'it does not read what it is sent'});
	}

	function onClosed(error: string | undefined): void {
		if (done) return;
		done = true;
		helloTimer.cancel();
		reader.stop();
		closing ??= error
			? {by: 'network', code: 'reset', text: error}
			: {by: 'network', code: 'ended', text: 'the connection ended without a goodbye'};
		handlers.closed(hello && link, closing);
	}

	function onHello(message: Message): void {
		if (message.type === 'error') {
			closing = {by: 'them', code: message.code, text: message.text};
			connection.destroy();
			return;
		}

		const theirs = dialled ? 'accepter' : 'dialler';
		const verdict = checkHello(message, {self, keyingMaterial, role: theirs, proof});
		if (verdict.type === 'self') {
			end({by: 'us', code: 'self', text: 'this is ourselves'}, {type: 'bye', reason: 'self'});
		} else if (verdict.type === 'rejected') {
			link.fail(verdict.code, verdict.text);
		} else {
			hello = verdict.hello;
			helloTimer.cancel();
			keepalive.recordHello(hello.clock);
			handlers.verified(link);
			if (!closing) sendPing();
		}
	}

	function onMessage(message: Message, defer: DeferWork): void {
		const excess = rates.violation(message, clock.monotonic());
		if (excess !== undefined) {
			link.fail('flood', excess);
			return;
		}

		if (message.type === 'ping') {
			const own = options.ownHello();
			send({type: 'pong', id: message.id, clock: own.clock, hlc: own.hlc});
		} else if (message.type === 'pong' && keepalive.acceptPong(message)) {
			handlers.metricsChanged(link);
		} else if (message.type === 'bye') {
			closing = {by: 'them', code: message.reason, text: message.reason};
			connection.close();
		} else if (message.type === 'error') {
			closing = {by: 'them', code: message.code, text: message.text};
			connection.close();
		}

		handlers.message(link, message, defer);
	}

	function onData(chunk: Uint8Array): void {
		if (closing) return;
		if (keepalive.recordReceived() && hello) handlers.metricsChanged(link);
		inbound.push(chunk);
	}

	function onFrame(frame: Uint8Array, defer: DeferWork): void {
		const message = closing ? undefined : decodeMessage(frame);
		if (!message) return;
		if (hello) onMessage(message, defer);
		else onHello(message);
	}

	function onFault(error: unknown): void {
		if (!(error instanceof ProtocolError)) throw error;
		link.fail(error.code, error.detail);
	}

	connection.handle({
		data: onData,
		drain() {
			if (hello && !closing) handlers.drained(link);
		},
		closed(error) {
			if (closing) inbound.clear();
			inbound.whenEmpty(() => onClosed(error));
		},
	});
	send({type: 'hello', ...options.ownHello(), ...proof.prove(keyingMaterial, dialled ? 'dialler' : 'accepter')});

	return {
		tick(lateMs) {
			if (closing || !hello) return;
			// One who is alive and yet takes or brings nothing holds our memory and a place.
			if (reader.isSlow()) link.fail('slow-frame', `a message did not arrive within ${MAX_FRAME_MS / 1000} s`);
			else if (writer.isStuck(clock.monotonic())) endSlowReader();
			if (closing) return;
			const beat = keepalive.tick(reader.isPaused, lateMs);
			if (beat.timedOut) end({by: 'network', code: 'silent', text: 'nothing heard for 9 s'});
			if (beat.changed) handlers.metricsChanged(link);
			if (beat.pingDue) sendPing();
		},
		resetIdle() {
			keepalive.resetIdle();
			writer.resetIdle();
			reader.resetIdle();
			if (hello && !closing) sendPing();
		},
		destroy(code, text) {
			end({by: 'us', code, text});
		},
	};
}
