// Attackers for memory-at-limits.mjs: members that open as many connections to a node on loopback as it accepts, and
// fill every limit of each connection. Usage: `node test/hostile/attackers-at-limits.mjs PORT FEED SEQ`. Each
// connection lists invented feeds, asks for the whole history (FEED up to SEQ) and for files, reads nothing, and sends
// a part of the longest frame.
const root = new URL('../../', import.meta.url);
const load = path => import(new URL(`dist/${path}`, root));
const {encodeMessageFrame, decodeMessage} = await load('codec/message.js');
const {createFrameDecoder} = await load('codec/frame.js');
const {encodeBeacon} = await load('codec/beacon-datagram.js');
const {createBeaconMac, deriveRoomKeys} = await load('feed/room-keys.js');
const {createPeerKey} = await load('feed/signing-keys.js');
const {createHelloProof} = await load('network/link/handshake.js');
const {createTlsTransport} = await load('network/transport/tls-transport.js');
const limits = await load('core/limits.js');
const {createSocket} = await import('node:dgram');

const [port, udpPort, feed, seq] = process.argv.slice(2);
const keys = await deriveRoomKeys({room: 'lan'});
const invented = number => (number + 0xf0_00_00_00).toString(16).padEnd(64, '0');
const pause = ms => new Promise(resolve => setTimeout(resolve, ms));
const open = [];
let claims = 0;

async function connect() {
	const transport = createTlsTransport({psk: keys.psk, identity: keys.pskIdentity, hosts: {ipv4: '127.0.0.1'}});
	const result = await transport.dial('127.0.0.1', Number(port));
	if ('failure' in result) return;
	const {connection} = result;
	const key = createPeerKey();
	const decoder = createFrameDecoder();
	const send = message => connection.send(encodeMessageFrame(message));
	const one = {connection, send, isOpen: true, isFilled: false};
	open.push(one);
	connection.handle({
		data(chunk) {
			for (const payload of decoder.push(chunk)) {
				const message = decodeMessage(payload);
				if (message?.type === 'ping' && !one.isFilled)
					send({type: 'pong', id: message.id, clock: Date.now(), hlc: {ms: Date.now(), counter: 0}});
			}
		},
		drain() {},
		closed() {
			one.isOpen = false;
		},
	});
	send({
		type: 'hello',
		versions: [1, 1],
		peer: key.peer,
		name: 'n'.repeat(limits.MAX_NAME_BYTES),
		port: 4000,
		features: ['files', 'alive', 'whispers'],
		program: '1.0.0',
		clock: Date.now(),
		hlc: {ms: Date.now(), counter: 0},
		...createHelloProof(key, keys).prove(connection.keyingMaterial, 'dialler'),
	});
	send({type: 'have', kind: 'digest', digest: new Uint8Array(limits.HAVE_BUCKETS * 8)});
	const own = {peer: feed, seq: Number(seq), hash: new Uint8Array(8)};
	const pages = claims < 2 * limits.MAX_MISSING_FEEDS ? 8 : 1;
	for (let page = 0; page < pages; page++) {
		const feeds = Array.from({length: pages > 1 ? limits.MAX_HAVE_FEEDS - 1 : 0}, () => {
			return {peer: invented(claims++), seq: 1000, hash: new Uint8Array(8)};
		});
		send({type: 'have', kind: 'page', feeds: [own, ...feeds], last: page === pages - 1});
	}
	const added = Array.from({length: limits.MAX_REPORTED_PEERS}, (_, index) => {
		return {peer: invented(10_000_000 + open.length * 1000 + index), addresses: []};
	});
	send({type: 'peers', added, removed: [], all: true});
}

/** Asks for everything, and then sends a part of the longest frame. */
function fill(one) {
	one.isFilled = true;
	for (let id = 1; id <= limits.MAX_OPEN_WANTS; id++) one.send({type: 'want', id, ranges: [{peer: feed, from: 1}]});
	for (let id = 1; id <= limits.MAX_WANTED_FILE_BYTES / limits.MIN_SLICE_BYTES - 64; id++)
		one.send({type: 'file-want', id, file: invented(id), part: 0, offset: 0, length: 1});
	for (let index = 0; index < 60; index++)
		one.send({type: 'file-ask', id: 10_000 + index, file: invented(index), leaves: true});
	const header = Buffer.alloc(4);
	header.writeUInt32BE(limits.MAX_FRAME_BYTES);
	one.connection.send(header);
	one.connection.send(new Uint8Array(limits.MAX_FRAME_BYTES - 200));
	one.connection.pause();
}

const socket = createSocket('udp4');
const mac = createBeaconMac(keys);
for (let index = 0; index < 8000; index++) {
	const content = {version: 1, peer: invented(50_000_000 + index), port: 9, kind: 'here', counter: 1};
	const roomTag = index % 2 === 0 ? keys.tag : new Uint8Array(8);
	socket.send(encodeBeacon({...content, roomTag}, mac), Number(udpPort), '127.0.0.1');
	if (index % 40 === 0) await pause(20);
}

const until = Date.now() + 90_000;
while (open.filter(({isOpen}) => isOpen).length < limits.MAX_CONNECTIONS && Date.now() < until) {
	await Promise.all(Array.from({length: 8}, connect));
}
const live = open.filter(({isOpen}) => isOpen);
process.stdout.write(`${live.length} connections, ${claims} claims\n`);
for (const one of live) {
	fill(one);
	await pause(5);
}
process.stdout.write('filled\n');
for (let second = 0; second < 60; second++) {
	await pause(1000);
	for (const one of live) if (one.isOpen) one.connection.send(Uint8Array.of(0));
}
process.stdout.write(`${live.filter(({isOpen}) => isOpen).length} connections at the end\n`);
process.exit();
