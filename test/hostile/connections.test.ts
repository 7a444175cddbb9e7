import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {decodeBeacon, encodeBeacon} from '../../source/codec/beacon-datagram.js';
import type {Message} from '../../source/codec/message-types.js';
import type {PeerId} from '../../source/core/event.js';
import {
	MAX_CANDIDATES,
	MAX_CONNECTIONS,
	MAX_CONNECTIONS_PER_ADDRESS,
	MAX_PENDING_CONNECTIONS,
	MAX_PENDING_PER_ADDRESS,
	MAX_QUEUED_BYTES,
} from '../../source/core/limits.js';
import {selectPeers} from '../../source/core/select-peers.js';
import {createBeaconMac} from '../../source/feed/room-keys.js';
import {connectMalicious, openHistory} from './malicious-peer.js';
import {
	createHostileRoom,
	expectChat,
	type HostileRoom,
	isConnected,
	noticeCodes,
	noticesOf,
	rowsOf,
	textsOf,
	UDP_PORT,
} from './room.js';

let room: HostileRoom;

beforeEach(async () => {
	room = await createHostileRoom();
});

afterEach(() => room.stop());

describe('a peer that stops reading', () => {
	const big = 'y'.repeat(16_000);

	it('the queue for a peer that stops reading is bounded and gets no more live events; when the peer reads again, it requests the missed events', async () => {
		const texts = new Set<number>();
		let wanted = 1;
		const mallory = await room.attack({
			onMessage(message, peer) {
				if (message.type !== 'events') return;
				for (const {peer: feed, firstSeq, entries} of message.batches)
					if (feed === room.ann.info.peer) for (const at of entries.keys()) texts.add(firstSeq + at);
				if (message.done) requestNext(peer);
			},
		});
		const requestNext = (peer: typeof mallory) => {
			while (texts.has(wanted)) wanted += 1;
			if (texts.size < 601) peer.send({type: 'want', id: wanted, ranges: [{peer: room.ann.info.peer, from: wanted}]});
		};
		openHistory(mallory);
		await room.clock.advance(100);
		mallory.connection.pause();
		for (let index = 0; index < 600; index++) {
			room.ann.chatNode.post(`${index} ${big}`);
			if (index % 15 > 0) continue;
			mallory.send({type: 'ping', id: index});
			await room.clock.advance(1000);
		}

		expect(room.ann.mostQueued()).toBeGreaterThan(MAX_QUEUED_BYTES - 64 * 1024);
		expect(room.ann.mostQueued()).toBeLessThan(MAX_QUEUED_BYTES + 1024 * 1024);
		expect(isConnected(room.ann, mallory.peer)).toBe(true);
		mallory.connection.resume();
		await room.clock.advance(2000);
		requestNext(mallory);
		await room.until('it has all events', () => texts.size >= 601, 30_000);
		await room.until('Bob has all events', () => textsOf(room.bob).length === 600, 60_000);
		// Ann has written events faster than the rate limit for live events allows, so the test waits until Bob accepts
		// more of them.
		await room.clock.advance(10_000);
		await expectChat(room, 'chat continues');
	});

	it('a peer that stops reading for a minute is disconnected, even if it sends pings', async () => {
		const mallory = await room.attack();
		openHistory(mallory);
		mallory.connection.pause();
		for (let index = 0; index < 40; index++) room.ann.chatNode.post(`${index} ${big}`);
		for (let second = 0; second < 70; second++) {
			mallory.send({type: 'ping', id: second});
			await room.clock.advance(1000);
		}

		expect(noticeCodes(room.ann)).toEqual(['slow-reader']);
		expect(isConnected(room.ann, mallory.peer)).toBe(false);
		expect(isConnected(room.ann, room.bob.info.peer)).toBe(true);
		await expectChat(room, 'chat continues');
	});
});

describe('a peer that sends one byte a second', () => {
	it('a peer that sends one byte a second in place of a hello is disconnected after 5 s, without a notice', async () => {
		const mallory = await room.attack({skipsHello: true});
		for (let second = 0; second < 6 && !mallory.isClosed; second++) {
			mallory.sendRaw(Uint8Array.of(second === 0 ? 0 : 1));
			await room.clock.advance(1000);
		}

		expect(mallory.isClosed).toBe(true);
		expect(noticesOf(room.ann)).toEqual([]);
		await expectChat(room, 'chat continues');
	});

	it('a peer that sends one byte a second of a long message is disconnected after a minute', async () => {
		const mallory = await room.attack();
		openHistory(mallory);
		mallory.sendRaw(Uint8Array.of(0, 15, 0, 0));
		for (let second = 0; second < 70; second++) {
			mallory.sendRaw(Uint8Array.of(0x91));
			await room.clock.advance(1000);
		}

		expect(noticeCodes(room.ann)).toEqual(['slow-frame']);
		expect(mallory.isClosed).toBe(true);
		await expectChat(room, 'chat continues');
	});
});

describe('a host that opens connections without end', () => {
	async function dialMany(count: number, skipsHello: boolean) {
		const opened: Awaited<ReturnType<typeof connectMalicious>>[] = [];
		for (let index = 0; index < count; index++) {
			const transport = room.attackerHost.createTransport({psk: room.keys.psk, identity: room.keys.pskIdentity});
			const options = {
				transport,
				host: '10.0.0.1',
				port: 4000,
				keys: room.keys,
				now: () => room.clock.now(),
				skipsHello,
			};
			void connectMalicious(options).then(
				peer => opened.push(peer),
				() => {},
			);
			if (!skipsHello) await room.clock.advance(8);
		}

		await room.clock.advance(200);
		return opened;
	}

	it('a host that opens connections without end and sends nothing on them can keep only MAX_PENDING_PER_ADDRESS connections, and each for 5 s', async () => {
		const opened = await dialMany(300, true);
		expect(opened.filter(({isClosed}) => !isClosed)).toHaveLength(MAX_PENDING_PER_ADDRESS);
		await expectChat(room, 'meanwhile');
		await room.clock.advance(6000);
		expect(opened.filter(({isClosed}) => !isClosed)).toHaveLength(0);
		for (const {connection} of opened) connection.destroy();
	});

	it('a host that opens connections without end from many addresses, and sends nothing on them, can keep at most as many as the limit for all addresses together', async () => {
		const total = MAX_CONNECTIONS + MAX_PENDING_CONNECTIONS;
		const opened: Awaited<ReturnType<typeof connectMalicious>>[] = [];
		for (let index = 0; index < total + 40; index++) {
			const host = room.network.addHost(`h${index}`, `10.0.${1 + (index >> 7)}.${1 + (index & 127)}`);
			const transport = host.createTransport({psk: room.keys.psk, identity: room.keys.pskIdentity});
			const options = {
				transport,
				host: '10.0.0.1',
				port: 4000,
				keys: room.keys,
				now: () => room.clock.now(),
				skipsHello: true,
			};
			void connectMalicious(options).then(
				peer => opened.push(peer),
				() => {},
			);
		}

		await room.clock.advance(200);
		expect(opened.filter(({isClosed}) => !isClosed).length).toBeLessThan(total);
		expect(opened.filter(({isClosed}) => !isClosed).length).toBeGreaterThan(total - 10);
		await expectChat(room, 'meanwhile');
		for (const {connection} of opened) connection.destroy();
	});

	it('a host that opens connections without end from one address, each with a new key, can keep at most as many as the limit for one address', async () => {
		const opened = await dialMany(200, false);
		expect(opened.filter(({isClosed}) => !isClosed)).toHaveLength(MAX_CONNECTIONS_PER_ADDRESS);
		expect(isConnected(room.ann, room.bob.info.peer)).toBe(true);
		await expectChat(room, 'meanwhile');
		const carol = room.network.addHost('carol', '10.0.0.3');
		const transport = carol.createTransport({psk: room.keys.psk, identity: room.keys.pskIdentity});
		let isAccepted = false;
		void connectMalicious({transport, host: '10.0.0.1', port: 4000, keys: room.keys, now: () => room.clock.now()}).then(
			peer => {
				isAccepted = !peer.isClosed;
			},
		);
		await room.clock.advance(500);
		expect(isAccepted).toBe(true);
		for (const {connection} of opened) connection.destroy();
	});
});

describe('a peer that sends false data about peers', () => {
	it('a peer that uses the id of another peer is rejected, and the other peer stays connected', async () => {
		const mallory = await room.attack({hello: {peer: room.bob.info.peer}});
		await room.until('a notice', () => noticeCodes(room.ann).length > 0);
		expect(mallory.errorCode).toBe('bad-proof');
		expect(noticesOf(room.ann)[0]?.text).toBe(
			'Refused a connection with 10.0.0.66: its hello is not signed for this connection.',
		);
		expect(isConnected(room.ann, room.bob.info.peer)).toBe(true);
		await expectChat(room, 'chat continues');
	});

	it('peers that use the name of another peer are shown with different fingerprints, and no shown name looks like a notice', async () => {
		const names = ['Bob', 'B\u043eb', '! Nothing is being saved', '* Bob left', '\u001B[2J\u202EBob', ''];
		for (const name of names) {
			const mallory = await room.attack({name});
			openHistory(mallory);
			mallory.send({
				type: 'events',
				batches: [
					mallory.write([
						{type: 'joined', name, addresses: [], version: '1'},
						{type: 'posted', text: 'x'},
					]),
				],
			});
		}

		await room.until('all messages arrived', () => textsOf(room.ann).length === names.length);
		const peers = selectPeers(room.ann.chatNode.store.getState());
		const collisions = peers.filter(({name}) => name === 'Bob' || name === 'B\u043eb');
		expect(collisions.length).toBe(4);
		expect(collisions.every(({hasNameCollision}) => hasNameCollision)).toBe(true);
		expect(new Set(collisions.map(({fingerprint}) => fingerprint)).size).toBe(4);
		for (const {name} of peers) expect(name).toMatch(/^[^*!\p{Cc}\p{Cf}\s][^\p{Cc}\p{Cf}]*$/u);
	});

	it('many beacons and peer exchange messages with false data about peers cause dials only within the limits', async () => {
		const mac = createBeaconMac(room.keys);
		const beacon = room.attackerHost.createBeacon({port: UDP_PORT});
		await beacon.start(() => {});
		const mallory = await room.attack();
		for (let index = 0; index < 4000; index++) {
			const peer = index.toString(16).padStart(64, 'a') as PeerId;
			beacon.send(
				encodeBeacon({version: 1, roomTag: room.keys.tag, peer, port: 9, kind: 'here', counter: 1}, mac),
				'10.0.0.1',
				UDP_PORT,
			);
			if (index % 100 === 0) await room.clock.advance(100);
		}

		for (let index = 0; index < 50; index++) {
			const added = Array.from({length: 512}, (_, at) => ({
				peer: (index * 512 + at).toString(16).padStart(64, 'b') as PeerId,
				addresses: [{host: `10.0.${at % 200}.${index % 250}`, port: 22}],
			}));
			mallory.send({type: 'peers', added, removed: added.map(({peer}) => peer)});
		}

		await expectChat(room, 'meanwhile');
		await room.until('the connection is closed', () => noticeCodes(room.ann).includes('flood'));
		expect(room.ann.chatNode.reportNetwork().peers.length).toBeLessThanOrEqual(MAX_CANDIDATES + 2);
		await expectChat(room, 'after');
		await beacon.close();
	});

	it('a peer that sends forged and replayed beacons of another peer ends no connection and does not prevent a reconnection', async () => {
		const mac = createBeaconMac(room.keys);
		const beacon = room.attackerHost.createBeacon({port: UDP_PORT});
		const recorded: Uint8Array[] = [];
		await beacon.start(bytes => recorded.push(bytes));
		await room.clock.advance(15_000);
		const forged = (kind: 'leaving' | 'here', counter: number) =>
			encodeBeacon({version: 1, roomTag: room.keys.tag, peer: room.bob.info.peer, port: 9, kind, counter}, mac);
		for (const bytes of recorded) beacon.send(bytes, '10.0.0.1', UDP_PORT);
		for (const counter of [1000, Number.MAX_SAFE_INTEGER]) {
			beacon.send(forged('here', counter), '10.0.0.1', UDP_PORT);
			beacon.send(forged('leaving', counter), '10.0.0.1', UDP_PORT);
		}

		await room.clock.advance(3000);
		expect(isConnected(room.ann, room.bob.info.peer)).toBe(true);
		expect(rowsOf(room.ann).some(({type}) => type === 'left' || type === 'lost')).toBe(false);
		room.network.reset('Ann', 'Bob');
		await room.until('the connection is lost', () => !isConnected(room.ann, room.bob.info.peer));
		await room.until('the connection is restored', () => isConnected(room.ann, room.bob.info.peer), 40_000);
		expect(decodeBeacon(recorded[0]!, room.keys.tag, mac).type).toBe('beacon');
		await expectChat(room, 'chat continues');
		await beacon.close();
	});

	it('a peer that connects and leaves 100 times adds at most two rows each time and no notice', async () => {
		const before = rowsOf(room.ann).length;
		for (let round = 0; round < 100; round++) {
			const mallory = await room.attack();
			const bye: Message = {type: 'bye', reason: 'leaving'};
			mallory.send(bye);
			await room.until('closed', () => mallory.isClosed);
		}

		expect(noticesOf(room.ann)).toEqual([]);
		expect(rowsOf(room.ann).length - before).toBeLessThanOrEqual(200);
		await expectChat(room, 'chat continues');
	});
});
