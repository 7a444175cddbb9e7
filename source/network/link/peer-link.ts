/**
 * Link: one connection from the hello to its close. The handlers of a link receive decoded and checked messages of a
 * peer that has proved its id.
 *
 * Modules: inbound-queue (bytes to frames, pauses of reading), link-writer (limits of sending), keepalive (whether the
 * peer is alive, measurements), message-rate-limiter, handshake (check of the hello).
 *
 * Invariants
 *
 * 1. The handlers receive no message before the hello of the peer is verified, and none after `closed`.
 * 2. A fault of the peer closes this connection with an error code. At this level it has no other effect.
 * 3. The `closed` handler is called exactly once, even if no hello has arrived.
 */

import {decodeMessage} from '../../codec/message.js';
import type {ByeReason, HelloMessage, Message} from '../../codec/message-types.js';
import type {Clock, Debug} from '../../core/environment.js';
import {ProtocolError} from '../../core/errors.js';
import type {LinkStatus, PeerId} from '../../core/event.js';
import {HELLO_TIMEOUT_MS, MAX_FRAME_MS} from '../../core/limits.js';
import {shareKey} from '../ip-address.js';
import type {DeferWork} from '../scheduling/chunked-work.js';
import {createLinkScheduler, type LinkScheduler} from '../scheduling/link-scheduler.js';
import type {Connection} from '../transport/transport.js';
import {createFrameBudget, type FrameBudget, type FrameHolder} from './frame-budget.js';
import {checkHello, commonFeatures, type Feature, type HelloProof} from './handshake.js';
import {createFrameReader, createInboundQueue} from './inbound-queue.js';
import {createKeepalive} from './keepalive.js';
import {createLinkWriter} from './link-writer.js';
import {createMessageRateLimiter} from './message-rate-limiter.js';

/** Hello of this node without its proof. The proof (signature and MAC) differs on every connection. */
export type OwnHello = Omit<HelloMessage, 'type' | 'signature' | 'mac'>;

/** Connection to a peer that has proved its id. */
export interface PeerLink {
	readonly peer: PeerId;
	readonly hello: HelloMessage;
	/** Optional features that both this node and the peer support. */
	readonly features: ReadonlySet<Feature>;
	readonly dialled: boolean;
	readonly remoteAddress: string;
	readonly localAddress: string;
	readonly remotePort: number;
	readonly queuedBytes: number;
	/** High-water mark of the send queue, in bytes. It falls while many connections are open. */
	readonly highWaterBytes: number;
	readonly status: LinkStatus;
	readonly roundTripMs: number | undefined;
	/** Wall clock of the peer minus the clock of this node, in ms. */
	readonly clockOffsetMs: number | undefined;
	/**
	 * Sends a message. Returns false if the send queue is above its high-water mark. The `drained` handler is called
	 * when the queue is below the mark again.
	 */
	send(message: Message): boolean;
	/**
	 * To be called while a message is handled that this node requested (`ScheduledLink.noteWanted`). The time for it is
	 * then ignored when overload is detected.
	 */
	noteWanted(): void;
	/** Sends an encoded frame. So a message to many peers is encoded only once. */
	sendFrame(frame: Uint8Array): boolean;
	pause(): void;
	resume(): void;
	/** Sends the queued messages and a `bye`, then closes the connection. */
	close(reason: ByeReason): void;
	/** Sends an `error` message about a fault of the peer, then closes the connection. */
	fail(code: string, text: string): void;
}

/**
 * Reason why a connection closed. `by`: end that closed it. `fault`: this node closed it because of a fault of the
 * peer. `network`: it broke.
 */
export interface LinkClosing {
	readonly by: 'us' | 'them' | 'fault' | 'network';
	/**
	 * Kind of the reason: reason of a `bye`, code of an `error`, or one of `reset`, `ended`, `silent` and
	 * `hello-timeout`.
	 */
	readonly code: string;
	/** Reason as text for people. */
	readonly text: string;
}

export interface PeerLinkHandlers {
	verified(link: PeerLink): void;
	/**
	 * Called for each received message. The handler can pass long work to `defer`. Later messages of this link then
	 * wait until the work is complete.
	 */
	message(link: PeerLink, message: Message, defer: DeferWork): void;
	/** Called when the status, the round-trip time or the clock offset has changed. */
	metricsChanged(link: PeerLink): void;
	drained(link: PeerLink): void;
	/** Called when all messages that were sent have been passed on to the operating system. */
	idle?(link: PeerLink): void;
	/** Called when the connection has closed. `link` is undefined if no hello of the peer was verified. */
	closed(link: PeerLink | undefined, closing: LinkClosing): void;
}

export interface PeerLinkOptions {
	readonly self: PeerId;
	readonly ownHello: () => OwnHello;
	readonly proof: HelloProof;
	readonly clock: Clock;
	readonly debug: Debug;
	/** Scheduler shared by all links of a node. Default: a separate scheduler for this link. */
	readonly scheduler?: LinkScheduler;
	/** Budget shared by all links of a node. Default: a separate budget for this link. */
	readonly frameBudget?: FrameBudget;
}

/** Control over a connection for the mesh, which opened it. It works before and after the hello. */
export interface OpenLink {
	/**
	 * Checks whether the peer is alive, sends, and reads fast enough. To be called every LIVENESS_TICK_MS. `lateMs`:
	 * time in ms by which this call is late.
	 */
	tick(lateMs: number): void;
	/**
	 * Restarts the measurement of the silence of the peer. To be called after a time in which this process did not run.
	 */
	resetIdle(): void;
	/** Closes the connection immediately, without a message to the peer. */
	destroy(code: string, text: string): void;
}

export function openPeerLink(connection: Connection, options: PeerLinkOptions, handlers: PeerLinkHandlers): OpenLink {
	const {clock, proof, self, debug} = options;
	const {scheduler = createLinkScheduler(clock), frameBudget = createFrameBudget()} = options;
	const {dialled, remoteAddress, localAddress, remotePort, keyingMaterial} = connection;
	const writer = createLinkWriter(connection, endSlowReader);
	const reader = createFrameReader(connection, clock, bytes => frameBudget.note(frameHolder, bytes));
	const inbound = createInboundQueue(scheduler, reader, {read: onFrame, failed: onFault});
	const keepalive = createKeepalive(clock);
	const rateLimiter = createMessageRateLimiter();
	let hello: HelloMessage | undefined;
	let features: ReadonlySet<Feature> = new Set();
	let closing: LinkClosing | undefined;
	let hasClosed = false;

	const send = (message: Message) => sendFrom(() => writer.send(message));

	const sendPing = () => send(keepalive.nextPing());

	function sendFrom(write: () => boolean): boolean {
		if (closing) return false;
		keepalive.recordSent();
		return write();
	}

	const link: PeerLink = {
		get peer() {
			return hello?.peer ?? self;
		},
		get hello() {
			if (!hello) throw new Error('the hello of this link is not verified yet');
			return hello;
		},
		get features() {
			return features;
		},
		dialled,
		remoteAddress,
		localAddress,
		remotePort,
		get queuedBytes() {
			return connection.queuedBytes;
		},
		get highWaterBytes() {
			return connection.highWaterBytes;
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
		noteWanted: inbound.noteWanted,
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

	const frameHolder: FrameHolder = {
		get owner() {
			return shareKey(remoteAddress, link.peer);
		},
		giveWay: () => link.close('overloaded'),
	};

	const helloTimer = clock.after(HELLO_TIMEOUT_MS, () => {
		if (!hello) end({by: 'fault', code: 'hello-timeout', text: 'no hello within 5 s'});
	});

	/** Closes the connection after it has sent `lastMessage`, or immediately if no message is given. */
	function end(reason: LinkClosing, lastMessage?: Message): void {
		if (closing) return;
		if (lastMessage) send(lastMessage);
		closing = reason;
		debug('link', `closing: ${reason.text}`, {code: reason.code, by: reason.by, address: remoteAddress});
		if (lastMessage) connection.close();
		else connection.destroy();
	}

	function endSlowReader(): void {
		end({by: 'fault', code: 'slow-reader', text: 'it does not read the messages sent to it'});
	}

	function onClosed(error: string | undefined): void {
		if (hasClosed) return;
		hasClosed = true;
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

		const theirRole = dialled ? 'accepter' : 'dialler';
		const check = checkHello(message, {self, keyingMaterial, role: theirRole, proof});
		if (check.type === 'self') {
			end({by: 'us', code: 'self', text: 'this node dialled itself'}, {type: 'bye', reason: 'self'});
		} else if (check.type === 'rejected') {
			link.fail(check.code, check.text);
		} else {
			hello = check.hello;
			features = commonFeatures(hello.features);
			helloTimer.cancel();
			keepalive.recordHello(hello.clock);
			handlers.verified(link);
			if (!closing) sendPing();
		}
	}

	function onMessage(message: Message, defer: DeferWork): void {
		const excess = rateLimiter.violation(message, clock.monotonic());
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
		// Handlers copy the bytes of a slice, so its memory can be used again.
		if (message.type === 'file-data') reader.reuse(frame);
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
		idle() {
			if (hello && !closing) handlers.idle?.(link);
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
			// A peer that sends a frame very slowly counts as alive, because its bytes arrive. But the incomplete frame
			// uses memory.
			if (reader.isSlow()) link.fail('slow-frame', `a message did not arrive within ${MAX_FRAME_MS / 1000} s`);
			else if (writer.isStuck(clock.monotonic())) endSlowReader();
			if (closing) return;
			const result = keepalive.tick(reader.isPaused, lateMs);
			if (result.timedOut) end({by: 'network', code: 'silent', text: 'nothing received for 9 s'});
			if (result.changed) handlers.metricsChanged(link);
			if (result.pingDue) sendPing();
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
