import {describe, expect, it} from 'vitest';
import {
	BEACON_INTERVAL_MS,
	DIAL_BURST,
	DIALS_AT_FIRST,
	FAULT_BAN_MS,
	MAX_CANDIDATES,
	MAX_DIAL_FAILURES,
	MAX_DIALS_PER_SECOND,
	MAX_SEEN_RETRIES,
	RETRY_MAX_MS,
	RETRY_SEEN_MS,
} from '../../../source/core/limits.js';
import {createCandidate} from '../../../source/network/dial/candidate.js';
import {createDialQueue} from '../../../source/network/dial/dial-queue.js';
import {createDialler} from '../../../source/network/dial/dialler.js';
import type {PeerLink} from '../../../source/network/link/peer-link.js';
import type {Connection, Transport} from '../../../source/network/transport/transport.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';
import {createFakeClock} from '../../helpers/fake-clock.js';
import {createSeededRandom} from '../../helpers/seeded-random.js';

const SELF = fakePeerId(5);
const LOWER = fakePeerId(1);
const HIGHER = fakePeerId(9);
const at = (host: string) => ({host, port: 4000});

/** Creates a dialler whose dials all fail immediately or, if `hangs` is true, never end. */
function createWorld({hangs = false} = {}) {
	const clock = createFakeClock();
	const dials: {host: string; at: number}[] = [];
	const connected = new Set<string>();
	/** Peers to which other peers report a connection. */
	const seen = new Set<string>();
	const transport: Pick<Transport, 'dial'> = {
		dial(host) {
			dials.push({host, at: clock.monotonic()});
			return hangs ? new Promise(() => {}) : Promise.resolve({failure: {code: 'refused', text: 'refused'}});
		},
	};
	const dialler = createDialler({
		self: SELF,
		clock,
		random: createSeededRandom(1),
		transport: transport as Transport,
		debug: () => {},
		isConnected: peer => connected.has(peer),
		isSeen: peer => seen.has(peer),
		adopt: () => {},
		targetWorked: () => {},
		targetFailed: () => {},
	});
	return {clock, dialler, dials, connected, seen};
}

describe('a peer whose beacon arrived', () => {
	it('a peer whose beacon arrived is dialled immediately by a node with a lower id, and after one second by a node with a higher id', async () => {
		const {clock, dialler, dials} = createWorld();
		dialler.learnAddress(HIGHER, at('10.0.0.9'), 'broadcast');
		dialler.learnAddress(LOWER, at('10.0.0.1'), 'broadcast');
		await clock.advance(1050);
		expect(dials.slice(0, 2).map(({host, at: time}) => [host, time])).toContainEqual(['10.0.0.9', 0]);
		expect(dials.find(({host}) => host === '10.0.0.1')?.at).toBe(1000);
	});

	it('a peer with a lower id whose beacon arrived gets up to ten seconds to dial this node while other peers connect', async () => {
		const {clock, dialler, dials, connected} = createWorld();
		dialler.learnAddress(LOWER, at('10.0.0.1'), 'broadcast');
		for (let passed = 0; passed < 30; passed++) {
			await clock.advance(500);
			connected.add(fakePeerId(20 + passed));
			dialler.connected(fakePeerId(20 + passed), '10.0.0.1');
		}

		expect(dials[0]?.at).toBe(10_000);
		dialler.learnAddress(fakePeerId(2), at('10.0.0.2'), 'broadcast');
		await clock.advance(1000);
		expect(dials.at(-1)).toEqual({host: '10.0.0.2', at: 16_000});
	});

	it('a peer whose beacon arrived is not dialled if it is already connected or is this node itself', async () => {
		const {clock, dialler, dials, connected} = createWorld();
		dialler.learnAddress(LOWER, at('10.0.0.1'), 'broadcast');
		dialler.learnAddress(SELF, at('10.0.0.5'), 'broadcast');
		connected.add(LOWER);
		await clock.advance(60_000);
		expect(dials).toEqual([]);
	});

	it('a peer whose beacon arrived is not dialled again after five failures until its next beacon arrives, and even then only after a delay', async () => {
		const {clock, dialler, dials} = createWorld();
		dialler.learnAddress(HIGHER, at('10.0.0.9'), 'broadcast');
		await clock.advance(20_000);
		expect(dials).toHaveLength(MAX_DIAL_FAILURES);
		const nextDialAt = dials.at(-1)!.at + RETRY_MAX_MS;
		dialler.learnAddress(HIGHER, at('10.0.0.9'), 'broadcast');
		await clock.advance(60_000);
		expect(dials[MAX_DIAL_FAILURES]?.at).toBe(nextDialAt);
	});

	it('a peer that was reported by another peer and could not be reached is dialled again immediately when it is reported two minutes later', async () => {
		const {clock, dialler, dials} = createWorld();
		dialler.learnAddress(HIGHER, at('10.0.0.9'), 'exchange');
		await clock.advance(120_000);
		const before = dials.length;
		dialler.learnAddress(HIGHER, at('10.0.0.9'), 'exchange');
		await clock.advance(0);
		expect(dials.length).toBe(before + 1);
	});

	it('a peer whose beacon arrived is dialled at each of its addresses in turn', async () => {
		const {clock, dialler, dials} = createWorld();
		for (const host of ['10.0.0.7', '10.0.0.8', '10.0.0.9']) dialler.learnAddress(HIGHER, at(host), 'broadcast');
		await clock.advance(20_000);
		expect(new Set(dials.slice(0, 3).map(({host}) => host)).size).toBe(3);
	});

	it('a peer that bans this node is not dialled, however many of its beacons arrive', async () => {
		const {clock, dialler, dials} = createWorld();
		dialler.learnAddress(HIGHER, at('10.0.0.9'), 'broadcast');
		dialler.connected(HIGHER, '10.0.0.1');
		dialler.disconnected(HIGHER, FAULT_BAN_MS);
		for (let passed = 0; passed < FAULT_BAN_MS; passed += 5000) {
			dialler.learnAddress(HIGHER, at('10.0.0.9'), 'broadcast');
			await clock.advance(passed + 5000 < FAULT_BAN_MS ? 5000 : 4999);
		}

		expect(dials).toEqual([]);
		await clock.advance(1);
		expect(dials).toHaveLength(1);
	});

	it('a peer whose beacon arrived is not dialled while this node bans it, even if the dialler did not know this peer before', async () => {
		const {clock, dialler, dials} = createWorld();
		dialler.disconnected(HIGHER, FAULT_BAN_MS);
		expect(dialler.reports()).toEqual([]);
		for (let passed = 0; passed < FAULT_BAN_MS; passed += BEACON_INTERVAL_MS) {
			dialler.learnAddress(HIGHER, at('10.0.0.9'), 'broadcast');
			expect(dials).toEqual([]);
			await clock.advance(BEACON_INTERVAL_MS);
		}

		await clock.advance(BEACON_INTERVAL_MS);
		expect(dials).not.toEqual([]);
	});

	it('a peer whose beacon arrived is not dialled after it has left', async () => {
		const {clock, dialler, dials} = createWorld();
		dialler.learnAddress(LOWER, at('10.0.0.1'), 'broadcast');
		dialler.peerLeft(LOWER);
		await clock.advance(60_000);
		expect(dials).toEqual([]);
	});
});

it('a --peer target is dialled until it is removed, at least every 36 seconds', async () => {
	const {clock, dialler, dials} = createWorld();
	dialler.addTarget(at('10.0.0.9'));
	await clock.advance(600_000);
	expect(dials.length).toBeGreaterThan(15);
	for (const [index, {at: time}] of dials.entries())
		if (index > 0) expect(time - dials[index - 1]!.at).toBeLessThanOrEqual(36_000);
});

it('the number of concurrent dials is limited', async () => {
	const {clock, dialler, dials} = createWorld({hangs: true});
	for (let peer = 10; peer < 60; peer++) dialler.learnAddress(fakePeerId(peer), at(`10.0.0.${peer}`), 'broadcast');
	await clock.advance(60_000);
	expect(dials).toHaveLength(DIALS_AT_FIRST);
	dialler.stop();
	expect(clock.pending).toBe(0);
});

it('a --peer target is dialled again after its peer left', async () => {
	const clock = createFakeClock();
	const dials: number[] = [];
	const connected = new Set<string>();
	const connection = {destroy() {}} as unknown as Connection;
	const dialler = createDialler({
		self: SELF,
		clock,
		random: createSeededRandom(1),
		transport: {
			dial() {
				dials.push(clock.monotonic());
				return Promise.resolve({connection});
			},
		} as unknown as Transport,
		debug: () => {},
		isConnected: peer => connected.has(peer),
		isSeen: () => false,
		adopt(_, done) {
			connected.add(HIGHER);
			done({type: 'verified', link: {peer: HIGHER} as PeerLink});
		},
		targetWorked: () => {},
		targetFailed: () => {},
	});
	dialler.addTarget(at('10.0.0.9'));
	await clock.advance(5000);
	expect(dials).toEqual([0]);
	connected.delete(HIGHER);
	dialler.peerLeft(HIGHER);
	await clock.advance(5000);
	expect(dials).toHaveLength(2);
});

describe('a peer whose dials failed too often', () => {
	it('a peer that could not be reached several times is dialled once a minute while a connected peer reports a connection to it', async () => {
		const {clock, dialler, dials, seen} = createWorld();
		seen.add(HIGHER);
		dialler.learnAddress(HIGHER, at('10.0.0.9'), 'exchange');
		await clock.advance(60_000);
		const before = dials.length;
		expect(before).toBe(MAX_DIAL_FAILURES);
		await clock.advance(10 * RETRY_SEEN_MS);
		expect(dials.length - before).toBe(10);
		seen.delete(HIGHER);
		await clock.advance(10 * RETRY_SEEN_MS);
		expect(dials.length - before).toBe(11);
		expect(clock.pending).toBe(0);
	});

	it('a beacon of a peer that could not be reached several times brings the next dial forward', async () => {
		const {clock, dialler, dials, seen} = createWorld();
		seen.add(HIGHER);
		dialler.learnAddress(HIGHER, at('10.0.0.9'), 'exchange');
		const totalMs = 2 * RETRY_SEEN_MS;
		for (let passed = 0; passed < totalMs; passed += BEACON_INTERVAL_MS) {
			await clock.advance(BEACON_INTERVAL_MS);
			dialler.learnAddress(HIGHER, at('10.0.0.9'), 'broadcast');
		}
		const gaps = dials.slice(MAX_DIAL_FAILURES).map(({at: time}, index) => time - (dials[index + 4]?.at ?? 0));
		expect(Math.max(...gaps)).toBeLessThanOrEqual(RETRY_MAX_MS);
	});

	it('of the peers that could not be reached several times, at most MAX_SEEN_RETRIES are dialled once a minute', async () => {
		const {clock, dialler, dials, seen} = createWorld();
		for (let index = 0; index < 200; index++) {
			seen.add(fakePeerId(1000 + index));
			dialler.learnAddress(fakePeerId(1000 + index), at('10.0.0.66'), 'exchange');
		}
		await clock.advance(10 * 60_000);
		const before = dials.length;
		await clock.advance(10 * RETRY_SEEN_MS);
		expect(dials.length - before).toBeLessThanOrEqual(10 * MAX_SEEN_RETRIES);
	});
});

describe('a peer that reports invented peers', () => {
	const fake = (index: number) => fakePeerId(1000 + index);

	it('a peer that reports invented peers does not raise the dial rate above the limit', async () => {
		const {clock, dialler, dials} = createWorld();
		for (let index = 0; index < 1000; index++) dialler.learnAddress(fake(index), at('10.0.0.66'), 'exchange');
		await clock.advance(10_000);
		expect(dials.length).toBeGreaterThan(DIAL_BURST);
		expect(dials.length).toBeLessThanOrEqual(DIAL_BURST + 11 * MAX_DIALS_PER_SECOND);
	});

	it('a peer that reports invented peers does not delay dials to peers whose beacon arrived', async () => {
		const {clock, dialler, dials} = createWorld();
		for (let index = 0; index < 1000; index++) dialler.learnAddress(fake(index), at('10.0.0.66'), 'exchange');
		await clock.advance(3000);
		dialler.learnAddress(HIGHER, at('10.0.0.9'), 'broadcast');
		const before = clock.monotonic();
		await clock.advance(1000);
		expect(dials.find(({host}) => host === '10.0.0.9')?.at).toBeLessThan(before + 200);
	});

	it('a peer that reports many invented peers does not make a node forget a peer that announced itself from another address', async () => {
		const {dialler} = createWorld();
		dialler.learnAddress(LOWER, at('10.0.0.1'), 'broadcast');
		for (let index = 0; index < 5000; index++)
			dialler.learnAddress(fake(index), at(`10.1.${index >> 8}.${index & 255}`), 'exchange', 'reporter');
		const known = () => dialler.reports().map(({peer}) => peer);
		expect(known().length).toBeLessThanOrEqual(MAX_CANDIDATES);
		dialler.learnAddress(HIGHER, at('10.0.0.9'), 'broadcast');
		expect(known()).toEqual(expect.arrayContaining([LOWER, HIGHER]));
	});
});

describe('beacons of invented peers at one address', () => {
	const fake = (index: number) => fakePeerId(1000 + index);

	it('beacons of invented peers, all from one address, do not make a node forget a peer that it learnt from another address', () => {
		const {dialler} = createWorld({hangs: true});
		dialler.learnAddress(LOWER, at('10.0.0.1'), 'broadcast');
		for (let index = 0; index < 5000; index++) dialler.learnAddress(fake(index), at('10.0.0.66'), 'broadcast');
		dialler.learnAddress(HIGHER, at('10.0.0.9'), 'broadcast');
		const known = dialler.reports().map(({peer}) => peer);
		expect(known).toEqual(expect.arrayContaining([LOWER, HIGHER]));
		expect(known.length).toBeLessThanOrEqual(MAX_CANDIDATES);
	});

	it('beacons of invented peers do not make a node forget a peer that was connected once, not even one at the address of the beacons', () => {
		const {dialler, connected} = createWorld({hangs: true});
		for (let index = 0; index < 300; index++) dialler.learnAddress(fake(index), at('10.0.0.66'), 'broadcast');
		dialler.learnAddress(HIGHER, at('10.0.0.66'), 'broadcast');
		connected.add(HIGHER);
		dialler.connected(HIGHER, '10.0.0.66');
		connected.delete(HIGHER);
		dialler.disconnected(HIGHER);
		for (let index = 1000; index < 2000; index++) dialler.learnAddress(fake(index), at('10.0.0.67'), 'broadcast');
		expect(dialler.reports().some(({peer}) => peer === HIGHER)).toBe(true);
	});

	it('beacons of invented peers do not delay the dial of a peer at another address', async () => {
		const {clock, dialler, dials} = createWorld({hangs: true});
		for (let index = 0; index < 600; index++) dialler.learnAddress(fake(index), at('10.0.0.66'), 'broadcast');
		await clock.advance(2000);
		expect(dials.filter(({host}) => host === '10.0.0.66').length).toBe(DIALS_AT_FIRST / 2);
		const before = clock.monotonic();
		dialler.learnAddress(HIGHER, at('10.0.0.9'), 'broadcast');
		await clock.advance(1000);
		expect(dials.find(({host}) => host === '10.0.0.9')?.at).toBe(before);
	});

	it('beacons of invented peers delay no other peer: after a failed dial to an invented peer, a peer of another address is dialled next', () => {
		const queue = createDialQueue();
		const dead = createCandidate(fake(1), false, '10.0.0.66');
		queue.add(dead);
		queue.start(dead);
		queue.finished(dead, true);
		const fresh = createCandidate(HIGHER, false, '10.0.0.9');
		for (const candidate of [createCandidate(fake(2), false, '10.0.0.66'), fresh]) queue.add(candidate);
		expect(queue.next()).toBe(fresh);
	});
});
