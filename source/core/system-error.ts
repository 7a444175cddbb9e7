/** Operating system errors, recognised by their `code` (`ENOSPC`, …) without importing Node modules. */
import {errorMessage} from './errors.js';

const SYSTEM_ERROR_TEXTS: Readonly<Record<string, string>> = {
	EACCES: 'permission denied',
	EADDRINUSE: 'the port is used by another program',
	EADDRNOTAVAIL: 'this machine no longer has this address',
	EAI_AGAIN: 'the name could not be looked up',
	EBADF: 'it is not open for writing',
	ECONNABORTED: 'connection aborted',
	ECONNREFUSED: 'connection refused: no program listens there, or a firewall rejects it',
	ECONNRESET: 'connection reset',
	EDQUOT: 'your disk quota is used up',
	EFBIG: 'the file has reached its maximum size',
	EHOSTDOWN: 'the host is down',
	EHOSTUNREACH: 'no route to the host',
	EIO: 'the disk reports an error',
	EISDIR: 'it is a folder, not a file',
	EMFILE: 'too many open files',
	EMSGSIZE: 'datagram too large',
	ENETDOWN: 'the network is down',
	ENETUNREACH: 'no route to the network',
	ENFILE: 'too many open files',
	ENOBUFS: 'the network buffers are full',
	ENODEV: 'the network interface no longer exists',
	ENOENT: 'no such file or folder',
	ENOMEM: 'the system has no free memory',
	ENOSPC: 'the disk is full',
	ENOTDIR: 'a part of the path is not a folder',
	ENOTFOUND: 'no such host name',
	EPERM: 'permission denied',
	EPIPE: 'connection reset',
	EROFS: 'the disk is read-only',
	ETIMEDOUT: 'timed out',
};

/** The `code` of an error of the operating system or of Node; undefined for any other value. */
export function systemErrorCode(error: unknown): string | undefined {
	if (!(error instanceof Error) || !('code' in error)) return undefined;
	return typeof error.code === 'string' ? error.code : undefined;
}

/** Text for an error: the text for its system code if there is one, otherwise its message. */
export function describeSystemError(error: unknown): string {
	return SYSTEM_ERROR_TEXTS[systemErrorCode(error) ?? ''] ?? errorMessage(error);
}

/**
 * Whether `describeSystemError` describes this error with a text for its code, and not with the message of the error
 * itself.
 */
export function hasSystemErrorText(error: unknown): boolean {
	return (systemErrorCode(error) ?? '') in SYSTEM_ERROR_TEXTS;
}
