import {assert as check, integer, property, shuffledSubarray} from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
	type BeaconDatagram,
	type BeaconSigner,
	decodeBeacon,
	encodeBeacon,
} from '../../../source/codec/beacon-datagram.js';
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
import {createPeerKey, verifySignature} from '../../../source/feed/signing-keys.js';
import type {Beacon, DatagramSource} from '../../../source/network/discovery/beacon.js';
import {createDiscovery, type DiscoveryOptions} from '../../../source/network/discovery/discovery.js';
import {PROTOCOL_VERSION} from '../../../source/network/link/handshake.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';
import {createFakeClock} from '../../helpers/fake-clock.js';
import {createSeededRandom} from '../../helpers/seeded-random.js';

const ownKey = createPeerKey(new Uint8Array(32).fill(1));
const SELF = ownKey.peer;
const BOB = fakePeerId(2);
const TAG = new Uint8Array(8).fill(7);
const FROM: DatagramSource = {address: '10.0.0.2', port: 50_000};
const short = (peer: string) => Number.parseInt(peer, 16);
const KEYS = {tag: TAG, beaconKey: new Uint8Array(32).fill(9)};
const mac = createBeaconMac(KEYS);
const LAN = {
	name: 'eth0',
	family: 4,
	address: '10.0.0.1',
	broadcast: '10.0.0.255',
	prefix: 24,
	loopback: false,
	virtual: false,
} as const;

/** Creates a node and records its beacons, answers and callbacks. `receive` delivers a beacon to it. */
function createNode(more: Partial<DiscoveryOptions> = {}) {
	const clock = createFakeClock();
	const broadcasts: {at: number; kinds: BeaconDatagram[]}[] = [];
	const answers: {beacon: BeaconDatagram; to: string}[] = [];
	const refreshes: number[] = [];
	const reports: string[] = [];
	const read = (bytes: Uint8Array): BeaconDatagram => {
		const decoded = decodeBeacon(bytes, TAG, mac);
		if (decoded.type !== 'beacon') throw new Error(decoded.type);
		return decoded.beacon;
	};
	const beacon: Beacon = {
		start: async () => ({port: 1, ownPort: 2}),
		broadcast: (bytes, toGroup = bytes) =>
			void broadcasts.push({at: clock.monotonic(), kinds: [read(bytes), read(toGroup)]}),
		refresh: () => void refreshes.push(clock.monotonic()),
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
		sign: ownKey.sign,
		tcpPort: () => 4000,
		name: () => 'Alice',
		connectedCount: () => 0,
		isConnected: () => false,
		peerFound: (peer, {host, port}, path) => reports.push(`found ${short(peer)} at ${host}:${port} by ${path}`),
		alternateAddressFound: (peer, {host}) => reports.push(`alternate ${short(peer)} at ${host}`),
		peerLeft: peer => reports.push(`leaving ${short(peer)}`),
		onBeaconSent: () => reports.push('sent'),
		...more,
	});
	const receive = (content: Partial<BeaconDatagram> = {}, source = FROM, sign?: BeaconSigner) =>
		discovery.received(
			encodeBeacon(
				{version: 1, roomTag: TAG, peer: BOB, port: 4001, name: 'Bob', kind: 'here', counter: 1, ...content},
				mac,
				sign,
			),
			source,
		);
	return {clock, discovery, broadcasts, answers, refreshes, reports, receive};
}

describe('a starting node', () => {
	it('a starting node sends a burst of beacons, and then one beacon per interval', async () => {
		const {clock, discovery, broadcasts} = createNode();
		discovery.start();
		await clock.advance(3600_000);
		expect(broadcasts.slice(0, BEACON_BURST_MS.length).map(({at}) => at)).toEqual(BEACON_BURST_MS);
		const gaps = broadcasts.slice(BEACON_BURST_MS.length).map(({at}, index) => at - (broadcasts[index + 4]?.at ?? 0));
		expect(Math.max(...gaps.slice(1))).toBeLessThanOrEqual(BEACON_INTERVAL_MS * (1 + BEACON_JITTER));
		expect(Math.min(...gaps.slice(1))).toBeGreaterThanOrEqual(BEACON_INTERVAL_MS * (1 - BEACON_JITTER));
		expect(new Set(gaps).size).toBeGreaterThan(100);
	});

	it('a node whose TCP listener is not open yet tries to open its missing sockets whenever a beacon is due, but sends no beacon and no answer', async () => {
		let port = 0;
		const {clock, discovery, broadcasts, answers, refreshes, reports, receive} = createNode({tcpPort: () => port});
		await discovery.listen();
		discovery.start();
		await clock.advance(1000);
		receive();
		expect([broadcasts, answers, refreshes.length]).toEqual([[], [], 3]);
		expect(reports.filter(report => report === 'sent')).toHaveLength(3);
		port = 4000;
		receive({counter: 2});
		await clock.advance(1000);
		expect([broadcasts.length, answers.length, refreshes.length]).toEqual([1, 1, 3]);
	});

	it('a starting node sends beacons less often in a large room', async () => {
		const {clock, discovery, broadcasts} = createNode({connectedCount: () => BEACON_CROWD_PEERS + 1});
		discovery.start();
		await clock.advance(BEACON_INTERVAL_CROWD_MS * 100);
		expect(broadcasts.length).toBeGreaterThan(80);
		expect(broadcasts.length).toBeLessThan(130);
	});

	it('a starting node sends each beacon by broadcast and by multicast; both copies have the same counter and name their path', async () => {
		const {clock, discovery, broadcasts} = createNode();
		discovery.start();
		await clock.advance(1000);
		expect(broadcasts.map(({kinds}) => kinds.map(({path}) => path))).toEqual(
			broadcasts.map(() => ['broadcast', 'multicast']),
		);
		expect(broadcasts.map(({kinds}) => kinds.map(({counter}) => counter))).toEqual([
			[1, 1],
			[2, 2],
			[3, 3],
		]);
		expect(broadcasts[0]?.kinds[0]).toMatchObject({peer: SELF, port: 4000, name: 'Alice', kind: 'here'});
	});

	it('a starting node sends beacons without its name in a room with a secret', () => {
		const {discovery, broadcasts} = createNode({name: () => undefined});
		discovery.start();
		expect(broadcasts[0]?.kinds[0]).not.toHaveProperty('name');
	});

	it('a starting node sends only one burst of beacons if its interfaces change at its first beacon', async () => {
		let changes = 1;
		const node = createNode({
			onBeaconSent() {
				if (changes-- > 0) node.discovery.burst();
			},
		});
		node.discovery.start();
		await node.clock.advance(3000);
		expect(node.broadcasts.map(({at}) => at)).toEqual([0, ...BEACON_BURST_MS]);
	});
});

describe('a beacon of a peer that is not connected', () => {
	it('a beacon of a peer that is not connected is reported with the address of the peer, and answered to the port from which it was sent', () => {
		const {reports, answers, receive} = createNode();
		receive({path: 'multicast'});
		expect(reports).toEqual(['found 2 at 10.0.0.2:4001 by multicast']);
		expect(answers).toMatchObject([{to: '10.0.0.2:50000', beacon: {kind: 'answer', peer: SELF, port: 4000}}]);
	});

	it('a beacon of a peer that is not connected is reported but not answered if it is itself an answer', () => {
		const {reports, answers, receive} = createNode();
		receive({kind: 'answer'});
		expect([reports, answers]).toEqual([['found 2 at 10.0.0.2:4001 by answer'], []]);
	});

	it('a beacon of a peer that is not connected is not answered if ten other beacons were answered in the same second', async () => {
		const {answers, receive, clock} = createNode();
		for (let peer = 10; peer < 60; peer++) receive({peer: fakePeerId(peer)});
		expect(answers).toHaveLength(MAX_BEACON_ANSWERS_PER_SECOND);
		await clock.advance(1000);
		receive({peer: fakePeerId(60)});
		expect(answers).toHaveLength(MAX_BEACON_ANSWERS_PER_SECOND + 1);
	});
});

it('a beacon of a connected peer is not answered', () => {
	const {reports, answers, receive} = createNode({isConnected: peer => peer === BOB});
	receive();
	expect([reports, answers]).toEqual([['found 2 at 10.0.0.2:4001 by broadcast'], []]);
});

describe('a second beacon of the same peer', () => {
	it('a second beacon of the same peer with the same counter from another address adds an alternate address', () => {
		const {reports, answers, receive} = createNode();
		receive({path: 'broadcast'});
		receive({path: 'multicast'}, {address: '10.0.0.99', port: 50_001});
		expect(reports.slice(1)).toEqual(['alternate 2 at 10.0.0.99']);
		expect(answers).toHaveLength(1);
	});

	it('a second beacon of the same peer with a lower counter is ignored as a replay', () => {
		const {reports, receive} = createNode();
		receive({counter: 5});
		receive({counter: 4}, {address: '10.0.0.66', port: 50_001});
		expect(reports).toHaveLength(1);
	});

	it('a second beacon of the same peer is reported only if its counter is higher than all earlier counters, even after the peer announced that it leaves', () => {
		check(
			property(
				shuffledSubarray([1, 2, 3, 4, 5, 6, 7, 8], {minLength: 1}),
				integer({min: 1, max: 8}),
				(counters, last) => {
					const {reports, receive} = createNode();
					let highest = 0;
					const expected: string[] = [];
					for (const counter of [...counters, ...counters]) {
						receive({counter, kind: counter === last ? 'leaving' : 'here'});
						if (counter > highest) expected.push(counter === last ? 'leaving 2' : 'found');
						highest = Math.max(highest, counter);
					}

					expect(
						reports.filter(line => !line.startsWith('alternate')).map(line => line.replace(/ 2 at.*/, '')),
					).toEqual(expected);
				},
			),
		);
	});
});

describe('a received beacon', () => {
	it('a received beacon is counted as an echo if this node sent it', () => {
		const {reports, answers, receive, discovery} = createNode();
		receive({peer: SELF, path: 'broadcast'});
		expect([reports, answers]).toEqual([[], []]);
		expect(discovery.stats.echoesBySource().get('10.0.0.2')).toMatchObject({broadcast: 1});
	});

	it('a received beacon from an address outside the local subnets is counted and otherwise ignored', () => {
		const {reports, answers, receive, discovery, clock} = createNode();
		receive({}, {address: '10.9.0.2', port: 50_000});
		expect([reports, answers]).toEqual([[], []]);
		expect(discovery.stats.offLinkAddresses(clock.monotonic())).toEqual(['10.9.0.2']);
	});

	it('a received beacon with another room tag or an invalid MAC makes its sender count as a foreign node', () => {
		const {reports, receive, discovery} = createNode();
		receive({roomTag: new Uint8Array(8)});
		const forged = encodeBeacon(
			{version: 1, roomTag: TAG, peer: fakePeerId(3), port: 1, kind: 'here', counter: 1},
			() => new Uint8Array(16),
		);
		discovery.received(forged, FROM);
		discovery.received(new Uint8Array(40), FROM);
		expect([reports, discovery.foreignNodes()]).toEqual([[], 2]);
	});

	it('a received beacon that announces that a foreign node leaves removes that node from the count', () => {
		const {receive, discovery} = createNode();
		for (const peer of [BOB, fakePeerId(3)]) receive({roomTag: new Uint8Array(8), peer});
		receive({roomTag: new Uint8Array(8), kind: 'leaving', counter: 2});
		expect(discovery.foreignNodes()).toBe(1);
	});

	it('a received beacon with another protocol version is counted by version', () => {
		const {reports, discovery, clock} = createNode();
		const bytes = encodeBeacon({version: 1, roomTag: TAG, peer: BOB, port: 1, kind: 'here', counter: 1}, mac);
		bytes[4] = PROTOCOL_VERSION + 7;
		discovery.received(bytes, FROM);
		expect(reports).toEqual([]);
		expect(discovery.stats.otherVersions(clock.monotonic())).toEqual([PROTOCOL_VERSION + 7]);
	});

	it('a received beacon is dropped if the node has already processed as many beacons in this second as the limit allows', () => {
		const {reports, receive} = createNode();
		for (let counter = 1; counter <= MAX_BEACONS_PER_SECOND * 2; counter++) receive({counter});
		expect(reports).toHaveLength(MAX_BEACONS_PER_SECOND);
	});
});

describe('a node that stops discovery', () => {
	it('a node that stops discovery announces once that it leaves, and then neither sends nor receives beacons', async () => {
		const {clock, discovery, broadcasts, reports, receive} = createNode();
		discovery.start();
		discovery.stop();
		discovery.stop();
		discovery.burst();
		receive();
		await clock.advance(60_000);
		expect(broadcasts.map(({kinds}) => kinds[0]?.kind)).toEqual(['here', 'leaving']);
		expect([reports, clock.pending]).toEqual([['sent'], 0]);
	});

	it('a node that stops discovery sends no more announcements even if it stops while it sends a beacon', async () => {
		const node = createNode({onBeaconSent: () => node.discovery.stop()});
		node.discovery.start();
		await node.clock.advance(60_000);
		expect([node.broadcasts.length, node.clock.pending]).toEqual([2, 0]);
	});
});

describe('a beacon with a signature', () => {
	const carol = createPeerKey(new Uint8Array(32).fill(3));
	const MALLORY: DatagramSource = {address: '10.0.0.66', port: 50_001};
	const asCarol = {peer: carol.peer};
	const found = (reports: readonly string[]) => reports.map(line => line.replace(/.* at /, ''));

	it('a node sends beacons with a valid signature', () => {
		const sent: Uint8Array[] = [];
		const beacon: Beacon = {
			start: async () => ({port: 1, ownPort: 2}),
			broadcast: (bytes, toGroup = bytes) => void sent.push(bytes, toGroup),
			send: () => {},
			interfaces: () => [LAN],
			counters: () => [],
			close: async () => {},
		};
		createNode({beacon}).discovery.start();
		for (const bytes of sent) {
			const decoded = decodeBeacon(bytes, TAG, mac);
			if (decoded.type !== 'beacon' || !decoded.proof) throw new Error('not signed');
			expect(verifySignature(SELF, decoded.proof.signed, decoded.proof.signature)).toBe(true);
		}
		expect(sent.length).toBeGreaterThan(0);
	});

	it('a signed beacon is accepted although another member sent an unsigned one with the highest counter in the name of the same peer', () => {
		const {reports, receive} = createNode();
		receive({...asCarol, counter: Number.MAX_SAFE_INTEGER, kind: 'leaving'}, MALLORY);
		receive({...asCarol, counter: 7}, FROM, carol.sign);
		expect(found(reports.slice(1))).toEqual(['10.0.0.2:4001 by broadcast']);
	});

	it('a beacon with a signature makes this node ignore unsigned beacons of the same peer, whatever these contain', () => {
		const {reports, receive} = createNode();
		receive({...asCarol, counter: 7}, FROM, carol.sign);
		for (const kind of ['here', 'answer', 'leaving'] as const) receive({...asCarol, counter: 8, kind}, MALLORY);
		receive({...asCarol, counter: 7}, MALLORY);
		receive({...asCarol, counter: 9}, FROM, carol.sign);
		expect(found(reports)).toEqual(['10.0.0.2:4001 by broadcast', '10.0.0.2:4001 by broadcast']);
	});

	it('a beacon with a signature is ignored if another key made the signature, or if it signs other content', () => {
		const {reports, receive} = createNode();
		receive({...asCarol, counter: 8}, MALLORY, createPeerKey(new Uint8Array(32).fill(4)).sign);
		receive({...asCarol, counter: 9}, MALLORY, bytes => carol.sign(bytes.map(byte => byte ^ 1)));
		expect(reports).toEqual([]);
	});

	it('a beacon with a signature is ignored as a replay if its counter is lower than that of an earlier signed beacon', () => {
		const {reports, receive} = createNode();
		receive({...asCarol, counter: 8}, FROM, carol.sign);
		receive({...asCarol, counter: 7}, MALLORY, carol.sign);
		expect(found(reports)).toEqual(['10.0.0.2:4001 by broadcast']);
	});

	it('a beacon with a signature is remembered although another member sends beacons of any number of invented peers', async () => {
		const {reports, receive, clock} = createNode();
		receive({...asCarol, counter: 8}, FROM, carol.sign);
		for (let peer = 1; peer < 3000; peer++) {
			if (peer % 400 === 0) await clock.advance(1000);
			receive({peer: fakePeerId(10_000 + peer), counter: 1, kind: 'answer'}, MALLORY);
		}
		receive({...asCarol, counter: 9, kind: 'leaving'}, MALLORY);
		expect(reports.filter(line => line.startsWith('leaving'))).toEqual([]);
	});
});
