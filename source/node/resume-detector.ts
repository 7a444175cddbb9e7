/**
 * Resume detector: finds out in which network the computer woke up. In an open room, a node that wakes up in another network
 * must start again with a new key, because other people are there. It remembers the interfaces from before the sleep.
 */
import {isInSubnet, type LocalInterface} from '../network/ip-address.js';

export interface ResumeFacts {
	readonly hasSecret: boolean;
	/** Interfaces before the sleep. */
	readonly interfacesBefore: readonly LocalInterface[];
	readonly interfacesNow: readonly LocalInterface[];
	/** Own addresses of the connections that are still open. */
	readonly localAddresses: readonly string[];
}

/** `stay`: same network, or a room with a secret. `wait`: no network is up yet. `relaunch`: another network. */
export type ResumeDecision = 'stay' | 'wait' | 'relaunch';

/** Decides what to do after a sleep. Pure. */
export function decideOnResume({
	hasSecret,
	interfacesBefore,
	interfacesNow,
	localAddresses,
}: ResumeFacts): ResumeDecision {
	const former = interfacesBefore.filter(one => !one.loopback);
	const present = interfacesNow.filter(one => !one.loopback);
	if (hasSecret || former.length === 0) return 'stay';
	if (present.length === 0) return 'wait';
	if (interfacesNow.some(one => localAddresses.includes(one.address))) return 'stay';
	const isFormerNetwork = present.some(one =>
		former.some(old => old.prefix === one.prefix && isInSubnet(one.address, old.address, old.prefix)),
	);
	return isFormerNetwork ? 'stay' : 'relaunch';
}

export interface ResumeDetector {
	/** The timers of this process stood still: the computer may have slept. */
	onTimersStalled(): void;
	/** The interfaces have just been read. */
	onInterfacesRefreshed(): void;
}

export interface ResumeDetectorOptions {
	readonly hasSecret: boolean;
	interfaces(): readonly LocalInterface[];
	/** Own addresses of the open connections. */
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
	/** Interfaces before the timers stood still, until the decision. */
	let interfacesBefore: readonly LocalInterface[] | undefined;
	/** Interfaces as of the last refresh. */
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
