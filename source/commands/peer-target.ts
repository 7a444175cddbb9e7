/** The form of `--peer`. */
import {isIPv6} from 'node:net';

export const PEER_FORM = 'HOST or HOST:PORT such as 192.168.1.7 or carol.local:50123';

/** HOST, HOST:PORT, an IPv6 address, [IPv6] or [IPv6]:PORT. */
export function isPeerTarget(text: string): boolean {
	const bracketed = /^\[(.+)\](?::(\d+))?$/.exec(text);
	if (bracketed) return isIPv6(bracketed[1] ?? '') && isPort(bracketed[2]);
	if (isIPv6(text)) return true;
	const plain = /^([\p{L}\p{N}](?:[\p{L}\p{N}._-]*[\p{L}\p{N}.])?)(?::(\d+))?$/u.exec(text);
	return plain !== null && isPort(plain[2]);
}

function isPort(text: string | undefined): boolean {
	return text === undefined || (Number(text) >= 1 && Number(text) <= 65_535);
}
