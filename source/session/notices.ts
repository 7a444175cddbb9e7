/** What a person should be told, in plain words with a way out, once and not in a flood. */
import type {NoticeLevel} from '../core/event.js';
import {MAX_NOTICES_PER_MINUTE} from '../core/limits.js';
import type {LinkClosing} from '../network/peer-link.js';
import type {SyncLimit} from '../network/sync-options.js';
import {createTokenBucket} from '../network/token-bucket.js';

export interface Notices {
	tell(level: NoticeLevel, code: string, text: string): void;
	clockCorrected(byMs: number): void;
	/** A peer ended the connection for what it holds to be our fault. */
	closedByPeer(name: string, closing: LinkClosing): void;
	/** We ended a connection for the other end's fault. */
	fault(name: string, closing: LinkClosing): void;
	/** A connection never got past its hello. */
	rejected(address: string, closing: LinkClosing): void;
	/** We are alone, and others are here whom we do not understand. */
	strangers(count: number): void;
	clockAhead(name: string, aheadMs: number): void;
	forked(name: string): void;
	/** A limit was reached: what is left out, in words. */
	limited(what: SyncLimit, name: string): void;
}

const REPEAT_AFTER_MS = 60_000;
const MAX_REMEMBERED = 256;
/** Ends that need no words: the peer is simply away, or the pair keeps another connection. */
const QUIET = new Set(['leaving', 'duplicate', 'self', 'idle', 'ended', 'reset', 'silent', 'hello-timeout', 'stopped']);

/** Of what another program told us: its own code is its own choice, and scripts go by codes. */
const CLOSED_BY_PEER = 'closed-by-peer';
const LEFT_OUT = 'more goes wrong than can be shown: further notices of this minute are left out';

/** Marks where words that somebody chose begin and end, so that they cannot pass for ours. */
function quote(words: string): string {
	return `"${words.replaceAll('"', "'")}"`;
}

const LIMIT_TEXTS: Readonly<Record<SyncLimit, (name: string) => string>> = {
	'live-events': name => `${quote(name)} writes more than can be followed live: it is fetched in larger pieces`,
	'new-feeds': name => `${quote(name)} names more peers than are taken in a minute: the rest is asked for later`,
	bytes: name =>
		`nothing more is taken of what ${quote(name)} writes: the limit of its history, or of this log, is reached`,
};

export function describeSpan(ms: number): string {
	const minutes = Math.round(Math.abs(ms) / 60_000);
	if (minutes < 120) return `${minutes} min`;
	const hours = Math.round(minutes / 60);
	return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}

export function createNotices(
	now: () => number,
	write: (level: NoticeLevel, code: string, text: string) => void,
): Notices {
	const told = new Map<string, number>();
	const pace = createTokenBucket(MAX_NOTICES_PER_MINUTE / 60, MAX_NOTICES_PER_MINUTE);
	let leftOutAt = Number.NEGATIVE_INFINITY;

	/** The same thing again within a minute is not news, and neither are more things than anybody reads. */
	function tell(level: NoticeLevel, code: string, text: string): void {
		const key = `${code} ${text}`;
		const last = told.get(key);
		if (last !== undefined && now() - last < REPEAT_AFTER_MS) return;
		if (!pace.take(now())) {
			if (now() - leftOutAt < REPEAT_AFTER_MS) return;
			leftOutAt = now();
			write('warn', 'notices-left-out', LEFT_OUT);
			return;
		}

		if (told.size >= MAX_REMEMBERED) told.clear();
		told.set(key, now());
		write(level, code, text);
	}

	return {
		tell,
		clockCorrected(byMs) {
			const side = byMs > 0 ? 'behind' : 'ahead of';
			tell(
				'warn',
				'clock-wrong',
				`the clock of this computer is ${describeSpan(byMs)} ${side} the others: set it; until then times follow the room`,
			);
		},
		closedByPeer(name, closing) {
			if (!QUIET.has(closing.code))
				tell('warn', CLOSED_BY_PEER, `${quote(name)} closed the connection and says ${quote(closing.text)}`);
		},
		fault(name, closing) {
			if (!QUIET.has(closing.code))
				tell('warn', closing.code, `closed the connection to ${quote(name)}: ${closing.text}`);
		},
		rejected(address, closing) {
			if (QUIET.has(closing.code)) return;
			if (closing.by === 'them') tell('warn', CLOSED_BY_PEER, `${address} refused us and says ${quote(closing.text)}`);
			else tell('warn', closing.code, `refused a connection with ${address}: ${closing.text}`);
		},
		strangers(count) {
			const nodes = count === 1 ? 'a node here is' : `${count} nodes here are`;
			tell('warn', 'strangers', `${nodes} in another room, or the secret is another one (--room, --ask-secret)`);
		},
		clockAhead(name, aheadMs) {
			tell(
				'warn',
				'clock-ahead',
				`the clock of ${quote(name)} is ${describeSpan(aheadMs)} ahead: what it writes is kept and shown when its time has come`,
			);
		},
		limited(what, name) {
			tell('warn', `limit-${what}`, LIMIT_TEXTS[what](name));
		},
		forked(name) {
			tell(
				'error',
				'forked',
				`${quote(name)} wrote two different histories: what we hold is kept, nothing more is taken from it`,
			);
		},
	};
}
