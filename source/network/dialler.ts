/**
 * Whom to dial, where and when: policy as data, one entry for each peer heard of and for each `--peer` target
 * (design.md, 3, Addresses). The lower peer id dials at once, the other a second later if still unconnected.
 */
import type {PeerId} from '../core/ids.js';
import {
	BEACON_INTERVAL_CROWD_MS,
	HIGHER_ID_DIALS_AFTER_MS,
	MAX_ADDRESSES,
	MAX_CANDIDATES,
	MAX_DIAL_FAILURES,
	MAX_DIALS_AT_ONCE,
	RETRY_FIRST_MS,
	RETRY_MAX_MS,
} from '../core/limits.js';
import {retryDelay} from './backoff.js';
import type {Clock, Random, Timer} from './clock.js';
import type {Debug} from './debug.js';
import type {HeardPath} from './hearing.js';
import type {LinkClosing, PeerLink} from './peer-link.js';
import type {Connection, Transport} from './transport.js';

export interface Address {
	readonly host: string;
	readonly port: number;
}

/** How we learnt of a peer. */
export type HeardBy = HeardPath | 'exchange' | 'peer-flag' | 'remembered';

/** What became of a connection that was handed over. */
export type AdoptOutcome =
	| {readonly type: 'verified'; readonly link: PeerLink}
	| {readonly type: 'failed'; readonly closing: LinkClosing};

export interface DiallerOptions {
	readonly self: PeerId;
	readonly clock: Clock;
	readonly random: Random;
	readonly transport: Transport;
	readonly debug: Debug;
	isConnected(peer: PeerId): boolean;
	/** Takes a dialled connection over; `done` is called once. */
	adopt(connection: Connection, done: (outcome: AdoptOutcome) => void): void;
	/** A `--peer` target led to a peer. */
	targetWorked(target: Address): void;
}

/** Of a connection or of the hello on it. */
export interface FailedDial {
	readonly address: Address;
	/** Of DialFailure or LinkClosing. */
	readonly code: string;
	/** In plain words. */
	readonly text: string;
}

/** For the doctor. */
export interface DialReport {
	readonly peer: PeerId | undefined;
	readonly addresses: readonly Address[];
	readonly heardBy: readonly HeardBy[];
	readonly failures: number;
	readonly lastFailure: FailedDial | undefined;
}

export interface Dialler {
	/** A peer may be reached there. That wakes an entry that had given up. */
	heard(peer: PeerId, address: Address, by: HeardBy): void;
	/** The same announcement came from there too (two networks in common): tried after the addresses known. */
	alsoAt(peer: PeerId, address: Address): void;
	/** A `--peer` target: dialled for ever. */
	target(address: Address, by?: 'peer-flag' | 'remembered'): void;
	connected(peer: PeerId): void;
	disconnected(peer: PeerId): void;
	/** It said that it leaves: no more dials, but to the target that led to it, for ever. */
	forget(peer: PeerId): void;
	reports(): DialReport[];
	stop(): void;
}

interface Entry {
	peer: PeerId | undefined;
	readonly isTarget: boolean;
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
	lastAttempt: number;
	lastFailure: FailedDial | undefined;
	timer: Timer | undefined;
	state: 'idle' | 'waiting' | 'queued' | 'dialling';
}

const keyOf = ({host, port}: Address) => `${host}:${port}`;
const same = (a: Address, b: Address) => a.host === b.host && a.port === b.port;
/** Told of a peer after a silence of this length, we start afresh: a way may be open again. */
const HEARD_ANEW_MS = 2 * BEACON_INTERVAL_CROWD_MS;

export function createDialler(options: DiallerOptions): Dialler {
	const {clock, random, transport, self, debug} = options;
	const entries = new Map<string, Entry>();
	const queue: Entry[] = [];
	let dials = 0;
	let stopped = false;

	function createEntry(peer: PeerId | undefined, isTarget: boolean): Entry {
		return {
			peer,
			isTarget,
			addresses: [],
			proven: undefined,
			triedAt: new Map(),
			heardAt: Number.NEGATIVE_INFINITY,
			heardBy: new Set(),
			failures: 0,
			lastAttempt: Number.NEGATIVE_INFINITY,
			lastFailure: undefined,
			timer: undefined,
			state: 'idle',
		};
	}

	const isDone = (entry: Entry) => entry.peer !== undefined && (entry.peer === self || options.isConnected(entry.peer));

	function schedule(entry: Entry, delay: number): void {
		if (stopped || entry.state === 'dialling' || entry.state === 'queued') return;
		entry.timer?.cancel();
		entry.state = 'waiting';
		entry.timer = clock.after(delay, () => {
			entry.state = 'queued';
			queue.push(entry);
			pump();
		});
	}

	function rest(entry: Entry): void {
		entry.timer?.cancel();
		entry.timer = undefined;
		if (entry.state === 'waiting') entry.state = 'idle';
	}

	function pump(): void {
		while (!stopped && dials < MAX_DIALS_AT_ONCE) {
			const entry = queue.shift();
			if (!entry) return;
			entry.state = 'idle';
			if (!isDone(entry) && entry.addresses.length > 0) void dial(entry);
		}
	}

	/** The one not tried for longest; of new ones the one that connected before, then the newest. */
	function chooseAddress({proven, addresses, triedAt}: Entry): Address | undefined {
		let chosen: Address | undefined;
		const tried = (address: Address) => triedAt.get(keyOf(address)) ?? Number.NEGATIVE_INFINITY;
		for (const address of proven ? [proven, ...addresses] : addresses)
			if (!chosen || tried(address) < tried(chosen)) chosen = address;
		return chosen;
	}

	async function dial(entry: Entry): Promise<void> {
		const address = chooseAddress(entry);
		if (!address) return;
		entry.state = 'dialling';
		entry.lastAttempt = clock.monotonic();
		entry.triedAt.set(keyOf(address), entry.lastAttempt);
		dials += 1;
		const result = await transport.dial(address.host, address.port);
		if (stopped) {
			if ('connection' in result) result.connection.destroy();
			return;
		}

		if ('failure' in result) settle(entry, address, result.failure);
		else options.adopt(result.connection, outcome => onAdopted(entry, address, outcome));
	}

	function onAdopted(entry: Entry, address: Address, outcome: AdoptOutcome): void {
		if (outcome.type === 'failed') {
			if (outcome.closing.code === 'self') entry.peer = entry.isTarget ? self : entry.peer;
			if (outcome.closing.code === 'self') dropAddress(entry, address);
			settle(entry, address, outcome.closing);
			return;
		}

		const {peer} = outcome.link;
		if (entry.isTarget) {
			entry.peer = peer;
			options.targetWorked(address);
		} else if (peer !== entry.peer) {
			dropAddress(entry, address);
			settle(entry, address, {code: 'other', text: 'somebody else answers there'});
			return;
		}

		entry.proven = address;
		entry.triedAt.clear();
		settle(entry, address, undefined);
	}

	function dropAddress(entry: Entry, address: Address): void {
		entry.addresses = entry.addresses.filter(known => !same(known, address));
		if (entry.proven && same(entry.proven, address)) entry.proven = undefined;
	}

	/** A dial came to its end: count it, plan the next one, let others dial. */
	function settle(entry: Entry, address: Address, failure: Omit<FailedDial, 'address'> | undefined): void {
		dials -= 1;
		entry.state = 'idle';
		entry.lastFailure = failure && {address, code: failure.code, text: failure.text};
		if (failure) {
			entry.failures += 1;
			debug('dial', `failed: ${address.host}:${address.port}: ${failure.text}`, {failures: entry.failures});
			const given = !entry.isTarget && entry.failures >= MAX_DIAL_FAILURES;
			if (!isDone(entry) && !given) schedule(entry, retryDelay(entry.failures, random.fraction()));
		} else {
			entry.failures = 0;
		}

		pump();
	}

	function addAddress(entry: Entry, address: Address): void {
		entry.addresses = [address, ...entry.addresses.filter(known => !same(known, address))].slice(0, MAX_ADDRESSES);
		const kept = new Set([...entry.addresses, ...(entry.proven ? [entry.proven] : [])].map(keyOf));
		for (const tried of entry.triedAt.keys()) if (!kept.has(tried)) entry.triedAt.delete(tried);
	}

	/** Room for one more: the longest unused entry of an unconnected peer goes. */
	function makeRoom(): boolean {
		if (entries.size < MAX_CANDIDATES) return true;
		for (const [key, entry] of entries) {
			if (entry.isTarget || entry.state === 'dialling' || entry.state === 'queued' || isDone(entry)) continue;
			rest(entry);
			entries.delete(key);
			return true;
		}

		return false;
	}

	const firstDelay = (peer: PeerId) => (self < peer ? 0 : HIGHER_ID_DIALS_AFTER_MS);

	return {
		heard(peer, address, by) {
			if (peer === self || stopped) return;
			let entry = entries.get(peer);
			if (!entry) {
				if (!makeRoom()) return;
				entry = createEntry(peer, false);
				entries.set(peer, entry);
			}

			entry.heardBy.add(by);
			addAddress(entry, address);
			const anew = clock.monotonic() - entry.heardAt > HEARD_ANEW_MS;
			entry.heardAt = clock.monotonic();
			if (isDone(entry)) return;
			if (anew && entry.failures > 0) {
				entry.failures = 0;
				schedule(entry, firstDelay(peer));
			}

			if (entry.state !== 'idle') return;
			const gaveUp = entry.failures >= MAX_DIAL_FAILURES;
			// A beacon comes again; that others are connected to it is said once.
			if (gaveUp && by === 'exchange') entry.failures = 0;
			const rested = entry.lastAttempt + RETRY_MAX_MS - clock.monotonic();
			schedule(entry, gaveUp ? Math.max(0, rested) : firstDelay(peer));
		},
		alsoAt(peer, address) {
			const entry = entries.get(peer);
			if (!entry || entry.addresses.length >= MAX_ADDRESSES) return;
			if (!entry.addresses.some(known => same(known, address))) entry.addresses.push(address);
		},
		target(address, by = 'peer-flag') {
			const key = keyOf(address);
			if (stopped || entries.has(key)) return;
			const entry = createEntry(undefined, true);
			entry.heardBy.add(by);
			addAddress(entry, address);
			entries.set(key, entry);
			schedule(entry, 0);
		},
		connected(peer) {
			for (const entry of entries.values()) if (entry.peer === peer) rest(entry);
		},
		disconnected(peer) {
			for (const entry of entries.values()) {
				if (entry.peer !== peer) continue;
				entry.failures = 0;
				schedule(entry, firstDelay(peer) + (entry.isTarget ? HIGHER_ID_DIALS_AFTER_MS : 0));
			}
		},
		forget(peer) {
			// Whoever starts there next is somebody else: a target is looked for again.
			for (const target of entries.values()) {
				if (!target.isTarget || target.peer !== peer || options.isConnected(peer)) continue;
				target.peer = undefined;
				target.failures = 0;
				schedule(target, RETRY_FIRST_MS);
			}

			const entry = entries.get(peer);
			if (!entry) return;
			rest(entry);
			if (entry.state === 'idle') entries.delete(peer);
			else entry.failures = MAX_DIAL_FAILURES;
		},
		reports() {
			return [...entries.values()].map(entry => ({
				peer: entry.peer,
				addresses: entry.addresses,
				heardBy: [...entry.heardBy],
				failures: entry.failures,
				lastFailure: entry.lastFailure,
			}));
		},
		stop() {
			stopped = true;
			queue.length = 0;
			for (const entry of entries.values()) entry.timer?.cancel();
		},
	};
}
