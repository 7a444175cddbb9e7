/** Dial state of one peer or one `--peer` target: its addresses, its failures and its next dial. */

import type {Timer} from '../../core/environment.js';
import type {PeerId} from '../../core/event.js';
import {MAX_ADDRESSES} from '../../core/limits.js';
import type {BeaconRoute} from '../discovery/beacon-stats.js';
import type {HostAddress} from '../ip-address.js';
import {addressKey, isSameAddress} from '../ip-address.js';

/** How this node learnt of a peer. */
export type DiscoverySource = BeaconRoute | 'exchange' | 'peer-flag' | 'remembered';

/** A dial that failed, either the connection or the hello on it. */
export interface FailedDial {
	readonly address: HostAddress;
	/** Code of a DialFailure or LinkClosing. */
	readonly code: string;
	/** Description for the user. */
	readonly text: string;
}

export interface Candidate {
	peer: PeerId | undefined;
	readonly isTarget: boolean;
	/** Removed by the user: a dial in progress finishes, and none follows. */
	isDropped: boolean;
	/** Newest first. */
	addresses: HostAddress[];
	/** The address of the last connection. Reported addresses never displace it. */
	verifiedAddress: HostAddress | undefined;
	/** When each address was dialled last without success, monotonic ms. */
	readonly triedAt: Map<string, number>;
	/** When it was reported last, monotonic ms. */
	lastHeardAt: number;
	readonly sources: Set<DiscoverySource>;
	failures: number;
	/** The connection to it broke: unless it is restored within LOST_GRACE_MS, other peers report it lost. */
	wasConnected: boolean;
	lastAttempt: number;
	lastFailure: FailedDial | undefined;
	/** Timer of the next dial; `waitingSince` is when it was started, monotonic ms. */
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

/** The address to dial next: the one dialled least recently; of new ones the verified one, then the newest. */
export function chooseAddress({verifiedAddress, addresses, triedAt}: Candidate): HostAddress | undefined {
	let chosen: HostAddress | undefined;
	const tried = (address: HostAddress) => triedAt.get(addressKey(address)) ?? Number.NEGATIVE_INFINITY;
	for (const address of verifiedAddress ? [verifiedAddress, ...addresses] : addresses)
		if (!chosen || tried(address) < tried(chosen)) chosen = address;
	return chosen;
}

/** Adds an address as the newest one and drops the oldest above MAX_ADDRESSES. */
export function addAddress(candidate: Candidate, address: HostAddress): void {
	const {addresses, verifiedAddress: proven, triedAt} = candidate;
	const [newest] = addresses;
	if (newest && isSameAddress(newest, address)) return;
	candidate.addresses = [address, ...addresses.filter(known => !isSameAddress(known, address))].slice(0, MAX_ADDRESSES);
	const kept = new Set([...candidate.addresses, ...(proven ? [proven] : [])].map(addressKey));
	for (const tried of triedAt.keys()) if (!kept.has(tried)) triedAt.delete(tried);
}

/** Adds an address that is dialled after the known ones. */
export function addAlternateAddress({addresses}: Candidate, address: HostAddress): void {
	if (addresses.length >= MAX_ADDRESSES || addresses.some(known => isSameAddress(known, address))) return;
	addresses.push(address);
}

/** Removes an address that leads to another peer. */
export function dropAddress(candidate: Candidate, address: HostAddress): void {
	candidate.addresses = candidate.addresses.filter(known => !isSameAddress(known, address));
	if (candidate.verifiedAddress && isSameAddress(candidate.verifiedAddress, address))
		candidate.verifiedAddress = undefined;
}
