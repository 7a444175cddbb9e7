/**
 * Sockets that the system refuses to open. A running node tries again to open them. At the start of a node, only some
 * failures end the program.
 */
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
/** Errors that report a lack of resources, which may be temporary. */
const SHORTAGES: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);

/**
 * Whether a node starts in spite of this failure and tries again later. It does if the system lacks resources, or forbids
 * an unprivileged port, for example by a security policy. After any other failure, for example if another program uses the
 * port, the user has to change an option.
 */
export function isTriedAgain(error: unknown, port: number): boolean {
	const code = systemErrorCode(error) ?? '';
	if (code === 'EACCES' || code === 'EPERM') return port === 0 || port >= FIRST_UNPRIVILEGED_PORT;
	return SHORTAGES.has(code);
}

/**
 * Describes all failures in one text. Each reason appears once, with its sockets: `too many open files (TCP over IPv4, UDP
 * on 10.0.0.1)`.
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
