/**
 * Which names are borne by several people: by anybody in the roster, now or ever, since what they said under it is still
 * read. The same identity is the same person, and so are we in all our launches. Kept along with the roster: a change of
 * one peer costs one bucket, a question nothing that grows.
 */
import {lookOf} from './look-of.js';
import type {Roster} from './roster.js';
import {findLastAtMost} from './search.js';
import type {NameSince, RosterPeer, State} from './state.js';

/** The name that held at `seq` of its feed, the newest one without `seq`. */
export function nameAt({names}: RosterPeer, seq?: number): NameSince | undefined {
	return seq === undefined ? names.at(-1) : (findLastAtMost(names, seq, item => item.seq) ?? names[0]);
}

/** Names that differ only in case or composition are the same to a reader. */
export function foldName(name: string): string {
	return name.normalize('NFKC').toLowerCase();
}

const keys = new WeakMap<NameSince, readonly string[]>();

/** What a name is taken for: itself, and how it looks. */
function keysOf(since: NameSince): readonly string[] {
	const known = keys.get(since);
	if (known) return known;
	const look = lookOf(since.name);
	const made = [`name ${foldName(since.name)}`, ...(look === '' ? [] : [`look ${look}`])];
	keys.set(since, made);
	return made;
}

type Launches = State['launches'];

/** Who bears each key, and by how many of their names. */
type Bearers = Map<string, Map<string, number>>;

/** The same for all launches of one person, whatever the name. */
export function personOf({identity, peer}: RosterPeer, launches: Launches): string {
	return identity?.key ?? (launches[peer] ? 'ourselves' : peer);
}

function count(bearers: Bearers, known: RosterPeer, launches: Launches, by: 1 | -1): void {
	const person = personOf(known, launches);
	for (const key of known.names.flatMap(keysOf)) {
		const people = bearers.get(key) ?? new Map<string, number>();
		const names = (people.get(person) ?? 0) + by;
		if (names > 0) people.set(person, names);
		else people.delete(person);
		if (people.size > 0) bearers.set(key, people);
		else bearers.delete(key);
	}
}

type Bucket = Roster[number];

/** Takes the bearers from one bucket to another. */
function changeBucket(bearers: Bearers, before: Bucket, after: Bucket, launches: Launches): void {
	for (const known of Object.values(before)) {
		if (after[known.peer]?.names !== known.names || after[known.peer]?.identity !== known.identity)
			count(bearers, known, launches, -1);
	}
	for (const known of Object.values(after)) {
		if (before[known.peer]?.names !== known.names || before[known.peer]?.identity !== known.identity)
			count(bearers, known, launches, 1);
	}
}

interface Index {
	readonly roster: Roster;
	readonly launches: Launches;
	readonly bearers: Bearers;
	/** Answers given for this roster. */
	readonly shared: WeakMap<NameSince, boolean>;
}

const NOBODY: Bucket = {};
/** Replay looks at the state of a moment beside that of the whole log. */
const MAX_KEPT = 2;
/** Newest use first. */
let kept: readonly Index[] = [];

/** One that is at hand, or the one not used for longest, brought to this state; anew after a launch, which changes who we are. */
function indexOf({roster, launches}: State): Index {
	const [first] = kept;
	if (first?.roster === roster && first.launches === launches) return first;
	const known = kept.find(index => index.roster === roster && index.launches === launches);
	const oldest = known ?? (kept.length < MAX_KEPT ? undefined : kept.at(-1));
	const index = known ?? bring(oldest, roster, launches);
	kept = [index, ...kept.filter(other => other !== oldest)];
	return index;
}

function bring(old: Index | undefined, roster: Roster, launches: Launches): Index {
	const from = old?.launches === launches ? old : undefined;
	const bearers: Bearers = from?.bearers ?? new Map();
	for (const [place, bucket] of roster.entries()) {
		const before = from?.roster[place] ?? NOBODY;
		if (before !== bucket) changeBucket(bearers, before, bucket, launches);
	}
	return {roster, launches, bearers, shared: new WeakMap()};
}

/** Whether somebody else goes or went by the name that `known` had at `seq`, or by one that looks like it. */
export function isNamesake(state: State, known: RosterPeer, seq?: number): boolean {
	const name = nameAt(known, seq);
	if (!name) return false;
	const {bearers, shared} = indexOf(state);
	const answer = shared.get(name) ?? keysOf(name).some(key => (bearers.get(key)?.size ?? 0) > 1);
	shared.set(name, answer);
	return answer;
}
