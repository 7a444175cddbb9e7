/**
 * Independent implementation of the protocol, for loopback only, written from source/protocol.md. Neither this file nor
 * those beside it import source/. The client finds nodes by beacons or dials them, chats, and requests, verifies and
 * forwards history. As a program, `node independent-client.mjs [UDP port] [name] [room]` posts the lines of its
 * standard input and prints the posts of others. The client is one file, so that it can be read from top to bottom.
 */
import {randomBytes} from 'node:crypto';
import {createSocket} from 'node:dgram';
import {EventEmitter, once} from 'node:events';
import {createInterface} from 'node:readline';
import {pathToFileURL} from 'node:url';
import {connect, HOST, listen, openConnection} from './connection.mjs';
import {createFeeds} from './feeds.mjs';
import {createKey, decodeBeacon, deriveRoom, digestOf, encodeBeacon} from './room.mjs';

const HERE = 0;
const LEAVING = 1;
const ANSWER = 2;
/** Address on which a socket receives only loopback beacons on Linux. Other systems need the address of all interfaces. */
const BEACONS_AT = process.platform === 'linux' ? '127.255.255.255' : '0.0.0.0';
const BURST_MS = [0, 250, 750, 1500, 3000];
const WANT_TIMEOUT_MS = 7000;
const DELTA_INTERVAL_MS = 250;

/** Section 3: sends and receives beacons. Calls `heard(peer, port)` for each candidate on this machine. */
async function openBeacon({room, key, udpPort, tcpPort, name}, isConnected, heard) {
	const shared = createSocket({type: 'udp4', reuseAddr: true});
	const own = createSocket('udp4');
	const counters = new Map();
	let counter = 0;
	shared.bind(udpPort, BEACONS_AT);
	own.bind(0, HOST);
	await Promise.all([once(shared, 'listening'), once(own, 'listening')]);
	own.setBroadcast(true);

	function say(kind, port, address) {
		counter += 1;
		const shown = room.isOpen ? name : '';
		own.send(encodeBeacon(room, {kind, peer: key.peer, port: tcpPort, counter, name: shown}), port, address);
	}

	function receive(bytes, source) {
		const beacon = source.address.startsWith('127.') ? decodeBeacon(room, bytes) : undefined;
		if (!beacon || beacon.peer === key.peer || beacon.counter <= (counters.get(beacon.peer) ?? -1)) return;
		counters.set(beacon.peer, beacon.counter);
		if (beacon.kind === LEAVING) return;
		heard(beacon.peer, beacon.port);
		if (beacon.kind === HERE && !isConnected(beacon.peer)) say(ANSWER, source.port, source.address);
	}

	shared.on('message', receive);
	own.on('message', receive);
	const announce = () => say(HERE, udpPort, '127.255.255.255');
	const timers = [...BURST_MS.map(ms => setTimeout(announce, ms)), setInterval(announce, 5000)];
	return {
		close() {
			for (const timer of timers) clearTimeout(timer);
			say(LEAVING, udpPort, '127.255.255.255');
			shared.close();
			own.close();
		},
	};
}

/** Sections 8, 9 and 14, for all connections of a client. Emits `taken` (peer, seq), `closed` (peer, ending), `fork` (peer). */
function createMesh({room, key, feeds, events, hello, forged}) {
	/** Peer -> its verified connections, oldest first, and the sync state that belongs to all of these connections. */
	const pairs = new Map();
	/** Feeds to list in the next delta. */
	const changed = new Set();
	let pings = 0;

	const haveOf = ({peer, seq, hash}) => [Buffer.from(peer, 'hex'), seq, hash.subarray(0, 8)];
	const newest = pair => pair.connections.at(-1);

	function begin(pair) {
		clearTimeout(pair.want?.timer);
		Object.assign(pair, {holds: new Map(), complete: false, want: undefined});
		newest(pair).send({type: 'have', kind: 'digest', digest: digestOf(feeds.held())});
	}

	function verified(connection) {
		const pair = pairs.get(connection.peer) ?? {connections: []};
		pairs.set(connection.peer, pair);
		const older = pair.connections;
		const superfluous = key.peer < connection.peer ? older.splice(0) : older.splice(0, older.length - 1);
		older.push(connection);
		for (const one of superfluous) one.close({type: 'bye', reason: 'duplicate'});
		connection.send({type: 'peers', all: true, added: [], removed: []});
		begin(pair);
		events.emit('verified', connection.peer);
	}

	function closed(connection) {
		events.emit('closed', connection.peer, connection.ending);
		const pair = pairs.get(connection.peer);
		if (!pair) return;
		pair.connections = pair.connections.filter(one => one !== connection);
		if (newest(pair)) return begin(pair);
		clearTimeout(pair.want?.timer);
		pairs.delete(connection.peer);
	}

	function answerDigest(connection, theirs) {
		const ours = digestOf(feeds.held());
		const differs = ({peer}) => {
			const at = Number.parseInt(peer.slice(0, 2), 16) * 8;
			return !ours.subarray(at, at + 8).equals(theirs.subarray(at, at + 8));
		};
		connection.send({type: 'have', kind: 'page', feeds: feeds.held().filter(differs).map(haveOf), last: true});
	}

	function onHave(pair, connection, message) {
		if (message.kind === 'digest') return answerDigest(connection, message.digest);
		if (message.kind !== 'page' && message.kind !== 'delta') return;
		for (const [peer, seq] of message.feeds) pair.holds.set(peer.toString('hex'), seq);
		const acknowledged = pair.holds.get(key.peer);
		if (acknowledged) events.emit('acknowledged', connection.peer, acknowledged);
		if (message.last) pair.complete = true;
		ask();
	}

	function ask() {
		const asked = new Set([...pairs.values()].flatMap(pair => pair.want?.peers ?? []));
		for (const pair of pairs.values()) {
			if (!pair.complete || pair.want) continue;
			const lacking = [...pair.holds].filter(
				([peer, seq]) => peer !== key.peer && seq > feeds.seqOf(peer) && !asked.has(peer) && !feeds.isFrozen(peer),
			);
			if (lacking.length === 0) continue;
			const peers = lacking.slice(0, 256).map(([peer]) => peer);
			for (const peer of peers) asked.add(peer);
			pair.wants = (pair.wants ?? 0) + 1;
			pair.want = {id: pair.wants, peers, timer: setTimeout(() => newest(pair)?.destroy(), WANT_TIMEOUT_MS)};
			const ranges = peers.map(peer => [Buffer.from(peer, 'hex'), feeds.seqOf(peer) + 1]);
			newest(pair).send({type: 'want', id: pair.want.id, ranges});
		}
	}

	function answer(connection, {id, ranges}) {
		let left = 1_024_000;
		for (const [peer, from] of ranges) {
			const author = peer.toString('hex');
			for (const batch of left > 0 ? (forged.get(author) ?? feeds.from(author, from, left)) : []) {
				for (const entry of batch[3]) left -= entry.length;
				connection.send({type: 'events', batches: [batch], answer: id});
			}
		}
		connection.send({type: 'events', batches: [], answer: id, done: true});
	}

	function onEvents(pair, connection, {batches, answer: id, done}) {
		for (const batch of batches) {
			const peer = batch[0].toString('hex');
			const before = feeds.seqOf(peer);
			const result = feeds.take(batch);
			if (result === 'bad-signature') {
				return connection.close({type: 'error', code: 'bad-signature', text: 'the signature is not valid'});
			}
			if (result === 'fork') events.emit('fork', peer);
			pair.holds.set(peer, Math.max(batch[1] + batch[3].length - 1, pair.holds.get(peer) ?? 0));
			if (result !== 'new') continue;
			changed.add(peer);
			for (let seq = before + 1; seq <= feeds.seqOf(peer); seq++) events.emit('taken', peer, seq);
		}
		if (done && pair.want?.id === id) {
			clearTimeout(pair.want.timer);
			pair.want = undefined;
		}
		ask();
	}

	function tellChanges() {
		const held = feeds.held().filter(({peer}) => changed.has(peer));
		changed.clear();
		for (const [peer, pair] of pairs) {
			const news = held.filter(feed => feed.peer === peer || (pair.holds.get(feed.peer) ?? 0) < feed.seq);
			if (news.length > 0) newest(pair).send({type: 'have', kind: 'delta', feeds: news.map(haveOf)});
		}
	}

	function message(connection, received) {
		const pair = pairs.get(connection.peer);
		if (!pair) return;
		if (received.type === 'ping') {
			pings += 1;
			connection.send({type: 'pong', id: received.id, clock: Date.now(), hlc: feeds.reading()});
			events.emit('ping');
		} else if (received.type === 'pong') feeds.hear(...received.hlc);
		else if (received.type === 'have') onHave(pair, connection, received);
		else if (received.type === 'want') answer(connection, received);
		else if (received.type === 'events') onEvents(pair, connection, received);
	}

	const beat = setInterval(tellChanges, DELTA_INTERVAL_MS);
	const handlers = {hello, verified, message, closed};
	return {
		adopt: (socket, isDialler) => openConnection(socket, isDialler, {room, key}, handlers),
		isConnected: peer => pairs.has(peer),
		peers: () => [...pairs.keys()],
		connectionCount: peer => pairs.get(peer)?.connections.length ?? 0,
		pings: () => pings,
		sendTo: (peer, what) => newest(pairs.get(peer)).send(what),
		push(batch) {
			for (const pair of pairs.values()) newest(pair).send({type: 'events', batches: [batch]});
		},
		stop() {
			clearInterval(beat);
			for (const {connections} of pairs.values())
				for (const one of connections) one.close({type: 'bye', reason: 'leaving'});
		},
	};
}

/**
 * Creates a client. `beacons: false`: it sends no beacons and dials only the target of `dial`. `seed`: the seed of the
 * feed key.
 */
export async function createIndependentClient({
	udpPort = 47_474,
	name = 'IndependentClient',
	room: roomName = 'lan',
	secret = '',
	beacons = true,
	seed = randomBytes(32),
} = {}) {
	const room = deriveRoom(roomName, secret);
	const key = createKey(seed);
	const feeds = createFeeds(room, key);
	const events = new EventEmitter();
	const server = await listen(room, socket => mesh.adopt(socket, false));
	const tcpPort = server.address().port;
	const hello = () => ({
		versions: [1, 1],
		peer: Buffer.from(key.peer, 'hex'),
		name,
		port: tcpPort,
		features: [],
		program: 'client',
		clock: Date.now(),
		hlc: feeds.reading(),
	});
	/** Author -> batches that a test makes the client send in place of the author's feed. */
	const forged = new Map();
	const mesh = createMesh({room, key, feeds, events, hello, forged});
	const dial = port => connect(room, port, socket => mesh.adopt(socket, true)).on('error', () => {});

	/** The peer with the lower id dials immediately. The other one dials a second later if they are still not connected. */
	function heard(peer, port) {
		if (mesh.isConnected(peer)) return;
		const wait = key.peer < peer ? 0 : 1000;
		setTimeout(() => mesh.isConnected(peer) || dial(port), wait).unref();
	}

	const isConnected = peer => mesh.isConnected(peer);
	const beacon = beacons ? await openBeacon({room, key, udpPort, tcpPort, name}, isConnected, heard) : undefined;
	const write = (...entries) => mesh.push(feeds.write(entries));
	write(['joined', name, [HOST], '1', null, null]);
	return {
		peer: key.peer,
		room,
		key,
		feeds,
		events,
		tcpPort,
		dial,
		forged,
		sendTo: mesh.sendTo,
		peers: mesh.peers,
		connectionCount: mesh.connectionCount,
		pings: mesh.pings,
		post: text => write(['posted', text]),
		/** Sends `bye` on all connections and closes everything. Resolves when all is closed. */
		async leave() {
			write(['left']);
			mesh.stop();
			beacon?.close();
			server.close();
			await once(server, 'close');
		},
	};
}

async function main([udpPort = '47474', name = 'IndependentClient', room = 'lan']) {
	const client = await createIndependentClient({udpPort: Number(udpPort), name, room});
	const {feeds, events} = client;
	const names = new Map();
	events.on('taken', (peer, seq) => {
		const event = feeds.timeline().find(one => one.peer === peer && one.seq === seq);
		if (event?.kind === 'joined' || event?.kind === 'renamed') names.set(peer, event.values[0]);
		const text = event?.kind === 'posted' ? event.values[0] : `* ${event?.kind}`;
		process.stdout.write(`${names.get(peer) ?? peer.slice(0, 8)}: ${JSON.stringify(text)}\n`);
	});
	for await (const line of createInterface(process.stdin)) client.post(line);
	await client.leave();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(process.argv.slice(2));
