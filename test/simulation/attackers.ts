/**
 * Members of a simulated room that lie, on a host of their own. They lie about their clocks, about lost peers and
 * about addresses, and send beacons in the name of others. They know the keys of the room, and create any number of
 * peer keys.
 */
import {encodeBeacon} from '../../source/codec/beacon-datagram.js';
import type {EntryBody} from '../../source/codec/entry.js';
import type {PeerId} from '../../source/core/event.js';
import {createBeaconMac, type RoomKeys} from '../../source/feed/room-keys.js';
import {createPeerKey} from '../../source/feed/signing-keys.js';
import type {MemoryHost} from '../helpers/memory-network.js';
import type {SeededRandom} from '../helpers/seeded-random.js';
import {connectMalicious, type MaliciousPeer, openHistory} from '../hostile/malicious-peer.js';
import {TCP_PORT} from './node.js';

const DAY_MS = 24 * 3_600_000;
const YEAR_MS = 365 * DAY_MS;
/**
 * Clock offsets, ms, that the lying members claim in their connections to one node. If each connection had one vote,
 * the equal lies would outvote the honest nodes.
 */
const CLOCK_LIES_MS = [20 * DAY_MS, 20 * DAY_MS, 20 * DAY_MS, 20 * DAY_MS, 20 * DAY_MS, 100 * YEAR_MS, 100 * YEAR_MS];
/**
 * How far the clocks in the entries of lying members are ahead of true time, ms. The values are below, at and above the
 * limit of 23 h.
 */
const ENTRY_LIES_MS = [22, 22.99, 23, 23.5, 24, 25, 2000].map(hours => hours * 3_600_000);
const INVENTED_SUBJECTS = 3000;
const ABSENCES = 60;
const EVENTS_PER_BATCH = 100;
/** Texts that look like addresses but would be looked up in the DNS. */
export const NAMES = ['127.0.0.1%a.example', 'fd00:c.example', '10.0.0.1.example', 'evil.example'] as const;

export interface AttackersOptions {
	readonly host: MemoryHost;
	readonly keys: RoomKeys;
	readonly random: SeededRandom;
	readonly udpPort: number;
}

/** Honest node that is attacked. */
export interface Victim {
	readonly address: string;
	readonly peer: PeerId;
}

export interface Attackers {
	/** Opens the connections to each victim and sends the lies that are sent only once. */
	begin(victims: readonly Victim[]): Promise<void>;
	/** Posts a message with a clock that is ahead, on each connection. */
	repeat(): void;
	/** Ends all connections. The forged beacons continue. */
	disconnect(): void;
	/** Sends one beacon in the name of each victim, with the highest counter and a port at which nobody listens. */
	forgeBeacons(): void;
}

export function createAttackers({host, keys, random, udpPort}: AttackersOptions): Attackers {
	const transport = host.createTransport({psk: keys.psk, identity: keys.pskIdentity, port: TCP_PORT});
	const beacon = host.createBeacon({port: udpPort});
	const mac = createBeaconMac(keys);
	const peers: {readonly peer: MaliciousPeer; readonly hlcAhead: number}[] = [];
	let victims: readonly Victim[] = [];
	void beacon.start(() => {});

	async function connect(victim: Victim, clockAhead: number, hlcAhead: number): Promise<void> {
		const now = () => host.clock.now();
		const peer = await connectMalicious({
			transport,
			host: victim.address,
			port: TCP_PORT,
			keys,
			now,
			key: createPeerKey(random.bytes(32)),
			hello: {clock: now() + clockAhead, hlc: {ms: now() + hlcAhead, counter: 0}},
			onMessage(message, self) {
				if (message.type !== 'ping' || self.isClosed) return;
				self.send({type: 'pong', id: message.id, clock: now() + clockAhead, hlc: {ms: now() + hlcAhead, counter: 0}});
			},
		});
		peers.push({peer, hlcAhead});
	}

	function push({peer, hlcAhead}: (typeof peers)[number], bodies: readonly EntryBody[]): void {
		if (peer.isClosed) return;
		for (let from = 0; from < bodies.length; from += EVENTS_PER_BATCH) {
			const part = bodies.slice(from, from + EVENTS_PER_BATCH);
			const ms = host.clock.now() + hlcAhead;
			peer.send({type: 'events', batches: [peer.write(part, index => ({ms: ms + from, counter: index}))]});
		}
	}

	const inventedPeer = () => createPeerKey(random.bytes(32)).peer;

	function reports(): EntryBody[] {
		const about = victims.flatMap(({peer}) =>
			Array.from({length: ABSENCES}, (_, absence): EntryBody => ({type: 'lost', subject: peer, absence})),
		);
		const invented = Array.from({length: INVENTED_SUBJECTS / 10}, (): EntryBody => {
			return {type: 'lost', subject: inventedPeer(), absence: 0};
		});
		return [...about, ...invented];
	}

	return {
		async begin(all) {
			victims = all;
			for (const victim of victims)
				for (const [index, clockAhead] of CLOCK_LIES_MS.entries())
					await connect(victim, clockAhead, ENTRY_LIES_MS[index] ?? 0);
			const sent = reports();
			for (const [index, attacker] of peers.entries()) {
				openHistory(attacker.peer);
				if (index === 0) push(attacker, sent);
				const added = NAMES.map(name => ({peer: inventedPeer(), addresses: [{host: name, port: 9}]}));
				attacker.peer.send({type: 'peers', added, removed: []});
			}
		},
		repeat() {
			for (const attacker of peers) push(attacker, [{type: 'posted', text: 'from the future'}]);
		},
		disconnect() {
			for (const {peer} of peers) peer.connection.destroy();
		},
		forgeBeacons() {
			for (const {peer} of victims)
				for (const kind of ['here', 'leaving'] as const)
					beacon.broadcast(
						encodeBeacon({version: 1, roomTag: keys.tag, peer, port: 9, kind, counter: Number.MAX_SAFE_INTEGER}, mac),
					);
		},
	};
}
