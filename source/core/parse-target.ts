/** Parser for the typed address of a peer: `HOST`, `HOST:PORT`, `IPV6`, `[IPV6]` or `[IPV6]:PORT`. */
import {formatIp, parseIp} from './parse-ip.js';

const MAX_PORT = 65_535;
/** Maximum length of a host name (RFC 1035, 2.3.4). */
const MAX_NAME_LENGTH = 253;
/** Matches host names. They can have letters of any script, as mDNS names do, and no hyphen at either end. */
const NAME = /^[\p{L}\p{N}](?:[\p{L}\p{N}._-]*[\p{L}\p{N}.])?$/u;
/**
 * Matches names that end with a number. The system would read such names as IPv4 addresses, for example 999.1.1.1,
 * 127.1 or 0x7f.1.
 */
const NUMERIC_END = /(?:^|\.)(?:\d+|0x[\da-f]*)\.?$/i;

type ParsedTarget =
	/** `host`: an address in canonical form without brackets, or a name as typed. `port`: 1 to 65535, if the text has one. */
	| {readonly type: 'target'; readonly host: string; readonly port: number | undefined}
	| {readonly type: 'invalid-host'}
	/** `port`: the digits that the user typed. */
	| {readonly type: 'invalid-port'; readonly port: string};

/** Parses the typed address of a peer. Checks only its form, and does not look up the host name. */
export function parseTarget(text: string): ParsedTarget {
	const whole = text.includes(':') ? parseHost(text) : undefined;
	if (whole !== undefined) return {type: 'target', host: whole, port: undefined};
	const [, bracketed, name, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(text) ?? [];
	const host = parseHost(bracketed ?? name ?? '');
	if (host === undefined || (bracketed !== undefined && !bracketed.includes(':'))) return {type: 'invalid-host'};
	if (port === undefined) return {type: 'target', host, port: undefined};
	const number = Number(port);
	return number >= 1 && number <= MAX_PORT ? {type: 'target', host, port: number} : {type: 'invalid-port', port};
}

/** Returns an address in canonical form, a host name unchanged, and undefined for any other text. */
export function parseHost(text: string): string | undefined {
	const ip = parseIp(text);
	if (ip) return formatIp(ip);
	return text.length <= MAX_NAME_LENGTH && NAME.test(text) && !NUMERIC_END.test(text) ? text : undefined;
}
