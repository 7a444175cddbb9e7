/** Chat node without a network: a real store, and peers whose events the test creates. */

import type {EphemeralEvent, FeedEvent, FeedEventBody, Input, Observation, PeerId} from '../../source/core/event.js';
import type {FileId} from '../../source/core/shared-file.js';
import type {ChatNode, SelfInfo} from '../../source/node/chat-node.js';
import {createEffectCommands} from '../../source/node/effect-commands.js';
import type {NetworkReport} from '../../source/node/network-report.js';
import {createReading} from '../../source/node/reading.js';
import {createStore} from '../../source/node/store.js';

/** Wall clock time at which a fake chat node starts, ms. */
export const START = Date.UTC(2026, 10, 22, 14, 0, 0);

/** Peer id of a numbered fake peer. */
export function fakePeerId(number: number): PeerId {
	return number.toString(16).padStart(64, '0') as PeerId;
}

/** Peer whose events the test creates. `seq` is the number of its last event. */
export interface FakePeer {
	readonly peer: PeerId;
	seq: number;
}

export interface FakeChatNode extends ChatNode {
	readonly self: SelfInfo;
	readonly own: FakePeer;
	/** Wall clock time of the next event, ms. Each event advances it by a second. */
	at: number;
	/**
	 * Adds a peer by its `joined` event. Unless `connect` is false, the peer is also connected and has link
	 * measurements.
	 */
	join(name: string, address: string, options?: {identity?: string; at?: number; connect?: boolean}): FakePeer;
	/** Posts a message as a peer. */
	say(peer: FakePeer, text: string, options?: {at?: number; live?: boolean; action?: true}): void;
	/** Commits an event of a peer. */
	tell(peer: FakePeer, body: FeedEventBody, options?: {at?: number; live?: boolean}): FeedEvent;
	publish(...events: EphemeralEvent[]): void;
	observe(observation: Pick<Observation, 'type'> & Record<string, unknown>): void;
	/** Creates an event without committing it, so that a test can commit several events as one batch. */
	make(peer: FakePeer, body: FeedEventBody, at?: number): FeedEvent;
	commit(events: readonly FeedEvent[], live?: boolean): void;
	/** Messages that the screen posted. */
	readonly posted: {text: string; action: boolean}[];
	/** Calls of other methods than `post` and `rename`, as text. */
	readonly calls: string[];
	/** Reason with which `post`, `rename`, `whisper` and all effects are refused, if set. */
	refuse: string | undefined;
	report: NetworkReport;
}

function identityOf(identity: string | undefined) {
	if (identity === undefined) return {};
	return {identity: {key: identity.padEnd(64, '0'), fingerprint: identity.padEnd(16, '0').slice(0, 16)}};
}

export function createFakeChatNode(
	name = 'Carol',
	options: {
		room?: string;
		hasSecret?: boolean;
		noLog?: boolean;
		notYetJoined?: boolean;
		/** Fingerprint of the identity that our `joined` event names. Without this option the launch has no identity. */
		identity?: string;
		history?(node: FakeChatNode): void;
	} = {},
): FakeChatNode {
	const store = createStore();
	let peers = 1;
	let whispers = 0;
	const own: FakePeer = {peer: fakePeerId(1), seq: 0};
	const self: SelfInfo = {
		peer: own.peer,
		identity: 'c0ffee00',
		name,
		room: options.room ?? 'lan',
		hasSecret: options.hasSecret ?? false,
		udpPort: 47474,
		tcpPort: 50123,
		addresses: ['192.168.1.5'],
		...(options.noLog ? {} : {logPath: '/home/carol/logs/lan.p2plog'}),
		version: '1.0.0',
	};
	const reading = createReading({
		store,
		clock: {now: () => START, monotonic: () => 0, after: () => ({cancel() {}})},
		logEnd: () => undefined,
	});
	const posted: {text: string; action: boolean}[] = [];
	const calls: string[] = [];

	const chatNode: FakeChatNode = {
		shareFile: async path => {
			calls.push(`share ${path}`);
			return {seq: own.seq};
		},
		fetchFile: target => {
			calls.push(`fetch ${target.seq}`);
			return {file: 'f0'.repeat(32) as FileId};
		},
		cancelFile: file => {
			calls.push(`cancel ${file.slice(0, 4)}`);
			return true;
		},
		store,
		self,
		own,
		at: START,
		posted,
		calls,
		refuse: undefined,
		report: {
			room: options.room ?? 'lan',
			hasSecret: options.hasSecret ?? false,
			loopbackOnly: false,
			listeningMs: 60_000,
			interfaces: [
				{
					name: 'wlan0',
					address: '192.168.1.5',
					prefix: 24,
					loopback: false,
					virtual: false,
					beaconsSent: 12,
					beaconsFailed: 1,
					echoes: 12,
					heard: 30,
					broadcast: {destination: '192.168.1.255', sent: 6, failed: 0, echoes: 6, heard: 15},
					multicast: {
						destination: '239.255.71.74',
						sent: 6,
						failed: 1,
						echoes: 6,
						heard: 15,
						lastError: 'ENETUNREACH',
					},
					lastError: 'ENETUNREACH',
				},
			],
			peers: [],
			udpPort: 47474,
			tcpPort: 50123,
			strangers: 0,
			otherVersions: 0,
			otherVersionNumbers: [],
			offLink: [],
			clockCorrectionMs: 0,
			refusedConnections: 0,
		},
		make(peer, body, at) {
			const ms = at ?? chatNode.at;
			if (at === undefined) chatNode.at += 1000;
			return {...body, peer: peer.peer, seq: ++peer.seq, at: ms, ms, counter: 0};
		},
		commit(events, live = true) {
			store.commit([{type: 'events', loggedAt: chatNode.at, live, events}]);
		},
		/** Commits an event of a peer. */
		tell(peer, body, {at, live} = {}) {
			const event = chatNode.make(peer, body, at);
			chatNode.commit([event], live ?? true);
			return event;
		},
		/** Posts a message as a peer. */
		say(peer, text, {action, ...rest} = {}) {
			chatNode.tell(peer, {type: 'posted', text, ...(action && {action})}, rest);
		},
		join(peerName, address, {identity, at, connect = true} = {}) {
			const peer: FakePeer = {peer: fakePeerId(++peers), seq: 0};
			chatNode.tell(
				peer,
				{
					type: 'joined',
					name: peerName,
					addresses: [address],
					version: '1.0.0',
					...identityOf(identity),
				},
				{...(at !== undefined && {at})},
			);
			if (connect) {
				chatNode.observe({type: 'peer-connected', subject: peer.peer, address});
				chatNode.publish({
					type: 'link-measured',
					peer: peer.peer,
					status: 'connected',
					roundTripMs: 2,
					clockOffsetMs: 5,
					direction: 'dialled',
				});
			}
			return peer;
		},
		observe(observation) {
			const ms = chatNode.at++;
			const full = {...observation, peer: own.peer, seq: 0, at: ms, ms, counter: 0} as unknown as Observation;
			store.commit([{type: 'observed', loggedAt: ms, observation: full}]);
		},
		publish(...events) {
			store.commit(events.map((event): Input => ({type: 'ephemeral', event})));
		},
		start: async () => self,
		stop: async () => void calls.push('stop'),
		post(text, {action = false, replyTo} = {}) {
			if (chatNode.refuse) return {refused: chatNode.refuse};
			posted.push({text, action});
			chatNode.tell(own, {type: 'posted', text, ...(action && {action: true}), ...(replyTo && {replyTo})});
			return {seq: own.seq};
		},
		...createEffectCommands({
			self: own.peer,
			getState: store.getState,
			append(body) {
				if (chatNode.refuse) return {refused: chatNode.refuse};
				chatNode.tell(own, body);
				return {seq: own.seq};
			},
		}),
		whisper(peer, text) {
			if (chatNode.refuse) return {refused: chatNode.refuse};
			calls.push(`whisper ${peer} ${text}`);
			chatNode.observe({type: 'whisper', subject: peer, own: true, id: ++whispers, text});
			return {id: whispers};
		},
		readWhispers() {},
		outstandingWhispers: () => 0,
		rename(newName) {
			if (chatNode.refuse) return {refused: chatNode.refuse};
			chatNode.tell(own, {type: 'renamed', name: newName});
			return {seq: own.seq};
		},
		notifyTyping: () => void calls.push('typing'),
		addPeer: (host, port) => void calls.push(`peer ${host} ${port}`),
		dropPeer(host, port) {
			calls.push(`drop ${host} ${port ?? 'any'}`);
			return host !== 'unknown';
		},
		ignore: ignored => void calls.push(`ignore ${ignored.join(' ')}`),
		unignore: shown => void calls.push(`unignore ${shown.join(' ')}`),
		reading,
		verification: {
			showNumber: peer => ({number: '0123456789'.repeat(5) + peer.slice(-10)}),
			confirm(peer, digits) {
				calls.push(`confirm ${peer} ${digits}`);
				return digits === '54321' ? undefined : {refused: 'wrong digits'};
			},
			forget: peer => void calls.push(`forget ${peer}`),
		},
		whenDelivered: async () => true,
		notify: (level, code, text) => chatNode.observe({type: 'notice', level, code, text}),
		logEnd: () => undefined,
		setPersistenceStatus: () => {},
		reportNetwork: () => chatNode.report,
	};
	chatNode.observe({type: 'launched', version: '1.0.0'});
	if (!options.notYetJoined)
		chatNode.tell(own, {
			type: 'joined',
			name,
			addresses: ['192.168.1.5'],
			version: '1.0.0',
			...identityOf(options.identity),
		});
	chatNode.publish({type: 'time-passed', now: START});
	options.history?.(chatNode);
	reading.start();
	return chatNode;
}
