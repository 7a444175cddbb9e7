/**
 * The malicious peer as a process: attacks a node on loopback until its input ends, then says on one line of JSON how often
 * it was cut off and by which codes. Runs by attack.mjs.
 */
import {createSocket} from 'node:dgram';
import {connect} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';
import {encodeBeacon} from '../../source/codec/beacon-datagram.js';
import type {Message} from '../../source/codec/message.js';
import type {PeerId} from '../../source/core/ids.js';
import {createBeaconMac, deriveRoomKeys} from '../../source/feed/room-keys.js';
import {createTlsTransport} from '../../source/network/tls-transport.js';
import {connectMalicious, type MaliciousPeer, openHistory} from './malicious-peer.js';

const HOST = '127.0.0.1';
const LOOSE_CONNECTIONS = 10;
const BEACONS = 20;

const fakePeer = (index: number) => index.toString(16).padStart(64, 'd') as PeerId;

/** What each connection brings, in turn. */
const ATTACKS: readonly ((peer: MaliciousPeer, round: number) => void)[] = [
	peer => send(peer, 2000, () => ({type: 'typing'})),
	peer => send(peer, 2000, index => ({type: 'ping', id: index})),
	peer => send(peer, 200, () => ({type: 'have', kind: 'digest', digest: new Uint8Array(2048).fill(3)})),
	(peer, round) =>
		send(peer, 20, page => ({
			type: 'have',
			kind: 'page',
			feeds: Array.from({length: 4096}, (_, at) => ({
				peer: fakePeer(round * 100_000 + page * 4096 + at),
				seq: 1e6,
				hash: new Uint8Array(8),
			})),
			last: false,
		})),
	peer => peer.sendFrame(new Uint8Array(1024 * 1024).fill(0x91)),
	peer => peer.sendRaw(Uint8Array.of(0xff, 0xff, 0xff, 0xff)),
	(peer, round) =>
		send(peer, 40, index => ({
			type: 'peers',
			added: Array.from({length: 512}, (_, at) => ({
				peer: fakePeer(round * 100_000 + index * 512 + at),
				addresses: [{host: HOST, port: 9}],
			})),
			removed: [],
		})),
	peer => {
		openHistory(peer);
		for (let index = 0; index < 100; index++) {
			const bodies = Array.from({length: 150}, (_, at) => ({type: 'posted' as const, text: `spam ${index} ${at}`}));
			peer.send({type: 'events', batches: [peer.write(bodies)]});
		}
	},
	(peer, round) => peer.send({type: 'error', code: `odd-${round}`, text: `\u001B[2J complaint ${round}`}),
];

function send(peer: MaliciousPeer, count: number, make: (index: number) => Message): void {
	for (let index = 0; index < count; index++) peer.send(make(index));
}

/** Connections that never say a word. */
function connectLoosely(port: number): void {
	for (let index = 0; index < LOOSE_CONNECTIONS; index++) {
		const socket = connect(port, HOST);
		socket.on('error', () => {});
		setTimeout(() => socket.destroy(), 500);
	}
}

const [tcpPort = 0, udpPort = 0] = process.argv.slice(2).map(Number);
const keys = await deriveRoomKeys({room: 'lan'});
const mac = createBeaconMac(keys);
const transport = createTlsTransport({psk: keys.psk, identity: keys.pskIdentity, host: HOST});
const udp = createSocket('udp4');
const options = {transport, host: HOST, port: tcpPort, keys, now: Date.now};
const cutOffs: Record<string, number> = {};
let attacking = true;
process.stdin.on('end', () => {
	attacking = false;
});
process.stdin.resume();

const slow = await connectMalicious(options);
openHistory(slow);
slow.connection.pause();
console.log('ready');
for (let round = 0; attacking; round++) {
	const peer = await connectMalicious({...options, name: `! Bob left ${round}`}).catch(() => undefined);
	if (peer) {
		if (process.env.P2PCHAT_REPORT) console.error(`${Date.now()} attack ${round % ATTACKS.length}`);
		ATTACKS[round % ATTACKS.length]?.(peer, round);
		for (let wait = 0; wait < 20 && !peer.isClosed; wait++) await sleep(10);
		const code = peer.cutOff ?? (peer.isClosed ? 'closed' : 'left alone');
		cutOffs[code] = (cutOffs[code] ?? 0) + 1;
		peer.connection.destroy();
	} else {
		cutOffs.refused = (cutOffs.refused ?? 0) + 1;
	}

	connectLoosely(tcpPort);
	for (let index = 0; index < BEACONS; index++) {
		const beacon = {version: 1, roomTag: keys.tag, peer: fakePeer(round * BEACONS + index), port: 9, counter: 1};
		udp.send(encodeBeacon({...beacon, kind: index % 2 === 0 ? 'here' : 'leaving'}, mac), udpPort, HOST);
	}

	await sleep(5);
}

slow.connection.destroy();
udp.close();
await transport.close();
console.log(JSON.stringify(cutOffs));
process.exit(0);
