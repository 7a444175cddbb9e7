import {verify} from 'node:crypto';
import {expect, test} from 'vitest';
import {MAX_BATCH_ENTRIES, MAX_TEXT_BYTES} from '../../source/core/limits.js';
import {batchSignaturePayload, chainHash, genesisHash} from '../../source/feed/chain.js';
import {createOwnFeed} from '../../source/feed/own-feed.js';
import {importPublicKey} from '../../source/feed/signing-keys.js';
import {at, createAuthor, post, posts, roomTag} from './make-feed.js';

test('each append gives one signed batch that continues the chain', () => {
	const {feed, key} = createAuthor(1);
	const first = feed.append(posts(0, 3));
	const second = feed.append(posts(3, 1));
	expect([first.firstSeq, second.firstSeq]).toEqual([1, 4]);
	expect(first.previousHash).toEqual(genesisHash(roomTag, feed.peer));
	expect(second.previousHash).toEqual(chainHash(first.previousHash, first.entries));
	expect(feed.tip()).toEqual({seq: 4, hash: chainHash(second.previousHash, second.entries)});
	const publicKey = importPublicKey(Buffer.from(key.peer, 'hex'));
	expect(verify(null, batchSignaturePayload(roomTag, feed.peer, 4, feed.tip().hash), publicKey, second.signature)).toBe(
		true,
	);
});

test('an append that exceeds a limit throws and does not change the feed', () => {
	const {feed} = createAuthor(1);
	const before = feed.tip();
	expect(() => feed.append([])).toThrow(RangeError);
	expect(() => feed.append(posts(0, MAX_BATCH_ENTRIES + 1))).toThrow(RangeError);
	expect(() => feed.append([post(0, 'x'.repeat(40_000))])).toThrow(RangeError);
	expect(() => feed.append(Array.from({length: 17}, (_, index) => post(index, 'x'.repeat(MAX_TEXT_BYTES))))).toThrow(
		RangeError,
	);
	expect(feed.tip()).toEqual(before);
});

test('a joined event has no identity claim if the feed has no identity', () => {
	const {key} = createAuthor(1);
	const joined = at(0, {type: 'joined', name: 'Carol', addresses: [], version: '1.0.0'});
	const plain = createOwnFeed({key, roomTag}).append([joined]);
	const claimed = createAuthor(1).feed.append([joined]);
	expect(plain.entries[0]!.length).toBeLessThan(claimed.entries[0]!.length - 90);
});
