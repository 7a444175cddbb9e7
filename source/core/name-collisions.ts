/**
 * Which names are borne by several people: by anybody in the roster, now or ever, since what they said under it is still
 * read. The same identity is the same person, and so are we in all our launches. Kept along with the roster: a change of
 * one peer costs one bucket, a question nothing that grows.
 */

import {findLastAtMost} from './binary-search.js';
import {confusableSkeleton} from './confusables.js';
import type {Roster} from './roster.js';
import type {NameChange, RosterPeer, State} from './state.js';

/** The name that held at `seq` of its feed, the newest one without `seq`. */
export function nameAt({names}: RosterPeer, seq?: number): NameChange | undefined {
	return seq === undefined ? names.at(-1) : (findLastAtMost(names, seq, item => item.seq) ?? names[0]);
}

/** Names that differ only in case or composition are the same to a reader. */
export function foldName(name: string): string {
	return name.normalize('NFKC').toLowerCase();
}

const keyCache = new WeakMap<NameChange, readonly string[]>();

/** What a name is taken for: itself, and how it looks. */
function collisionKeys(nameChange: NameChange): readonly string[] {
	const known = keyCache.get(nameChange);
	if (known) return known;
	const skeleton = confusableSkeleton(nameChange.name);
	const created = [`name ${foldName(nameChange.name)}`, ...(skeleton === '' ? [] : [`look ${skeleton}`])];
	keyCache.set(nameChange, created);
	return created;
}

type Launches = State['launches'];

/** Who bears each key, and by how many of their names. */
type NameHolders = Map<string, Map<string, number>>;

/** The same for all launches of one person, whatever the name. */
export function personKey({identity, peer}: RosterPeer, launches: Launches): string {
	return identity?.key ?? (launches[peer] ? 'ourselves' : peer);
}

function countNames(holders: NameHolders, known: RosterPeer, launches: Launches, by: 1 | -1): void {
	const person = personKey(known, launches);
	for (const key of known.names.flatMap(collisionKeys)) {
		const people = holders.get(key) ?? new Map<string, number>();
		const names = (people.get(person) ?? 0) + by;
		if (names > 0) people.set(person, names);
		else people.delete(person);
		if (people.size > 0) holders.set(key, people);
		else holders.delete(key);
	}
}

type Bucket = Roster[number];

/** Takes the bearers from one bucket to another. */
function updateBucket(holders: NameHolders, before: Bucket, after: Bucket, launches: Launches): void {
	for (const known of Object.values(before)) {
		if (after[known.peer]?.names !== known.names || after[known.peer]?.identity !== known.identity)
			countNames(holders, known, launches, -1);
	}
	for (const known of Object.values(after)) {
		if (before[known.peer]?.names !== known.names || before[known.peer]?.identity !== known.identity)
			countNames(holders, known, launches, 1);
	}
}

interface CollisionIndex {
	readonly roster: Roster;
	readonly launches: Launches;
	readonly holders: NameHolders;
	/** Answers given for this roster. */
	readonly collisions: WeakMap<NameChange, boolean>;
}

const EMPTY_BUCKET: Bucket = {};
/** Replay looks at the state of a moment beside that of the whole log. */
const MAX_CACHED_INDEXES = 2;
/** Newest use first. */
let cachedIndexes: readonly CollisionIndex[] = [];

/** One that is at hand, or the one not used for longest, brought to this state; anew after a launch, which changes who we are. */
function getIndex({roster, launches}: State): CollisionIndex {
	const [first] = cachedIndexes;
	if (first?.roster === roster && first.launches === launches) return first;
	const known = cachedIndexes.find(index => index.roster === roster && index.launches === launches);
	const oldest = known ?? (cachedIndexes.length < MAX_CACHED_INDEXES ? undefined : cachedIndexes.at(-1));
	const index = known ?? updateIndex(oldest, roster, launches);
	cachedIndexes = [index, ...cachedIndexes.filter(other => other !== oldest)];
	return index;
}

function updateIndex(previous: CollisionIndex | undefined, roster: Roster, launches: Launches): CollisionIndex {
	const from = previous?.launches === launches ? previous : undefined;
	const holders: NameHolders = from?.holders ?? new Map();
	for (const [place, bucket] of roster.entries()) {
		const before = from?.roster[place] ?? EMPTY_BUCKET;
		if (before !== bucket) updateBucket(holders, before, bucket, launches);
	}
	return {roster, launches, holders: holders, collisions: new WeakMap()};
}

/** Whether somebody else goes or went by the name that `known` had at `seq`, or by one that looks like it. */
export function hasNameCollision(state: State, known: RosterPeer, seq?: number): boolean {
	const name = nameAt(known, seq);
	if (!name) return false;
	const {holders: bearers, collisions} = getIndex(state);
	const answer = collisions.get(name) ?? collisionKeys(name).some(key => (bearers.get(key)?.size ?? 0) > 1);
	collisions.set(name, answer);
	return answer;
}
