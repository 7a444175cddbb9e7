import type {DialFailure} from './transport.js';

const DESCRIPTIONS: Readonly<Record<string, string>> = {
	EACCES: 'not permitted',
	EADDRINUSE: 'the port is used by another program',
	EADDRNOTAVAIL: 'this address is not on this machine any more',
	EAI_AGAIN: 'the name could not be looked up',
	ECONNABORTED: 'connection aborted',
	ECONNREFUSED: 'refused: nothing listens there, or a firewall says no',
	ECONNRESET: 'connection reset',
	EHOSTDOWN: 'the host is down',
	EHOSTUNREACH: 'no route to the host',
	EMFILE: 'too many open files',
	EMSGSIZE: 'datagram too large',
	ENETDOWN: 'the network is down',
	ENETUNREACH: 'no route to the network',
	ENOBUFS: 'the network buffers are full',
	ENODEV: 'the interface is gone',
	ENOTFOUND: 'no such host name',
	EPERM: 'not permitted: a firewall on this machine forbids it',
	EPIPE: 'connection reset',
	ETIMEDOUT: 'timed out',
};

const DIAL_CODES: Readonly<Record<string, DialFailure['code']>> = {
	ECONNREFUSED: 'refused',
	ETIMEDOUT: 'timeout',
	EACCES: 'forbidden',
	EADDRNOTAVAIL: 'unreachable',
	EAI_AGAIN: 'unreachable',
	EHOSTDOWN: 'unreachable',
	EHOSTUNREACH: 'unreachable',
	ENETDOWN: 'unreachable',
	ENETUNREACH: 'unreachable',
	ENOTFOUND: 'unreachable',
	EPERM: 'forbidden',
};

/** The system's code of an error, `''` if it has none. */
export function errorCode(error: unknown): string {
	return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** What a system error means to a person; never a stack, never empty. */
export function describeError(error: unknown): string {
	const code = errorCode(error);
	const words = DESCRIPTIONS[code];
	if (words !== undefined) return words;
	if (code.startsWith('ERR_SSL_')) return 'the encryption failed';
	if (code !== '') return `failed (${code})`;
	return error instanceof Error && error.message !== '' ? error.message : 'failed';
}

/** Why a dial failed. `connected`: TCP was up, so that what failed is the handshake. */
export function describeDialFailure(error: unknown, connected: boolean): DialFailure {
	if (!connected) return {code: DIAL_CODES[errorCode(error)] ?? 'other', text: describeError(error)};
	const code = errorCode(error);
	const text =
		code === 'ECONNRESET' || code === 'EPIPE'
			? 'hung up during the handshake: not p2pchat-ink, or too busy'
			: 'no common secret: another room, another secret, or not p2pchat-ink';
	return {code: 'handshake', text};
}
