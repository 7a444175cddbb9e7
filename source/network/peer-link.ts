/**
 * One connection from its first byte to its close: frames, hello, liveness, pace. What it hands on is decoded, checked and
 * from a peer that proved its id.
 *
 * Invariants
 * 1. No message is handed on before the other end's hello was verified; nothing after `closed`.
 * 2. A fault of the other end closes this connection with a code, and nothing else.
 * 3. `closed` is called exactly once, also when the hello never came.
 */
import {ProtocolError} from '../codec/errors.js';
import {createFrameDecoder} from '../codec/frame.js';
import {type ByeReason, decodeMessage, encodeMessageFrame, type HelloMessage, type Message} from '../codec/message.js';
import type {LinkStatus} from '../core/event.js';
import type {PeerId} from '../core/ids.js';
import {
	HELLO_TIMEOUT_MS,
	MAX_FRAME_MS,
	MAX_MESSAGES_PER_SECOND,
	MAX_QUEUED_BYTES,
	SLOW_READER_MS,
} from '../core/limits.js';
import type {Clock, Timer} from './clock.js';
import type {Debug} from './debug.js';
import {type HelloProof, judgeHello} from './handshake.js';
import {heardNow, stepLiveness} from './liveness.js';
import {createMessageRates} from './message-rates.js';
import type {Connection} from './transport.js';

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
	message(link: PeerLink, message: Message): void;
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
}

/** What the mesh holds of a connection, verified or not. */
export interface OpenLink {
	/** Judges silence; to be called about every LIVENESS_TICK_MS. */
	tick(): void;
	/** Our own clock stood still: silence so far proves nothing. */
	forgive(): void;
	/** Closes without a word. */
	destroy(code: string, text: string): void;
}

/** Not worth queueing for one who does not read. */
const PASSING: ReadonlySet<Message['type']> = new Set(['ping', 'pong', 'typing']);

export function openPeerLink(connection: Connection, options: PeerLinkOptions, handlers: PeerLinkHandlers): OpenLink {
	const {clock, proof, self, debug} = options;
	const decoder = createFrameDecoder();
	const role = connection.dialled ? 'dialler' : 'accepter';
	let liveness = heardNow(clock.monotonic());
	let status: LinkStatus = 'connected';
	let roundTripMs: number | undefined;
	let clockOffsetMs: number | undefined;
	let hello: HelloMessage | undefined;
	let closing: LinkClosing | undefined;
	let done = false;
	let ping: {id: number; at: number; wall: number} | undefined;
	let pingCount = 0;
	let window = {from: clock.monotonic(), messages: 0};
	let throttled: Timer | undefined;
	let held = 0;
	const rates = createMessageRates();
	/** When the frame that is coming in began, and since when they take nothing of what is queued; monotonic ms. */
	let frameSince: number | undefined;
	let sentBytes = 0;
	let stuck: {readonly since: number; readonly flushed: number} | undefined;

	const send = (message: Message) => sendFrame(encodeMessageFrame(message), PASSING.has(message.type));

	/** Pushes stop at MAX_QUEUED_BYTES (sync.ts), and so does what is worth nothing later; twice that is the end. */
	function sendFrame(frame: Uint8Array, passing = false): boolean {
		if (closing) return false;
		const queued = connection.queuedBytes;
		if (queued > MAX_QUEUED_BYTES && passing) return false;
		if (queued > 2 * MAX_QUEUED_BYTES) {
			end({by: 'fault', code: 'slow-reader', text: 'it does not read what it is sent'});
			return false;
		}

		sentBytes += frame.length;
		return connection.send(frame);
	}

	const link: PeerLink = {
		get peer() {
			return hello?.peer ?? self;
		},
		get hello() {
			if (!hello) throw new Error('the hello of this link was not verified yet');
			return hello;
		},
		dialled: connection.dialled,
		remoteAddress: connection.remoteAddress,
		localAddress: connection.localAddress,
		remotePort: connection.remotePort,
		get queuedBytes() {
			return connection.queuedBytes;
		},
		get status() {
			return status;
		},
		get roundTripMs() {
			return roundTripMs;
		},
		get clockOffsetMs() {
			return clockOffsetMs;
		},
		send,
		sendFrame: frame => sendFrame(frame),
		pause() {
			held += 1;
			if (held === 1) connection.pause();
		},
		resume() {
			held = Math.max(0, held - 1);
			if (held === 0) connection.resume();
		},
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
		debug('link', `closing: ${why.text}`, {code: why.code, by: why.by, address: connection.remoteAddress});
		if (word) connection.close();
		else connection.destroy();
	}

	function onClosed(error: string | undefined): void {
		if (done) return;
		done = true;
		helloTimer.cancel();
		throttled?.cancel();
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

		const verdict = judgeHello(message, {
			self,
			keyingMaterial: connection.keyingMaterial,
			role: connection.dialled ? 'accepter' : 'dialler',
			proof,
		});
		if (verdict.type === 'self') {
			end({by: 'us', code: 'self', text: 'this is ourselves'}, {type: 'bye', reason: 'self'});
		} else if (verdict.type === 'rejected') {
			end(
				{by: 'fault', code: verdict.code, text: verdict.text},
				{
					type: 'error',
					code: verdict.code,
					text: verdict.text,
				},
			);
		} else {
			hello = verdict.hello;
			helloTimer.cancel();
			clockOffsetMs = hello.clock - clock.now();
			handlers.verified(link);
			if (!closing) sendPing();
		}
	}

	function sendPing(): void {
		pingCount += 1;
		ping = {id: pingCount, at: clock.monotonic(), wall: clock.now()};
		send({type: 'ping', id: pingCount});
	}

	function onMessage(message: Message): void {
		const excess = rates.excess(message, clock.monotonic());
		if (excess !== undefined) {
			link.fail('flood', excess);
			return;
		}

		if (message.type === 'ping') {
			const own = options.ownHello();
			send({type: 'pong', id: message.id, clock: own.clock, hlc: own.hlc});
		} else if (message.type === 'pong' && ping && message.id === ping.id) {
			roundTripMs = clock.monotonic() - ping.at;
			clockOffsetMs = Math.round(message.clock - ping.wall - roundTripMs / 2);
			ping = undefined;
			handlers.measured(link);
		} else if (message.type === 'bye') {
			closing = {by: 'them', code: message.reason, text: message.reason};
			connection.close();
		} else if (message.type === 'error') {
			closing = {by: 'them', code: message.code, text: message.text};
			connection.close();
		}

		handlers.message(link, message);
	}

	/** More messages a second than any honest peer sends: read no further until the second is over. */
	function pace(count: number): void {
		const now = clock.monotonic();
		if (now - window.from >= 1000) window = {from: now, messages: 0};
		window.messages += count;
		if (throttled || window.messages <= MAX_MESSAGES_PER_SECOND) return;
		link.pause();
		throttled = clock.after(Math.max(1, 1000 - (now - window.from)), () => {
			throttled = undefined;
			link.resume();
		});
	}

	/** One who is alive and yet takes or brings nothing holds our memory and a place. */
	function judgePace(now: number): void {
		if (held > 0 && frameSince !== undefined) frameSince = now;
		if (frameSince !== undefined && now - frameSince > MAX_FRAME_MS) {
			link.fail('slow-frame', `a message did not arrive within ${MAX_FRAME_MS / 1000} s`);
			return;
		}

		const flushed = sentBytes - connection.queuedBytes;
		if (connection.queuedBytes === 0) stuck = undefined;
		else if (stuck?.flushed !== flushed) stuck = {since: now, flushed};
		else if (now - stuck.since > SLOW_READER_MS) {
			end({by: 'fault', code: 'slow-reader', text: 'it does not read what it is sent'});
		}
	}

	connection.handle({
		data(chunk) {
			if (closing) return;
			liveness = heardNow(clock.monotonic());
			if (status === 'suspect') {
				status = 'connected';
				if (hello) handlers.measured(link);
			}

			try {
				const payloads = decoder.push(chunk);
				if (payloads.length > 0) pace(payloads.length);
				if (payloads.length > 0 || frameSince === undefined) frameSince = liveness.heardAt;
				if (decoder.pendingBytes === 0) frameSince = undefined;
				for (const payload of payloads) {
					if (closing) return;
					const message = decodeMessage(payload);
					if (!message) continue;
					if (hello) onMessage(message);
					else onHello(message);
				}

				if (decoder.failure) throw decoder.failure;
			} catch (error) {
				if (!(error instanceof ProtocolError)) throw error;
				link.fail(error.code, error.detail);
			}
		},
		drain() {
			if (hello && !closing) handlers.drained(link);
		},
		closed: onClosed,
	});
	send({type: 'hello', ...options.ownHello(), ...proof.prove(connection.keyingMaterial, role)});

	return {
		tick() {
			if (closing || !hello) return;
			judgePace(clock.monotonic());
			if (closing) return;
			// What we do not read says nothing about them.
			if (held > 0) liveness = heardNow(clock.monotonic());
			const step = stepLiveness(liveness, clock.monotonic());
			liveness = step.liveness;
			if (step.verdict === 'gone') {
				end({by: 'network', code: 'silent', text: 'nothing heard for 9 s'});
				return;
			}

			if (step.verdict === 'suspect' && status !== 'suspect') {
				status = 'suspect';
				handlers.measured(link);
			}

			if (step.ping) sendPing();
		},
		forgive() {
			liveness = heardNow(clock.monotonic());
			stuck = undefined;
			if (frameSince !== undefined) frameSince = liveness.heardAt;
			if (hello && !closing) sendPing();
		},
		destroy(code, text) {
			end({by: 'us', code, text});
		},
	};
}
