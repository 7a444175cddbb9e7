/** Parser for the typed address of a peer: `HOST`, `HOST:PORT`, `IPV6`, `[IPV6]` or `[IPV6]:PORT`. */

const MAX_PORT = 65_535;
/** A host name or IPv4 address. It allows letters of any script, as mDNS names do, and no hyphen at either end. */
const HOST = /^[\p{L}\p{N}](?:[\p{L}\p{N}._-]*[\p{L}\p{N}.])?$/u;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

type ParsedTarget =
	/** `host` has no brackets. `port` is 1 to 65535, or undefined if the text contains none. */
	| {readonly type: 'target'; readonly host: string; readonly port: number | undefined}
	| {readonly type: 'invalid-host'}
	/** `port` contains the digits as typed. */
	| {readonly type: 'invalid-port'; readonly port: string};

/** Checks the form of the text only; does not resolve the host name. */
export function parseTarget(text: string): ParsedTarget {
	if (isIpv6(text)) return {type: 'target', host: text, port: undefined};
	const [, bracketed, name, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(text) ?? [];
	const host = bracketed ?? name ?? '';
	if (bracketed === undefined ? !HOST.test(host) : !isIpv6(host)) return {type: 'invalid-host'};
	if (port === undefined) return {type: 'target', host, port: undefined};
	const number = Number(port);
	return number >= 1 && number <= MAX_PORT ? {type: 'target', host, port: number} : {type: 'invalid-port', port};
}

/** Whether the text is an IPv6 address (RFC 4291, 2.2), with or without a zone (RFC 4007, 11). */
function isIpv6(text: string): boolean {
	const [address = '', zone, ...excess] = text.split('%');
	if (excess.length > 0 || (zone !== undefined && !/^[\w.:-]+$/.test(zone))) return false;
	const sides = address.split('::');
	if (sides.length > 2) return false;
	const groups = sides.flatMap(side => (side === '' ? [] : side.split(':')));
	const endsWithIpv4 = IPV4.test(groups.at(-1) ?? '') && !address.endsWith(':');
	const hexGroups = endsWithIpv4 ? groups.slice(0, -1) : groups;
	const count = groups.length + (endsWithIpv4 ? 1 : 0);
	return (sides.length === 2 ? count < 8 : count === 8) && hexGroups.every(group => /^[\da-f]{1,4}$/i.test(group));
}
