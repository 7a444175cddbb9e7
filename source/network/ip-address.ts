/**
 * IP addresses and subnets as the network code uses them. All address texts are in canonical form (`core/parse-ip.ts`).
 */
import {formatIp, type IpAddress, isLinkLocalGroup, parseIp} from '../core/parse-ip.js';

/**
 * Canonical form of an IP address: lower case, IPv4 instead of IPv4-mapped IPv6, a zone only for link-local addresses.
 * Returns any other text unchanged.
 */
export function normaliseAddress(address: string): string {
	const ip = parseIp(address);
	return ip ? formatIp(ip) : address;
}

/** Address without its zone (`%eth0`). A zone names an interface of this computer, so other computers cannot use it. */
export function withoutZone(address: string): string {
	return address.split('%')[0] ?? '';
}

/** Whether a text is an IPv6 address. */
export function isIpv6(address: string): boolean {
	return parseIp(address)?.family === 6;
}

function prefixMask(prefix: number): number {
	return prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
}

/**
 * Broadcast address of an IPv4 subnet: (ip AND mask) OR NOT mask. Undefined for /31 and /32, which have none, and for
 * IPv6.
 */
export function directedBroadcast(address: string, prefix: number): string | undefined {
	const ip = parseIp(address);
	if (ip?.family !== 4 || !Number.isInteger(prefix) || prefix < 0 || prefix > 30) return undefined;
	return formatIp({family: 4, value: (ip.value | ~prefixMask(prefix)) >>> 0});
}

/**
 * Whether `address` is in the subnet of the address `network`, whose prefix has `prefix` bits. An address from a DHCPv6
 * server has a prefix of 128 bits, which does not show its subnet. The /64 of this address is used instead. Two
 * link-local addresses are in the same subnet if they have the same zone.
 */
export function isInSubnet(address: string, network: string, prefix: number): boolean {
	return isWithin(parseIp(address), networkOf(network, prefix));
}

/** Whether an address is in the subnet of one of the given interfaces. */
export function isOnLink(address: string, interfaces: readonly LocalInterface[]): boolean {
	return interfaceFor(address, interfaces) !== undefined;
}

/**
 * Interface whose subnet contains the address. If there are several, the one with the longest prefix. Undefined if
 * there is none.
 */
export function interfaceFor(address: string, interfaces: readonly LocalInterface[]): LocalInterface | undefined {
	const ip = parseIp(address);
	let best: LocalInterface | undefined;
	for (const candidate of interfaces) {
		if (!isWithin(ip, networkOf(candidate.address, candidate.prefix))) continue;
		if (best === undefined || candidate.prefix > best.prefix) best = candidate;
	}
	return best;
}

/**
 * Parsed subnet. The constant subnets of this module are parsed only once, because they are compared with thousands of
 * addresses that peers report.
 */
interface Network {
	readonly ip: IpAddress | undefined;
	readonly prefix: number;
}

const LINK_LOCAL_PREFIX = 10;

function networkOf(address: string, prefix: number): Network {
	const ip = parseIp(address);
	if (ip?.family !== 6) return {ip, prefix};
	if (isLinkLocalGroup(ip.groups[0] ?? 0)) return {ip, prefix: LINK_LOCAL_PREFIX};
	return {ip, prefix: prefix === 128 ? 64 : prefix};
}

function isWithin(ip: IpAddress | undefined, {ip: network, prefix}: Network): boolean {
	if (!ip || !network || !Number.isInteger(prefix) || prefix < 0) return false;
	if (ip.family === 4) return network.family === 4 && ((ip.value ^ network.value) & prefixMask(prefix)) === 0;
	if (network.family === 4 || ip.zone !== network.zone) return false;
	return ip.groups.every((group, index) => {
		const bits = Math.min(16, Math.max(0, prefix - 16 * index));
		return (group ^ (network.groups[index] ?? 0)) >> (16 - bits) === 0;
	});
}

const LOOPBACK = networkOf('127.0.0.0', 8);
const LINK_LOCAL = networkOf('169.254.0.0', 16);
const IPV6_LOOPBACK = '::1';

export function isLoopback(address: string): boolean {
	return (
		address === IPV6_LOOPBACK || isWithin(parseIp(address), LOOPBACK) || normaliseAddress(address) === IPV6_LOOPBACK
	);
}

/**
 * Owner for whom a peer is counted when a limited table is divided (scheduling/fair-share.ts): the address of the peer.
 * On loopback the owner is the peer id, because many peers share the loopback address.
 */
export function shareKey(address: string, peer: string): string {
	return isLoopback(address) ? peer : normaliseAddress(address);
}

/**
 * The /64 prefix of an IPv6 address, with the zone if the address is link-local. Undefined for IPv4, loopback and other
 * texts. One machine can use any number of addresses of a /64. Therefore all untrusted peers of one /64 together get at
 * most half of a limited table or rate.
 */
export function prefixGroup(address: string): string | undefined {
	const ip = parseIp(address);
	return ip?.family === 6 && !isLoopback(address) ? subnet64(ip) : undefined;
}

/**
 * Whether a node that listens on `host` may dial `address`. A node that listens only on loopback may dial only this
 * computer.
 */
export function mayReach(host: string | undefined, address: string): boolean {
	return host === undefined || !isLoopback(host) || /^localhost\.?$/i.test(address) || isLoopback(address);
}

export function isLinkLocal(address: string): boolean {
	const ip = parseIp(address);
	return ip?.family === 6 ? isLinkLocalGroup(ip.groups[0] ?? 0) : isWithin(ip, LINK_LOCAL);
}

/** Whether a text is an IPv4 or IPv6 address without a zone. False for a host name, which has to be looked up first. */
export function isIpLiteral(address: string): boolean {
	return parseIp(address) !== undefined && !address.includes('%');
}

/**
 * Group of addresses that together have one vote about the clock of this node. The group is an IPv4 address, a
 * link-local address, or the /64 of another IPv6 address, because one machine can use any number of addresses of a /64.
 */
export function addressGroup(address: string): string {
	const ip = parseIp(address);
	if (ip?.family !== 6 || isLinkLocalGroup(ip.groups[0] ?? 0)) return ip ? formatIp(ip) : address;
	return subnet64(ip);
}

function subnet64({groups, zone}: Extract<IpAddress, {family: 6}>): string {
	return `${formatIp({family: 6, groups: [...groups.slice(0, 4), 0, 0, 0, 0], zone})}/64`;
}

/**
 * Networks whose addresses are not used on the Internet: RFC 1918 (private), RFC 6598 (carriers, some VPNs) and RFC
 * 4193 (IPv6).
 */
const PRIVATE: readonly Network[] = [
	networkOf('10.0.0.0', 8),
	networkOf('172.16.0.0', 12),
	networkOf('192.168.0.0', 16),
	networkOf('100.64.0.0', 10),
	networkOf('fc00::', 7),
];

/**
 * Whether an address is public. False for private, unique local (RFC 4193), link-local and loopback addresses; true for
 * host names.
 */
export function isPublic(address: string): boolean {
	const ip = parseIp(address);
	return !isLoopback(address) && !isLinkLocal(address) && !PRIVATE.some(network => isWithin(ip, network));
}

/** Address of this computer on one of its interfaces. */
export interface LocalInterface {
	readonly name: string;
	readonly family: 4 | 6;
	/** A link-local IPv6 address includes its zone. */
	readonly address: string;
	/** Zone of the interface, the text after `%` in a link-local address. Set for IPv6 only. */
	readonly zone?: string;
	/**
	 * Directed broadcast address. Undefined for IPv6, and on an interface that cannot broadcast, such as a VPN with a
	 * /32 address.
	 */
	readonly broadcast: string | undefined;
	/** Prefix length of the subnet in bits. */
	readonly prefix: number;
	readonly loopback: boolean;
	readonly virtual: boolean;
}

/** Addresses to listen on, at most one for each family. 0.0.0.0 and :: mean all addresses of the family. */
export interface ListenHosts {
	readonly ipv4?: string;
	readonly ipv6?: string;
}

export interface HostAddress {
	readonly host: string;
	readonly port: number;
}

/** Formats an address as HOST:PORT or [IPV6]:PORT. Equal addresses have equal texts, so the text can be used as a key. */
export function formatHostAddress({host, port}: HostAddress): string {
	return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

export const isSameAddress = (a: HostAddress, b: HostAddress) => a.host === b.host && a.port === b.port;
