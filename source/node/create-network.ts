/**
 * Network of a node: creates discovery, dialler, mesh, sync and failure detector, and connects them. None of these
 * parts knows another one. Their callbacks are the inner functions of `createNetwork`, which pass an event of one part
 * on to the others.
 */
import type {WhisperAckMessage, WhisperMessage} from '../codec/message-types.js';
import type {PeerId} from '../core/event.js';
import {isDue} from '../core/event-order.js';
import {FAULT_BAN_MS, MAX_BYE_FLUSH_MS, RETRY_MAX_MS} from '../core/limits.js';
import {selectEarlierLaunches} from '../core/own-sessions.js';
import {leadsToBan} from '../network/dial/ban-list.js';
import {createDialler, type Dialler} from '../network/dial/dialler.js';
import {createDiscovery, type Discovery} from '../network/discovery/discovery.js';
import type {Files} from '../network/files/files.js';
import {withoutZone} from '../network/ip-address.js';
import {createHelloProof} from '../network/link/handshake.js';
import type {LinkClosing, PeerLink} from '../network/link/peer-link.js';
import {createAliveSender} from '../network/mesh/alive-sender.js';
import {createFailureDetector} from '../network/mesh/failure-detector.js';
import {createMesh, type Mesh} from '../network/mesh/mesh.js';
import {createPeerExchangeSender} from '../network/mesh/peer-exchange.js';
import {createSync, type Sync} from '../network/sync/sync.js';
import type {ChatNodeAdapters, ChatNodeOptions} from './chat-node.js';
import type {CommittedBatch} from './event-pipeline.js';
import {createLinkMetrics} from './link-metrics.js';
import type {LocalState} from './local-state.js';
import {createMessageRouter, type MessageRouter} from './message-router.js';
import {labelOf} from './notices.js';
import {createOwnHello} from './own-hello.js';
import {createPresence} from './presence.js';
import {createSystemFailureReporter} from './system-failures.js';
import {createTypingExpiry} from './typing-expiry.js';

export interface NetworkOptions {
	readonly localState: LocalState;
	readonly files: Files;
	readonly nodeOptions: ChatNodeOptions;
	readonly adapters: ChatNodeAdapters;
	name(): string;
	/**
	 * Called when a peer has connected whose clock agrees with the clock of this node. The node then appends `joined`,
	 * because the time of this event is now known to be right.
	 */
	onReadyToJoin(): void;
	/** Called when the timers of this process were late. The computer may have slept. */
	onTimersStalled(): void;
	/** Called when messages to a peer are sent on `link` from now on. */
	onLinked(link: PeerLink): void;
	onWhisper(link: PeerLink, message: WhisperMessage | WhisperAckMessage): void;
	/**
	 * Called after each beacon. The interfaces were read just before it, so the addresses of this node may have
	 * changed.
	 */
	onBeaconSent(): void;
}

export interface Network {
	readonly mesh: Mesh;
	readonly dialler: Dialler;
	readonly sync: Sync;
	readonly discovery: Discovery;
	/**
	 * Announces committed batches to the peers. Batches of this node are pushed. The feeds of other batches are listed
	 * in `have` messages.
	 */
	announce(batches: readonly CommittedBatch[]): void;
	/**
	 * Opens the sockets, but does not announce this node yet. Resolves with the UDP port. Rejects with the system
	 * error.
	 */
	listen(): Promise<number>;
	/** Port on which this node accepts connections now. 0 as long as the system refuses the socket. */
	tcpPort(): number;
	/** Starts to announce this node and to dial. */
	start(): void;
	/** Sends `bye` to every peer and waits until all connections are closed, but at most for MAX_BYE_FLUSH_MS. */
	leave(): Promise<void>;
	/** Closes the sockets. */
	stop(): Promise<void>;
}

export function createNetwork(options: NetworkOptions): Network {
	const {localState, files, nodeOptions, adapters, name} = options;
	const {key, self, store, nodeClock, inventory, pipeline, notices} = localState;
	const {clock, random, transport, beacon, debug} = adapters;
	const {keys} = nodeOptions;
	let portAtStart = 0;
	const tcpPort = () => transport.port ?? portAtStart;
	const reportSystemFailures = createSystemFailureReporter({beacon, transport, notices});

	const isConnected = (peer: PeerId) => mesh.linkOf(peer) !== undefined;
	const connectedCount = () => mesh.size;
	const labelFor = (peer: PeerId) => labelOf(store.getState(), peer);

	const failureDetector = createFailureDetector(self);
	const mesh: Mesh = createMesh(
		{
			self,
			ownHello: createOwnHello({localState, nodeOptions, clock, name, tcpPort}),
			proof: createHelloProof(key, keys),
			clock,
			debug,
		},
		{
			up: onLinkUp,
			replaced: onLinkReplaced,
			down: onLinkDown,
			message: (link, message, defer) => routeMessage(link, message, defer),
			metricsChanged: link => linkMetrics.recordChange(link),
			drained: link => sync.drained(link),
			idle: files.idle,
			rejected: (connection, closing) => notices.connectionRejected(connection.remoteAddress, closing),
			overloaded: link => notices.connectionsFull(labelFor(link.peer)),
			stalled: onTimersStalled,
		},
	);
	const dialler = createDialler({
		self,
		clock,
		random,
		transport,
		debug,
		isConnected,
		isSeen: failureDetector.isReachable,
		adopt: mesh.adopt,
		targetWorked: address => adapters.rememberTarget(address),
		targetFailed: (address, reason) => notices.targetFailed(address, reason),
	});
	const discovery = createDiscovery({
		self,
		keys,
		sign: key.sign,
		beacon,
		clock,
		random,
		debug,
		tcpPort,
		name: () => (keys.hasSecret ? undefined : name()),
		connectedCount,
		isConnected,
		peerFound: dialler.learnAddress,
		alternateAddressFound: dialler.learnAlternateAddress,
		peerLeft: dialler.peerLeft,
		onBeaconSent() {
			mesh.checkStall();
			reportSystemFailures();
			options.onBeaconSent();
		},
	});
	const sync = createSync({
		self,
		clock,
		debug,
		inventory,
		sink: pipeline,
		earlierFeeds: () => selectEarlierLaunches(store.getState()),
		onDelivered: (peer, seq, feed) => pipeline.publish({type: 'delivered', peer, seq, ...(feed && {feed})}),
		onSynced: (peer, received) => pipeline.publish({type: 'synced', peer, received}),
		onProgress: (received, expected) => pipeline.publish({type: 'sync-progress', received, expected}),
		onLimit: (limit, peer) => notices.limitReached(limit, labelFor(peer)),
		onFork: author => notices.feedForked(labelFor(author)),
	});
	const presence = createPresence({
		self,
		clock,
		failureDetector,
		getState: store.getState,
		connectedCount,
		checkStall: mesh.checkStall,
		appendLost: lost => pipeline.append(lost.map(one => ({type: 'lost', ...one}))),
		appendReturned: absence => pipeline.append([{type: 'returned', absence}]),
		onLastPeerLost: subject =>
			pipeline.observe({type: 'peer-disconnected', subject, reason: 'lost contact', alone: true}),
	});
	const peerExchangeSender = createPeerExchangeSender(clock, mesh.links, () => beacon.interfaces());
	const aliveSender = createAliveSender({clock, failureDetector, links: mesh.links});
	const linkMetrics = createLinkMetrics({
		clock,
		nodeClock,
		store,
		notices,
		links: mesh.links,
		publish: pipeline.publish,
	});
	const typingExpiry = createTypingExpiry({
		clock,
		wall: nodeClock.wall,
		publish: pipeline.publish,
		isShown: peer => store.getState().ephemeral.typing[peer] !== undefined,
	});
	const routeMessage: MessageRouter = createMessageRouter({
		clock,
		nodeClock,
		sync,
		files,
		dialler,
		failureDetector,
		peerExchangeSender,
		typingExpiry,
		interfaces: () => beacon.interfaces(),
		onWhisper: options.onWhisper,
	});

	function onLinkUp(link: PeerLink): void {
		linkMetrics.checkClock(link);
		nodeClock.merge(link.hello.hlc);
		if (linkMetrics.clockAgrees(link)) options.onReadyToJoin();
		pipeline.observe({type: 'peer-connected', subject: link.peer, address: withoutZone(link.remoteAddress)});
		linkMetrics.publish(link);
		pipeline.commit();
		dialler.connected(link.peer, link.remoteAddress);
		failureDetector.connected(link.peer, clock.monotonic());
		sync.up(link);
		files.up(link);
		peerExchangeSender.up(link.peer);
		options.onLinked(link);
	}

	function onLinkReplaced(link: PeerLink, closed?: PeerLink): void {
		sync.replaced(link, closed);
		files.replaced(link, closed);
		peerExchangeSender.replaced(link.peer);
		options.onLinked(link);
	}

	function onLinkDown(link: PeerLink, closing: LinkClosing): void {
		const {peer} = link;
		const isLeaving = closing.by === 'them' && closing.code === 'leaving';
		sync.down(peer);
		files.down(link);
		pipeline.observe({type: 'peer-disconnected', subject: peer, reason: closing.text, alone: false});
		pipeline.publish({type: 'link-closed', peer});
		pipeline.commit();
		failureDetector.disconnected(peer, clock.monotonic());
		peerExchangeSender.down(peer);
		if (closing.by === 'fault') notices.peerFault(labelFor(peer), closing);
		if (isLeaving) {
			dialler.peerLeft(peer);
			return;
		}

		if (closing.by === 'them') notices.closedByPeer(labelFor(peer), closing);
		dialler.disconnected(peer, leadsToBan(closing) ? FAULT_BAN_MS : closing.code === 'overloaded' ? RETRY_MAX_MS : 0);
		presence.onPeerDisconnected(peer);
	}

	function onTimersStalled(): void {
		failureDetector.stalled(clock.monotonic());
		options.onTimersStalled();
		discovery.burst();
	}

	return {
		mesh,
		dialler,
		sync,
		discovery,
		announce(batches) {
			for (const {batch} of batches) inventory.update(batch.peer);
			if (batches.some(({events, live}) => live && events.some(({type}) => type === 'posted'))) files.noteTalk();
			for (const {batch} of batches) if (batch.peer === self) sync.pushOwn(batch);
			const received = batches.filter(({batch}) => batch.peer !== self);
			if (received.length === 0) return;
			sync.inventoryChanged(received.map(({batch}) => batch.peer));
			for (const {batch, events, live} of received) {
				if (live) failureDetector.heardFrom(batch.peer, clock.monotonic());
				presence.onEventsIngested(events);
				const last = events.at(-1);
				if (last && !isDue(last, nodeClock.wall()))
					notices.clockAhead(labelFor(batch.peer), last.ms - nodeClock.wall());
			}
		},
		async listen() {
			({port: portAtStart} = await transport.listen(connection => mesh.adopt(connection)));
			return discovery.listen();
		},
		tcpPort,
		start() {
			mesh.start();
			presence.start();
			aliveSender.start();
			discovery.start();
			const source = nodeOptions.targetsRemembered ? 'remembered' : 'peer-flag';
			for (const target of nodeOptions.targets) dialler.addTarget(target, source);
		},
		async leave() {
			presence.stop();
			linkMetrics.stop();
			peerExchangeSender.stop();
			aliveSender.stop();
			typingExpiry.stop();
			dialler.stop();
			discovery.stop();
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
