/**
 * Record of the sockets that the system refuses to open or to use. Only this module decides which socket errors are
 * shown to the user. Such an error does not end a running node. The node tries again whenever it sends a beacon.
 */
import type {Clock} from '../core/environment.js';
import {LruMap} from '../core/lru-map.js';
import {systemErrorCode} from '../core/system-error.js';
import {describeError} from './describe-error.js';
import {withoutZone} from './ip-address.js';

/** Socket that the system refuses now. */
export interface SocketFailure {
	/** Kind and address of the socket, for example `UDP on 10.0.0.1`. */
	readonly socket: string;
	/** Reason why the system refuses the socket, as text. */
	readonly reason: string;
}

/** What the system refuses: to open a socket, to accept a connection on it, to open a connection, or to send a datagram. */
export type SocketUse = 'open' | 'accept' | 'dial' | 'send';

/** Ports below this one are reserved for privileged users on Unix. */
export const FIRST_UNPRIVILEGED_PORT = 1024;
/** Errors that report a lack of resources such as file descriptors. The lack may be temporary. */
const SHORTAGES: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);
/** Errors that report a prohibition, for example by a firewall or a security policy of this computer. */
const PROHIBITIONS: ReadonlySet<string> = new Set(['EACCES', 'EPERM']);
/**
 * Errors that occur if this computer does not have the address or the address family, or cannot use the address yet. An
 * IPv6 address that was just added cannot be used until the system has checked that no other computer has it.
 */
const ADDRESS_IS_MISSING: ReadonlySet<string> = new Set([
	'EADDRNOTAVAIL',
	'EAFNOSUPPORT',
	'EINVAL',
	'ENODEV',
	'EPROTONOSUPPORT',
]);
/**
 * Number of refused datagrams in a row after which the refusal is shown. Fewer can have a harmless cause: the queue of
 * the network card is full. Two beacons are up to four datagrams.
 */
const REFUSED_DATAGRAMS_REPORTED = 4;
/**
 * Time after which a refusal is forgotten if it has not happened again. It is longer than the longest interval between
 * two attempts to use a socket.
 */
const REFUSAL_MEMORY_MS = 60_000;

/** Whether the error means that this computer does not have the address or the address family now. */
export function isAddressMissing(error: unknown): boolean {
	return ADDRESS_IS_MISSING.has(systemErrorCode(error) ?? '');
}

/**
 * Whether a node starts although the system refuses its socket, and tries again later. It does in two cases: the system
 * lacks resources, or it forbids a port that needs no privilege, for example because of a security policy. In all other
 * cases the user has to change an option, for example because another program uses the port.
 */
export function isTriedAgain(error: unknown, port: number): boolean {
	const code = systemErrorCode(error) ?? '';
	if (PROHIBITIONS.has(code)) return port === 0 || port >= FIRST_UNPRIVILEGED_PORT;
	return SHORTAGES.has(code);
}

/**
 * Whether the error is a refusal of the system, which is shown to the user. An error of the network, such as a missing
 * route, is no refusal.
 */
function isRefusal(use: SocketUse, error: unknown): boolean {
	const code = systemErrorCode(error) ?? '';
	// A prohibition can hold for a single address. The dialler reports it together with this address.
	if (use === 'dial') return SHORTAGES.has(code);
	if (use === 'open') return !isAddressMissing(error);
	return SHORTAGES.has(code) || PROHIBITIONS.has(code);
}

/** Sockets that the system refused when they were last used. */
export interface SocketFailures {
	/** Notes that the system refused a socket. `socket`: see `SocketFailure`. */
	refused(socket: string, use: SocketUse, error: unknown): void;
	/** Notes that a socket works, or that this node does not need it any more. Its refusals are forgotten. */
	works(socket: string): void;
	/** Sockets that the system refuses now, in the order of their names. */
	list(): readonly SocketFailure[];
}

/**
 * Maximum number of sockets whose refusals are remembered. Even a computer with many temporary IPv6 addresses needs
 * fewer.
 */
const MAX_REMEMBERED = 64;

export function createSocketFailures(clock: Pick<Clock, 'monotonic'>): SocketFailures {
	/** `count`: number of refusals since the socket last worked. `at`: time of the last refusal, in monotonic ms. */
	const refusals = new LruMap<string, {use: SocketUse; reason: string; count: number; at: number}>(MAX_REMEMBERED);

	return {
		refused(socket, use, error) {
			if (isRefusal(use, error)) {
				const count = (refusals.get(socket)?.count ?? 0) + 1;
				refusals.set(socket, {use, reason: describeError(error), count, at: clock.monotonic()});
			} else if (use === 'open') {
				refusals.delete(socket);
			}
		},
		works: socket => void refusals.delete(socket),
		list() {
			const since = clock.monotonic() - REFUSAL_MEMORY_MS;
			return [...refusals]
				.filter(([, {at}]) => at > since)
				.filter(([, {use, count}]) => use !== 'send' || count >= REFUSED_DATAGRAMS_REPORTED)
				.map(([socket, {reason}]) => ({socket, reason}))
				.sort((a, b) => (a.socket < b.socket ? -1 : 1));
		},
	};
}

/**
 * Describes all failures in one text. Each reason appears once, followed by its sockets: `too many open files (TCP over
 * IPv4, UDP on 10.0.0.1)`. IPv6 addresses have no zone (`%eth0`) in this text, because the text is stored in the log as
 * a notice.
 */
export function describeSocketFailures(failures: readonly SocketFailure[]): string {
	const reasons = [...new Set(failures.map(({reason}) => reason))];
	return reasons
		.map(reason => {
			const sockets = failures.filter(failure => failure.reason === reason).map(({socket}) => withoutZone(socket));
			return `${reason} (${sockets.join(', ')})`;
		})
		.join('; ');
}
