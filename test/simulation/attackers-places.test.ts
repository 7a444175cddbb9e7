/**
 * A member uses up two budgets of a node that all members share (protocol.md, Limits). It uses up the dials by sending
 * beacons of invented peers, and the connections by connecting with many keys.
 */
import {expect, it} from 'vitest';
import {encodeBeacon} from '../../source/codec/beacon-datagram.js';
import type {PeerId} from '../../source/core/event.js';
import {
	MAX_CONNECTIONS,
	MAX_CONNECTIONS_PER_ADDRESS,
	MAX_FRAME_BYTES,
	MAX_PARTIAL_FRAME_BYTES,
} from '../../source/core/limits.js';
import {createBeaconMac} from '../../source/feed/room-keys.js';
import type {MaliciousPeer} from '../hostile/malicious-peer.js';
import {type AttackRoom, createAttackRoom, UDP_PORT} from './attack-room.js';
import {peerOf} from './node.js';

const BEACON_EVERY_MS = 10;
const FIRST_PORT = 10_000;
/**
 * The ids of invented peers are high. Of two peers, the one with the lower id dials first, so honest nodes dial
 * invented peers at once.
 */
const inventedPeer = (number: number) => (number + 0xf0_00_00_00).toString(16).padEnd(64, '0') as PeerId;

const isConnected = (room: AttackRoom, a: number, b: number) =>
	room.life(a).chatNode.store.getState().ephemeral.links[peerOf(room.life(b))] !== undefined;

/** Announces a new peer every 10 ms, at the address of the host, whose firewall drops all connections. */
function floodBeacons(room: AttackRoom): void {
	const host = room.addHost(0);
	for (const {host: honest} of room.world.nodes)
		room.world.network.links.set(honest.name, host.name, {connect: 'dropped'});
	const beacon = host.createBeacon({port: UDP_PORT});
	const mac = createBeaconMac(room.keys);
	void beacon.start(() => {});
	let count = 0;
	const announce = () => {
		count += 1;
		const invented = {peer: inventedPeer(count), port: FIRST_PORT + (count % 50_000)};
		beacon.broadcast(encodeBeacon({version: 1, roomTag: room.keys.tag, ...invented, kind: 'here', counter: 1}, mac));
		host.clock.after(BEACON_EVERY_MS, announce);
	};
	announce();
}

it('beacons of invented peers do not keep a newcomer out, and do not prevent two nodes from connecting again', {
	timeout: 120_000,
}, async () => {
	const room = await createAttackRoom(5, 3);
	const [ann, bob, newcomer] = room.world.nodes;
	for (const node of [ann, bob]) node!.launch();
	await room.world.clock.advance(3000);
	floodBeacons(room);
	await room.world.clock.advance(15_000);
	expect(isConnected(room, 0, 1)).toBe(true);
	room.world.network.cut('host 0', 'host 1');
	await room.world.clock.advance(14_000);
	expect(isConnected(room, 0, 1)).toBe(false);
	room.world.network.heal('host 0', 'host 1');
	const again = await room.timeUntil(() => isConnected(room, 0, 1) && isConnected(room, 1, 0), 120_000);
	newcomer!.launch();
	await room.world.clock.advance(10);
	const joined = await room.timeUntil(() => isConnected(room, 2, 0) && isConnected(room, 2, 1), 120_000);
	expect(again).toBeLessThan(10_000);
	expect(joined).toBeLessThan(5000);
	await room.world.stopAll();
});

it('hosts that fill every place for connections do not keep a newcomer out', {timeout: 120_000}, async () => {
	const room = await createAttackRoom(6, 2);
	const [ann, newcomer] = room.world.nodes;
	ann!.launch();
	await room.world.clock.advance(1000);
	for (let number = 0; number < MAX_CONNECTIONS / MAX_CONNECTIONS_PER_ADDRESS; number++) {
		const host = room.addHost(number);
		for (let index = 0; index < MAX_CONNECTIONS_PER_ADDRESS; index++) {
			await room.connect(host, 0, {
				onMessage(message, self) {
					if (message.type !== 'ping') return;
					const now = host.clock.now();
					self.send({type: 'pong', id: message.id, clock: now, hlc: {ms: now, counter: 0}});
				},
			});
		}
	}
	await room.world.clock.advance(5000);
	const held = Object.keys(room.life(0).chatNode.store.getState().ephemeral.links).length;
	expect(held).toBeGreaterThan(MAX_CONNECTIONS / 2);
	newcomer!.launch();
	await room.world.clock.advance(10);
	const took = await room.timeUntil(() => isConnected(room, 1, 0) && isConnected(room, 0, 1), 30_000);
	expect(took).toBeLessThan(5000);
	await room.world.clock.advance(20_000);
	expect(isConnected(room, 1, 0)).toBe(true);
	await room.world.stopAll();
});

it('parts of frames on many connections occupy a limited memory, and people stay connected', {
	timeout: 60_000,
}, async () => {
	const room = await createAttackRoom(9, 2);
	for (const node of room.world.nodes) node.launch();
	await room.world.clock.advance(3000);
	const host = room.addHost(0);
	const places = MAX_PARTIAL_FRAME_BYTES / MAX_FRAME_BYTES;
	const liars: MaliciousPeer[] = [];
	for (let index = 0; index < places + 16; index++) liars.push(await room.connect(host, 0));
	const part = Buffer.alloc(MAX_FRAME_BYTES - 200);
	part.writeUInt32BE(MAX_FRAME_BYTES);
	for (const liar of liars) liar.sendRaw(part);
	await room.world.clock.advance(5000);
	const open = liars.filter(({isClosed}) => !isClosed).length;
	expect(open).toBeGreaterThanOrEqual(places - 2);
	expect(open).toBeLessThanOrEqual(places);
	expect(isConnected(room, 0, 1) && isConnected(room, 1, 0)).toBe(true);
	room.life(1).chatNode.post('still here');
	expect(await room.timeUntil(() => room.texts(0).includes('still here'), 5000)).toBeLessThan(1000);
	await room.world.stopAll();
});
