import {expect, it} from 'vitest';
import {MAX_EVENT_MEMORY_BYTES, MAX_FEED_BYTES} from '../../../source/core/limits.js';
import {createFeedTips} from '../../../source/feed/feed-tips.js';
import {createFeedInventory} from '../../../source/network/sync/feed-inventory.js';
import {createMemoryLog} from '../../../source/storage/memory-log.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';

it('a log is full when its events use the whole memory limit, whatever their bytes and number', () => {
	const roomTag = new Uint8Array(8);
	let memoryBytes = MAX_EVENT_MEMORY_BYTES - 1;
	const inventory = createFeedInventory({
		self: fakePeerId(1),
		log: createMemoryLog({format: 1, version: '0', roomTag, roomName: 'room', created: 0}).log,
		tips: createFeedTips({roomTag, hashAt: () => undefined}),
		isIgnored: () => false,
		hashAt: () => undefined,
		countEvents: () => 0,
		memoryBytes: () => memoryBytes,
	});
	expect(inventory.isAcceptable(fakePeerId(2))).toBe(true);
	memoryBytes = MAX_EVENT_MEMORY_BYTES;
	expect(inventory.isAcceptable(fakePeerId(2))).toBe(false);
	memoryBytes = MAX_EVENT_MEMORY_BYTES * 1.2;
	expect(inventory.usageOf(fakePeerId(2))).toBeCloseTo(1.2);
});

it('a feed that reaches MAX_FEED_BYTES is not requested any more, and the feeds of others still are', () => {
	const roomTag = new Uint8Array(8);
	const [filled, other] = [fakePeerId(2), fakePeerId(3)];
	let bytes = MAX_FEED_BYTES - 1;
	const inventory = createFeedInventory({
		self: fakePeerId(1),
		log: createMemoryLog({format: 1, version: '0', roomTag, roomName: 'room', created: 0}).log,
		tips: {...createFeedTips({roomTag, hashAt: () => undefined}), bytesOf: peer => (peer === filled ? bytes : 0)},
		isIgnored: () => false,
		hashAt: () => undefined,
		countEvents: () => 0,
		memoryBytes: () => 0,
	});
	expect([filled, other].map(inventory.isAcceptable)).toEqual([true, true]);
	bytes = MAX_FEED_BYTES;
	expect([filled, other].map(inventory.isAcceptable)).toEqual([false, true]);
});
