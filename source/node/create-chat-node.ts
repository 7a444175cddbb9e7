/**
 * Creates a chat node from its parts: local state, network, conversation and monitors. All access to the outside world
 * is passed in (`adapters`), so that the same code runs in production, in tests and in the simulator.
 */

import type {Timer} from '../core/environment.js';
import {type PeerId, shortFingerprint} from '../core/event.js';
import {JOINED_AFTER_MS} from '../core/limits.js';
import {isIgnoredPerson} from '../core/name-collisions.js';
import {findPeer} from '../core/roster.js';
import {addressGroup} from '../network/ip-address.js';
import type {ChatNode, ChatNodeAdapters, ChatNodeOptions, SelfInfo} from './chat-node.js';
import {createConversation, whenDelivered} from './conversation.js';
import {createNetwork, type Network} from './create-network.js';
import {createEffectCommands} from './effect-commands.js';
import {createFileTransfers} from './file-transfers.js';
import {startIdentityMonitor} from './identity-monitor.js';
import {createIsolationMonitor} from './isolation-monitor.js';
import {createLocalState} from './local-state.js';
import {createNetworkReport} from './network-report.js';
import {labelOf} from './notices.js';
import {createOwnAddresses} from './own-addresses.js';
import {createReading} from './reading.js';
import {createResumeDetector} from './resume-detector.js';
import {createVerification} from './verification.js';
import {createWhispers} from './whispers.js';

const TIME_PUBLISH_INTERVAL_MS = 60_000;

export function createChatNode(options: ChatNodeOptions, adapters: ChatNodeAdapters): ChatNode {
	const {keys} = options;
	const {clock, transport, beacon, openedLog} = adapters;
	const localState = createLocalState(options, adapters, batches => network.announce(batches));
	const {self, identity, store, nodeClock, tips, ownFeed, inventory, pipeline, notices, ignored} = localState;
	const fileTransfers = createFileTransfers({
		roomTag: keys.tag,
		isServing: options.servesFiles ?? true,
		localState,
		adapters,
		share: body => conversation.shareFile(body),
	});
	const network: Network = createNetwork({
		localState,
		files: fileTransfers.files,
		nodeOptions: options,
		adapters,
		name: () => conversation.name(),
		onReadyToJoin: () => conversation.join(),
		onTimersStalled: () => resumeDetector.onTimersStalled(),
		onLinked: link => whispers.linked(link),
		onWhisper: (link, message) => whispers.message(link, message),
		onBeaconSent() {
			resumeDetector.onInterfacesRefreshed();
			conversation.announceAddressChange();
		},
	});
	const {mesh, dialler, sync} = network;
	const addresses = createOwnAddresses(
		() => beacon.interfaces(),
		() => mesh.links(),
	);
	const isIgnored = (peer: PeerId) => isIgnoredPerson(store.getState(), ignored, peer);
	const conversation = createConversation({
		name: options.name,
		version: options.version,
		isKeeper: options.isKeeper,
		clock,
		addresses: addresses.announced,
		append: bodies => pipeline.append(bodies),
		sendTyping: () => {
			fileTransfers.files.noteTalk();
			for (const link of mesh.links()) if (link.features.has('typing')) link.send({type: 'typing'});
		},
	});
	const whispers = createWhispers({
		self,
		isOn: options.takesWhispers !== false,
		clock,
		linkOf: mesh.linkOf,
		labelFor: peer => labelOf(store.getState(), peer),
		isIgnored,
		hasReader: () => hasReader,
		hasLeft: peer => findPeer(store.getState().roster, peer)?.left !== undefined,
		isLogSaved: () => openedLog.log.isSaved,
		isLogFull: peer => inventory.usageOf(peer) >= 1,
		write(body) {
			pipeline.observe(body);
			pipeline.commit();
		},
		publish: event => pipeline.publish(event),
		onLogFull: peer => notices.limitReached('bytes', labelOf(store.getState(), peer)),
	});
	const resumeDetector = createResumeDetector({
		hasSecret: keys.hasSecret,
		interfaces: () => beacon.interfaces(),
		localAddresses: () => mesh.links().map(link => link.localAddress),
		relaunch: () => adapters.relaunch?.(),
	});
	const isolationMonitor = createIsolationMonitor({
		clock,
		store,
		pipeline: pipeline,
		notices,
		connectedCount: () => mesh.size,
		foreignNodeCount: () => network.discovery.foreignNodes(),
		sendStats: () => beacon.counters(),
	});
	const reading = options.tracksReading
		? createReading({
				store,
				clock,
				logEnd: () => openedLog.log.end,
				savePosition: adapters.saveReadingPosition,
			})
		: undefined;
	const verification = createVerification({
		ownKey: identity?.identity.key,
		contacts: adapters.contacts,
		store,
		notices,
		now: () => nodeClock.wall(),
		publish: contacts => pipeline.publish({type: 'contacts', contacts}),
	});
	const hasStopped = () => stopping !== undefined;
	const invitation = adapters.createInvitation?.({
		store,
		clock,
		room: options.room,
		hasSecret: keys.hasSecret,
		addresses: addresses.forWindow,
		groupOf: addressGroup,
		isIgnored,
		announce: state => conversation.announceWindow(state),
		showGuests: guests => pipeline.publish({type: 'window', guests}),
		notify: (code, text) => notices.notify('info', code, text),
	});
	const timers = new Set<Timer>();
	let hasReader = options.isKeeper !== true;
	let failedToSave = false;
	let selfInfo: SelfInfo | undefined;
	let startedAt = 0;
	let stopping: Promise<void> | undefined;

	function schedule(ms: number, run: () => void): void {
		const timer = clock.after(ms, () => {
			timers.delete(timer);
			run();
		});
		timers.add(timer);
	}

	function publishTime(): void {
		pipeline.publish({type: 'time-passed', now: nodeClock.wall()});
		schedule(TIME_PUBLISH_INTERVAL_MS, publishTime);
	}

	async function start(): Promise<SelfInfo> {
		await pipeline.replay(openedLog);
		reading?.start();
		for (const damage of openedLog.damage) notices.logDamaged(damage);
		if (keys.hasSecret) for (const peer of tips.peers()) inventory.update(peer);
		const udpPort = await network.listen();
		pipeline.observe({type: 'launched', version: options.version});
		verification.start();
		startIdentityMonitor({store, notices, clock});
		pipeline.commit();
		network.start();
		schedule(JOINED_AFTER_MS, () => conversation.join());
		isolationMonitor.start();
		publishTime();
		startedAt = clock.monotonic();
		selfInfo = {
			peer: self,
			room: options.room,
			hasSecret: keys.hasSecret,
			udpPort,
			get tcpPort() {
				return network.tcpPort();
			},
			addresses: addresses.shown(),
			version: options.version,
			...(identity ? {identity: shortFingerprint(identity.identity), identityKey: identity.identity.key} : {}),
			get logPath() {
				return openedLog.log.path;
			},
		};
		return selfInfo;
	}

	/**
	 * To be called when the log can be saved again. Finds the events that the log has lost, tells the user, and
	 * requests these events from other peers.
	 */
	function reportRecovery(): void {
		const losses = inventory.noteLosses();
		notices.savingAgain(openedLog.log.path, losses, self);
		sync.refetch([...losses.keys()].filter(peer => peer !== self));
	}

	async function stop(): Promise<void> {
		for (const timer of timers) timer.cancel();
		isolationMonitor.stop();
		whispers.stop();
		await invitation?.close();
		sync.drain();
		conversation.leave();
		await Promise.all([network.leave(), fileTransfers.stop()]);
		pipeline.stop();
		await network.stop();
		await reading?.stop();
		await openedLog.log.close();
	}

	return {
		store,
		reading,
		verification,
		...(invitation && {invitation}),
		start,
		stop() {
			stopping ??= stop();
			return stopping;
		},
		post: (text, postOptions) => conversation.post(text, postOptions),
		...createEffectCommands({self, getState: store.getState, append: body => conversation.appendEffect(body)}),
		whisper: (peer, text) => (hasStopped() ? {refused: 'This node is leaving.'} : whispers.send(peer, text)),
		readWhispers() {
			if (hasReader) return;
			hasReader = true;
			whispers.takingChanged(mesh.links().map(({peer}) => peer));
		},
		outstandingWhispers: peer => whispers.outstanding(peer),
		shareFile: fileTransfers.shareFile,
		fetchFile: fileTransfers.fetchFile,
		cancelFile: fileTransfers.cancelFile,
		rename: name => conversation.rename(name),
		notifyTyping: () => conversation.notifyTyping(),
		addPeer: (host, port) => dialler.addTarget({host, port}),
		dropPeer: (host, port) => dialler.removeTarget(host, port),
		ignore(peers) {
			for (const peer of peers) ignored.add(peer);
			whispers.takingChanged(peers);
		},
		unignore(peers) {
			for (const peer of peers) ignored.delete(peer);
			whispers.takingChanged(peers);
			sync.refetch(peers);
		},
		notify: notices.notify,
		logEnd: () => openedLog.log.end,
		setPersistenceStatus({saving, reason = 'unknown'}) {
			pipeline.publish({type: 'persistence', saving, ...(saving ? {} : {reason})});
			if (saving && failedToSave) reportRecovery();
			if (!saving) notices.notify('error', 'not-saving', `Nothing is being saved: ${reason.replace(/\.$/, '')}.`);
			failedToSave = !saving;
			sync.inventoryChanged(inventory.releaseUnsaved());
			if (saving) whispers.saved();
		},
		whenDelivered: ms => whenDelivered(store, clock, self, () => ownFeed.tip().seq, ms),
		reportNetwork: () =>
			createNetworkReport({
				beacon,
				transport,
				dialler,
				mesh,
				discovery: network.discovery,
				self: selfInfo,
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
