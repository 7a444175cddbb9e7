import {isIP} from 'node:net';

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
const MAPPED = /^::ffff:(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})$/i;
const MAPPED_HEX = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i;

/** Parses an IPv4 address to an unsigned 32-bit number. Returns undefined if the text is not an IPv4 address. */
export function parseIpv4(address: string): number | undefined {
	const parts = IPV4.exec(address);
	if (!parts) return undefined;
	let value = 0;
	for (let index = 1; index <= 4; index++) {
		const byte = Number(parts[index]);
		if (byte > 255) return undefined;
		value = value * 256 + byte;
	}
	return value;
}

export function formatIpv4(value: number): string {
	return [24, 16, 8, 0].map(shift => (value >>> shift) & 255).join('.');
}

function prefixMask(prefix: number): number {
	return prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
}

/** Broadcast address of an IPv4 subnet: (ip AND mask) OR NOT mask. Undefined for /31, /32 and IPv6. */
export function directedBroadcast(address: string, prefix: number): string | undefined {
	const value = parseIpv4(address);
	if (value === undefined || !Number.isInteger(prefix) || prefix < 0 || prefix > 30) return undefined;
	return formatIpv4((value | ~prefixMask(prefix)) >>> 0);
}

export function isInSubnet(address: string, network: string, prefix: number): boolean {
	return parseIpv4(network) !== undefined && isWithin(parseIpv4(address), networkOf(network, prefix));
}

/** Canonical form of an address: lower case, without zone, and IPv4 instead of IPv4-mapped IPv6. */
export function normaliseAddress(address: string): string {
	if (IPV4.test(address)) return address;
	const bare = (address.split('%')[0] ?? '').toLowerCase();
	const mapped = MAPPED.exec(bare)?.[1];
	if (mapped !== undefined) return mapped;
	const hex = MAPPED_HEX.exec(bare);
	if (!hex) return bare;
	return formatIpv4(Number.parseInt(hex[1] ?? '', 16) * 65_536 + Number.parseInt(hex[2] ?? '', 16));
}

/** Whether an address is in the subnet of one of the given interfaces. */
export function isOnLink(address: string, interfaces: readonly LocalInterface[]): boolean {
	return interfaceFor(address, interfaces) !== undefined;
}

/** Interface whose subnet contains the address. If there are several, the one with the longest prefix. */
export function interfaceFor(address: string, interfaces: readonly LocalInterface[]): LocalInterface | undefined {
	const plain = normaliseAddress(address);
	let best: LocalInterface | undefined;
	for (const candidate of interfaces) {
		if (!isInSubnet(plain, candidate.address, candidate.prefix)) continue;
		if (best === undefined || candidate.prefix > best.prefix) best = candidate;
	}
	return best;
}

/** Parsed subnet. Constant subnets are parsed only one time, because peers report thousands of addresses. */
interface Network {
	readonly base: number;
	readonly mask: number;
}

function networkOf(address: string, prefix: number): Network {
	const mask = prefixMask(prefix);
	return {base: ((parseIpv4(address) ?? 0) & mask) >>> 0, mask};
}

const isWithin = (value: number | undefined, {base, mask}: Network) =>
	value !== undefined && (value & mask) >>> 0 === base;

const LOOPBACK = networkOf('127.0.0.0', 8);
const LINK_LOCAL = networkOf('169.254.0.0', 16);

export function isLoopback(address: string): boolean {
	const plain = normaliseAddress(address);
	return plain === '::1' || isWithin(parseIpv4(plain), LOOPBACK);
}

/** Owner of a share of a budget (scheduling/fair-share.ts): the address group, or on loopback, which many peers share, the peer. */
export function shareKey(address: string, peer: string): string {
	return isLoopback(address) ? peer : addressGroup(address);
}

/** Whether a node bound to `host` may dial `address`. A node bound to loopback may dial only this computer. */
export function mayReach(host: string | undefined, address: string): boolean {
	return host === undefined || !isLoopback(host) || /^localhost\.?$/i.test(address) || isLoopback(address);
}

export function isLinkLocal(address: string): boolean {
	const plain = normaliseAddress(address);
	return isWithin(parseIpv4(plain), LINK_LOCAL) || /^fe[89ab][0-9a-f]:/.test(plain);
}

/** Whether a text is an IPv4 or IPv6 address without a zone. False for everything that a resolver would look up. */
export function isIpLiteral(address: string): boolean {
	return isIP(address) !== 0 && !address.includes('%');
}

/**
 * Key of the addresses that count as one source: an IPv4 address, a link-local address, or the /64 of another IPv6 address.
 * One machine can use any number of addresses of a /64.
 */
export function addressGroup(address: string): string {
	const plain = normaliseAddress(address);
	if (!plain.includes(':') || isLinkLocal(plain)) return plain;
	const [head = '', tail = ''] = plain.split('::');
	const groupsOf = (part: string) => (part === '' ? [] : part.split(':'));
	const zeros = Array.from({length: Math.max(0, 8 - groupsOf(head).length - groupsOf(tail).length)}, () => '0');
	const groups = [...groupsOf(head), ...zeros, ...groupsOf(tail)].slice(0, 4);
	return `${groups.map(group => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}

/** Networks that are not routed on the Internet: RFC 1918 (private) and RFC 6598 (carriers, some VPNs). */
const PRIVATE: readonly Network[] = [
	networkOf('10.0.0.0', 8),
	networkOf('172.16.0.0', 12),
	networkOf('192.168.0.0', 16),
	networkOf('100.64.0.0', 10),
];

/** Whether a text is not a private, unique local (RFC 4193), link-local or loopback address. True for host names. */
export function isPublic(address: string): boolean {
	const plain = normaliseAddress(address);
	if (isLoopback(plain) || isLinkLocal(plain) || /^f[cd][0-9a-f]{2}:/.test(plain)) return false;
	const value = parseIpv4(plain);
	return !PRIVATE.some(network => isWithin(value, network));
}

/** Address of this computer on one of its interfaces. */
export interface LocalInterface {
	readonly name: string;
	readonly address: string;
	/** Directed broadcast address. Undefined on an interface that cannot broadcast, such as a VPN with a /32 address. */
	readonly broadcast: string | undefined;
	/** Prefix length of the subnet in bits. */
	readonly prefix: number;
	readonly loopback: boolean;
	readonly virtual: boolean;
}

export interface HostAddress {
	readonly host: string;
	readonly port: number;
}

export const addressKey = ({host, port}: HostAddress) => `${host}:${port}`;

export const isSameAddress = (a: HostAddress, b: HostAddress) => a.host === b.host && a.port === b.port;
