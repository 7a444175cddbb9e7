/**
 * The table of contents of a running node: what it has (create-archive), how it is with others (create-network), what it
 * says of itself, and what it watches. Every adapter is passed in: the same code runs live, in tests and in the simulator.
 */
import {JOINED_AFTER_MS} from '../core/limits.js';
import type {Timer} from '../network/clock.js';
import {createAloneWatch} from './alone-watch.js';
import {createConversation} from './conversation.js';
import {createArchive} from './create-archive.js';
import {createNetwork, type Network} from './create-network.js';
import {whenDelivered} from './delivery.js';
import {diagnose} from './diagnose.js';
import {loadLog} from './load-log.js';
import type {SelfInfo, Session} from './session.js';
import type {SessionAdapters, SessionOptions} from './session-options.js';
import {createWakeWatch} from './wake-watch.js';

const TIME_PASSES_MS = 60_000;

export function createSession(options: SessionOptions, adapters: SessionAdapters): Session {
	const {keys} = options;
	const {clock, transport, beacon, opened} = adapters;
	const archive = createArchive(options, adapters, (...entered) => network.entered(...entered));
	const {self, identity, store, nodeClock, tips, ownFeed, holdings, ledger, notices, ignored} = archive;
	const network: Network = createNetwork({
		archive,
		session: options,
		adapters,
		name: () => conversation.name(),
		firstHello: () => conversation.join(),
		slept: () => wake.slept(),
		beat() {
			wake.beat();
			conversation.checkAddresses();
		},
	});
	const {mesh, dialler, sync} = network;
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
		strangers: () => network.discovery?.strangers() ?? 0,
		counters: () => beacon.counters(),
	});
	const timers = new Set<Timer>();
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

	function passTime(): void {
		ledger.pass({type: 'time-passed', now: nodeClock.wall()});
		later(TIME_PASSES_MS, passTime);
	}

	async function start(): Promise<SelfInfo> {
		await loadLog(opened, ledger, notices);
		if (keys.hasSecret) for (const peer of tips.peers()) holdings.note(peer);
		const ports = await network.listen();
		ledger.observe({type: 'launched', version: options.version});
		ledger.commit();
		network.start();
		later(JOINED_AFTER_MS, () => conversation.join());
		alone.start();
		passTime();
		startedAt = clock.monotonic();
		const {path} = opened.log;
		info = {
			peer: self,
			room: options.room,
			hasSecret: keys.hasSecret,
			...ports,
			addresses: ownAddresses(),
			version: options.version,
			...(identity ? {identity: identity.identity.fingerprint} : {}),
			...(path === undefined ? {} : {logPath: path}),
		};
		return info;
	}

	async function stop(): Promise<void> {
		for (const timer of timers) timer.cancel();
		alone.stop();
		sync.finish();
		conversation.leave();
		await network.leave();
		ledger.stop();
		await network.stop();
		await opened.log.close();
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
				discovery: network.discovery,
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
