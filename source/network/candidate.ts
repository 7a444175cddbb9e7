/** What is known of one peer that may be dialled, or of one `--peer` target: where it may be, and how that went so far. */
import type {PeerId} from '../core/ids.js';
import {MAX_ADDRESSES} from '../core/limits.js';
import type {Timer} from './clock.js';
import type {HeardPath} from './hearing.js';

export interface Address {
	readonly host: string;
	readonly port: number;
}

/** How we learnt of a peer. */
export type HeardBy = HeardPath | 'exchange' | 'peer-flag' | 'remembered';

/** Of a connection or of the hello on it. */
export interface FailedDial {
	readonly address: Address;
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
	addresses: Address[];
	/** One that connected is never displaced by what is only heard. */
	proven: Address | undefined;
	/** When each was dialled last without success, monotonic ms. */
	readonly triedAt: Map<string, number>;
	/** When we were told of it last, monotonic ms. */
	heardAt: number;
	readonly heardBy: Set<HeardBy>;
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

export const keyOf = ({host, port}: Address) => `${host}:${port}`;
export const isSameAddress = (a: Address, b: Address) => a.host === b.host && a.port === b.port;

export function createCandidate(peer: PeerId | undefined, isTarget: boolean): Candidate {
	return {
		peer,
		isTarget,
		isDropped: false,
		addresses: [],
		proven: undefined,
		triedAt: new Map(),
		heardAt: Number.NEGATIVE_INFINITY,
		heardBy: new Set(),
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
export function chooseAddress({proven, addresses, triedAt}: Candidate): Address | undefined {
	let chosen: Address | undefined;
	const tried = (address: Address) => triedAt.get(keyOf(address)) ?? Number.NEGATIVE_INFINITY;
	for (const address of proven ? [proven, ...addresses] : addresses)
		if (!chosen || tried(address) < tried(chosen)) chosen = address;
	return chosen;
}

/** As the newest one; the oldest above MAX_ADDRESSES is forgotten. */
export function addAddress(candidate: Candidate, address: Address): void {
	const {addresses, proven, triedAt} = candidate;
	const [newest] = addresses;
	if (newest && isSameAddress(newest, address)) return;
	candidate.addresses = [address, ...addresses.filter(known => !isSameAddress(known, address))].slice(0, MAX_ADDRESSES);
	const kept = new Set([...candidate.addresses, ...(proven ? [proven] : [])].map(keyOf));
	for (const tried of triedAt.keys()) if (!kept.has(tried)) triedAt.delete(tried);
}

/** Tried after those known. */
export function addSpareAddress({addresses}: Candidate, address: Address): void {
	if (addresses.length >= MAX_ADDRESSES || addresses.some(known => isSameAddress(known, address))) return;
	addresses.push(address);
}

export function dropAddress(candidate: Candidate, address: Address): void {
	candidate.addresses = candidate.addresses.filter(known => !isSameAddress(known, address));
	if (candidate.proven && isSameAddress(candidate.proven, address)) candidate.proven = undefined;
}
