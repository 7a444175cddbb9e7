/**
 * The only parser and formatter for IP addresses in the program. Every address from a socket, a peer or the user is
 * converted here, so that an address always has the same text.
 */

import {LruMap} from './lru-map.js';

export type IpAddress =
	/** `value`: unsigned 32-bit number. */
	| {readonly family: 4; readonly value: number}
	/**
	 * `groups`: eight unsigned 16-bit numbers. `zone`: the interface of a link-local address (RFC 4007, 11);
	 * undefined if the text names none. The zone of an address that is not link-local is dropped, because it does not
	 * change the destination.
	 */
	| {readonly family: 6; readonly groups: readonly number[]; readonly zone: string | undefined};

/**
 * Maximum number of cached results of `parseIp`. They are cached, because the address of a peer is parsed for many of
 * its messages and for every dial.
 */
const MAX_CACHED_ADDRESSES = 1024;
const parsed = new LruMap<string, IpAddress>(MAX_CACHED_ADDRESSES);

const DECIMAL_BYTE = /^(?:0|[1-9]\d{0,2})$/;
const HEX_GROUP = /^[\da-f]{1,4}$/i;
/** Matches a zone: the name of a network interface on Linux and macOS, or the number of the interface on Windows. */
const ZONE = /^[\w.:-]+$/;

/**
 * Parses an IPv4 address of four decimal numbers, or an IPv6 address (RFC 4291, 2.2) with or without a zone. An IPv4-mapped
 * IPv6 address is parsed as the IPv4 address. Returns undefined for any other text. Leading zeros are refused in IPv4,
 * because some systems read such a number as octal.
 */
export function parseIp(text: string): IpAddress | undefined {
	const cached = parsed.get(text);
	if (cached) return cached;
	const ip = text.includes(':') ? parseIpv6(text) : parseIpv4(text);
	if (ip) parsed.set(text, ip);
	return ip;
}

function parseIpv4(text: string): IpAddress | undefined {
	// A fast check: most texts that are not IPv4 addresses, for example peer ids, contain no dot.
	if (!text.includes('.')) return undefined;
	const parts = text.split('.', 5);
	if (parts.length !== 4) return undefined;
	let value = 0;
	for (const part of parts) {
		const byte = Number(part);
		if (!DECIMAL_BYTE.test(part) || byte > 255) return undefined;
		value = value * 256 + byte;
	}
	return {family: 4, value};
}

function parseIpv6(text: string): IpAddress | undefined {
	const [address = '', zone, ...excess] = text.split('%', 3);
	if (excess.length > 0 || (zone !== undefined && !ZONE.test(zone))) return undefined;
	const [head = '', tail, ...more] = address.split('::', 3);
	if (more.length > 0) return undefined;
	const first = parseGroups(head, tail === undefined);
	const last = tail === undefined ? [] : parseGroups(tail, true);
	if (!first || !last) return undefined;
	const missing = 8 - first.length - last.length;
	if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
	const groups = [...first, ...new Array<number>(missing).fill(0), ...last];
	const [g5 = 0, g6 = 0, g7 = 0] = groups.slice(5);
	if (g5 === 0xffff && groups.slice(0, 5).every(group => group === 0)) return {family: 4, value: g6 * 65_536 + g7};
	return {family: 6, groups, zone: isLinkLocalGroup(groups[0] ?? 0) ? zone : undefined};
}

/**
 * Parses the groups of an IPv6 address on one side of `::`. `isLast`: whether these are the last groups of the
 * address, so that they may end with an IPv4 address.
 */
function parseGroups(text: string, isLast: boolean): number[] | undefined {
	if (text === '') return [];
	const groups: number[] = [];
	const parts = text.split(':', 9);
	for (const [index, part] of parts.entries()) {
		if (HEX_GROUP.test(part)) {
			groups.push(Number.parseInt(part, 16));
			continue;
		}
		const embedded = isLast && index === parts.length - 1 ? parseIpv4(part) : undefined;
		if (embedded?.family !== 4) return undefined;
		groups.push(Math.floor(embedded.value / 65_536), embedded.value % 65_536);
	}
	return groups;
}

/** Whether an IPv6 address that begins with this group is in fe80::/10. */
export function isLinkLocalGroup(group: number): boolean {
	return (group & 0xff_c0) === 0xfe_80;
}

/** Formats an address in its canonical form: RFC 5952 for IPv6, with the zone. Inverse of `parseIp`. */
export function formatIp(ip: IpAddress): string {
	if (ip.family === 4) return [24, 16, 8, 0].map(shift => (ip.value >>> shift) & 255).join('.');
	const {start, length} = longestZeros(ip.groups);
	const hex = ip.groups.map(group => group.toString(16));
	const text = length < 2 ? hex.join(':') : `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
	return ip.zone === undefined ? text : `${text}%${ip.zone}`;
}

/**
 * Longest run of groups that are zero, which `::` replaces; the first one of several. `start`: index of its first
 * group.
 */
function longestZeros(groups: readonly number[]): {readonly start: number; readonly length: number} {
	let best = {start: 0, length: 0};
	let start = 0;
	for (let index = 0; index <= groups.length; index++) {
		if (groups[index] === 0) continue;
		if (index - start > best.length) best = {start, length: index - start};
		start = index + 1;
	}
	return best;
}
