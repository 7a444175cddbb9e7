/** Attacks that fill the limits of discovery, dialling and connections (protocol.md, Shares). */
import {encodeBeacon} from '../../source/codec/beacon-datagram.js';
import {
	DIAL_BURST,
	MAX_BEACON_ANSWERS_PER_SECOND,
	MAX_BEACONS_PER_SECOND,
	MAX_CANDIDATES,
	MAX_CONNECTIONS_PER_ADDRESS,
	MAX_DIALS_PER_SECOND,
	MAX_FOREIGN_NODES,
	MAX_KNOWN_CANDIDATES,
	MAX_LINKS_PER_PEER,
	MAX_NOTICES_PER_MINUTE,
	MAX_PENDING_CONNECTIONS,
	MAX_PENDING_PER_ADDRESS,
} from '../../source/core/limits.js';
import {createBeaconMac} from '../../source/feed/room-keys.js';
import {createPeerKey} from '../../source/feed/signing-keys.js';
import type {Beacon} from '../../source/network/discovery/beacon.js';
import {type BrimRoom, UDP_PORT} from './brim-room.js';
import {type Brim, inventedPeer} from './brims.js';
import type {MaliciousPeer} from './malicious-peer.js';

/** Beacon sockets of attackers, one for each address. `received`: called for each datagram that arrives at any of them. */
async function openBeacons(room: BrimRoom, hosts: number, received: () => void = () => {}): Promise<Beacon[]> {
	const beacons = Array.from({length: hosts}, (_, number) => room.attackerHost(number).createBeacon({port: UDP_PORT}));
	for (const beacon of beacons) await beacon.start(received);
	return beacons;
}

export const networkBrims: readonly Brim[] = [
	{
		title: 'beacons, and the nodes of other rooms that are counted',
		limits: ['MAX_BEACONS_PER_SECOND', 'MAX_FOREIGN_NODES'],
		async attack(room) {
			const beacons = await openBeacons(room, 20);
			const mac = createBeaconMac(room.keys);
			let count = 0;
			let first = Number.NaN;
			const start = room.clock.monotonic();
			const foreign = () => room.ann.chatNode.reportNetwork().strangers;
			return {
				repeat() {
					if (room.clock.monotonic() - start < 1000) first = foreign();
					for (const beacon of beacons)
						for (let index = 0; index < 10; index++) {
							count += 1;
							const content = {version: 1, peer: inventedPeer(count), port: 9, kind: 'here' as const, counter: 1};
							beacon.send(encodeBeacon({...content, roomTag: new Uint8Array(8)}, mac), '10.0.0.1', UDP_PORT);
						}
				},
				fills: () => [
					// The rate limit counts in windows of one second. The first second of the attack can overlap with two of
					// these windows, each of which allows MAX_BEACONS_PER_SECOND.
					{
						what: 'beacons read in the first second',
						value: first,
						atLeast: MAX_BEACONS_PER_SECOND * 0.8,
						atMost: 2 * MAX_BEACONS_PER_SECOND,
					},
					{what: 'foreign nodes', value: foreign(), atLeast: MAX_FOREIGN_NODES, atMost: MAX_FOREIGN_NODES},
				],
			};
		},
	},
	{
		title: 'candidates, dials and answers to beacons',
		limits: [
			'MAX_CANDIDATES',
			'MAX_KNOWN_CANDIDATES',
			'MAX_DIALS_PER_SECOND',
			'DIAL_BURST',
			'MAX_BEACON_ANSWERS_PER_SECOND',
		],
		async attack(room) {
			let answers = 0;
			const hosts = 8;
			const beacons = await openBeacons(room, hosts, () => {
				answers += 1;
			});
			const mac = createBeaconMac(room.keys);
			const start = room.clock.monotonic();
			const started = room.ann.dials.started;
			let count = 0;
			let candidates = 0;
			return {
				repeat() {
					candidates = Math.max(candidates, room.ann.chatNode.reportNetwork().peers.length);
					for (const beacon of beacons)
						for (let index = 0; index < 4; index++) {
							count += 1;
							// Nobody listens at the port of an invented peer, so that each dial to one fails at once.
							const invented = {peer: inventedPeer(count), port: 1000 + (count % 60_000)};
							const content = {version: 1, roomTag: room.keys.tag, kind: 'here' as const, counter: 1};
							beacon.send(encodeBeacon({...content, ...invented}, mac), '10.0.0.1', UDP_PORT);
						}
				},
				fills() {
					const seconds = (room.clock.monotonic() - start) / 1000;
					return [
						// The remaining places for candidates are reserved for peers to which Ann was connected before.
						{
							what: 'candidates',
							value: candidates,
							atLeast: MAX_CANDIDATES - MAX_KNOWN_CANDIDATES,
							atMost: MAX_CANDIDATES - MAX_KNOWN_CANDIDATES + 2,
						},
						{
							what: 'dials',
							value: room.ann.dials.started - started,
							atLeast: DIAL_BURST + MAX_DIALS_PER_SECOND * (seconds - 2),
							atMost: DIAL_BURST + MAX_DIALS_PER_SECOND * seconds,
						},
						{
							what: 'answers to beacons',
							value: answers,
							atLeast: MAX_BEACON_ANSWERS_PER_SECOND * (seconds - 2),
							// Ann also announces herself to all these addresses from time to time.
							atMost: MAX_BEACON_ANSWERS_PER_SECOND * (seconds + 1) + hosts * 2 * seconds,
						},
					];
				},
			};
		},
	},
	{
		title: 'connections of one address',
		limits: ['MAX_CONNECTIONS_PER_ADDRESS'],
		async attack(room) {
			const open: MaliciousPeer[] = [];
			for (let index = 0; index < MAX_CONNECTIONS_PER_ADDRESS + 8; index++)
				open.push(await room.connect(room.attackerHost(1), {isDeaf: true}));
			await room.clock.advance(1000);
			const live = open.filter(({isClosed}) => !isClosed);
			let ticks = 0;
			return {
				repeat() {
					if (ticks++ % 30 === 0) for (const peer of live) peer.send({type: 'ping', id: ticks});
				},
				fills: () => [
					{
						what: 'connections',
						value: open.filter(({peer}) => room.isLinked(peer)).length,
						atLeast: MAX_CONNECTIONS_PER_ADDRESS,
						atMost: MAX_CONNECTIONS_PER_ADDRESS,
					},
				],
			};
		},
	},
	{
		title: 'connections without a hello',
		limits: ['MAX_PENDING_PER_ADDRESS', 'MAX_PENDING_CONNECTIONS'],
		async attack(room) {
			const opened: MaliciousPeer[] = [];
			let most = 0;
			let mostOfOne = 0;
			const open = (number: number) => {
				void room.connect(room.attackerHost(number), {skipsHello: true}).then(peer => opened.push(peer));
			};
			let ticks = 0;
			return {
				repeat() {
					// Ann closes a connection without a hello after five seconds, so the attackers open further ones.
					if (ticks++ % 10 === 0)
						for (let number = 0; number < 8; number++) for (let index = 0; index < 9; index++) open(number);
					const live = opened.filter(({isClosed}) => !isClosed);
					most = Math.max(most, live.length);
					const addresses = live.map(({connection}) => connection.localAddress);
					const [some] = addresses;
					mostOfOne = Math.max(mostOfOne, addresses.filter(address => address === some).length);
				},
				fills: () => [
					{what: 'without a hello', value: most, atLeast: MAX_PENDING_CONNECTIONS, atMost: 8 * MAX_PENDING_PER_ADDRESS},
					{
						what: 'of one address',
						value: mostOfOne,
						atLeast: MAX_PENDING_PER_ADDRESS / 2,
						atMost: MAX_PENDING_PER_ADDRESS,
					},
				],
			};
		},
	},
	{
		title: 'connections to one peer',
		limits: ['MAX_LINKS_PER_PEER'],
		async attack(room) {
			const key = createPeerKey(new Uint8Array(32).fill(7));
			const opened: MaliciousPeer[] = [];
			for (let index = 0; index < MAX_LINKS_PER_PEER + 4; index++)
				// A message on the newest connection would close all older ones.
				opened.push(await room.connect(room.attackerHost(1), {key, isDeaf: true, opening: []}));
			await room.clock.advance(1000);
			const live = opened.filter(({isClosed}) => !isClosed).length;
			return {
				fills: () => [{what: 'connections', value: live, atLeast: MAX_LINKS_PER_PEER, atMost: MAX_LINKS_PER_PEER}],
			};
		},
	},
	{
		title: 'notices about faults',
		limits: ['MAX_NOTICES_PER_MINUTE'],
		async attack(room) {
			for (let index = 0; index < 40; index++) {
				const peer = await room.connect(room.attackerHost(index % 8));
				peer.send({type: 'error', code: `code-${index}`, text: `your disk is broken ${index}`});
				await room.clock.advance(10);
			}
			return {
				fills() {
					const {pages} = room.ann.chatNode.store.getState().timeline;
					const notices = pages.flat().filter(({type}) => type === 'notice').length;
					return [
						{
							what: 'notices',
							value: notices,
							atLeast: MAX_NOTICES_PER_MINUTE,
							atMost: MAX_NOTICES_PER_MINUTE + 2,
						},
					];
				},
			};
		},
	},
];
