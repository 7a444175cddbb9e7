/**
 * Whispers: private messages between this node and a connected peer (protocol.md, Whispers). They travel only over a
 * connection between these two nodes, whose hellos bind it to both peer ids. Only these two nodes hold them.
 *
 * Invariants
 * 1. An own whisper is in the log before the peer receives it. A whisper of a peer is in the log before it is answered.
 * 2. A whisper is sent only to a peer whose hello names the feature. It is sent again until that launch of the peer
 * answers.
 */
import type {WhisperAckMessage, WhisperMessage} from '../codec/message-types.js';
import type {Clock, Timer} from '../core/environment.js';
import type {EphemeralEvent, ObservationBody, PeerId} from '../core/event.js';
import {MAX_WHISPERS_OUTSTANDING, WHISPER_RETRY_MS} from '../core/limits.js';
import {cleanText, utf8Length} from '../core/text.js';
import {createMessagePace, type MessagePace} from '../network/link/message-rate-limiter.js';
import type {PeerLink} from '../network/link/peer-link.js';
import {createAuthorRateLimiter} from '../network/sync/author-rate-limiter.js';
import {refuseText} from './conversation.js';
import {createWhisperInbox, createWhisperOutbox, type WhisperInbox, type WhisperOutbox} from './whisper-pair.js';

/** Either the number of the new whisper, or the reason why there is none, as a sentence for the user. */
export type WhisperResult = {readonly id: number} | {readonly refused: string};

export interface WhisperOptions {
	readonly self: PeerId;
	/** False: this node takes and sends no whispers. */
	readonly isOn: boolean;
	readonly clock: Clock;
	linkOf(peer: PeerId): PeerLink | undefined;
	labelFor(peer: PeerId): string;
	isIgnored(peer: PeerId): boolean;
	/** Whether everything that was appended to the log is saved. */
	isLogSaved(): boolean;
	/** Whether the log has no room for a whisper of this peer. */
	isLogFull(peer: PeerId): boolean;
	/** Appends an observation to the log and reduces it. */
	write(body: ObservationBody): void;
	publish(event: EphemeralEvent): void;
	/** A whisper could not be taken, because the log is full. */
	onLogFull(peer: PeerId): void;
}

export interface Whispers {
	send(peer: PeerId, text: string): WhisperResult;
	/** Number of own whispers that this peer has not answered. */
	outstanding(peer: PeerId): number;
	/** Messages to the peer of this connection are sent on it from now on. */
	linked(link: PeerLink): void;
	message(link: PeerLink, message: WhisperMessage | WhisperAckMessage): void;
	/** The user ignores these peers from now on, or no longer. */
	ignoringChanged(peers: readonly PeerId[]): void;
	/** The log is saved again. */
	saved(): void;
	stop(): void;
}

/** Interval at which whispers that wait are sent, ms. */
const TICK_MS = 1000;

export function createWhispers(options: WhisperOptions): Whispers {
	const {clock, linkOf} = options;
	const outboxes = new Map<PeerId, WhisperOutbox>();
	const inboxes = new Map<PeerId, WhisperInbox>();
	const paces = new WeakMap<PeerLink, MessagePace>();
	/** Time since which a peer has answered nothing, monotonic ms. */
	const waitingSince = new Map<PeerId, number>();
	const limiter = createAuthorRateLimiter();
	let timer: Timer | undefined;
	let stopped = false;

	function paceOf(link: PeerLink): MessagePace {
		const pace = paces.get(link) ?? createMessagePace();
		paces.set(link, pace);
		return pace;
	}

	/** Sends the waiting whispers, as far as the rate limit of the connection allows. */
	function drain(peer: PeerId): void {
		const outbox = outboxes.get(peer);
		const link = linkOf(peer);
		if (!outbox || outbox.outstanding === 0 || !link?.features.has('whispers')) return;
		const pace = paceOf(link);
		while (pace.available('whisper', clock.monotonic()) >= 1) {
			const next = outbox.takeNext();
			if (!next) break;
			pace.take('whisper', clock.monotonic());
			link.send(next);
		}
		if (!stopped) timer ??= clock.after(TICK_MS, tick);
	}

	function tick(): void {
		timer = undefined;
		const now = clock.monotonic();
		for (const [peer, outbox] of outboxes) {
			if (outbox.outstanding > 0 && now - (waitingSince.get(peer) ?? now) >= WHISPER_RETRY_MS) {
				outbox.restart();
				waitingSince.set(peer, now);
			}
			drain(peer);
		}
	}

	/** Answers the whispers of a peer so far, and tells it whether it is ignored. */
	function answer(peer: PeerId): void {
		const link = linkOf(peer);
		const inbox = inboxes.get(peer);
		if (!link?.features.has('whispers')) return;
		if (options.isLogSaved()) inbox?.markSaved();
		if (!paceOf(link).take('whisper-ack', clock.monotonic())) return;
		link.send({
			...(inbox?.answer() ?? {type: 'whisper-ack', id: 0}),
			...(isClosedTo(peer) && {closed: true}),
		});
	}

	function isClosedTo(peer: PeerId): boolean {
		return !options.isOn || options.isIgnored(peer);
	}

	function receive(peer: PeerId, {id, text}: WhisperMessage): void {
		const inbox = inboxes.get(peer) ?? createWhisperInbox();
		const check = inbox.check(id);
		if (check === 'gap') return;
		if (check === 'next') {
			if (isClosedTo(peer)) inbox.refuse();
			else if (canTake(peer, text)) {
				options.write({type: 'whisper', subject: peer, own: false, id, text});
				inbox.take();
			} else return;
			inboxes.set(peer, inbox);
		}
		answer(peer);
	}

	/** Whether a whisper can be taken now. If not, the peer sends it again later. */
	function canTake(peer: PeerId, text: string): boolean {
		const now = clock.monotonic();
		if (!options.isLogSaved() || limiter.readyAt(peer, now) > now) return false;
		if (options.isLogFull(peer)) {
			options.onLogFull(peer);
			return false;
		}
		limiter.record(peer, 1, utf8Length(text), now);
		return true;
	}

	function applyAnswer(link: PeerLink, message: WhisperAckMessage): void {
		const outbox = outboxes.get(link.peer) ?? createWhisperOutbox();
		// An answer on an older connection may be older than the newest answer.
		if (linkOf(link.peer) === link) outbox.isClosed = message.closed === true;
		outboxes.set(link.peer, outbox);
		const answered = outbox.apply(message);
		if (!answered) return;
		waitingSince.set(link.peer, clock.monotonic());
		options.publish({type: 'whispers-answered', peer: link.peer, ...answered});
		drain(link.peer);
	}

	/** Why a whisper to this peer is refused; undefined if it is sent. */
	function refusal(peer: PeerId, text: string): string | undefined {
		const link = linkOf(peer);
		const label = `"${options.labelFor(peer)}"`;
		if (!options.isOn) return 'Whispers are off here, because the program was started with --refuse-whispers.';
		if (peer === options.self) return 'You cannot whisper to yourself.';
		if (options.isIgnored(peer)) return `You have hidden ${label}, so you would not see an answer. See /unignore.`;
		if (!link) return `${label} is not connected. Nothing was sent.`;
		const outbox = outboxes.get(peer);
		if (!link.features.has('whispers') || outbox?.isClosed) return `${label} does not take whispers. Nothing was sent.`;
		if ((outbox?.outstanding ?? 0) >= MAX_WHISPERS_OUTSTANDING)
			return `${label} has not answered ${MAX_WHISPERS_OUTSTANDING} whispers yet. Wait, then send this one again.`;
		return refuseText(text);
	}

	return {
		send(peer, text) {
			const refused = refusal(peer, text);
			if (refused !== undefined) return {refused};
			const outbox = outboxes.get(peer) ?? createWhisperOutbox();
			outboxes.set(peer, outbox);
			if (outbox.outstanding === 0) waitingSince.set(peer, clock.monotonic());
			const clean = cleanText(text);
			const id = outbox.add(clean);
			options.write({type: 'whisper', subject: peer, own: true, id, text: clean});
			drain(peer);
			return {id};
		},
		outstanding: peer => outboxes.get(peer)?.outstanding ?? 0,
		linked(link) {
			const outbox = outboxes.get(link.peer);
			if (outbox) {
				outbox.isClosed = false;
				outbox.restart();
			}
			if (inboxes.has(link.peer) || options.isIgnored(link.peer)) answer(link.peer);
			drain(link.peer);
		},
		message(link, message) {
			if (message.type === 'whisper') receive(link.peer, message);
			else applyAnswer(link, message);
		},
		ignoringChanged(peers) {
			for (const peer of peers) answer(peer);
		},
		saved() {
			for (const peer of inboxes.keys()) answer(peer);
		},
		stop() {
			stopped = true;
			timer?.cancel();
		},
	};
}
