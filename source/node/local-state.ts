/**
 * Local part of a node: key, identity, feeds, clock, event pipeline and state. It contains nothing that concerns the
 * network.
 */
import type {PeerId} from '../core/event.js';
import {chainHash} from '../feed/chain.js';
import {createFeedTips, type FeedTips} from '../feed/feed-tips.js';
import {createIdentity, type RoomIdentity} from '../feed/identity.js';
import {createOwnFeed, type OwnFeed} from '../feed/own-feed.js';
import {createPeerKey, type PeerKey} from '../feed/signing-keys.js';
import {createFeedInventory, type OwnFeedInventory} from '../network/sync/feed-inventory.js';
import type {ChatNodeAdapters, ChatNodeOptions} from './chat-node.js';
import {type CommittedBatch, createEventPipeline, type EventPipeline} from './event-pipeline.js';
import {createNodeClock, type NodeClock} from './node-clock.js';
import {createNotices, type Notices} from './notices.js';
import {createStore, type Store} from './store.js';

export interface LocalState {
	/** Key pair of this run. Its public key is the peer id. */
	readonly key: PeerKey;
	readonly self: PeerId;
	/** Durable identity of the OS user in this room. Undefined if this node has none. */
	readonly identity: RoomIdentity | undefined;
	readonly store: Store;
	readonly nodeClock: NodeClock;
	readonly tips: FeedTips;
	readonly ownFeed: OwnFeed;
	readonly inventory: OwnFeedInventory;
	readonly pipeline: EventPipeline;
	readonly notices: Notices;
	/** Peers whose new events are not accepted, because the user has hidden them. */
	readonly ignored: Set<PeerId>;
}

/** Creates the local part of a node. `onCommitted`: called with the batches of each commit when they are in the log. */
export function createLocalState(
	{keys, identitySeed}: Pick<ChatNodeOptions, 'keys' | 'identitySeed'>,
	{clock, random, openedLog: {log}}: Pick<ChatNodeAdapters, 'clock' | 'random' | 'openedLog'>,
	onCommitted: (batches: readonly CommittedBatch[]) => void,
): LocalState {
	const key = createPeerKey(random.bytes(32));
	const self = key.peer;
	const identity = identitySeed && createIdentity(identitySeed, keys.tag);
	const store = createStore();
	const nodeClock = createNodeClock(() => clock.now());
	const hashAt = (peer: PeerId, seq: number) => {
		const [batch] = log.batchesFrom(peer, seq, 0);
		return batch && chainHash(batch.previousHash, batch.entries.slice(0, seq - batch.firstSeq + 1));
	};
	const tips = createFeedTips({roomTag: keys.tag, hashAt});
	log.keepFeed?.(self);
	const ownFeed = createOwnFeed({key, roomTag: keys.tag, ...(identity ? {identity} : {})});
	const ignored = new Set<PeerId>();
	const isIgnored = (peer: PeerId) => ignored.has(peer);
	const inventory = createFeedInventory({
		self,
		log,
		tips,
		isIgnored,
		hashAt,
		countEvents: () => store.getState().recordCount,
		memoryBytes: () => store.getState().memoryBytes,
	});
	const {isLost} = inventory;
	const pipeline = createEventPipeline({log, tips, ownFeed, store, clock, nodeClock, isLost, onCommitted});
	const notices = createNotices(
		() => clock.monotonic(),
		(level, code, text) => pipeline.observe({type: 'notice', level, code, text}),
	);
	return {key, self, identity, store, nodeClock, tips, ownFeed, inventory, pipeline, notices, ignored};
}
