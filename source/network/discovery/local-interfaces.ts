/** Selection of the local interface addresses that a node uses. The caller passes the interface list in. */

import type {LocalInterface} from '../ip-address.js';
import {directedBroadcast, normaliseAddress} from '../ip-address.js';

/** Result of `os.networkInterfaces()`: only interfaces that are up and have an address. */
export type SystemInterfaces = Readonly<
	Record<
		string,
		| readonly {
				readonly address: string;
				readonly family: string | number;
				readonly internal: boolean;
				readonly cidr: string | null;
		  }[]
		| undefined
	>
>;

/** Interfaces that `--interface` selects, and the parts of the selection that do not exist. */
export interface InterfaceChoice {
	readonly interfaces: readonly LocalInterface[];
	/** Selected names and addresses that do not exist now. */
	readonly missing: readonly string[];
	/** All names and addresses that can be selected, for the error text. */
	readonly existing: readonly string[];
}

/** Name that selects loopback on every operating system. */
export const LOOPBACK_NAME = 'lo';
const LOOPBACK: LocalInterface = {
	name: LOOPBACK_NAME,
	address: '127.0.0.1',
	broadcast: '127.255.255.255',
	prefix: 8,
	loopback: true,
	virtual: false,
};

/** Usual names of bridges and adapters of containers, virtual machines and VPNs. */
const VIRTUAL =
	/^(docker|podman|br-|virbr|lxc|lxd|veth|cni|flannel|cali|vmnet|vboxnet|tun|tap|utun|ppp|ipsec|wg|zt|tailscale|nordlynx|vethernet|bridge\d|awdl|llw|hyper-v|virtualbox|vmware|tailscale|zerotier|wireguard|openvpn)/i;

export function isVirtualName(name: string): boolean {
	return VIRTUAL.test(name);
}

function isIpv4(family: string | number): boolean {
	return family === 'IPv4' || family === 4;
}

/** All IPv4 addresses: loopback, then those that can broadcast, then the others. */
function readAll(system: SystemInterfaces): LocalInterface[] {
	const all: LocalInterface[] = [];
	for (const [name, addresses] of Object.entries(system)) {
		for (const {address, family, internal, cidr} of addresses ?? []) {
			if (internal || !isIpv4(family) || cidr === null) continue;
			const prefix = Number(cidr.split('/')[1]);
			const broadcast = directedBroadcast(address, prefix);
			all.push({name, address, broadcast, prefix, loopback: false, virtual: isVirtualName(name)});
		}
	}
	return [LOOPBACK, ...all.filter(canBroadcast), ...all.filter(one => !canBroadcast(one))];
}

/** Whether beacons can be sent from this address. An interface that cannot broadcast exists, but finds nobody by itself. */
export function canBroadcast({broadcast}: LocalInterface): boolean {
	return broadcast !== undefined;
}

function matches(candidate: LocalInterface, wanted: string): boolean {
	if (candidate.loopback)
		return wanted === LOOPBACK_NAME || wanted === 'lo0' || normaliseAddress(wanted) === LOOPBACK.address;
	return candidate.name === wanted || candidate.address === normaliseAddress(wanted);
}

/** `selection`: names or addresses. If undefined or empty, it means loopback and all interfaces. */
export function chooseInterfaces(selection: readonly string[] | undefined, system: SystemInterfaces): InterfaceChoice {
	const all = readAll(system);
	const existing = all.map(({name, address}) => `${name} (${address})`);
	if (selection === undefined || selection.length === 0) return {interfaces: all, missing: [], existing};
	const interfaces = all.filter(candidate => selection.some(wanted => matches(candidate, wanted)));
	const missing = selection.filter(wanted => !all.some(candidate => matches(candidate, wanted)));
	return {interfaces, missing, existing};
}

export function readInterfaces(selection: readonly string[] | undefined, system: SystemInterfaces): LocalInterface[] {
	return [...chooseInterfaces(selection, system).interfaces];
}

/** Text for a usage error that names the missing interfaces; undefined if no interface is missing. */
export function describeMissing({missing, existing}: InterfaceChoice): string | undefined {
	if (missing.length === 0) return undefined;
	return `no interface or address ${missing.map(name => `'${name}'`).join(', ')}; there is ${existing.join(', ')}`;
}

/** Whether only loopback is selected, so that no data may leave this computer. */
export function isLoopbackOnly(selection: readonly string[] | undefined): boolean {
	if (selection === undefined || selection.length === 0) return false;
	return selection.every(wanted => matches(LOOPBACK, wanted));
}

/**
 * TCP bind address: the selected address if it is the only one, otherwise undefined for all addresses. `interfaces` are the
 * selected ones that exist now.
 */
export function listenHost(
	selection: readonly string[] | undefined,
	interfaces: readonly LocalInterface[],
): string | undefined {
	if (isLoopbackOnly(selection)) return LOOPBACK.address;
	if (selection === undefined || selection.length === 0) return undefined;
	return interfaces.length === 1 ? interfaces[0]?.address : undefined;
}
