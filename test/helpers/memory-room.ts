/** Chat nodes on a memory network with a fake clock, for tests of rules that need whole nodes but no processes. */

import {deriveRoomKeys} from '../../source/feed/room-keys.js';
import type {ChatNode, ChatNodeAdapters, SelfInfo} from '../../source/node/chat-node.js';
import {createChatNode} from '../../source/node/create-chat-node.js';
import type {Log, OpenedLog} from '../../source/storage/log.js';
import {createMemoryLog} from '../../source/storage/memory-log.js';
import {createFakeClock, type FakeClock} from './fake-clock.js';
import {createMemoryFiles, type MemoryFiles} from './memory-files.js';
import {createMemoryNetwork, type MemoryHost, type MemoryNetwork} from './memory-network.js';
import {createSeededRandom} from './seeded-random.js';

export interface MemoryRoom {
	readonly clock: FakeClock;
	readonly network: MemoryNetwork;
	/** Starts a node on a host of its own. `skewMs`: its wall clock minus the true time. */
	launch(name: string, options?: LaunchOptions): Promise<MemoryRoomNode>;
	/** Stops all nodes. */
	stop(): Promise<void>;
}

interface LaunchOptions {
	readonly skewMs?: number;
	readonly openedLog?: OpenedLog;
	readonly isKeeper?: boolean;
	readonly tracksReading?: boolean;
	readonly takesWhispers?: boolean;
	readonly servesFiles?: boolean;
	/** Files of an earlier launch of the same user. */
	readonly files?: MemoryFiles;
	/** Launches with the same seed are one person. */
	readonly identitySeed?: Uint8Array;
	readonly createInvitation?: ChatNodeAdapters['createInvitation'];
}

export interface MemoryRoomNode {
	readonly files: MemoryFiles;
	readonly chatNode: ChatNode;
	readonly self: SelfInfo;
	readonly host: MemoryHost;
	readonly log: Log;
	/** Texts of the messages in the timeline, in its order. */
	texts(): string[];
	/** Texts of the notices in the timeline. */
	notices(): string[];
}

export async function createMemoryRoom({
	seed = 1,
	secret,
}: {
	readonly seed?: number;
	readonly secret?: string;
} = {}): Promise<MemoryRoom> {
	const clock = createFakeClock();
	const random = createSeededRandom(seed);
	const network = createMemoryNetwork({clock, random});
	const keys = await deriveRoomKeys({room: 'room', ...(secret !== undefined && {secret})});
	const nodes: ChatNode[] = [];

	function entriesOf<Type extends 'posted' | 'notice'>(chatNode: ChatNode, type: Type): string[] {
		const {pages} = chatNode.store.getState().timeline;
		return pages.flat().flatMap(entry => (entry.type === type && 'text' in entry ? [entry.text] : []));
	}

	return {
		clock,
		network,
		async launch(
			name,
			{
				skewMs = 0,
				openedLog,
				isKeeper = false,
				tracksReading = false,
				takesWhispers,
				servesFiles = true,
				files = createMemoryFiles(keys.tag),
				identitySeed,
				createInvitation,
			} = {},
		) {
			const host = network.addHost(name, `10.0.0.${nodes.length + 1}`, {skewMs});
			const header = {format: 1, version: '0', roomTag: keys.tag, roomName: 'room', created: 0};
			const opened = openedLog ?? createMemoryLog(header);
			const adapters: ChatNodeAdapters = {
				clock: host.clock,
				random: random.fork(),
				transport: host.createTransport({psk: keys.psk, identity: keys.pskIdentity}),
				beacon: host.createBeacon({port: 47_474}),
				openedLog: opened,
				debug: () => {},
				files,
				rememberTarget: () => {},
				...(createInvitation && {createInvitation}),
			};
			const chatNode = createChatNode(
				{
					name,
					room: 'room',
					keys,
					version: '1.0.0',
					isKeeper,
					tracksReading,
					servesFiles,
					targets: [],
					...(identitySeed && {identitySeed}),
					...(takesWhispers !== undefined && {takesWhispers}),
				},
				adapters,
			);
			nodes.push(chatNode);
			const self = await chatNode.start();
			return {
				self,
				chatNode,
				files,
				host,
				log: opened.log,
				texts: () => entriesOf(chatNode, 'posted'),
				notices: () => entriesOf(chatNode, 'notice'),
			};
		},
		async stop() {
			const stopped = Promise.all(nodes.map(node => node.stop()));
			await clock.advance(2000);
			await stopped;
		},
	};
}
