/**
 * Candidate: everything that the dialler knows about one peer, or about one address that the user named with `--peer`
 * (a target). It contains the addresses, the failed dials and the time of the next dial.
 */

import type {Timer} from '../../core/environment.js';
import type {PeerId} from '../../core/event.js';
import {MAX_ADDRESSES} from '../../core/limits.js';
import type {BeaconRoute} from '../discovery/beacon-stats.js';
import type {HostAddress} from '../ip-address.js';
import {formatHostAddress, isIpv6, isLinkLocal, isSameAddress} from '../ip-address.js';

/** How this node has learnt of a peer. */
export type DiscoverySource = BeaconRoute | 'exchange' | 'peer-flag' | 'remembered';

/** Failed dial. Either no connection was opened, or the hello on the connection was not verified. */
export interface FailedDial {
	readonly address: HostAddress;
	/** Kind of the failure: `code` of the `DialFailure` or, if the hello failed, of the `LinkClosing`. */
	readonly code: string;
	/** Reason of the failure, as text for the user. */
	readonly text: string;
}

export interface Candidate {
	peer: PeerId | undefined;
	/**
	 * Owner for whom this candidate is counted in the limits of candidates and dials: the address that announced the
	 * candidate (`shareKey`). Undefined for a target, which is not counted for any owner.
	 */
	owner: string | undefined;
	readonly isTarget: boolean;
	/**
	 * Whether the dialler has dropped this candidate: the user removed the target, or another candidate needed its
	 * place. A dial in progress is completed, but no further dial follows.
	 */
	isDropped: boolean;
	/** Known addresses, newest first. */
	addresses: HostAddress[];
	/** Address of the last verified connection. It stays known even if MAX_ADDRESSES newer addresses follow. */
	verifiedAddress: HostAddress | undefined;
	/**
	 * Time of the last dial to each address since the last successful dial: the start of the dial or, if it failed, its
	 * end. Times are in monotonic ms.
	 */
	readonly triedAt: Map<string, number>;
	/** Time of the last beacon of this peer, or of the last report about it by another peer, in monotonic ms. */
	lastHeardAt: number;
	readonly sources: Set<DiscoverySource>;
	failures: number;
	/**
	 * Whether the last connection to the peer broke. If it is not restored within LOST_GRACE_MS, other nodes report the
	 * peer as lost.
	 */
	wasConnected: boolean;
	lastAttempt: number;
	lastFailure: FailedDial | undefined;
	/** Whether the user was told that the target cannot be reached. */
	isFailureReported: boolean;
	/** Timer that starts the next dial. `waitingSince`: time at which this timer was set, in monotonic ms. */
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
		isFailureReported: false,
		timer: undefined,
		waitingSince: 0,
		state: 'idle',
	};
}

/**
 * Addresses to dial next: the best address, and the best address of the other family (IPv4 or IPv6). The second one is
 * dialled too if the first does not answer at once.
 *
 * The best address is the one whose last dial was longest ago. Addresses that were never dialled come first, in this
 * order: the verified address, IPv4 addresses, IPv6 addresses. Within a family the newest address comes first. IPv4 is
 * preferred because users recognise these addresses on the screen.
 */
export function chooseAddresses({verifiedAddress, addresses, triedAt}: Candidate): HostAddress[] {
	const tried = (address: HostAddress) => triedAt.get(formatHostAddress(address)) ?? Number.NEGATIVE_INFINITY;
	const all = [...(verifiedAddress ? [verifiedAddress] : []), ...addresses];
	const isBetter = (one: HostAddress, other: HostAddress) => {
		if (tried(one) !== tried(other)) return tried(one) < tried(other);
		return other !== verifiedAddress && isIpv6(other.host) && !isIpv6(one.host);
	};
	const bestOf = (some: readonly HostAddress[]) => {
		let best: HostAddress | undefined;
		for (const address of some) if (!best || isBetter(address, best)) best = address;
		return best;
	};
	const best = bestOf(all);
	if (!best) return [];
	const alternative = bestOf(all.filter(({host}) => isIpv6(host) !== isIpv6(best.host)));
	return alternative ? [best, alternative] : [best];
}

/**
 * Whether two IPv6 addresses are of the same class: both link-local, or both not. A candidate keeps one IPv6 address of
 * each class. False for IPv4 addresses, which have no class.
 */
function isSameClass({host}: HostAddress, {host: other}: HostAddress): boolean {
	return isIpv6(host) && isIpv6(other) && isLinkLocal(host) === isLinkLocal(other);
}

/**
 * Adds an address as the newest one. An IPv6 address replaces the earlier address of its class, because computers
 * change IPv6 addresses often. If there are then more than MAX_ADDRESSES, the oldest IPv4 address is removed.
 */
export function addAddress(candidate: Candidate, address: HostAddress): void {
	const {addresses, verifiedAddress: proven, triedAt} = candidate;
	const [newest] = addresses;
	if (newest && isSameAddress(newest, address)) return;
	const others = addresses.filter(known => !isSameAddress(known, address) && !isSameClass(known, address));
	const all = [address, ...others];
	const excess = all.length > MAX_ADDRESSES ? all.findLast(({host}) => !isIpv6(host)) : undefined;
	candidate.addresses = all.filter(one => one !== excess);
	const kept = new Set([...candidate.addresses, ...(proven ? [proven] : [])].map(formatHostAddress));
	for (const tried of triedAt.keys()) if (!kept.has(tried)) triedAt.delete(tried);
}

/**
 * Adds an address that is dialled only after the known addresses. If the candidate has an IPv6 address of the same
 * class already, the new address replaces it. The known address stays if it was not dialled yet or is the verified
 * address.
 */
export function addAlternateAddress(candidate: Candidate, address: HostAddress): void {
	const {addresses, verifiedAddress, triedAt} = candidate;
	if (addresses.some(known => isSameAddress(known, address))) return;
	const index = addresses.findIndex(known => isSameClass(known, address));
	const rival = addresses[index];
	const isRivalKept =
		rival && (!triedAt.has(formatHostAddress(rival)) || (verifiedAddress && isSameAddress(rival, verifiedAddress)));
	if (isRivalKept) return;
	if (rival) addresses.splice(index, 1, address);
	else if (addresses.length < MAX_ADDRESSES) addresses.push(address);
}

/** Removes an address, because a dial to it reached another peer. */
export function dropAddress(candidate: Candidate, address: HostAddress): void {
	candidate.addresses = candidate.addresses.filter(known => !isSameAddress(known, address));
	if (candidate.verifiedAddress && isSameAddress(candidate.verifiedAddress, address))
		candidate.verifiedAddress = undefined;
}
