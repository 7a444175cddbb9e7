/** Feeds that a client holds in memory (protocol.md, sections 11 to 13). */
import {decode, encode} from './messagepack.mjs';
import {chain, firstHash, isSignedBatch, isWeak, signBatch} from './room.mjs';

const MAX_ANSWER_BYTES = 1_024_000;
const MERGED_MS = 23 * 60 * 60 * 1000;

export function createFeeds(room, key) {
	/** Peer -> its batches, without entries received before, and the hash after each seq (index 0: hash_0). */
	const feeds = new Map();
	const frozen = new Set();
	let clock = {ms: 0, counter: 0};

	function feedOf(peer) {
		return feeds.get(peer) ?? {batches: [], hashes: [firstHash(room, peer)]};
	}

	function append(peer, feed, batch) {
		const [, , , entries] = batch;
		feed.batches.push(batch);
		for (const entry of entries) feed.hashes.push(chain(feed.hashes.at(-1), [entry]));
		feeds.set(peer, feed);
	}

	/** Section 13: updates the HLC with a received clock. */
	function hear(ms, counter) {
		if (ms > Date.now() + MERGED_MS) return;
		if (ms > clock.ms || (ms === clock.ms && counter > clock.counter)) clock = {ms, counter};
	}

	function stamp() {
		const wall = Date.now();
		clock = wall > clock.ms ? {ms: wall, counter: 0} : {ms: clock.ms, counter: clock.counter + 1};
		return [wall, clock.ms, clock.counter];
	}

	/** Section 12: receives a batch. Returns new, known, ahead, fork or bad-signature. */
	function take(batch) {
		const [bytes, firstSeq, previousHash, entries] = batch;
		const peer = bytes.toString('hex');
		if (peer === key.peer || isWeak(peer)) return 'known';
		if (frozen.has(peer)) return 'fork';
		const feed = feedOf(peer);
		const held = feed.hashes.length - 1;
		if (firstSeq > held + 1) return 'ahead';
		const overlap = Math.min(held + 1 - firstSeq, entries.length);
		const same = chain(previousHash, entries.slice(0, overlap)).equals(feed.hashes[firstSeq - 1 + overlap]);
		if (same && overlap === entries.length) return 'known';
		if (!isSignedBatch(room, batch)) return 'bad-signature';
		if (!same) {
			frozen.add(peer);
			return 'fork';
		}
		append(peer, feed, [bytes, held + 1, feed.hashes[held], entries.slice(overlap), batch[4]]);
		const [, , ms, counter] = decode(entries.at(-1));
		hear(ms, counter);
		return 'new';
	}

	return {
		hear,
		take,
		reading: () => (clock.ms >= Date.now() ? [clock.ms, clock.counter] : [Date.now(), 0]),
		seqOf: peer => feedOf(peer).hashes.length - 1,
		hashOf: (peer, seq) => feedOf(peer).hashes[seq],
		isFrozen: peer => frozen.has(peer),
		/** Feeds to list in a `have`. */
		held: () => [...feeds].map(([peer, {hashes}]) => ({peer, seq: hashes.length - 1, hash: hashes.at(-1)})),
		/** Appends own events, each `[kind, …values]`, as one batch under one signature. */
		write(events) {
			const feed = feedOf(key.peer);
			const entries = events.map(([kind, ...values]) => encode([kind, ...stamp(), ...values]));
			const batch = signBatch(room, key, feed.hashes.length, feed.hashes.at(-1), entries);
			append(key.peer, feed, batch);
			return batch;
		},
		/** Section 14, 4: batches of a feed from `seq` on, up to `maxBytes`, but at least one if any is held. */
		from(peer, seq, maxBytes = MAX_ANSWER_BYTES) {
			const found = [];
			let bytes = 0;
			for (const batch of feedOf(peer).batches) {
				if (batch[1] + batch[3].length <= seq) continue;
				for (const entry of batch[3]) bytes += entry.length;
				if (found.length > 0 && bytes > maxBytes) break;
				found.push(batch);
			}
			return found;
		},
		/** Every event in the order of the timeline: `{peer, seq, kind, values}`. */
		timeline() {
			const events = [...feeds].flatMap(([peer, {batches}]) =>
				batches
					.flatMap(batch => batch[3])
					.map((entry, index) => {
						const [kind, at, ms, counter, ...values] = decode(entry);
						return {peer, seq: index + 1, kind, at, ms, counter, values};
					}),
			);
			return events.sort(
				(a, b) => a.ms - b.ms || a.counter - b.counter || (a.peer < b.peer ? -1 : a.peer > b.peer ? 1 : a.seq - b.seq),
			);
		},
	};
}
