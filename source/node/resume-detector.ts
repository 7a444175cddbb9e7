/**
 * Resume detector: finds out whether the computer has woken up in another network. If so, a node in a room without a
 * secret must start again with a new key and an empty log, because the people in that network are other people.
 */
import {isInSubnet, isIpv6, isLinkLocal, type LocalInterface} from '../network/ip-address.js';

export interface ResumeFacts {
	readonly hasSecret: boolean;
	/** Interfaces before the computer slept. */
	readonly interfacesBefore: readonly LocalInterface[];
	readonly interfacesNow: readonly LocalInterface[];
	/** Local addresses of the connections that are still open. */
	readonly localAddresses: readonly string[];
}

/**
 * What to do after the computer has woken up. `stay`: continue, because the network is the same or the room has a
 * secret. `wait`: decide later, because no network is up yet. `relaunch`: start a new node, because the network is
 * another one.
 */
export type ResumeDecision = 'stay' | 'wait' | 'relaunch';

/**
 * Interfaces that show in which network the computer is. VPNs and the bridges of containers have the same addresses in
 * every network. They are considered only if the computer had no other interface before it slept. IPv6 link-local
 * addresses are never considered, because they too are the same in every network.
 */
function selectLans(interfaces: readonly LocalInterface[], includesVirtual: boolean): LocalInterface[] {
	return interfaces.filter(
		({loopback, family, address, broadcast, virtual}) =>
			!loopback && (family === 6 ? !isLinkLocal(address) : broadcast !== undefined) && (includesVirtual || !virtual),
	);
}

/** Decides what to do after the computer has woken up. Pure. */
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
	/** To be called when the timers of this process were late, because the computer may have slept. */
	onTimersStalled(): void;
	/** To be called when the interfaces have been read. */
	onInterfacesRefreshed(): void;
}

export interface ResumeDetectorOptions {
	readonly hasSecret: boolean;
	interfaces(): readonly LocalInterface[];
	/** Returns the local addresses of the open connections. */
	localAddresses(): readonly string[];
	/** Called when the computer has woken up in another network. */
	relaunch(): void;
}

export function createResumeDetector({
	hasSecret,
	interfaces,
	localAddresses,
	relaunch,
}: ResumeDetectorOptions): ResumeDetector {
	/** Interfaces before the computer slept. Undefined if it did not sleep, or if the decision is made. */
	let interfacesBefore: readonly LocalInterface[] | undefined;
	/** Interfaces at the time at which they were last read. */
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
