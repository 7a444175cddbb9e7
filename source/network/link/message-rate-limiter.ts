/**
 * Rate limiter for the received messages of one connection, by kind of message (protocol.md, Limits), and the limiter
 * for sent messages. A sender uses at most SENDER_RATE_SHARE of each limit, whatever it receives from other peers. So a
 * peer that exceeds a limit does not follow the protocol, and is at fault.
 */
import type {Message} from '../../codec/message-types.js';
import {
	MAX_ALIVE_NAMED_PER_SECOND,
	MAX_DIGESTS_PER_SECOND,
	MAX_FILE_ASKS_PER_SECOND,
	MAX_FILE_INFOS_PER_SECOND,
	MAX_HAVES_PER_SECOND,
	MAX_PEERS_NAMED_PER_SECOND,
	MAX_PINGS_PER_SECOND,
	MAX_TYPING_PER_SECOND,
	MAX_WANTS_PER_SECOND,
	MAX_WHISPERS_PER_SECOND,
	MESSAGE_BURST_SECONDS,
	SENDER_RATE_SHARE,
} from '../../core/limits.js';
import {createTokenBucket, type TokenBucket} from '../scheduling/rate-limiters.js';

export interface MessageRateLimiter {
	/**
	 * Counts a received message. Returns a text about the limit that it exceeds, or undefined if it exceeds none.
	 * `now`: monotonic ms.
	 */
	violation(message: Message, now: number): string | undefined;
}

interface Rule {
	readonly perSecond: number;
	/** Plural noun for the messages in the text that `violation` returns. */
	readonly noun: string;
}

const RULES = {
	have: {perSecond: MAX_HAVES_PER_SECOND, noun: 'inventory messages'},
	digest: {perSecond: MAX_DIGESTS_PER_SECOND, noun: 'inventory digests'},
	want: {perSecond: MAX_WANTS_PER_SECOND, noun: 'history requests'},
	peers: {perSecond: MAX_PEERS_NAMED_PER_SECOND, noun: 'peer names'},
	alive: {perSecond: MAX_ALIVE_NAMED_PER_SECOND, noun: 'peers in `alive`'},
	fileAsk: {perSecond: MAX_FILE_ASKS_PER_SECOND, noun: 'questions about files'},
	fileInfo: {perSecond: MAX_FILE_INFOS_PER_SECOND, noun: 'descriptions of files'},
	ping: {perSecond: MAX_PINGS_PER_SECOND, noun: 'pings'},
	pong: {perSecond: MAX_PINGS_PER_SECOND, noun: 'pongs'},
	typing: {perSecond: MAX_TYPING_PER_SECOND, noun: 'typing signals'},
	whisper: {perSecond: MAX_WHISPERS_PER_SECOND, noun: 'whispers'},
	'whisper-ack': {perSecond: MAX_WHISPERS_PER_SECOND, noun: 'answers to whispers'},
} as const satisfies Readonly<Record<string, Rule>>;

type Kind = keyof typeof RULES;

function kindOf(message: Message): Kind | undefined {
	if (message.type === 'have') return message.kind === 'digest' ? 'digest' : 'have';
	if (message.type === 'file-ask') return 'fileAsk';
	if (message.type === 'file-info') return 'fileInfo';
	return message.type in RULES ? (message.type as Kind) : undefined;
}

/**
 * Number of tokens that a message costs. In a list of peers each peer costs one token, because the receiver may dial
 * each of them.
 */
function weightOf(message: Message): number {
	if (message.type === 'alive') return Math.max(1, message.peers.length);
	return message.type === 'peers' ? Math.max(1, message.added.length + message.removed.length) : 1;
}

export function createMessageRateLimiter(): MessageRateLimiter {
	const buckets = new Map<Kind, TokenBucket>();

	return {
		violation(message, now) {
			const kind = kindOf(message);
			if (!kind) return undefined;
			const {perSecond, noun} = RULES[kind];
			const bucket = buckets.get(kind) ?? createTokenBucket(perSecond, perSecond * MESSAGE_BURST_SECONDS);
			buckets.set(kind, bucket);
			return bucket.take(now, weightOf(message)) ? undefined : `it sends more than ${perSecond} ${noun} per second`;
		},
	};
}

/** Limiter for the messages that this node sends on one connection. `now`: monotonic ms. */
export interface MessagePace {
	/**
	 * Takes the tokens for `count` messages of a kind or, in `peers` messages, for `count` listed peers. Returns false,
	 * and takes none, if the messages must wait.
	 */
	take(kind: PacedKind, now: number, count?: number): boolean;
	/** Number of messages of a kind, or of peers listed in `peers` messages, that may be sent now. */
	available(kind: PacedKind, now: number): number;
}

/**
 * Kinds of messages that this limiter delays: their number depends on other peers or on the user. The other kinds need
 * no limiter. Pings and typing signals follow timers of this node, and each pong follows a ping.
 */
export type PacedKind = 'have' | 'digest' | 'want' | 'peers' | 'fileAsk' | 'fileInfo' | 'whisper' | 'whisper-ack';

export function createMessagePace(): MessagePace {
	const buckets = new Map<PacedKind, TokenBucket>();

	function bucketOf(kind: PacedKind): TokenBucket {
		const perSecond = RULES[kind].perSecond * SENDER_RATE_SHARE;
		const bucket = buckets.get(kind) ?? createTokenBucket(perSecond, perSecond * MESSAGE_BURST_SECONDS);
		buckets.set(kind, bucket);
		return bucket;
	}

	return {
		take: (kind, now, count = 1) => bucketOf(kind).take(now, count),
		available: (kind, now) => Math.floor(bucketOf(kind).available(now)),
	};
}
