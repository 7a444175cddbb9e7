import {systemErrorCode} from '../../core/system-error.js';
import {describeError} from '../describe-error.js';
import type {DialFailure} from './transport.js';

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

/**
 * Describes why a dial failed. `connected`: whether the TCP connection had opened. If it had, the TLS handshake failed.
 */
export function describeDialFailure(error: unknown, connected: boolean): DialFailure {
	if (!connected) return {code: DIAL_CODES[systemErrorCode(error) ?? ''] ?? 'other', text: describeError(error)};
	const code = systemErrorCode(error);
	const text =
		code === 'ECONNRESET' || code === 'EPIPE'
			? 'hung up during the handshake: not p2pchat-ink, or too busy'
			: 'no common secret: another room, another secret, or not p2pchat-ink';
	return {code: 'handshake', text};
}
