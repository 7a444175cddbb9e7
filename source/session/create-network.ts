/** How a node is with others: beacons, connections, history that goes back and forth, and who testifies that one is gone. */
import type {Batch} from '../core/batch.js';
import type {FeedEvent} from '../core/event.js';
import {isDue} from '../core/hybrid-clock.js';
import type {PeerId} from '../core/ids.js';
import {labelOf} from '../core/label.js';
import {MAX_BYE_FLUSH_MS} from '../core/limits.js';
import {createBeaconMac} from '../feed/room-keys.js';
import {createDialler, type Dialler} from '../network/dialler.js';
import {createDiscovery, type Discovery} from '../network/discovery.js';
import {createMesh, type Mesh} from '../network/mesh.js';
import type {OwnHello} from '../network/peer-link.js';
import {isOnLink} from '../network/subnets.js';
import {createSync} from '../network/sync.js';
import type {Sync} from '../network/sync-options.js';
import {FEATURES, LOWEST_VERSION, PROTOCOL_VERSION} from '../network/version.js';
import {createWitness} from '../network/witness.js';
import type {Archive} from './create-archive.js';
import {helloProofOf} from './hello-proof-of.js';
import {createLinkEvents} from './link-events.js';
import {createPresence} from './presence.js';
import type {SessionAdapters, SessionOptions} from './session-options.js';
import {takeBatch} from './take-batch.js';

export interface NetworkOptions {
	readonly archive: Archive;
	readonly session: SessionOptions;
	readonly adapters: SessionAdapters;
	/** What we call ourselves now. */
	name(): string;
	/** A connection is up whose clock does not contradict ours: time to say that we joined. */
	firstHello(): void;
	/** Our timers stood still. */
	slept(): void;
	/** A beacon is due: addresses may be others now. */
	beat(): void;
}

export interface Network {
	readonly mesh: Mesh;
	readonly dialler: Dialler;
	readonly sync: Sync;
	/** Undefined before `listen`. */
	readonly discovery: Discovery | undefined;
	/** Batches are in the log, our own (`own`) or learnt: others are told. */
	entered(batch: Batch, events: readonly FeedEvent[], own: boolean): void;
	/** Opens the sockets. Nobody is told of us yet. */
	listen(): Promise<{readonly tcpPort: number; readonly udpPort: number}>;
	start(): void;
	/** Says goodbye to all, and waits until they have it, at most MAX_BYE_FLUSH_MS. */
	leave(): Promise<void>;
	/** Closes the sockets. */
	stop(): Promise<void>;
}

export function createNetwork(options: NetworkOptions): Network {
	const {archive, session, adapters, name} = options;
	const {key, self, store, nodeClock, holdings, ledger, notices} = archive;
	const {clock, random, transport, beacon, debug} = adapters;
	const {keys} = session;
	const witness = createWitness(self);
	const isConnected = (peer: PeerId) => mesh.linkOf(peer) !== undefined;
	const labelled = (peer: PeerId) => labelOf(store.getState(), peer);
	const sync = createSync({
		self,
		clock,
		debug,
		holdings,
		take: (batch, link, live) => takeBatch(archive, batch, link, live),
		commit: () => ledger.commit(),
		delivered: (peer, seq) => ledger.pass({type: 'delivered', peer, seq}),
		synced: (peer, received) => ledger.pass({type: 'synced', peer, received}),
		progress: (received, expected) => ledger.pass({type: 'sync-progress', received, expected}),
		limited: (what, peer) => notices.limited(what, labelled(peer)),
	});
	const links = createLinkEvents({
		clock,
		nodeClock,
		store,
		notices,
		witness,
		ledger: () => ledger,
		mesh: () => mesh,
		sync: () => sync,
		dialler: () => dialler,
		presence: () => presence,
		firstHello: options.firstHello,
		burst() {
			options.slept();
			discovery?.burst();
		},
	});
	const mesh: Mesh = createMesh({self, ownHello, proof: helloProofOf(key, keys), clock, debug}, links);
	const dialler: Dialler = createDialler({
		self,
		clock,
		random,
		transport,
		debug,
		isConnected,
		isSeen: peer => witness.isReachable(peer),
		adopt: (connection, done) => mesh.adopt(connection, done),
		targetWorked: address => adapters.rememberTarget(address),
	});
	const presence = createPresence({
		self,
		clock,
		witness,
		getState: store.getState,
		connectedCount: () => mesh.size,
		writeLost: (subject, absence) => ledger.write([{type: 'lost', subject, absence}]),
		writeReturned: absence => ledger.write([{type: 'returned', absence}]),
		lostContact: subject => ledger.observe({type: 'peer-disconnected', subject, reason: 'lost contact', alone: true}),
	});
	let discovery: Discovery | undefined;
	let tcpPort = 0;

	function ownHello(): OwnHello {
		return {
			versions: [LOWEST_VERSION, PROTOCOL_VERSION],
			peer: self,
			name: name(),
			port: tcpPort,
			features: FEATURES,
			program: session.version,
			clock: clock.now(),
			hlc: nodeClock.current(),
		};
	}

	async function listen(): Promise<{tcpPort: number; udpPort: number}> {
		({port: tcpPort} = await transport.listen(connection => mesh.adopt(connection)));
		const {port: udpPort} = await beacon.start((bytes, source) => discovery?.received(bytes, source));
		discovery = createDiscovery({
			self,
			roomTag: keys.tag,
			mac: createBeaconMac(keys),
			beacon,
			clock,
			random,
			debug,
			tcpPort,
			name: () => (keys.hasSecret ? undefined : name()),
			connectedCount: () => mesh.size,
			isConnected,
			isOnLink: address => isOnLink(address, beacon.interfaces()),
			heard: (peer, address, path) => dialler.heard(peer, address, path),
			alsoAt: (peer, address) => dialler.alsoAt(peer, address),
			leaving: peer => dialler.forget(peer),
			beat() {
				mesh.checkStall();
				options.beat();
			},
		});
		return {tcpPort, udpPort};
	}

	return {
		mesh,
		dialler,
		sync,
		get discovery() {
			return discovery;
		},
		entered(batch, events, own) {
			holdings.note(batch.peer);
			if (own) {
				sync.push(batch);
				return;
			}

			sync.changed([batch.peer]);
			presence.learnt(events);
			const last = events.at(-1);
			if (last && !isDue(last, nodeClock.wall())) notices.clockAhead(labelled(batch.peer), last.ms - nodeClock.wall());
		},
		listen,
		start() {
			mesh.start();
			presence.start();
			discovery?.start();
			const by = session.targetsRemembered ? 'remembered' : 'peer-flag';
			for (const target of session.targets) dialler.target(target, by);
		},
		async leave() {
			presence.stop();
			links.stop();
			dialler.stop();
			discovery?.stop();
			mesh.closeAll();
			await new Promise<void>(resolve => {
				const until = clock.monotonic() + MAX_BYE_FLUSH_MS;
				const wait = () => (mesh.size === 0 || clock.monotonic() >= until ? resolve() : clock.after(5, wait));
				wait();
			});
			sync.stop();
		},
		async stop() {
			mesh.stop();
			await Promise.all([transport.close(), beacon.close()]);
		},
	};
}
