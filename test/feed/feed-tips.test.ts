import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {encodeEntry} from '../../source/codec/entry.js';
import {pack} from '../../source/codec/msgpack.js';
import type {Batch} from '../../source/core/batch.js';
import {chainHash} from '../../source/feed/chain.js';
import {createFeedTips, type FeedTips} from '../../source/feed/feed-tips.js';
import {mergeBatches} from '../../source/feed/merge-batches.js';
import {createOwnFeed} from '../../source/feed/own-feed.js';
import {at, createAuthor, cutStart, post, posts, roomTag, signEntries} from './make-feed.js';

const joined = at(0, {type: 'joined', name: 'Carol', addresses: ['192.168.1.7'], version: '1.0.0'});

/** Three batches of one author, with seqs 1-3, 4-5 and 6-9. */
function threeBatches() {
	const author = createAuthor(1);
	const batches = [
		author.feed.append([joined, ...posts(1, 2)]),
		author.feed.append(posts(3, 2)),
		author.feed.append(posts(5, 4)),
	] as const;
	return {author, batches, peer: author.key.peer};
}

function flip(bytes: Uint8Array, index: number): Uint8Array {
	const copy = bytes.slice();
	copy[index % copy.length]! ^= 1;
	return copy;
}

function acceptAll(tips: FeedTips, batches: readonly Batch[]) {
	return batches.map(batch => tips.accept(batch).type);
}

test('batches that arrive in order are accepted, and their events are returned', () => {
	const {author, batches, peer} = threeBatches();
	const tips = createFeedTips({roomTag});
	expect(tips.tip(peer)).toBeUndefined();
	const seqs = batches.flatMap(batch => {
		const acceptance = tips.accept(batch);
		return acceptance.type === 'accepted' ? acceptance.events.map(event => event.seq) : [];
	});
	expect(seqs).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
	expect(tips.tip(peer)).toEqual(author.feed.tip());
	expect(tips.bytesOf(peer)).toBe(
		batches.flatMap(batch => batch.entries).reduce((sum, entry) => sum + entry.length, 0),
	);
	expect(tips.peers()).toEqual([peer]);
});

test('a repeated batch gives `known`, and a batch after a gap gives `ahead`', () => {
	const {batches, peer} = threeBatches();
	const tips = createFeedTips({roomTag});
	expect(acceptAll(tips, [batches[1]])).toEqual(['ahead']);
	expect(acceptAll(tips, [batches[0], batches[0], batches[2], batches[1], batches[0], batches[2]])).toEqual([
		'accepted',
		'known',
		'ahead',
		'accepted',
		'known',
		'accepted',
	]);
	expect(tips.seqOf(peer)).toBe(9);
});

test('for batches of any size in any order, each event is accepted once, and the last seq and hash of the feed are the same as at its author', () => {
	const author = createAuthor(2);
	const written: Batch[] = [author.feed.append([joined])];
	const hashes = [written[0]!.previousHash];
	for (let minute = 1; minute < 30; minute += 3) written.push(author.feed.append(posts(minute, 3)));
	const entries = written.flatMap(batch => batch.entries);
	for (const entry of entries) hashes.push(chainHash(hashes.at(-1)!, [entry]));
	const piece = fc.tuple(fc.nat(written.length - 1), fc.nat(written.length - 1), fc.nat(4)).map(([a, b, cut]) => {
		const [merged] = mergeBatches(written.slice(Math.min(a, b), Math.max(a, b) + 1));
		const from = Math.min(merged!.firstSeq + cut, merged!.firstSeq + merged!.entries.length - 1);
		return cutStart(merged!, from, hashes[from - 1]!);
	});
	fc.assert(
		fc.property(fc.array(piece, {maxLength: 12}), pieces => {
			const tips = createFeedTips({roomTag, hashAt: (_, seq) => hashes[seq]});
			const seqs: number[] = [];
			for (const batch of [...pieces, ...written]) {
				const acceptance = tips.accept(batch);
				expect(['accepted', 'known', 'ahead']).toContain(acceptance.type);
				if (acceptance.type !== 'accepted') continue;
				expect(acceptance.batch.firstSeq).toBe(acceptance.events[0]?.seq);
				expect(Buffer.compare(acceptance.batch.previousHash, hashes[acceptance.batch.firstSeq - 1]!)).toBe(0);
				seqs.push(...acceptance.events.map(event => event.seq));
			}
			expect(seqs).toEqual(entries.map((_, index) => index + 1));
			expect(tips.tip(author.key.peer)).toEqual(author.feed.tip());
		}),
		{numRuns: 60},
	);
});

test('a batch of an author with a weak key, for which anybody can make signatures, is refused, but is no fault of its sender, because release 1.0.0 accepts and relays such batches', () => {
	const constant = Uint8Array.from({length: 64}, (_, index) => (index === 0 ? 1 : 0));
	const weak = {...threeBatches().batches[0], peer: `01${'0'.repeat(62)}` as Batch['peer'], signature: constant};
	const tips = createFeedTips({roomTag});
	expect(tips.accept(weak)).toEqual({type: 'unprovable'});
	expect(tips.seqOf(weak.peer)).toBe(0);
});

describe('accept returns `invalid`, a fault of the sender, for', () => {
	const {batches} = threeBatches();
	const other = createAuthor(9);
	const forged: readonly [string, Batch][] = [
		['a changed entry', {...batches[0], entries: [flip(batches[0].entries[0]!, 20), ...batches[0].entries.slice(1)]}],
		['a changed signature', {...batches[0], signature: flip(batches[0].signature, 3)}],
		['a batch with a changed previous hash', {...batches[0], previousHash: flip(batches[0].previousHash, 3)}],
		['a batch without its last entry', {...batches[0], entries: batches[0].entries.slice(0, -1)}],
		['a batch of another author with this peer id', {...other.feed.append([joined]), peer: batches[0].peer}],
		['a peer id that is not a point of the curve', {...batches[0], peer: `02${'0'.repeat(62)}` as Batch['peer']}],
		['a batch with an empty signature', {...batches[0], signature: new Uint8Array(0)}],
	];
	test.each(forged)('accept returns `invalid`, a fault of the sender, for %s', (_title, batch) => {
		const tips = createFeedTips({roomTag});
		expect(tips.accept(batch)).toEqual({type: 'invalid', code: 'bad-signature'});
		expect(tips.seqOf(batch.peer)).toBe(0);
		expect(tips.isFrozen(batch.peer)).toBe(false);
	});

	test('accept returns `invalid`, a fault of the sender, for a batch of the same author from another room', () => {
		const elsewhere = createAuthor(1, Uint8Array.of(9, 9, 9, 9, 9, 9, 9, 9));
		expect(createFeedTips({roomTag}).accept(elsewhere.feed.append([joined])).type).toBe('invalid');
	});

	test('accept returns `invalid`, a fault of the sender, for a batch with a changed first seq or previous hash', () => {
		const tips = createFeedTips({roomTag});
		acceptAll(tips, [batches[0]]);
		expect(tips.accept({...batches[2], firstSeq: 4}).type).toBe('invalid');
		expect(tips.accept({...batches[1], previousHash: flip(batches[1].previousHash, 0)}).type).toBe('invalid');
		expect(acceptAll(tips, [batches[1], batches[2]])).toEqual(['accepted', 'accepted']);
	});

	test('accept returns `invalid`, a fault of the sender, for a forged copy of a held batch', () => {
		const tips = createFeedTips({roomTag});
		acceptAll(tips, batches);
		const entries = batches[2].entries.map((entry, index) => (index === 1 ? flip(entry, 20) : entry));
		expect(tips.accept({...batches[2], entries}).type).toBe('invalid');
		expect(tips.isFrozen(batches[2].peer)).toBe(false);
	});
});

describe('accept returns `forked`, a fault of the author, for a second signed chain', () => {
	/** Two feeds with the same key that share seqs 1 and 2 and then diverge. */
	function fork() {
		const one = createAuthor(4).feed;
		const two = createAuthor(4).feed;
		const start = [joined, post(1)];
		const common = one.append(start);
		two.append(start);
		return {common, one, two, peer: one.peer};
	}

	test('accept returns `forked`, a fault of the author, for a second signed chain as long as the held chain', () => {
		const {common, one, two, peer} = fork();
		const tips = createFeedTips({roomTag});
		acceptAll(tips, [common, one.append([post(2, 'yes')])]);
		const held = tips.tip(peer);
		expect(tips.accept(two.append([post(2, 'no')]))).toEqual({type: 'forked', first: true});
		expect(tips.isFrozen(peer)).toBe(true);
		expect(tips.accept(one.append([post(3)]))).toEqual({type: 'forked', first: false});
		expect(tips.tip(peer)).toEqual(held);
	});

	test('accept returns `forked`, a fault of the author, for a second signed chain that continues after our tip', () => {
		const {common, one, two} = fork();
		const tips = createFeedTips({roomTag});
		acceptAll(tips, [common, one.append([post(2, 'yes')])]);
		const merged = mergeBatches([two.append([post(2, 'no')]), two.append([post(3, 'no')])]);
		expect(tips.accept(merged[0]!)).toEqual({type: 'forked', first: true});
	});

	test('accept returns `forked`, a fault of the author, for a second signed chain that begins right after our tip', () => {
		const {common, one, two} = fork();
		const tips = createFeedTips({roomTag});
		acceptAll(tips, [common, one.append([post(2, 'yes')])]);
		two.append([post(2, 'no')]);
		expect(tips.accept(two.append([post(3)]))).toEqual({type: 'forked', first: true});
	});

	test('accept returns `forked`, a fault of the author, for a second signed chain that ends before our tip, if the log provides our hash at the last seq of that chain', () => {
		const {common, one, two, peer} = fork();
		const yes = one.append([post(2, 'yes')]);
		const hash = one.tip().hash;
		const no = two.append([post(2, 'no')]);
		const more = one.append([post(3)]);
		const withoutHashes = createFeedTips({roomTag});
		acceptAll(withoutHashes, [common, yes, more]);
		expect(withoutHashes.accept(no).type).toBe('known');
		const tips = createFeedTips({roomTag, hashAt: (author, seq) => (author === peer && seq === 3 ? hash : undefined)});
		acceptAll(tips, [common, yes, more]);
		expect(tips.accept(yes).type).toBe('known');
		expect(tips.accept(no)).toEqual({type: 'forked', first: true});
	});
});

describe('restoring batches from a log', () => {
	test('restoring batches from a log gives the same tips and events as accepting them, even with overlaps and duplicates', () => {
		const {batches, peer, author} = threeBatches();
		const accepted = createFeedTips({roomTag});
		const live = batches.flatMap(batch => {
			const acceptance = accepted.accept(batch);
			return acceptance.type === 'accepted' ? acceptance.events : [];
		});
		const tips = createFeedTips({roomTag});
		const overlap = mergeBatches([batches[0], batches[1]])[0]!;
		const events = [batches[0], overlap, batches[0], batches[2]].flatMap(batch => tips.restore(batch));
		expect(events).toEqual(live);
		expect(tips.tip(peer)).toEqual(author.feed.tip());
		expect(tips.bytesOf(peer)).toBe(accepted.bytesOf(peer));
		expect(tips.accept(author.feed.append([post(20)])).type).toBe('accepted');
	});

	test('restoring batches from a log returns the events after a gap, but the last held seq of the feed stays before the gap', () => {
		const {batches, peer} = threeBatches();
		const tips = createFeedTips({roomTag});
		tips.restore(batches[0]);
		expect(tips.restore(batches[2]).map(event => event.seq)).toEqual([6, 7, 8, 9]);
		expect(tips.seqOf(peer)).toBe(3);
		expect(acceptAll(tips, [batches[1], batches[2]])).toEqual(['accepted', 'accepted']);
	});

	test('restoring batches from a log gives the correct last seq and hash of each feed, even for more than MAX_UNHASHED feeds', () => {
		const tips = createFeedTips({roomTag});
		const authors = Array.from({length: 200}, (_, index) => createAuthor(index));
		for (const {feed} of authors) tips.restore(feed.append([joined]));
		for (const {feed} of authors) expect(tips.tip(feed.peer)).toEqual(feed.tip());
	});
});

describe('an unreadable event is returned for', () => {
	function typesOf(...events: Parameters<ReturnType<typeof createAuthor>['feed']['append']>[0][]) {
		const {feed} = createAuthor(6);
		const tips = createFeedTips({roomTag});
		const types = events.flatMap(part => {
			const acceptance = tips.accept(feed.append(part));
			return acceptance.type === 'accepted' ? acceptance.events.map(event => event.type) : [acceptance.type];
		});
		expect(tips.tip(feed.peer)).toEqual(feed.tip());
		return types;
	}

	test('an unreadable event is returned for a second `joined` event', () => {
		expect(typesOf([joined, post(1)], [at(2, joined.body), post(3)])).toEqual([
			'joined',
			'posted',
			'unreadable',
			'posted',
		]);
	});

	test('an unreadable event is returned for an entry after a `left` event', () => {
		expect(typesOf([joined, at(1, {type: 'left'})], [post(2), at(3, {type: 'left'})])).toEqual([
			'joined',
			'left',
			'unreadable',
			'unreadable',
		]);
	});

	test('an unreadable event is returned for an entry whose clock does not rise', () => {
		expect(typesOf([joined, post(5)], [post(5), post(4), post(6)])).toEqual([
			'joined',
			'posted',
			'unreadable',
			'unreadable',
			'posted',
		]);
	});

	test('malformed bytes, an entry of unknown kind, and an entry whose clock is not later than that of an earlier entry of unknown kind give unreadable events', () => {
		const {key, feed} = createAuthor(6);
		const first = feed.append([joined]);
		const danced = pack(['danced', 0, post(9).hlc.ms, 0, 'tango']).slice();
		const late = encodeEntry(post(8).body, 0, post(8).hlc);
		const good = encodeEntry(post(10).body, 0, post(10).hlc);
		const tips = createFeedTips({roomTag});
		tips.accept(first);
		const acceptance = tips.accept(signEntries(key, 2, feed.tip().hash, [danced, Uint8Array.of(0xc1), late, good]));
		const types = acceptance.type === 'accepted' ? acceptance.events.map(event => event.type) : [];
		expect(types).toEqual(['unreadable', 'unreadable', 'unreadable', 'posted']);
	});
});

test('a joined event has an identity only if the identity key has signed the peer id of its author, and none if the claim is for another peer', () => {
	const carol = createAuthor(7);
	const tips = createFeedTips({roomTag});
	const acceptance = tips.accept(carol.feed.append([joined]));
	const [event] = acceptance.type === 'accepted' ? acceptance.events : [];
	expect(event?.type === 'joined' && event.identity).toEqual(carol.identity.identity);

	const {key} = createAuthor(8);
	const body = {...joined.body, identity: carol.identity.signPeer(carol.feed.peer)};
	const stolen = tips.accept(createOwnFeed({key, roomTag}).append([{...joined, body}]));
	const [claimed] = stolen.type === 'accepted' ? stolen.events : [];
	expect(claimed?.type).toBe('joined');
	expect(claimed).not.toHaveProperty('identity');
});
