/** Sockets that the system refuses to open. A running node tries them again; only some failures end the start. */
import {systemErrorCode} from '../core/system-error.js';

/** Socket that cannot be opened now and is tried again. */
export interface SocketFailure {
	/** Kind and address of the socket, for example `UDP on 10.0.0.1`. */
	readonly socket: string;
	/** Reason in words. */
	readonly reason: string;
}

/** Ports below this one are reserved for privileged users on Unix. */
export const FIRST_UNPRIVILEGED_PORT = 1024;
/** Errors that say that the system lacks something now. It may have it later. */
const SHORTAGES: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);

/**
 * Whether a node starts although the system refused a socket, and tries again: for lack of resources, or if the system forbids a
 * port that needs no privilege, as a security policy does. Other failures need another option, such as a port that is used by
 * another program.
 */
export function isTriedAgain(error: unknown, port: number): boolean {
	const code = systemErrorCode(error) ?? '';
	if (code === 'EACCES' || code === 'EPERM') return port === 0 || port >= FIRST_UNPRIVILEGED_PORT;
	return SHORTAGES.has(code);
}

/**
 * One sentence part for all failures: each reason once, with its sockets. `too many open files (TCP over IPv4, UDP on
 * 10.0.0.1)`.
 */
export function describeSocketFailures(failures: readonly SocketFailure[]): string {
	const reasons = [...new Set(failures.map(({reason}) => reason))];
	return reasons
		.map(reason => {
			const sockets = failures.filter(failure => failure.reason === reason).map(({socket}) => socket);
			return `${reason} (${sockets.join(', ')})`;
		})
		.join('; ');
}
