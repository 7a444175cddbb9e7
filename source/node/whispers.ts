/**
 * Whispers: private messages between this node and a connected peer (protocol.md, Whispers). They are sent only on a
 * connection between these two nodes, and only these two nodes store them. On this connection, the hellos of both ends
 * have proved their peer ids.
 *
 * Invariants
 *
 * 1. A whisper of this node is in its log before the peer receives it. A whisper of a peer is in the log of this node
 *    before it is answered.
 * 2. A whisper is sent only to a peer whose hello names the feature `whispers`. It is sent again until the peer answers
 *    or leaves.
 */
import type {WhisperAckMessage, WhisperMessage} from '../codec/message-types.js';
import type {Clock, Timer} from '../core/environment.js';
import type {EphemeralEvent, ObservationBody, PeerId} from '../core/event.js';
import {MAX_WHISPERERS, MAX_WHISPERS_OUTSTANDING, WHISPER_RETRY_MS} from '../core/limits.js';
import {cleanText, utf8Length} from '../core/text.js';
import {prefixGroup, shareKey} from '../network/ip-address.js';
import {createMessagePace, type MessagePace} from '../network/link/message-rate-limiter.js';
import type {PeerLink} from '../network/link/peer-link.js';
import {createAuthorRateLimiter} from '../network/sync/author-rate-limiter.js';
import {refuseText} from './conversation.js';
import {createWhisperInbox, createWhisperOutbox, type WhisperInbox, type WhisperOutbox} from './whisper-pair.js';

/** Number of the new whisper, or the reason why it was not sent, as a sentence for the user. */
export type WhisperResult = {readonly id: number} | {readonly refused: string};

export interface WhisperOptions {
	readonly self: PeerId;
	/** If false, this node neither accepts nor sends whispers. */
	readonly isOn: boolean;
	readonly clock: Clock;
	linkOf(peer: PeerId): PeerLink | undefined;
	labelFor(peer: PeerId): string;
	isIgnored(peer: PeerId): boolean;
	/**
	 * Whether a person reads the whispers to this node. If nobody does, this node tells its peers that it accepts no
	 * whispers.
	 */
	hasReader(): boolean;
	/** Whether the peer has left. It then never returns, because a restarted program is a new peer. */
	hasLeft(peer: PeerId): boolean;
	/** Whether all records that were appended to the log are saved. */
	isLogSaved(): boolean;
	/** Whether the log is too full for a whisper of this peer. */
	isLogFull(peer: PeerId): boolean;
	/** Appends an observation to the log and applies it to the state. */
	write(body: ObservationBody): void;
	publish(event: EphemeralEvent): void;
	/** Called when a whisper of this peer was not accepted, because the log is full. */
	onLogFull(peer: PeerId): void;
}

export interface Whispers {
	send(peer: PeerId, text: string): WhisperResult;
	/** Number of whispers from this node that this peer has neither accepted nor refused yet. */
	outstanding(peer: PeerId): number;
	/** Number of peers for which this node remembers the number of their last whisper. At most MAX_WHISPERERS. */
	readonly whisperers: number;
	/** To be called when messages to a peer are sent on `link` from now on. */
	linked(link: PeerLink): void;
	message(link: PeerLink, message: WhisperMessage | WhisperAckMessage): void;
	/** To be called when this node begins, or ceases, to accept the whispers of these peers. */
	takingChanged(peers: readonly PeerId[]): void;
	/** To be called when the log is saved again after a failure. */
	saved(): void;
	stop(): void;
}

/**
 * Whispers from this node to one peer. `waitingSince`: time since which the peer has answered none of them, in
 * monotonic ms.
 */
interface Outgoing {
	readonly outbox: WhisperOutbox;
	waitingSince: number;
}

/** Interval at which waiting whispers are sent, in ms. */
const TICK_MS = 1000;

export function createWhispers(options: WhisperOptions): Whispers {
	const {clock, linkOf} = options;
	const outboxes = new Map<PeerId, Outgoing>();
	/** Inbox of each peer that has whispered. The peer that whispered last is at the end. */
	const inboxes = new Map<PeerId, WhisperInbox>();
	/** Address from which each peer in `inboxes` whispered last. For IPv6 it is the /64 prefix of the address. */
	const shares = new Map<PeerId, string>();
	const paces = new WeakMap<PeerLink, MessagePace>();
	/** Connections on which the peer has announced that it does not accept whispers of this node now. */
	const closed = new WeakSet<PeerLink>();
	const limiter = createAuthorRateLimiter();
	let timer: Timer | undefined;
	let stopped = false;

	function paceOf(link: PeerLink): MessagePace {
		const pace = paces.get(link) ?? createMessagePace();
		paces.set(link, pace);
		return pace;
	}

	/** Sends the waiting whispers to a peer, as many as the rate limit of the connection allows. */
	function drain(peer: PeerId): void {
		const outbox = outboxes.get(peer)?.outbox;
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
		for (const [peer, outgoing] of outboxes) {
			if (outgoing.outbox.outstanding > 0 && now - outgoing.waitingSince >= WHISPER_RETRY_MS) restart(outgoing);
			drain(peer);
		}
	}

	/** Makes all unanswered whispers to a peer be sent again. */
	function restart(outgoing: Outgoing): void {
		outgoing.outbox.restart();
		outgoing.waitingSince = clock.monotonic();
	}

	function forget(peer: PeerId): void {
		inboxes.delete(peer);
		shares.delete(peer);
	}

	/**
	 * Makes room in `inboxes` for another peer, so that whispers from many new peers cannot fill the memory. If all
	 * places are taken, forgets the peers that have left. If there are none, forgets an unconnected peer of the address
	 * with the most peers. So no single machine can make this node forget the peers of other machines.
	 */
	function forgetWhisperers(): void {
		if (inboxes.size < MAX_WHISPERERS) return;
		for (const peer of inboxes.keys()) if (options.hasLeft(peer)) forget(peer);
		if (inboxes.size < MAX_WHISPERERS) return;
		const counts = new Map<string, number>();
		const countOf = (peer: PeerId) => counts.get(shares.get(peer) ?? '') ?? 0;
		for (const share of shares.values()) counts.set(share, (counts.get(share) ?? 0) + 1);
		let chosen: PeerId | undefined;
		for (const peer of inboxes.keys())
			if (!linkOf(peer) && (chosen === undefined || countOf(peer) > countOf(chosen))) chosen = peer;
		if (chosen !== undefined) forget(chosen);
	}

	/**
	 * Whispers from this node to a peer. Also forgets the whispers to peers that have left, because these peers never
	 * return.
	 */
	function outgoingTo(peer: PeerId): Outgoing {
		const known = outboxes.get(peer);
		if (known) return known;
		for (const other of outboxes.keys()) if (options.hasLeft(other)) outboxes.delete(other);
		const outgoing = {outbox: createWhisperOutbox(), waitingSince: 0};
		outboxes.set(peer, outgoing);
		return outgoing;
	}

	/**
	 * Sends a peer the answer to all its whispers so far. It also says whether this node accepts further whispers of
	 * the peer.
	 */
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
		return !options.isOn || !options.hasReader() || options.isIgnored(peer);
	}

	function receive({peer, remoteAddress}: PeerLink, {id, text}: WhisperMessage): void {
		const inbox = inboxes.get(peer) ?? createWhisperInbox();
		const check = inbox.check(id);
		if (check === 'gap') return;
		if (check === 'next') {
			if (isClosedTo(peer)) inbox.refuse();
			else if (canTake(peer, text)) {
				options.write({type: 'whisper', subject: peer, own: false, id, text});
				inbox.take();
			} else return;
			if (!inboxes.delete(peer)) forgetWhisperers();
			inboxes.set(peer, inbox);
			shares.set(peer, prefixGroup(remoteAddress) ?? shareKey(remoteAddress, peer));
		}
		answer(peer);
	}

	/** Whether a whisper can be accepted now. If not, it is not answered, and the peer sends it again later. */
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
		if (message.closed) closed.add(link);
		else closed.delete(link);
		const outgoing = outboxes.get(link.peer);
		const answered = outgoing?.outbox.apply(message);
		if (!outgoing || !answered) return;
		outgoing.waitingSince = clock.monotonic();
		options.publish({type: 'whispers-answered', peer: link.peer, ...answered});
		drain(link.peer);
	}

	/** Reason why a whisper to this peer cannot be sent, as a sentence for the user. Undefined if it can be sent. */
	function refusal(peer: PeerId, text: string): string | undefined {
		const link = linkOf(peer);
		const label = `"${options.labelFor(peer)}"`;
		if (!options.isOn) return 'Whispers are off here, because the program was started with --refuse-whispers.';
		if (peer === options.self) return 'You cannot whisper to yourself.';
		if (options.isIgnored(peer)) return `You have hidden ${label}, so you would not see an answer. See /unignore.`;
		if (!link) return `${label} is not connected. Nothing was sent.`;
		if (!link.features.has('whispers') || closed.has(link)) return `${label} does not take whispers. Nothing was sent.`;
		if ((outboxes.get(peer)?.outbox.outstanding ?? 0) >= MAX_WHISPERS_OUTSTANDING)
			return `${label} has not answered ${MAX_WHISPERS_OUTSTANDING} whispers yet. Wait, then send this one again.`;
		return refuseText(text);
	}

	return {
		send(peer, text) {
			const refused = refusal(peer, text);
			if (refused !== undefined) return {refused};
			const outgoing = outgoingTo(peer);
			if (outgoing.outbox.outstanding === 0) outgoing.waitingSince = clock.monotonic();
			const clean = cleanText(text);
			const id = outgoing.outbox.add(clean);
			options.write({type: 'whisper', subject: peer, own: true, id, text: clean});
			drain(peer);
			return {id};
		},
		outstanding: peer => outboxes.get(peer)?.outbox.outstanding ?? 0,
		get whisperers() {
			return inboxes.size;
		},
		linked(link) {
			const outgoing = outboxes.get(link.peer);
			if (outgoing) restart(outgoing);
			if (inboxes.has(link.peer) || !options.hasReader() || options.isIgnored(link.peer)) answer(link.peer);
			drain(link.peer);
		},
		message(link, message) {
			if (message.type === 'whisper') receive(link, message);
			else applyAnswer(link, message);
		},
		takingChanged(peers) {
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
