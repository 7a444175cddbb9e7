/**
 * How much of each kind of message one connection may bring (protocol.md, Limits). The figures are far above what any
 * honest peer sends, also one that was stalled and sends all at once, so whoever passes them is cut off.
 */
import type {Message} from '../../codec/message.js';
import {
	MAX_DIGESTS_PER_SECOND,
	MAX_HAVES_PER_SECOND,
	MAX_PEERS_NAMED_PER_SECOND,
	MAX_PINGS_PER_SECOND,
	MAX_TYPING_PER_SECOND,
	MAX_WANTS_PER_SECOND,
	MESSAGE_BURST_SECONDS,
} from '../../core/limits.js';
import {createTokenBucket, type TokenBucket} from '../scheduling/rate-limiters.js';

export interface MessageRateLimiter {
	/** Undefined: within the limits. Else what it was too much of, in words. `now`: monotonic, ms. */
	violation(message: Message, now: number): string | undefined;
}

interface Rule {
	readonly perSecond: number;
	readonly words: string;
}

const RULES = {
	have: {perSecond: MAX_HAVES_PER_SECOND, words: 'lists of history'},
	digest: {perSecond: MAX_DIGESTS_PER_SECOND, words: 'digests of history'},
	want: {perSecond: MAX_WANTS_PER_SECOND, words: 'requests for history'},
	peers: {perSecond: MAX_PEERS_NAMED_PER_SECOND, words: 'names of peers'},
	ping: {perSecond: MAX_PINGS_PER_SECOND, words: 'pings'},
	pong: {perSecond: MAX_PINGS_PER_SECOND, words: 'pongs'},
	typing: {perSecond: MAX_TYPING_PER_SECOND, words: 'typing signs'},
} as const satisfies Readonly<Record<string, Rule>>;

type Kind = keyof typeof RULES;

function kindOf(message: Message): Kind | undefined {
	if (message.type === 'have') return message.kind === 'digest' ? 'digest' : 'have';
	return message.type in RULES ? (message.type as Kind) : undefined;
}

/** A list counts as what it names: each costs us a look and perhaps a dial. */
function weightOf(message: Message): number {
	return message.type === 'peers' ? Math.max(1, message.added.length + message.removed.length) : 1;
}

/** For one connection. */
export function createMessageRateLimiter(): MessageRateLimiter {
	const buckets = new Map<Kind, TokenBucket>();

	return {
		violation(message, now) {
			const kind = kindOf(message);
			if (!kind) return undefined;
			const {perSecond, words} = RULES[kind];
			let bucket = buckets.get(kind);
			if (!bucket) {
				bucket = createTokenBucket(perSecond, perSecond * MESSAGE_BURST_SECONDS);
				buckets.set(kind, bucket);
			}

			return bucket.take(now, weightOf(message)) ? undefined : `it sends more than ${perSecond} ${words} a second`;
		},
	};
}
