/**
 * Notices for the user about problems of the network, the clock and the log. Their rate is limited, so that a faulty
 * peer cannot flood the timeline. Scripts read the codes of notices, so codes must not change. Addresses in notices
 * have no zone (`%eth0`), because notices are written to the log.
 */

import {DEFAULT_PORT} from '../core/defaults.js';
import type {NoticeLevel, PeerId} from '../core/event.js';
import {describeDuration} from '../core/format-quantity.js';
import {MAX_NOTICES_PER_MINUTE} from '../core/limits.js';
import {LruMap} from '../core/lru-map.js';
import {formatFingerprintSuffix, nameOf} from '../core/select-peers.js';
import type {State} from '../core/state.js';
import {formatHostAddress, type HostAddress, withoutZone} from '../network/ip-address.js';
import type {LinkClosing} from '../network/link/peer-link.js';
import {createTokenBucket} from '../network/scheduling/rate-limiters.js';
import type {SyncLimit} from '../network/sync/sync.js';
import type {Damage} from '../storage/log.js';

export interface Notices {
	notify(level: NoticeLevel, code: string, text: string): void;
	/** This node corrects its clock by `byMs` ms to follow the clocks of the other nodes. */
	clockCorrected(byMs: number): void;
	/** A peer closed the connection because of an error that it reports. */
	closedByPeer(name: string, closing: LinkClosing): void;
	/** This node closed the connection because the peer violated the protocol. */
	peerFault(name: string, closing: LinkClosing): void;
	/** A connection with this address ended before the hello of the peer was verified. */
	connectionRejected(address: string, closing: LinkClosing): void;
	/** No peer is connected, but `count` nodes of another room, or with another secret, are nearby. */
	foreignNodes(count: number): void;
	/** An event of this peer has a time that is `aheadMs` ms in the future. */
	clockAhead(name: string, aheadMs: number): void;
	feedForked(name: string): void;
	/** The log is saved again, in the file `path`. `losses`: number of events that this file lacks, by feed. */
	savingAgain(path: string | undefined, losses: ReadonlyMap<PeerId, number>, self: PeerId): void;
	/** The network interfaces cannot be read because of `reason`. Undefined: they can be read again. */
	interfacesUnreadable(reason: string | undefined): void;
	/** The system refuses sockets because of `reason`. Undefined: all sockets work again. */
	socketsUnusable(reason: string | undefined): void;
	/** An address that the user named cannot be reached. */
	targetFailed(target: HostAddress, reason: string): void;
	/** Events of this peer are dropped or not requested because of a limit. */
	limitReached(limit: SyncLimit, name: string): void;
	/**
	 * A peer uses the name of a person whom the user has verified, but has another key. `fingerprint`: fingerprint of
	 * the peer. Returns false if there were too many of these warnings, so that this one was left out.
	 */
	verifiedNameTaken(taken: {
		readonly name: string;
		readonly fingerprint: string;
		readonly verifiedName: string;
	}): boolean;
	/** Another program with the identity and the name of this user is connected from this address. */
	ownSession(address: string | undefined): void;
	/** Another program with the identity of this user, but with this other name, is connected. */
	ownIdentityUsed(name: string, address: string | undefined): void;
	/** Two people with these names have the same identity. */
	identityShared(first: string, second: string): void;
	/** The connection to this peer was closed, because this node has reached its limit of connections. */
	connectionsFull(name: string): void;
	/** A part of the log of this node is unreadable. */
	logDamaged(damage: Damage): void;
}

const REPEAT_AFTER_MS = 60_000;
const MAX_RECENT_NOTICES = 256;
/**
 * Codes of normal reasons to close a connection, for example that the peer left, or that two nodes had two connections.
 * They cause no notice.
 */
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

/**
 * Code of notices about errors that a peer reports. The code of the peer itself is not used, because scripts rely on
 * the codes of this program.
 */
const CLOSED_BY_PEER = 'closed-by-peer';
const SUPPRESSED_TEXT = 'Too many notices. Further notices of this minute are not shown.';

/** Puts a text that a peer chose in quotes, so that the user does not take it for a text of this program. */
function quote(text: string): string {
	return `"${text.replaceAll('"', "'")}"`;
}

function addressText(address: string | undefined): string {
	return address === undefined ? '' : ` (${address})`;
}

const LIMIT_TEXTS: Readonly<Record<SyncLimit, (name: string) => string>> = {
	'live-events': name => `${quote(name)} sends events faster than this node accepts them. They are shown later.`,
	'new-feeds': name => `${quote(name)} lists too many peers that are new here. Some of their events come later.`,
	bytes: name =>
		`The history of ${quote(name)}, or this log, has reached its size limit. No more of this history is accepted.`,
};

/**
 * Creates the notices. `now`: monotonic clock in ms. `write`: called with each notice that is not suppressed by the
 * rate limit.
 */
export function createNotices(
	now: () => number,
	write: (level: NoticeLevel, code: string, text: string) => void,
): Notices {
	const shownAt = new LruMap<string, number>(MAX_RECENT_NOTICES);
	const rateLimiter = createTokenBucket(MAX_NOTICES_PER_MINUTE / 60, MAX_NOTICES_PER_MINUTE);
	/**
	 * Warnings about a false use of a verified name have a rate limit of their own, so that other notices cannot
	 * suppress them.
	 */
	const impostorLimiter = createTokenBucket(MAX_NOTICES_PER_MINUTE / 60, MAX_NOTICES_PER_MINUTE);
	let suppressedAt = Number.NEGATIVE_INFINITY;

	/**
	 * Writes a notice. Suppresses it if the same notice was written within the last minute, or if there are more than
	 * MAX_NOTICES_PER_MINUTE.
	 */
	function notify(level: NoticeLevel, code: string, text: string): void {
		const key = `${code} ${text}`;
		const last = shownAt.get(key);
		if (last !== undefined && now() - last < REPEAT_AFTER_MS) return;
		if (!rateLimiter.take(now())) {
			if (now() - suppressedAt < REPEAT_AFTER_MS) return;
			suppressedAt = now();
			write('warn', 'notices-left-out', SUPPRESSED_TEXT);
			return;
		}

		shownAt.set(key, now());
		write(level, code, text);
	}

	return {
		notify,
		clockCorrected(byMs) {
			const side = byMs > 0 ? 'behind' : 'ahead of';
			const offset = describeDuration(byMs);
			const text = `The clock of this computer is ${offset} ${side} the others. Set it. Until then, times are shown by the clocks of the others.`;
			notify('warn', 'clock-wrong', text);
		},
		closedByPeer(name, {code, text}) {
			if (code === 'overloaded')
				notify(
					'warn',
					CLOSED_BY_PEER,
					`${quote(name)} has no place for another connection. The next try is in 30 seconds.`,
				);
			else if (!SILENT_CODES.has(code))
				notify('warn', CLOSED_BY_PEER, `${quote(name)} closed the connection: ${quote(text)}.`);
		},
		peerFault(name, {code, text}) {
			if (!SILENT_CODES.has(code)) notify('warn', code, `Closed the connection to ${quote(name)}: ${text}.`);
		},
		connectionRejected(address, {by, code, text}) {
			if (SILENT_CODES.has(code)) return;
			const host = withoutZone(address);
			if (by === 'them') notify('warn', CLOSED_BY_PEER, `${host} refused the connection: ${quote(text)}.`);
			else notify('warn', code, `Refused a connection with ${host}: ${text}.`);
		},
		foreignNodes(count) {
			const nodes = count === 1 ? '1 node nearby uses' : `${count} nodes nearby use`;
			const text = `Nobody else is in this room. ${nodes} another room or secret: check --room and --ask-secret.`;
			notify('warn', 'strangers', text);
		},
		clockAhead(name, aheadMs) {
			const offset = describeDuration(aheadMs);
			const text = `The clock of ${quote(name)} is ${offset} ahead. Messages from there are shown when their time comes.`;
			notify('warn', 'clock-ahead', text);
		},
		targetFailed(target, reason) {
			const {port} = target;
			const advice =
				port === DEFAULT_PORT
					? ` The TCP port of a node is usually not ${port}: /net on the other computer shows it. Use /peer HOST:PORT.`
					: '';
			const text = `Cannot connect to ${formatHostAddress({...target, host: withoutZone(target.host)})}: ${reason}.${advice} This address is dialled again until /peer -HOST removes it.`;
			notify('warn', 'peer-unreachable', text);
		},
		limitReached(limit, name) {
			notify('warn', `limit-${limit}`, LIMIT_TEXTS[limit](name));
		},
		verifiedNameTaken({name, fingerprint, verifiedName}) {
			if (!impostorLimiter.take(now())) return false;
			const subject =
				name === verifiedName
					? `another person uses the name ${quote(name)} of somebody you verified`
					: `the name ${quote(name)} looks like ${quote(verifiedName)}, whom you verified`;
			const text = `Warning: ${subject}. The key is another one (#${fingerprint}), so this is not the person you verified.`;
			write('error', 'verified-name', text);
			return true;
		},
		ownSession(address) {
			notify('info', 'own-session', `Another session of yours is connected${addressText(address)}.`);
		},
		ownIdentityUsed(name, address) {
			const text = `${quote(name)}${addressText(address)} has your identity: it is you in another session, or somebody with a copy of your data folder.`;
			notify('info', 'own-identity', text);
		},
		identityShared(first, second) {
			const text = `${quote(first)} and ${quote(second)} have the same identity: one person under two names, or two people with copies of one data folder.`;
			notify('info', 'shared-identity', text);
		},
		connectionsFull(name) {
			const text = `The limit of connections is reached. The connection to ${quote(name)} was closed.`;
			notify('warn', 'limit-connections', text);
		},
		logDamaged({kind, offset, length}) {
			const bytes = length === 1 ? '1 byte' : `${length} bytes`;
			if (kind === 'torn')
				notify('info', 'log-torn', `The log ended within a record. Ignored: ${bytes} at byte ${offset}.`);
			else
				notify(
					'warn',
					'log-damaged',
					`The log is damaged: ${bytes} at byte ${offset} cannot be read. Missing events are requested from other peers.`,
				);
		},
		interfacesUnreadable(reason) {
			if (reason === undefined) notify('info', 'interfaces-readable', 'The network interfaces can be read again.');
			else
				notify(
					'warn',
					'interfaces-unreadable',
					`The network interfaces cannot be read: ${reason}. Meanwhile, new interfaces are ignored. To connect to other computers, start with --peer HOST:PORT.`,
				);
		},
		socketsUnusable(reason) {
			if (reason === undefined) notify('info', 'sockets-usable', 'All network sockets work again.');
			else
				notify(
					'warn',
					'sockets-unusable',
					`The system refuses network sockets: ${reason}. The program tries again every few seconds. Meanwhile other computers may not find this one. If the failure lasts, close some programs or raise the limit (ulimit -n), allow this program in the firewall, or choose other ports (--port, --tcp-port).`,
				);
		},
		savingAgain(path, losses, self) {
			const place = path === undefined ? '' : ` in ${path}`;
			const lost = [...losses.values()].reduce((sum, count) => sum + count, 0);
			if (lost === 0) {
				notify('info', 'saving', `The log is being saved again${place}. No event is missing in it.`);
				return;
			}

			const events = lost === 1 ? '1 event' : `${lost} events`;
			const peers = losses.size === 1 ? '1 peer' : `${losses.size} peers`;
			const text = `The log is being saved again${place}, but it lacks ${events} of ${peers}. You see ${lost === 1 ? 'this event' : 'these events'} until you quit. Copies are requested from the peers that have them.`;
			const own =
				' Your own messages are missing too: people who join from now on do not receive them. Start the program again.';
			notify('warn', 'log-lost', losses.has(self) ? `${text}${own}` : text);
		},
		feedForked(name) {
			const text = `${quote(name)} signed two different histories. Only the first one is kept. Further events of this peer are ignored.`;
			notify('error', 'forked', text);
		},
	};
}

/**
 * Name of a peer in a notice. It has no quotes, unlike the result of `formatPeerName`, because a notice adds the quotes
 * itself.
 */
export function labelOf(state: State, peer: PeerId): string {
	return nameOf(state, peer) + formatFingerprintSuffix(state, peer);
}
