/** What is known of one peer that may be dialled, or of one `--peer` target: where it may be, and how that went so far. */

import type {Timer} from '../../core/environment.js';
import type {PeerId} from '../../core/event.js';
import {MAX_ADDRESSES} from '../../core/limits.js';
import type {BeaconRoute} from '../discovery/beacon-stats.js';
import type {HostAddress} from '../ip-address.js';
import {addressKey, isSameAddress} from '../ip-address.js';

/** How we learnt of a peer. */
export type DiscoverySource = BeaconRoute | 'exchange' | 'peer-flag' | 'remembered';

/** Of a connection or of the hello on it. */
export interface FailedDial {
	readonly address: HostAddress;
	/** Of DialFailure or LinkClosing. */
	readonly code: string;
	/** In plain words. */
	readonly text: string;
}

export interface Candidate {
	peer: PeerId | undefined;
	readonly isTarget: boolean;
	/** Nobody wants it any more: what runs comes to its end, and nothing follows. */
	isDropped: boolean;
	/** Newest first. */
	addresses: HostAddress[];
	/** One that connected is never displaced by what is only heard. */
	verifiedAddress: HostAddress | undefined;
	/** When each was dialled last without success, monotonic ms. */
	readonly triedAt: Map<string, number>;
	/** When we were told of it last, monotonic ms. */
	lastHeardAt: number;
	readonly sources: Set<DiscoverySource>;
	failures: number;
	/** We were connected until it broke: others give it up in LOST_GRACE_MS. */
	wasConnected: boolean;
	lastAttempt: number;
	lastFailure: FailedDial | undefined;
	/** Of the next dial; `waitingSince` is when the wait for it began, monotonic ms. */
	timer: Timer | undefined;
	waitingSince: number;
	state: 'idle' | 'waiting' | 'queued' | 'dialling';
}

export function createCandidate(peer: PeerId | undefined, isTarget: boolean): Candidate {
	return {
		peer,
		isTarget,
		isDropped: false,
		addresses: [],
		verifiedAddress: undefined,
		triedAt: new Map(),
		lastHeardAt: Number.NEGATIVE_INFINITY,
		sources: new Set(),
		failures: 0,
		wasConnected: false,
		lastAttempt: Number.NEGATIVE_INFINITY,
		lastFailure: undefined,
		timer: undefined,
		waitingSince: 0,
		state: 'idle',
	};
}

/** The one not tried for longest; of new ones the one that connected before, then the newest. */
export function chooseAddress({verifiedAddress, addresses, triedAt}: Candidate): HostAddress | undefined {
	let chosen: HostAddress | undefined;
	const tried = (address: HostAddress) => triedAt.get(addressKey(address)) ?? Number.NEGATIVE_INFINITY;
	for (const address of verifiedAddress ? [verifiedAddress, ...addresses] : addresses)
		if (!chosen || tried(address) < tried(chosen)) chosen = address;
	return chosen;
}

/** As the newest one; the oldest above MAX_ADDRESSES is forgotten. */
export function addAddress(candidate: Candidate, address: HostAddress): void {
	const {addresses, verifiedAddress: proven, triedAt} = candidate;
	const [newest] = addresses;
	if (newest && isSameAddress(newest, address)) return;
	candidate.addresses = [address, ...addresses.filter(known => !isSameAddress(known, address))].slice(0, MAX_ADDRESSES);
	const kept = new Set([...candidate.addresses, ...(proven ? [proven] : [])].map(addressKey));
	for (const tried of triedAt.keys()) if (!kept.has(tried)) triedAt.delete(tried);
}

/** Tried after those known. */
export function addAlternateAddress({addresses}: Candidate, address: HostAddress): void {
	if (addresses.length >= MAX_ADDRESSES || addresses.some(known => isSameAddress(known, address))) return;
	addresses.push(address);
}

export function dropAddress(candidate: Candidate, address: HostAddress): void {
	candidate.addresses = candidate.addresses.filter(known => !isSameAddress(known, address));
	if (candidate.verifiedAddress && isSameAddress(candidate.verifiedAddress, address))
		candidate.verifiedAddress = undefined;
}
