/**
 * The table of contents of a running node: log and feeds, clock, beacons, connections, history, presence, and what
 * happens when one of them speaks. Every adapter is passed in: the same code runs live, in tests and in the simulator.
 */
import type {Batch} from '../core/batch.js';
import type {FeedEvent} from '../core/event.js';
import {isDue} from '../core/hybrid-clock.js';
import {labelOf} from '../core/label.js';
import {JOINED_AFTER_MS, MAX_BYE_FLUSH_MS} from '../core/limits.js';
import {chainHash} from '../feed/chain.js';
import {createFeedTips} from '../feed/feed-tips.js';
import {createIdentity} from '../feed/identity.js';
import {createOwnFeed} from '../feed/own-feed.js';
import {createPeerKey} from '../feed/peer-key.js';
import {createBeaconMac} from '../feed/room-keys.js';
import type {TakeResult} from '../network/batch-receiver.js';
import type {Timer} from '../network/clock.js';
import {createDialler, type Dialler} from '../network/dialler.js';
import {createDiscovery, type Discovery} from '../network/discovery.js';
import {createMesh, type Mesh} from '../network/mesh.js';
import type {OwnHello} from '../network/peer-link.js';
import {isOnLink} from '../network/subnets.js';
import {createSync, type Sync} from '../network/sync.js';
import {FEATURES, LOWEST_VERSION, PROTOCOL_VERSION} from '../network/version.js';
import {createWitness} from '../network/witness.js';
import {createAloneWatch} from './alone-watch.js';
import {createConversation} from './conversation.js';
import {whenDelivered} from './delivery.js';
import {diagnose} from './diagnose.js';
import {helloProofOf} from './hello-proof-of.js';
import {holdingsOf} from './holdings-of.js';
import {createLedger} from './ledger.js';
import {createLinkEvents} from './link-events.js';
import {loadLog} from './load-log.js';
import {createNodeClock} from './node-clock.js';
import {createNotices} from './notices.js';
import {createPresence} from './presence.js';
import type {SelfInfo, Session} from './session.js';
import type {SessionAdapters, SessionOptions} from './session-options.js';
import {createStore} from './store.js';
import {createWakeWatch} from './wake-watch.js';

const TIME_PASSES_MS = 60_000;

export function createSession(options: SessionOptions, adapters: SessionAdapters): Session {
	const {keys} = options;
	const {clock, random, transport, beacon, opened, debug} = adapters;
	const {log} = opened;
	const key = createPeerKey(random.bytes(32));
	const self = key.peer;
	const identity = options.identitySeed && createIdentity(options.identitySeed, keys.tag);
	const store = createStore();
	const nodeClock = createNodeClock(() => clock.now());
	const tips = createFeedTips({
		roomTag: keys.tag,
		hashAt(peer, seq) {
			const [batch] = log.batchesFrom(peer, seq, 0);
			return batch && chainHash(batch.previousHash, batch.entries.slice(0, seq - batch.firstSeq + 1));
		},
	});
	const ownFeed = createOwnFeed({key, roomTag: keys.tag, ...(identity ? {identity} : {})});
	const ignored = new Set<string>();
	const isIgnored = (peer: string) => ignored.has(peer);
	const holdings = holdingsOf({self, log, tips, isIgnored, countEvents: () => store.getState().learnt});
	const ledger = createLedger({log, tips, ownFeed, store, clock, nodeClock, entered});
	const notices = createNotices(
		() => clock.monotonic(),
		(level, code, text) => ledger.observe({type: 'notice', level, code, text}),
	);
	const witness = createWitness(self);
	const sync: Sync = createSync({
		self,
		clock,
		debug,
		holdings,
		take,
		commit: () => ledger.commit(),
		delivered: (peer, seq) => ledger.pass({type: 'delivered', peer, seq}),
		synced: (peer, received) => ledger.pass({type: 'synced', peer, received}),
		progress: (received, expected) => ledger.pass({type: 'sync-progress', received, expected}),
		limited: (what, peer) => notices.limited(what, labelOf(store.getState(), peer)),
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
		firstHello: () => conversation.join(),
		burst() {
			wake.slept();
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
		isConnected: peer => mesh.linkOf(peer) !== undefined,
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
	const conversation = createConversation({
		name: options.name,
		version: options.version,
		clock,
		addresses: ownAddresses,
		write: bodies => ledger.write(bodies),
		tellTyping: () => {
			for (const link of mesh.links()) link.send({type: 'typing'});
		},
	});
	const wake = createWakeWatch({
		hasSecret: keys.hasSecret,
		interfaces: () => beacon.interfaces(),
		localAddresses: () => mesh.links().map(link => link.localAddress),
		relaunch: () => adapters.relaunch?.(),
	});
	const alone = createAloneWatch({
		clock,
		store,
		ledger,
		notices,
		connectedCount: () => mesh.size,
		strangers: () => discovery?.strangers() ?? 0,
		counters: () => beacon.counters(),
	});
	const timers = new Set<Timer>();
	let discovery: Discovery | undefined;
	let tcpPort = 0;
	let failedToSave = false;
	let info: SelfInfo | undefined;
	let startedAt = 0;
	let stopping: Promise<void> | undefined;

	function later(ms: number, run: () => void): void {
		const timer = clock.after(ms, () => {
			timers.delete(timer);
			run();
		});
		timers.add(timer);
	}

	function ownAddresses(): string[] {
		const all = beacon.interfaces();
		const outside = all.filter(one => !one.loopback).map(one => one.address);
		return outside.length > 0 ? outside : all.map(one => one.address);
	}

	function ownHello(): OwnHello {
		return {
			versions: [LOWEST_VERSION, PROTOCOL_VERSION],
			peer: self,
			name: conversation.name(),
			port: tcpPort,
			features: FEATURES,
			program: options.version,
			clock: clock.now(),
			hlc: nodeClock.current(),
		};
	}

	function take(
		batch: Batch,
		link: {readonly peer: string; fail(code: string, text: string): void},
		live: boolean,
	): TakeResult {
		const result = ledger.learn(batch, live);
		if (typeof result === 'object') {
			link.fail(result.invalid, 'sent history that its author never signed');
			return 'refused';
		}

		if (result === 'forked') notices.forked(labelOf(store.getState(), batch.peer));
		return result === 'forked' ? 'refused' : result;
	}

	function entered(batch: Batch, events: readonly FeedEvent[], own: boolean): void {
		holdings.note(batch.peer);
		if (own) {
			sync.push(batch);
			return;
		}

		sync.changed([batch.peer]);
		presence.learnt(events);
		const last = events.at(-1);
		if (last && !isDue(last, nodeClock.wall())) {
			notices.clockAhead(labelOf(store.getState(), batch.peer), last.ms - nodeClock.wall());
		}
	}

	function passTime(): void {
		ledger.pass({type: 'time-passed', now: nodeClock.wall()});
		later(TIME_PASSES_MS, passTime);
	}

	async function start(): Promise<SelfInfo> {
		await loadLog(opened, ledger, notices);
		if (keys.hasSecret) for (const peer of tips.peers()) holdings.note(peer);
		({port: tcpPort} = await transport.listen(connection => mesh.adopt(connection)));
		const ports = await beacon.start((bytes, source) => discovery?.received(bytes, source));
		discovery = createDiscovery({
			self,
			roomTag: keys.tag,
			mac: createBeaconMac(keys),
			beacon,
			clock,
			random,
			debug,
			tcpPort,
			name: () => (keys.hasSecret ? undefined : conversation.name()),
			connectedCount: () => mesh.size,
			isConnected: peer => mesh.linkOf(peer) !== undefined,
			isOnLink: address => isOnLink(address, beacon.interfaces()),
			heard: (peer, address, path) => dialler.heard(peer, address, path),
			alsoAt: (peer, address) => dialler.alsoAt(peer, address),
			leaving: peer => dialler.forget(peer),
			beat() {
				mesh.checkStall();
				wake.beat();
				conversation.checkAddresses();
			},
		});
		ledger.observe({type: 'launched', version: options.version});
		ledger.commit();
		mesh.start();
		presence.start();
		discovery.start();
		const by = options.targetsRemembered ? 'remembered' : 'peer-flag';
		for (const target of options.targets) dialler.target(target, by);
		later(JOINED_AFTER_MS, () => conversation.join());
		alone.start();
		passTime();
		startedAt = clock.monotonic();
		info = {
			peer: self,
			room: options.room,
			hasSecret: keys.hasSecret,
			udpPort: ports.port,
			tcpPort,
			addresses: ownAddresses(),
			version: options.version,
			...(identity ? {identity: identity.identity.fingerprint} : {}),
			...(log.path === undefined ? {} : {logPath: log.path}),
		};
		return info;
	}

	async function stop(): Promise<void> {
		for (const timer of timers) timer.cancel();
		alone.stop();
		sync.finish();
		conversation.leave();
		presence.stop();
		links.stop();
		dialler.stop();
		discovery?.stop();
		mesh.closeAll();
		const closed = new Promise<void>(resolve => {
			const until = clock.monotonic() + MAX_BYE_FLUSH_MS;
			const wait = () => (mesh.size === 0 || clock.monotonic() >= until ? resolve() : clock.after(5, wait));
			wait();
		});
		await closed;
		sync.stop();
		ledger.stop();
		mesh.stop();
		await Promise.all([transport.close(), beacon.close()]);
		await log.close();
	}

	return {
		store,
		start,
		stop() {
			stopping ??= stop();
			return stopping;
		},
		post: (text, how) => conversation.post(text, how),
		rename: name => conversation.rename(name),
		typing: () => conversation.typing(),
		addPeer: (host, port) => dialler.target({host, port}),
		dropPeer: (host, port) => dialler.dropTarget(host, port),
		ignore(peers) {
			for (const peer of peers) ignored.add(peer);
		},
		unignore(peers) {
			for (const peer of peers) ignored.delete(peer);
			sync.reconsider(peers);
		},
		saving(state) {
			const {saving, reason = 'unknown'} = state;
			ledger.pass({type: 'saving', saving, ...(saving ? {} : {reason})});
			if (saving && failedToSave)
				notices.tell('info', 'saving', 'the log is being saved again; nothing is missing in it');
			if (!saving) notices.tell('error', 'not-saving', `nothing is being saved: ${reason}`);
			failedToSave = !saving;
			sync.changed(holdings.noteHeldBack());
		},
		whenDelivered: ms => whenDelivered(store, clock, self, () => ownFeed.tip().seq, ms),
		diagnose: () =>
			diagnose({
				beacon,
				transport,
				dialler,
				mesh,
				discovery,
				info,
				store,
				room: options.room,
				hasSecret: keys.hasSecret,
				loopbackOnly: options.loopbackOnly ?? false,
				now: clock.monotonic(),
				startedAt,
				clockCorrectionMs: nodeClock.correctionMs,
			}),
	};
}
