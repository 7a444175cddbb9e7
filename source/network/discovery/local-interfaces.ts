/** Selection of the local interface addresses that a node uses, from a list that the caller passes. */

import type {ListenHosts, LocalInterface} from '../ip-address.js';
import {directedBroadcast, isInSubnet, isLinkLocal, isLoopback, normaliseAddress} from '../ip-address.js';

/** Result of `os.networkInterfaces()`: only interfaces that are up and have an address. */
export type SystemInterfaces = Readonly<
	Record<
		string,
		| readonly {
				readonly address: string;
				readonly family: string | number;
				readonly internal: boolean;
				readonly cidr: string | null;
				/**
				 * Text that stands for the interface after `%` in a link-local address. Default: the name of the
				 * interface.
				 */
				readonly zone?: string;
		  }[]
		| undefined
	>
>;

/** Interfaces that the option `--interface` selects, and the values of the option that match no interface. */
export interface InterfaceChoice {
	readonly interfaces: readonly LocalInterface[];
	/** Values of the option that are neither the name nor the address of an interface now. */
	readonly missing: readonly string[];
	/** Names and addresses of all interfaces that exist, for the text of the error. */
	readonly existing: readonly string[];
}

/** Name by which the user selects loopback, on every operating system. */
const LOOPBACK_NAME = 'lo';
const LOOPBACK: LocalInterface = {
	name: LOOPBACK_NAME,
	family: 4,
	address: '127.0.0.1',
	broadcast: '127.255.255.255',
	prefix: 8,
	loopback: true,
	virtual: false,
};

/** Usual names of the interfaces of containers, virtual machines and VPNs. */
const VIRTUAL =
	/^(docker|podman|br-|virbr|lxc|lxd|veth|cni|flannel|cali|vmnet|vboxnet|tun|tap|utun|ppp|ipsec|wg|zt|tailscale|nordlynx|vethernet|bridge\d|awdl|llw|hyper-v|virtualbox|vmware|tailscale|zerotier|wireguard|openvpn)/i;

export function isVirtualName(name: string): boolean {
	return VIRTUAL.test(name);
}

function isIpv4(family: string | number): boolean {
	return family === 'IPv4' || family === 4;
}

/**
 * Addresses of all interfaces in this order: loopback, IPv4 addresses that can broadcast, other IPv4 addresses, IPv6
 * addresses.
 */
function readAll(system: SystemInterfaces): LocalInterface[] {
	const all: LocalInterface[] = [];
	for (const [name, addresses] of Object.entries(system)) {
		for (const {address, family, internal, cidr, zone = name} of addresses ?? []) {
			if (internal || cidr === null) continue;
			const common = {name, prefix: Number(cidr.split('/')[1]), loopback: false, virtual: isVirtualName(name)};
			if (isIpv4(family)) {
				all.push({...common, family: 4, address, broadcast: directedBroadcast(address, common.prefix)});
			} else {
				const scoped = isLinkLocal(address) ? `${address}%${zone}` : address;
				all.push({...common, family: 6, zone, address: normaliseAddress(scoped), broadcast: undefined});
			}
		}
	}
	const rank = ({family, broadcast}: LocalInterface) => (family === 6 ? 2 : broadcast === undefined ? 1 : 0);
	return [LOOPBACK, ...all.sort((a, b) => rank(a) - rank(b))];
}

/** Whether beacons can be sent from this address: by broadcast, or by IPv6 multicast. */
export function canAnnounce({family, broadcast}: LocalInterface): boolean {
	return family === 6 || broadcast !== undefined;
}

function matches(candidate: LocalInterface, wanted: string): boolean {
	if (candidate.loopback)
		return wanted === LOOPBACK_NAME || wanted === 'lo0' || ['127.0.0.1', '::1'].includes(normaliseAddress(wanted));
	return candidate.name === wanted || candidate.address === normaliseAddress(wanted);
}

/**
 * Keeps only one IPv6 address for each subnet of an interface. A computer often has several addresses in a subnet, and
 * replaces some of them regularly (temporary addresses, RFC 8981).
 */
function onePerSubnet(interfaces: readonly LocalInterface[]): LocalInterface[] {
	const kept: LocalInterface[] = [];
	for (const one of interfaces) {
		const isKnown = ({name, address, prefix}: LocalInterface) =>
			one.family === 6 && name === one.name && isInSubnet(one.address, address, prefix);
		if (!kept.some(isKnown)) kept.push(one);
	}
	return kept;
}

/**
 * Whether an address is used if the user has selected no interface. A virtual interface whose only address is
 * link-local is not used, because a computer that runs containers has dozens of such interfaces.
 */
function isUsedByDefault(one: LocalInterface, all: readonly LocalInterface[]): boolean {
	if (one.family === 4 || !one.virtual || !isLinkLocal(one.address)) return true;
	return all.some(({name, address}) => name === one.name && !isLinkLocal(address));
}

/**
 * Chooses the addresses that this node uses. `selection`: names or addresses of interfaces. If it is undefined or
 * empty, loopback and all addresses that `isUsedByDefault` accepts are chosen.
 */
export function chooseInterfaces(selection: readonly string[] | undefined, system: SystemInterfaces): InterfaceChoice {
	const all = readAll(system);
	const existing = onePerSubnet(all).map(({name, address}) => `${name} (${address})`);
	if (selection === undefined || selection.length === 0)
		return {interfaces: onePerSubnet(all.filter(one => isUsedByDefault(one, all))), missing: [], existing};
	const interfaces = all.filter(candidate => selection.some(wanted => matches(candidate, wanted)));
	const missing = selection.filter(wanted => !all.some(candidate => matches(candidate, wanted)));
	return {interfaces: onePerSubnet(interfaces), missing, existing};
}

export function readInterfaces(selection: readonly string[] | undefined, system: SystemInterfaces): LocalInterface[] {
	return [...chooseInterfaces(selection, system).interfaces];
}

/**
 * Addresses from which beacons are sent: each IPv4 address that can broadcast, and one IPv6 address of each interface.
 * This is the link-local address if there is one, because it does not change.
 */
export function announcingAddresses(interfaces: readonly LocalInterface[]): LocalInterface[] {
	const isPreferred = (one: LocalInterface) => {
		const others = interfaces.filter(({family, name}) => family === 6 && name === one.name);
		return one === (others.find(({address}) => isLinkLocal(address)) ?? others[0]);
	};
	return interfaces.filter(one => canAnnounce(one) && (one.family === 4 || isPreferred(one)));
}

/** Text of the error about values of `--interface` that match no interface. Undefined if all match one. */
export function describeMissing({missing, existing}: InterfaceChoice): string | undefined {
	if (missing.length === 0) return undefined;
	return `no interface or address ${missing.map(name => `'${name}'`).join(', ')}; choose one of ${existing.join(', ')}`;
}

/** Whether the user has selected only loopback, so that no data may leave this computer. */
export function isLoopbackOnly(selection: readonly string[] | undefined): boolean {
	if (selection === undefined || selection.length === 0) return false;
	return selection.every(wanted => matches(LOOPBACK, wanted));
}

const ALL_HOSTS: ListenHosts = {ipv4: '0.0.0.0', ipv6: '::'};
export const LOOPBACK_HOSTS: ListenHosts = {ipv4: '127.0.0.1', ipv6: '::1'};

/**
 * Addresses on which TCP listens, one for each family. If exactly one address of a family is selected, this address; if
 * several are selected, all addresses of this computer; if none is selected, no address. `interfaces`: selected
 * interfaces that exist now.
 */
export function listenHosts(
	selection: readonly string[] | undefined,
	interfaces: readonly LocalInterface[],
): ListenHosts {
	if (isLoopbackOnly(selection)) return LOOPBACK_HOSTS;
	if (selection === undefined || selection.length === 0) return ALL_HOSTS;
	const hostOf = (family: 4 | 6, all: string) => {
		const [first, ...more] = interfaces.filter(one => one.family === family);
		return more.length > 0 ? all : first?.address;
	};
	const [ipv4, ipv6] = [hostOf(4, '0.0.0.0'), hostOf(6, '::')];
	return {...(ipv4 !== undefined && {ipv4}), ...(ipv6 !== undefined && {ipv6})};
}

/**
 * Whether connections to this address of this computer may be accepted, because the address belongs to a selected
 * interface.
 */
export function isOwnSelected(address: string, interfaces: readonly LocalInterface[]): boolean {
	return interfaces.some(one => (one.loopback ? isLoopback(address) : isInSubnet(address, one.address, one.prefix)));
}
