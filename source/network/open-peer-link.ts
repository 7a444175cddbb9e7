/**
 * Opens a link over a connection: hello, then messages, until it closes (invariants: `peer-link.ts`). Bytes in and out and
 * their pace stand in `link-reader` and `link-writer`, liveness and measures in `link-pulse`, the judgement of a hello in
 * `handshake`.
 */
import {ProtocolError} from '../codec/errors.js';
import {decodeMessage, type HelloMessage, type Message} from '../codec/message.js';
import {HELLO_TIMEOUT_MS, MAX_FRAME_MS} from '../core/limits.js';
import {createFrameInbox} from './frame-inbox.js';
import {judgeHello} from './handshake.js';
import {createLinkPulse} from './link-pulse.js';
import {createLinkReader} from './link-reader.js';
import {createLinkWriter} from './link-writer.js';
import {createMessageRates} from './message-rates.js';
import type {PutOff} from './parts.js';
import type {LinkClosing, OpenLink, PeerLink, PeerLinkHandlers, PeerLinkOptions} from './peer-link.js';
import type {Connection} from './transport.js';
import {createTurns} from './turns.js';

export function openPeerLink(connection: Connection, options: PeerLinkOptions, handlers: PeerLinkHandlers): OpenLink {
	const {clock, proof, self, debug, turns = createTurns(clock)} = options;
	const {dialled, remoteAddress, localAddress, remotePort, keyingMaterial} = connection;
	const writer = createLinkWriter(connection, endSlowReader);
	const reader = createLinkReader(connection, clock);
	const inbox = createFrameInbox(turns, reader, {read: onFrame, failed: onFault});
	const pulse = createLinkPulse(clock);
	const rates = createMessageRates();
	let hello: HelloMessage | undefined;
	let closing: LinkClosing | undefined;
	let done = false;

	const send = (message: Message) => sendFrom(() => writer.send(message));
	function sendFrom(write: () => boolean): boolean {
		if (closing) return false;
		pulse.said();
		return write();
	}

	const sendPing = () => send(pulse.ping());
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
			return pulse.status;
		},
		get roundTripMs() {
			return pulse.roundTripMs;
		},
		get clockOffsetMs() {
			return pulse.clockOffsetMs;
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
		const verdict = judgeHello(message, {self, keyingMaterial, role: theirs, proof});
		if (verdict.type === 'self') {
			end({by: 'us', code: 'self', text: 'this is ourselves'}, {type: 'bye', reason: 'self'});
		} else if (verdict.type === 'rejected') {
			link.fail(verdict.code, verdict.text);
		} else {
			hello = verdict.hello;
			helloTimer.cancel();
			pulse.greeted(hello.clock);
			handlers.verified(link);
			if (!closing) sendPing();
		}
	}

	function onMessage(message: Message, rest: PutOff): void {
		const excess = rates.excess(message, clock.monotonic());
		if (excess !== undefined) {
			link.fail('flood', excess);
			return;
		}

		if (message.type === 'ping') {
			const own = options.ownHello();
			send({type: 'pong', id: message.id, clock: own.clock, hlc: own.hlc});
		} else if (message.type === 'pong' && pulse.pong(message)) {
			handlers.measured(link);
		} else if (message.type === 'bye') {
			closing = {by: 'them', code: message.reason, text: message.reason};
			connection.close();
		} else if (message.type === 'error') {
			closing = {by: 'them', code: message.code, text: message.text};
			connection.close();
		}

		handlers.message(link, message, rest);
	}

	function onData(chunk: Uint8Array): void {
		if (closing) return;
		if (pulse.heard() && hello) handlers.measured(link);
		inbox.push(chunk);
	}

	function onFrame(frame: Uint8Array, rest: PutOff): void {
		const message = closing ? undefined : decodeMessage(frame);
		if (!message) return;
		if (hello) onMessage(message, rest);
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
			if (closing) inbox.clear();
			inbox.whenEmpty(() => onClosed(error));
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
			const beat = pulse.beat(reader.isPaused, lateMs);
			if (beat.gone) end({by: 'network', code: 'silent', text: 'nothing heard for 9 s'});
			if (beat.changed) handlers.measured(link);
			if (beat.pingDue) sendPing();
		},
		forgive() {
			pulse.forgive();
			writer.forgive();
			reader.forgive();
			if (hello && !closing) sendPing();
		},
		destroy(code, text) {
			end({by: 'us', code, text});
		},
	};
}
