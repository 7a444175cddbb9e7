/** Candidate: dial state of one peer or of one `--peer` target, with its addresses, failures and next dial. */

import type {Timer} from '../../core/environment.js';
import type {PeerId} from '../../core/event.js';
import {MAX_ADDRESSES} from '../../core/limits.js';
import type {BeaconRoute} from '../discovery/beacon-stats.js';
import type {HostAddress} from '../ip-address.js';
import {formatHostAddress, isSameAddress} from '../ip-address.js';

/** How this node discovered a peer. */
export type DiscoverySource = BeaconRoute | 'exchange' | 'peer-flag' | 'remembered';

/** Failed dial: either no connection was established, or the hello on the connection was not verified. */
export interface FailedDial {
	readonly address: HostAddress;
	/** `code` of the DialFailure or LinkClosing. */
	readonly code: string;
	/** Description for the user. */
	readonly text: string;
}

export interface Candidate {
	peer: PeerId | undefined;
	/** Owner of the share of dials that the candidate uses: who announced it (`shareKey`). Targets have none. */
	owner: string | undefined;
	readonly isTarget: boolean;
	/** Whether the user has removed the target, or the candidate gave way to another. A dial in progress is completed, but no other dial follows. */
	isDropped: boolean;
	/** Known addresses, newest first. */
	addresses: HostAddress[];
	/** Address of the last verified connection. It is kept even if newer addresses fill `addresses`. */
	verifiedAddress: HostAddress | undefined;
	/** Time of the last failed dial of each address, in monotonic ms. */
	readonly triedAt: Map<string, number>;
	/** Time at which a beacon or another peer reported this peer last, in monotonic ms. */
	lastHeardAt: number;
	readonly sources: Set<DiscoverySource>;
	failures: number;
	/** Whether its connection broke. If it is not restored within LOST_GRACE_MS, nodes report the peer as lost. */
	wasConnected: boolean;
	lastAttempt: number;
	lastFailure: FailedDial | undefined;
	/** Timer of the next dial. `waitingSince`: time at which it was started, in monotonic ms. */
	timer: Timer | undefined;
	waitingSince: number;
	state: 'idle' | 'waiting' | 'queued' | 'dialling';
}

export function createCandidate(peer: PeerId | undefined, isTarget: boolean, owner?: string): Candidate {
	return {
		peer,
		owner,
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

/** Address to dial next: the least recently dialled. Of addresses never dialled, the verified one, else the newest. */
export function chooseAddress({verifiedAddress, addresses, triedAt}: Candidate): HostAddress | undefined {
	let chosen: HostAddress | undefined;
	const tried = (address: HostAddress) => triedAt.get(formatHostAddress(address)) ?? Number.NEGATIVE_INFINITY;
	for (const address of verifiedAddress ? [verifiedAddress, ...addresses] : addresses)
		if (!chosen || tried(address) < tried(chosen)) chosen = address;
	return chosen;
}

/** Adds an address as the newest one. Removes the oldest address if there are more than MAX_ADDRESSES. */
export function addAddress(candidate: Candidate, address: HostAddress): void {
	const {addresses, verifiedAddress: proven, triedAt} = candidate;
	const [newest] = addresses;
	if (newest && isSameAddress(newest, address)) return;
	candidate.addresses = [address, ...addresses.filter(known => !isSameAddress(known, address))].slice(0, MAX_ADDRESSES);
	const kept = new Set([...candidate.addresses, ...(proven ? [proven] : [])].map(formatHostAddress));
	for (const tried of triedAt.keys()) if (!kept.has(tried)) triedAt.delete(tried);
}

/** Adds an address that is dialled after the known addresses. */
export function addAlternateAddress({addresses}: Candidate, address: HostAddress): void {
	if (addresses.length >= MAX_ADDRESSES || addresses.some(known => isSameAddress(known, address))) return;
	addresses.push(address);
}

/** Removes an address at which another peer answered. */
export function dropAddress(candidate: Candidate, address: HostAddress): void {
	candidate.addresses = candidate.addresses.filter(known => !isSameAddress(known, address));
	if (candidate.verifiedAddress && isSameAddress(candidate.verifiedAddress, address))
		candidate.verifiedAddress = undefined;
}
