import type {LocalInterface} from '../network/ip-address.js';
import {isInSubnet} from '../network/ip-address.js';

export interface ResumeFacts {
	readonly hasSecret: boolean;
	/** Before it slept. */
	readonly interfacesBefore: readonly LocalInterface[];
	readonly interfacesNow: readonly LocalInterface[];
	/** Our own ends of the connections that are open still. */
	readonly localAddresses: readonly string[];
}

/** `wait`: no network is up yet. */
export type ResumeDecision = 'stay' | 'wait' | 'relaunch';

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
	const isFormer = present.some(one =>
		former.some(old => old.prefix === one.prefix && isInSubnet(one.address, old.address, old.prefix)),
	);
	return isFormer ? 'stay' : 'relaunch';
}

/** Where this computer woke: remembers its networks while it is awake, and judges once after each sleep (resume-detector.ts). */

export interface ResumeDetector {
	/** Our timers stood still: we may have slept. */
	onTimersStalled(): void;
	/** The interfaces were read anew. */
	onInterfacesRefreshed(): void;
}

export interface ResumeDetectorOptions {
	readonly hasSecret: boolean;
	interfaces(): readonly LocalInterface[];
	/** Our own ends of the connections that are open. */
	localAddresses(): readonly string[];
	/** We woke where nobody was before: a new launch is due. */
	relaunch(): void;
}

export function createResumeDetector({
	hasSecret,
	interfaces,
	localAddresses,
	relaunch,
}: ResumeDetectorOptions): ResumeDetector {
	/** Before our timers stood still, until it is clear where we woke. */
	let interfacesBefore: readonly LocalInterface[] | undefined;
	/** As of the last beat. */
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
