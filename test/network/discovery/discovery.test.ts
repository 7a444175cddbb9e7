import {assert as check, integer, property, shuffledSubarray} from 'fast-check';
import {describe, expect, it} from 'vitest';
import {type BeaconDatagram, decodeBeacon, encodeBeacon} from '../../../source/codec/beacon-datagram.js';
import {
	BEACON_BURST_MS,
	BEACON_CROWD_PEERS,
	BEACON_INTERVAL_CROWD_MS,
	BEACON_INTERVAL_MS,
	BEACON_JITTER,
	MAX_BEACON_ANSWERS_PER_SECOND,
	MAX_BEACONS_PER_SECOND,
} from '../../../source/core/limits.js';
import {createBeaconMac} from '../../../source/feed/room-keys.js';
import type {Beacon, DatagramSource} from '../../../source/network/discovery/beacon.js';
import {createDiscovery, type DiscoveryOptions} from '../../../source/network/discovery/discovery.js';
import {PROTOCOL_VERSION} from '../../../source/network/link/handshake.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';
import {createFakeClock} from '../../helpers/fake-clock.js';
import {createSeededRandom} from '../../helpers/seeded-random.js';

const SELF = fakePeerId(1);
const BOB = fakePeerId(2);
const TAG = new Uint8Array(8).fill(7);
const FROM: DatagramSource = {address: '10.0.0.2', port: 50_000};
const short = (peer: string) => Number.parseInt(peer, 16);
const KEYS = {tag: TAG, beaconKey: new Uint8Array(32).fill(9)};
const mac = createBeaconMac(KEYS);
const LAN = {name: 'eth0', address: '10.0.0.1', broadcast: '10.0.0.255', prefix: 24, loopback: false, virtual: false};

/** A node that hears what the test says; what it sends and concludes is written down. */
function createNode(more: Partial<DiscoveryOptions> = {}) {
	const clock = createFakeClock();
	const spread: {at: number; kinds: BeaconDatagram[]}[] = [];
	const answers: {beacon: BeaconDatagram; to: string}[] = [];
	const told: string[] = [];
	const read = (bytes: Uint8Array): BeaconDatagram => {
		const decoded = decodeBeacon(bytes, TAG, mac);
		if (decoded.type !== 'beacon') throw new Error(decoded.type);
		return decoded.beacon;
	};
	const beacon: Beacon = {
		start: async () => ({port: 1, ownPort: 2}),
		broadcast: (bytes, toGroup = bytes) =>
			void spread.push({at: clock.monotonic(), kinds: [read(bytes), read(toGroup)]}),
		send: (bytes, address, port) => void answers.push({beacon: read(bytes), to: `${address}:${port}`}),
		interfaces: () => [LAN],
		counters: () => [],
		close: async () => {},
	};
	const discovery = createDiscovery({
		self: SELF,
		keys: KEYS,
		beacon,
		clock,
		random: createSeededRandom(1),
		debug: () => {},
		tcpPort: () => 4000,
		name: () => 'Alice',
		connectedCount: () => 0,
		isConnected: () => false,
		peerFound: (peer, {host, port}, path) => told.push(`heard ${short(peer)} at ${host}:${port} by ${path}`),
		alternateAddressFound: (peer, {host}) => told.push(`also ${short(peer)} at ${host}`),
		peerLeft: peer => told.push(`leaving ${short(peer)}`),
		onBeaconSent: () => told.push('beat'),
		...more,
	});
	const say = (content: Partial<BeaconDatagram> = {}, source = FROM) =>
		discovery.received(
			encodeBeacon(
				{version: 1, roomTag: TAG, peer: BOB, port: 4001, name: 'Bob', kind: 'here', counter: 1, ...content},
				mac,
			),
			source,
		);
	return {clock, discovery, spread, answers, told, say};
}

describe('a node that starts', () => {
	it('announces itself in a burst, then for ever', async () => {
		const {clock, discovery, spread} = createNode();
		discovery.start();
		await clock.advance(3600_000);
		expect(spread.slice(0, BEACON_BURST_MS.length).map(({at}) => at)).toEqual(BEACON_BURST_MS);
		const gaps = spread.slice(BEACON_BURST_MS.length).map(({at}, index) => at - (spread[index + 4]?.at ?? 0));
		expect(Math.max(...gaps.slice(1))).toBeLessThanOrEqual(BEACON_INTERVAL_MS * (1 + BEACON_JITTER));
		expect(Math.min(...gaps.slice(1))).toBeGreaterThanOrEqual(BEACON_INTERVAL_MS * (1 - BEACON_JITTER));
		expect(new Set(gaps).size).toBeGreaterThan(100);
	});

	it('announces less often in a crowd', async () => {
		const {clock, discovery, spread} = createNode({connectedCount: () => BEACON_CROWD_PEERS + 1});
		discovery.start();
		await clock.advance(BEACON_INTERVAL_CROWD_MS * 100);
		expect(spread.length).toBeGreaterThan(80);
		expect(spread.length).toBeLessThan(130);
	});

	it('sends two copies with one counter that say how they went out, and a higher one each time', async () => {
		const {clock, discovery, spread} = createNode();
		discovery.start();
		await clock.advance(1000);
		expect(spread.map(({kinds}) => kinds.map(({path}) => path))).toEqual(spread.map(() => ['broadcast', 'multicast']));
		expect(spread.map(({kinds}) => kinds.map(({counter}) => counter))).toEqual([
			[1, 1],
			[2, 2],
			[3, 3],
		]);
		expect(spread[0]?.kinds[0]).toMatchObject({peer: SELF, port: 4000, name: 'Alice', kind: 'here'});
	});

	it('does not say its name in a room with a secret', () => {
		const {discovery, spread} = createNode({name: () => undefined});
		discovery.start();
		expect(spread[0]?.kinds[0]).not.toHaveProperty('name');
	});

	it('starts one burst, not two, when it notices at its first beat that its interfaces changed', async () => {
		let changes = 1;
		const node = createNode({
			onBeaconSent() {
				if (changes-- > 0) node.discovery.burst();
			},
		});
		node.discovery.start();
		await node.clock.advance(3000);
		expect(node.spread.map(({at}) => at)).toEqual([0, ...BEACON_BURST_MS]);
	});
});

describe('a beacon of somebody we are not connected to', () => {
	it('is told with its address and answered at the port it came from', () => {
		const {told, answers, say} = createNode();
		say({path: 'multicast'});
		expect(told).toEqual(['heard 2 at 10.0.0.2:4001 by multicast']);
		expect(answers).toMatchObject([{to: '10.0.0.2:50000', beacon: {kind: 'answer', peer: SELF, port: 4000}}]);
	});

	it('is told and not answered when it is an answer', () => {
		const {told, answers, say} = createNode();
		say({kind: 'answer'});
		expect([told, answers]).toEqual([['heard 2 at 10.0.0.2:4001 by answer'], []]);
	});

	it('is answered at most ten times a second, however many call', async () => {
		const {answers, say, clock} = createNode();
		for (let peer = 10; peer < 60; peer++) say({peer: fakePeerId(peer)});
		expect(answers).toHaveLength(MAX_BEACON_ANSWERS_PER_SECOND);
		await clock.advance(1000);
		say({peer: fakePeerId(60)});
		expect(answers).toHaveLength(MAX_BEACON_ANSWERS_PER_SECOND + 1);
	});
});

it('a beacon of a connected peer is not answered', () => {
	const {told, answers, say} = createNode({isConnected: peer => peer === BOB});
	say();
	expect([told, answers]).toEqual([['heard 2 at 10.0.0.2:4001 by broadcast'], []]);
});

describe('a beacon that is heard again', () => {
	it('with the same counter is another way to the same peer', () => {
		const {told, answers, say} = createNode();
		say({path: 'broadcast'});
		say({path: 'multicast'}, {address: '10.0.0.99', port: 50_001});
		expect(told.slice(1)).toEqual(['also 2 at 10.0.0.99']);
		expect(answers).toHaveLength(1);
	});

	it('with a lower counter is a replay: nothing', () => {
		const {told, say} = createNode();
		say({counter: 5});
		say({counter: 4}, {address: '10.0.0.66', port: 50_001});
		expect(told).toHaveLength(1);
	});

	it('in whatever order and number is told once for each higher counter, and a goodbye is never taken back', () => {
		check(
			property(
				shuffledSubarray([1, 2, 3, 4, 5, 6, 7, 8], {minLength: 1}),
				integer({min: 1, max: 8}),
				(counters, last) => {
					const {told, say} = createNode();
					let highest = 0;
					const expected: string[] = [];
					for (const counter of [...counters, ...counters]) {
						say({counter, kind: counter === last ? 'leaving' : 'here'});
						if (counter > highest) expected.push(counter === last ? 'leaving 2' : 'heard');
						highest = Math.max(highest, counter);
					}

					expect(told.filter(line => !line.startsWith('also')).map(line => line.replace(/ 2 at.*/, ''))).toEqual(
						expected,
					);
				},
			),
		);
	});
});

describe('what is not for us', () => {
	it('is our own beacon: it only shows that the way is open', () => {
		const {told, answers, say, discovery} = createNode();
		say({peer: SELF, path: 'broadcast'});
		expect([told, answers]).toEqual([[], []]);
		expect(discovery.stats.echoesBySource().get('10.0.0.2')).toMatchObject({broadcast: 1});
	});

	it('is a beacon from outside our subnets: counted, not believed', () => {
		const {told, answers, say, discovery, clock} = createNode();
		say({}, {address: '10.9.0.2', port: 50_000});
		expect([told, answers]).toEqual([[], []]);
		expect(discovery.stats.offLinkAddresses(clock.monotonic())).toEqual(['10.9.0.2']);
	});

	it('is a beacon of another room or without its key: a stranger', () => {
		const {told, say, discovery} = createNode();
		say({roomTag: new Uint8Array(8)});
		const forged = encodeBeacon(
			{version: 1, roomTag: TAG, peer: fakePeerId(3), port: 1, kind: 'here', counter: 1},
			() => new Uint8Array(16),
		);
		discovery.received(forged, FROM);
		discovery.received(new Uint8Array(40), FROM);
		expect([told, discovery.foreignNodes()]).toEqual([[], 2]);
	});

	it('is the goodbye of a stranger: not counted any more', () => {
		const {say, discovery} = createNode();
		for (const peer of [BOB, fakePeerId(3)]) say({roomTag: new Uint8Array(8), peer});
		say({roomTag: new Uint8Array(8), kind: 'leaving', counter: 2});
		expect(discovery.foreignNodes()).toBe(1);
	});

	it('is a beacon of a version we do not speak: counted by its sender', () => {
		const {told, discovery, clock} = createNode();
		const bytes = encodeBeacon({version: 1, roomTag: TAG, peer: BOB, port: 1, kind: 'here', counter: 1}, mac);
		bytes[4] = PROTOCOL_VERSION + 7;
		discovery.received(bytes, FROM);
		expect(told).toEqual([]);
		expect(discovery.stats.otherVersions(clock.monotonic())).toEqual([PROTOCOL_VERSION + 7]);
	});

	it('is what floods: so many beacons a second are looked at, not more', () => {
		const {told, say} = createNode();
		for (let counter = 1; counter <= MAX_BEACONS_PER_SECOND * 2; counter++) say({counter});
		expect(told).toHaveLength(MAX_BEACONS_PER_SECOND);
	});
});

describe('a node that leaves', () => {
	it('says so once, announces nothing more and hears nothing more', async () => {
		const {clock, discovery, spread, told, say} = createNode();
		discovery.start();
		discovery.stop();
		discovery.stop();
		discovery.burst();
		say();
		await clock.advance(60_000);
		expect(spread.map(({kinds}) => kinds[0]?.kind)).toEqual(['here', 'leaving']);
		expect([told, clock.pending]).toEqual([['beat'], 0]);
	});

	it('is not announced any more when it stops in the middle of a beat', async () => {
		const node = createNode({onBeaconSent: () => node.discovery.stop()});
		node.discovery.start();
		await node.clock.advance(60_000);
		expect([node.spread.length, node.clock.pending]).toEqual([2, 0]);
	});
});
