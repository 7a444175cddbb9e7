/**
 * Resume detector: detects whether the computer woke up in another network. In a room without a secret, the node must then
 * restart with a new key and an empty log, because other people are in that network.
 */
import {isInSubnet, isIpv6, isLinkLocal, type LocalInterface} from '../network/ip-address.js';

export interface ResumeFacts {
	readonly hasSecret: boolean;
	/** Interfaces before the sleep. */
	readonly interfacesBefore: readonly LocalInterface[];
	readonly interfacesNow: readonly LocalInterface[];
	/** Local addresses of the connections that are still open. */
	readonly localAddresses: readonly string[];
}

/** `stay`: the same network, or a room with a secret. `wait`: no network is up yet. `relaunch`: another network. */
export type ResumeDecision = 'stay' | 'wait' | 'relaunch';

/**
 * Interfaces that show in which network the computer is. A VPN and the bridges of containers have the same addresses in
 * every network. They are considered only if the computer had no other interface before the sleep. IPv6 link-local
 * addresses are never considered, because they are the same in every network.
 */
function selectLans(interfaces: readonly LocalInterface[], includesVirtual: boolean): LocalInterface[] {
	return interfaces.filter(
		({loopback, family, address, broadcast, virtual}) =>
			!loopback && (family === 6 ? !isLinkLocal(address) : broadcast !== undefined) && (includesVirtual || !virtual),
	);
}

/** Decides what to do after the computer woke up. Pure. */
export function decideOnResume({
	hasSecret,
	interfacesBefore,
	interfacesNow,
	localAddresses,
}: ResumeFacts): ResumeDecision {
	const includesVirtual = selectLans(interfacesBefore, false).length === 0;
	const former = selectLans(interfacesBefore, includesVirtual);
	const present = selectLans(interfacesNow, includesVirtual);
	if (hasSecret || former.length === 0) return 'stay';
	if (present.length === 0) return 'wait';
	const connectedFrom = localAddresses.filter(address => !isIpv6(address) || !isLinkLocal(address));
	if (interfacesNow.some(one => connectedFrom.includes(one.address))) return 'stay';
	const isFormerNetwork = present.some(one =>
		former.some(old => old.prefix === one.prefix && isInSubnet(one.address, old.address, old.prefix)),
	);
	return isFormerNetwork ? 'stay' : 'relaunch';
}

export interface ResumeDetector {
	/** Called when the timers of this process fired late, because the computer may have been asleep. */
	onTimersStalled(): void;
	/** Called when the interfaces have been read. */
	onInterfacesRefreshed(): void;
}

export interface ResumeDetectorOptions {
	readonly hasSecret: boolean;
	interfaces(): readonly LocalInterface[];
	/** Returns the local addresses of the open connections. */
	localAddresses(): readonly string[];
	/** Called after a wake-up in another network. */
	relaunch(): void;
}

export function createResumeDetector({
	hasSecret,
	interfaces,
	localAddresses,
	relaunch,
}: ResumeDetectorOptions): ResumeDetector {
	/** Interfaces before the sleep. Undefined if the computer was not asleep or the decision was made. */
	let interfacesBefore: readonly LocalInterface[] | undefined;
	/** Interfaces when they were read last. */
	let currentInterfaces: readonly LocalInterface[] = [];

	function evaluate(formerInterfaces: readonly LocalInterface[]): void {
		const facts = {
			hasSecret,
			interfacesBefore: formerInterfaces,
			interfacesNow: interfaces(),
			localAddresses: localAddresses(),
		};
		const decision = decideOnResume(facts);
		if (decision === 'wait') return;
		interfacesBefore = undefined;
		if (decision === 'relaunch') relaunch();
	}

	return {
		onTimersStalled() {
			interfacesBefore ??= currentInterfaces;
		},
		onInterfacesRefreshed() {
			if (interfacesBefore) evaluate(interfacesBefore);
			currentInterfaces = interfaces();
		},
	};
}
