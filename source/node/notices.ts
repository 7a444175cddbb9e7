/** What a person should be told, in plain words with a way out, once and not in a flood. */
import type {NoticeLevel} from '../core/event.js';
import {MAX_NOTICES_PER_MINUTE} from '../core/limits.js';
import type {LinkClosing} from '../network/link/peer-link.js';
import {createTokenBucket} from '../network/scheduling/rate-limiters.js';
import type {SyncLimit} from '../network/sync/sync.js';
import type {Damage} from '../storage/log.js';

export interface Notices {
	notify(level: NoticeLevel, code: string, text: string): void;
	clockCorrected(byMs: number): void;
	/** A peer ended the connection for what it holds to be our fault. */
	closedByPeer(name: string, closing: LinkClosing): void;
	/** We ended a connection for the other end's fault. */
	peerFault(name: string, closing: LinkClosing): void;
	/** A connection never got past its hello. */
	connectionRejected(address: string, closing: LinkClosing): void;
	/** We are alone, and others are here whom we do not understand. */
	foreignNodes(count: number): void;
	clockAhead(name: string, aheadMs: number): void;
	feedForked(name: string): void;
	/** A limit was reached: what is left out, in words. */
	limitReached(what: SyncLimit, name: string): void;
	/** A part of the own log is unreadable. */
	logDamaged(damage: Damage): void;
}

const REPEAT_AFTER_MS = 60_000;
const MAX_RECENT_NOTICES = 256;
/** Ends that need no words: the peer is simply away, or the pair keeps another connection. */
const SILENT_CODES = new Set([
	'leaving',
	'duplicate',
	'self',
	'idle',
	'ended',
	'reset',
	'silent',
	'hello-timeout',
	'stopped',
]);

/** Of what another program told us: its own code is its own choice, and scripts go by codes. */
const CLOSED_BY_PEER = 'closed-by-peer';
const SUPPRESSED_TEXT = 'more goes wrong than can be shown: further notices of this minute are left out';

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

export function describeDuration(ms: number): string {
	const minutes = Math.round(Math.abs(ms) / 60_000);
	if (minutes < 120) return `${minutes} min`;
	const hours = Math.round(minutes / 60);
	return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}

export function createNotices(
	now: () => number,
	write: (level: NoticeLevel, code: string, text: string) => void,
): Notices {
	const lastShownAt = new Map<string, number>();
	const rateLimiter = createTokenBucket(MAX_NOTICES_PER_MINUTE / 60, MAX_NOTICES_PER_MINUTE);
	let suppressedAt = Number.NEGATIVE_INFINITY;

	/** The same thing again within a minute is not news, and neither are more things than anybody reads. */
	function notify(level: NoticeLevel, code: string, text: string): void {
		const key = `${code} ${text}`;
		const last = lastShownAt.get(key);
		if (last !== undefined && now() - last < REPEAT_AFTER_MS) return;
		if (!rateLimiter.take(now())) {
			if (now() - suppressedAt < REPEAT_AFTER_MS) return;
			suppressedAt = now();
			write('warn', 'notices-left-out', SUPPRESSED_TEXT);
			return;
		}

		if (lastShownAt.size >= MAX_RECENT_NOTICES) lastShownAt.clear();
		lastShownAt.set(key, now());
		write(level, code, text);
	}

	return {
		notify,
		clockCorrected(byMs) {
			const side = byMs > 0 ? 'behind' : 'ahead of';
			notify(
				'warn',
				'clock-wrong',
				`the clock of this computer is ${describeDuration(byMs)} ${side} the others: set it; until then times follow the room`,
			);
		},
		closedByPeer(name, closing) {
			if (!SILENT_CODES.has(closing.code))
				notify('warn', CLOSED_BY_PEER, `${quote(name)} closed the connection and says ${quote(closing.text)}`);
		},
		peerFault(name, closing) {
			if (!SILENT_CODES.has(closing.code))
				notify('warn', closing.code, `closed the connection to ${quote(name)}: ${closing.text}`);
		},
		connectionRejected(address, closing) {
			if (SILENT_CODES.has(closing.code)) return;
			if (closing.by === 'them')
				notify('warn', CLOSED_BY_PEER, `${address} refused us and says ${quote(closing.text)}`);
			else notify('warn', closing.code, `refused a connection with ${address}: ${closing.text}`);
		},
		foreignNodes(count) {
			const nodes = count === 1 ? 'a node here is' : `${count} nodes here are`;
			notify('warn', 'strangers', `${nodes} in another room, or the secret is another one (--room, --ask-secret)`);
		},
		clockAhead(name, aheadMs) {
			notify(
				'warn',
				'clock-ahead',
				`the clock of ${quote(name)} is ${describeDuration(aheadMs)} ahead: what it writes is kept and shown when its time has come`,
			);
		},
		limitReached(what, name) {
			notify('warn', `limit-${what}`, LIMIT_TEXTS[what](name));
		},
		logDamaged({kind, offset, length}) {
			if (kind === 'torn')
				notify(
					'info',
					'log-torn',
					`the log ended in the middle of a record: ${length} bytes at byte ${offset} were set aside`,
				);
			else
				notify(
					'warn',
					'log-damaged',
					`the log is damaged: ${length} bytes at byte ${offset} are unreadable and are requested from other peers`,
				);
		},
		feedForked(name) {
			notify(
				'error',
				'forked',
				`${quote(name)} wrote two different histories: what we hold is kept, nothing more is taken from it`,
			);
		},
	};
}
