/** How a node is with others: beacons, connections, history that goes back and forth, and who testifies that one is gone. */
import type {Batch, FeedEvent, PeerId} from '../core/event.js';
import {isDue} from '../core/event-order.js';
import {MAX_BYE_FLUSH_MS} from '../core/limits.js';
import {formatPeerName} from '../core/select-peers.js';
import {createBeaconMac} from '../feed/room-keys.js';
import {createDialler, type Dialler} from '../network/dial/dialler.js';
import {createDiscovery, type Discovery} from '../network/discovery/discovery.js';
import {isOnLink} from '../network/ip-address.js';
import {createHelloProof, FEATURES, LOWEST_VERSION, PROTOCOL_VERSION} from '../network/link/handshake.js';
import type {OwnHello, PeerLink} from '../network/link/peer-link.js';
import {createFailureDetector} from '../network/mesh/failure-detector.js';
import {createMesh, type Mesh} from '../network/mesh/mesh.js';
import type {IngestResult} from '../network/sync/ingest.js';
import {createSync, type Sync} from '../network/sync/sync.js';
import type {ChatNodeAdapters, ChatNodeOptions} from './chat-node.js';
import {createLinkEventHandlers} from './link-events.js';
import type {LocalState} from './local-state.js';
import {createPresence} from './presence.js';

export interface NetworkOptions {
	readonly localState: LocalState;
	readonly nodeOptions: ChatNodeOptions;
	readonly adapters: ChatNodeAdapters;
	/** What we call ourselves now. */
	name(): string;
	/** A connection is up whose clock does not contradict ours: time to say that we joined. */
	onReadyToJoin(): void;
	/** Our timers stood still. */
	onTimersStalled(): void;
	/** A beacon is due: addresses may be others now. */
	onBeaconDue(): void;
}

export interface Network {
	readonly mesh: Mesh;
	readonly dialler: Dialler;
	readonly sync: Sync;
	/** Undefined before `listen`. */
	readonly discovery: Discovery | undefined;
	/** Batches are in the log, our own (`own`) or learnt: others are told. */
	announceBatch(batch: Batch, events: readonly FeedEvent[], own: boolean): void;
	/** Opens the sockets. Nobody is told of us yet. */
	listen(): Promise<{readonly tcpPort: number; readonly udpPort: number}>;
	start(): void;
	/** Says goodbye to all, and waits until they have it, at most MAX_BYE_FLUSH_MS. */
	leave(): Promise<void>;
	/** Closes the sockets. */
	stop(): Promise<void>;
}

export function createNetwork(options: NetworkOptions): Network {
	const {localState, nodeOptions, adapters, name} = options;
	const {key, self, store, nodeClock, inventory, pipeline, notices} = localState;
	const {clock, random, transport, beacon, debug} = adapters;
	const {keys} = nodeOptions;
	const failureDetector = createFailureDetector(self);
	const isConnected = (peer: PeerId) => mesh.linkOf(peer) !== undefined;
	const labelFor = (peer: PeerId) => formatPeerName(store.getState(), peer);
	const sync = createSync({
		self,
		clock,
		debug,
		inventory,
		ingest: (batch, link, live) => ingestBatch(localState, batch, link, live),
		commit: () => pipeline.commit(),
		delivered: (peer, seq) => pipeline.publish({type: 'delivered', peer, seq}),
		synced: (peer, received) => pipeline.publish({type: 'synced', peer, received}),
		progress: (received, expected) => pipeline.publish({type: 'sync-progress', received, expected}),
		limited: (what, peer) => notices.limitReached(what, labelFor(peer)),
	});
	const links = createLinkEventHandlers({
		clock,
		nodeClock,
		store,
		notices,
		failureDetector: failureDetector,
		pipeline: () => pipeline,
		mesh: () => mesh,
		sync: () => sync,
		dialler: () => dialler,
		presence: () => presence,
		onReadyToJoin: options.onReadyToJoin,
		onTimersStalled() {
			options.onTimersStalled();
			discovery?.burst();
		},
	});
	const mesh: Mesh = createMesh({self, ownHello, proof: createHelloProof(key, keys), clock, debug}, links);
	const dialler: Dialler = createDialler({
		self,
		clock,
		random,
		transport,
		debug,
		isConnected,
		isSeen: peer => failureDetector.isReachable(peer),
		adopt: (connection, done) => mesh.adopt(connection, done),
		targetWorked: address => adapters.rememberTarget(address),
	});
	const presence = createPresence({
		self,
		clock,
		failureDetector: failureDetector,
		getState: store.getState,
		connectedCount: () => mesh.size,
		appendLost: (subject, absence) => pipeline.append([{type: 'lost', subject, absence}]),
		appendReturned: absence => pipeline.append([{type: 'returned', absence}]),
		onLastPeerLost: subject =>
			pipeline.observe({type: 'peer-disconnected', subject, reason: 'lost contact', alone: true}),
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
			program: nodeOptions.version,
			clock: clock.now(),
			hlc: nodeClock.reading(),
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
			peerFound: (peer, address, path) => dialler.learnAddress(peer, address, path),
			addAlternateAddress: (peer, address) => dialler.learnAlternateAddress(peer, address),
			peerLeft: peer => dialler.peerLeft(peer),
			onTick() {
				mesh.checkStall();
				options.onBeaconDue();
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
		announceBatch(batch, events, own) {
			inventory.update(batch.peer);
			if (own) {
				sync.pushOwn(batch);
				return;
			}

			sync.inventoryChanged([batch.peer]);
			presence.onEventsIngested(events);
			const last = events.at(-1);
			if (last && !isDue(last, nodeClock.wall())) notices.clockAhead(labelFor(batch.peer), last.ms - nodeClock.wall());
		},
		listen,
		start() {
			mesh.start();
			presence.start();
			discovery?.start();
			const source = nodeOptions.targetsRemembered ? 'remembered' : 'peer-flag';
			for (const target of nodeOptions.targets) dialler.addTarget(target, source);
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

/** What others hand over: into log and state, or what is said of it. */

/** `live`: it was not in anybody's first `have`. Who brings what its author never signed is cut off. */
export function ingestBatch(
	{pipeline, notices, store}: Pick<LocalState, 'pipeline' | 'notices' | 'store'>,
	batch: Batch,
	link: Pick<PeerLink, 'fail'>,
	live: boolean,
): IngestResult {
	const result = pipeline.ingest(batch, live);
	if (typeof result === 'object') {
		link.fail(result.invalid, 'sent history that its author never signed');
		return 'refused';
	}

	if (result === 'forked') notices.feedForked(formatPeerName(store.getState(), batch.peer));
	return result === 'forked' ? 'refused' : result;
}
