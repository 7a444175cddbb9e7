/** What we say of our own holdings on one connection: digest, pages of the buckets that differ, then changes only. */
import type {HaveFeed} from '../codec/message.js';
import type {PeerId} from '../core/ids.js';
import {HAVE_BUCKETS, MAX_HAVE_FEEDS, MAX_QUEUED_BYTES} from '../core/limits.js';
import {bucketOf, type Holdings} from './holdings.js';
import type {PeerLink} from './peer-link.js';
import {countDigest, isComplete, type SyncLink} from './sync-link.js';

const DIGEST_BYTES = 8;

/** Buckets whose digests differ. Both HAVE_BUCKETS times 8 bytes. */
export function differingBuckets(ours: Uint8Array, theirs: Uint8Array): number[] {
	const buckets: number[] = [];
	for (let bucket = 0; bucket < HAVE_BUCKETS; bucket += 1) {
		for (let at = bucket * DIGEST_BYTES; at < (bucket + 1) * DIGEST_BYTES; at += 1) {
			if (ours[at] === theirs[at]) continue;
			buckets.push(bucket);
			break;
		}
	}

	return buckets;
}

/** Opens: both sides say the digest first, and are not complete before its answer. */
export function tellDigest(link: SyncLink, holdings: Holdings): void {
	countDigest(link, link.link, 1);
	link.link.send({type: 'have', kind: 'digest', digest: holdings.digest()});
}

/**
 * Answers their digest with all that we hold in the buckets that differ, a page at a time; the last one says so. Kept in
 * `said`.
 */
export function* tellPages(
	link: PeerLink,
	said: Map<PeerId, number>,
	holdings: Holdings,
	theirs: Uint8Array,
): Generator<undefined, void> {
	const feeds = differingBuckets(holdings.digest(), theirs).flatMap(bucket => holdings.bucket(bucket));
	said.clear();
	for (const feed of feeds) said.set(feed.peer, feed.seq);
	let from = 0;
	do {
		const page = feeds.slice(from, from + MAX_HAVE_FEEDS);
		if (from > 0) yield;
		from += MAX_HAVE_FEEDS;
		link.send({type: 'have', kind: 'page', feeds: page, last: from >= feeds.length});
	} while (from < feeds.length);
}

/**
 * Says what changed and what the other end may not know. To the author of a feed it is the acknowledgement, so it is said
 * even if the author holds it; to all others only what they lack. `all` false: acknowledgements only.
 */
export function tellChanges(link: SyncLink, holdings: Holdings, all: boolean): void {
	if (link.pending.size === 0 || !isComplete(link) || link.link.queuedBytes > MAX_QUEUED_BYTES) return;
	const feeds: HaveFeed[] = [];
	for (const peer of link.pending) {
		const isAuthor = peer === link.link.peer;
		if (!isAuthor && !all) continue;
		link.pending.delete(peer);
		const feed = holdings.have(peer);
		if (!feed) continue;
		const known = link.theirs.get(peer) ?? 0;
		if (isAuthor || known < feed.seq) feeds.push(feed);
		if (feeds.length >= MAX_HAVE_FEEDS) break;
	}

	if (feeds.length > 0) link.link.send({type: 'have', kind: 'delta', feeds});
}

/** Whether their digest shows that they hold exactly what we hold in the bucket of this feed. */
export function agreesOn(peer: PeerId, ours: Uint8Array, theirs: Uint8Array): boolean {
	const start = bucketOf(peer) * DIGEST_BYTES;
	for (let at = start; at < start + DIGEST_BYTES; at += 1) if (ours[at] !== theirs[at]) return false;
	return true;
}
