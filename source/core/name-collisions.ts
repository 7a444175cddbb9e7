/**
 * Index of the names that several people use or have used.
 *
 * A message is shown with the name that its author had when it was written, so earlier names and departed people
 * count too. All launches (runs of the program) with one identity are one person, and so are all launches of this
 * node. The index is updated with the roster. An update reads only the roster buckets that have changed, and the cost
 * of a query does not depend on the size of the roster.
 */

import {findLastAtMost} from './binary-search.js';
import {confusableSkeleton, mixesScripts} from './confusables.js';
import {type FeedEvent, type Observation, type PeerId, SHORT_FINGERPRINT_DIGITS, writerOf} from './event.js';
import {compareOrder, type OrderKey} from './event-order.js';
import {foldText} from './fold-text.js';
import {LruMap} from './lru-map.js';
import {findPeer, type NameChange, type Roster, type RosterPeer} from './roster.js';
import {shownName} from './shown-name.js';
import type {State} from './state.js';

type Launches = State['launches'];
type Bucket = Roster[number];

/**
 * For each collision key (a form that names share if they look alike): the people with such a name, each with the
 * number of times that the names of this person's launches produce the key.
 */
type NameHolders = Map<string, Map<string, number>>;

interface CollisionIndex {
	readonly launches: Launches;
	readonly holders: NameHolders;
	/** Results of `hasNameCollision`. They stay valid while no key gets a second holder or loses the last but one. */
	readonly collisions: WeakMap<NameChange, boolean>;
}

const EMPTY_BUCKET: Bucket = {};
/**
 * Maximum number of cached name indexes. There are two, because replay shows the state of one moment next to the
 * state of the whole log.
 */
const MAX_CACHED_INDEXES = 2;

const indexes = new LruMap<Roster, CollisionIndex>(MAX_CACHED_INDEXES, {touchOnGet: true});
const keyCache = new WeakMap<Pick<NameChange, 'name'>, readonly string[]>();
/** Keys of fingerprints. They are cached because a list of all peers needs them after each change of the roster. */
const fingerprintKeys = new WeakMap<RosterPeer, string>();

/**
 * Whether the name that the peer `known` had at `seq` of its feed can be taken for another person's name. This is so
 * if somebody else has or had the same or a look-alike name, or if a word of the name mixes scripts.
 */
export function hasNameCollision(state: State, known: RosterPeer, seq?: number): boolean {
	const name = nameAt(known, seq);
	if (!name) return false;
	const {holders, collisions} = getIndex(state);
	const cached = collisions.get(name);
	if (cached !== undefined) return cached;
	const result = mixesScripts(name.name) || collisionKeys(name).some(key => (holders.get(key)?.size ?? 0) > 1);
	collisions.set(name, result);
	return result;
}

/** Whether another person in the roster has a fingerprint with the same first 8 digits. */
export function hasFingerprintCollision(state: State, known: RosterPeer): boolean {
	return (getIndex(state).holders.get(fingerprintKey(known))?.size ?? 0) > 1;
}

/**
 * Longest known form of the fingerprint of a peer: the 16 digits of its identity, or the peer id if the peer has no
 * identity.
 */
export function longFingerprint({identity, peer}: RosterPeer): string {
	return identity?.fingerprint ?? peer;
}

function fingerprintKey(known: RosterPeer): string {
	const cached = fingerprintKeys.get(known);
	if (cached !== undefined) return cached;
	const key = `print ${longFingerprint(known).slice(0, SHORT_FINGERPRINT_DIGITS)}`;
	fingerprintKeys.set(known, key);
	return key;
}

/** Name that a peer had at `seq` of its feed; if `seq` is undefined, its newest name. */
export function nameAt({names}: RosterPeer, seq?: number): NameChange | undefined {
	return seq === undefined ? names.at(-1) : (findLastAtMost(names, seq, item => item.seq) ?? names[0]);
}

/**
 * Seq of the event that gave a peer the name it had at a position in timeline order. For a position before the first
 * name: the seq of the first name.
 */
export function nameSeqAt({peer, names}: RosterPeer, position: OrderKey): number | undefined {
	const name = names.findLast(({ms, counter, seq}) => compareOrder({ms, counter, peer, seq}, position) <= 0);
	return (name ?? names[0])?.seq;
}

/** Key of a person: all launches (runs of the program) of one person have the same key, even under different names. */
export function personKey({identity, peer}: Pick<RosterPeer, 'identity' | 'peer'>, launches: Launches): string {
	return identity?.key ?? (launches[peer] ? 'ourselves' : peer);
}

/** Key of the person to whom a peer belongs (`personKey`). An unknown peer counts as a separate person. */
export function personKeyOf({roster, launches}: Pick<State, 'roster' | 'launches'>, peer: PeerId): string {
	return personKey(findPeer(roster, peer) ?? {peer}, launches);
}

/**
 * Whether the user ignores the person who wrote a timeline entry. `ignored`: identity keys or peer ids of ignored
 * people.
 */
export function isIgnored(state: State, ignored: readonly string[], entry: FeedEvent | Observation): boolean {
	if (ignored.length === 0) return false;
	const writer = writerOf(entry);
	return ignored.includes(writer) || ignored.includes(personKeyOf(state, writer));
}

/**
 * Index of the names in this roster. If the cache has none, the least recently used index is updated to this roster.
 * After a new launch of ours a new index is built, because our launches count as one person.
 */
function getIndex({roster, launches}: State): CollisionIndex {
	const cached = indexes.get(roster);
	if (cached?.launches === launches) return cached;
	indexes.delete(roster);
	const oldest = indexes.size < MAX_CACHED_INDEXES ? undefined : indexes.evictOldest();
	const isReusable = oldest?.[1].launches === launches;
	const before = isReusable ? oldest?.[0] : undefined;
	const holders: NameHolders = (isReusable ? oldest?.[1].holders : undefined) ?? new Map();
	let isCrossed = false;
	for (const [number, bucket] of roster.entries()) {
		const bucketBefore = before?.[number] ?? EMPTY_BUCKET;
		if (bucketBefore !== bucket && updateBucket(holders, bucketBefore, bucket, launches)) isCrossed = true;
	}

	const kept = isReusable && !isCrossed ? oldest?.[1].collisions : undefined;
	const index = {launches, holders, collisions: kept ?? new WeakMap<NameChange, boolean>()};
	indexes.set(roster, index);
	return index;
}

/** Returns whether a key got a second holder or lost the last but one. */
function updateBucket(holders: NameHolders, before: Bucket, after: Bucket, launches: Launches): boolean {
	let isCrossed = false;
	const isChanged = (from: Bucket, {peer, names, identity}: RosterPeer) =>
		from[peer]?.names !== names || from[peer]?.identity !== identity;
	const count = (known: RosterPeer, by: 1 | -1) => {
		if (countNames(holders, known, launches, by)) isCrossed = true;
	};
	for (const known of Object.values(before)) if (isChanged(after, known)) count(known, -1);
	for (const known of Object.values(after)) if (isChanged(before, known)) count(known, 1);
	return isCrossed;
}

/** Returns whether a key got a second holder or lost the last but one. */
function countNames(holders: NameHolders, known: RosterPeer, launches: Launches, by: 1 | -1): boolean {
	let isCrossed = false;
	const person = personKey(known, launches);
	for (const key of [fingerprintKey(known), ...known.names.flatMap(collisionKeys)]) {
		const people = holders.get(key) ?? new Map<string, number>();
		const isShared = people.size > 1;
		const names = (people.get(person) ?? 0) + by;
		if (names > 0) people.set(person, names);
		else people.delete(person);
		if (people.size > 1 !== isShared) isCrossed = true;
		if (people.size > 0) holders.set(key, people);
		else holders.delete(key);
	}
	return isCrossed;
}

/**
 * Collision keys of a name: its folded form and its confusable skeleton. Two names that have a key in common can be
 * mistaken for each other.
 */
export function collisionKeys(nameChange: Pick<NameChange, 'name'>): readonly string[] {
	const cached = keyCache.get(nameChange);
	if (cached) return cached;
	const skeleton = confusableSkeleton(shownName(nameChange.name));
	const keys = [`name ${foldText(shownName(nameChange.name))}`, ...(skeleton === '' ? [] : [`look ${skeleton}`])];
	keyCache.set(nameChange, keys);
	return keys;
}

/** Whether the user ignores a peer, or ignores another peer with the same verified identity. */
export function isIgnoredPerson({roster}: State, ignored: ReadonlySet<PeerId>, peer: PeerId): boolean {
	if (ignored.has(peer)) return true;
	const key = findPeer(roster, peer)?.identity?.key;
	return key !== undefined && [...ignored].some(other => findPeer(roster, other)?.identity?.key === key);
}
