/**
 * Hues of names: a number below HUE_COUNT for each launch, which the theme turns into a colour.
 *
 * Hues are assigned in the order of arrival. If possible, a person gets a hue that no present person has, and that no
 * person with an equal name has or had. Among equally good hues, a hash of the person's key decides, so that a person
 * often keeps a hue from one chat to the next. The result depends only on the roster, so it is the same in replay.
 */
import type {PeerId} from './event.js';
import {compareOrder, type OrderKey} from './event-order.js';
import {foldText} from './fold-text.js';
import {MAX_COLOURED_LAUNCHES} from './limits.js';
import {collisionKeys, personKey} from './name-collisions.js';
import type {NameChange, Roster, RosterPeer} from './roster.js';
import type {State} from './state.js';

export const HUE_COUNT = 10;

/** Properties of a launch on which the choice of its hue depends. */
interface Launch {
	readonly peer: PeerId;
	/** Key of the person to whom the launch belongs (`personKey`). */
	readonly identity: string;
	readonly names: readonly NameChange[];
	readonly joined: OrderKey;
	/** Position in timeline order at which the launch left, or was reported as lost and has not returned since. */
	readonly ended: OrderKey | undefined;
}

/**
 * Launches of one person that are shown in the same hue. Launches that are present under different names do not share
 * a hue.
 */
interface Holder {
	hue: number;
	readonly hash: number;
	/** First name, folded for comparison, of the most recent launch that uses the hue. */
	name: string;
	presentLaunches: number;
	readonly collisionKeys: Set<string>;
}

// Costs by which a hue is chosen: the hue with the lowest cost wins. In a room of usual size, each cost is far above
// the sum of all smaller costs.
const COST_OF_PRESENT = 1_000_000;
const COST_OF_EQUAL_NAME = 10_000;
/** Cost of a hue that an absent person has. It is greater than 0, because an absent person may come back. */
const COST_OF_ABSENT = 100;
const COST_OF_NEIGHBOUR = 1;

/** Number of the hue in which the name of a launch is shown, from 0 to HUE_COUNT - 1. */
export function hueOf(state: State, peer: PeerId): number {
	return selectHues(state).get(peer) ?? hashText(peer) % HUE_COUNT;
}

interface CachedHues {
	readonly roster: Roster;
	readonly launches: State['launches'];
	readonly found: readonly Launch[];
	readonly hues: ReadonlyMap<PeerId, number>;
}

/**
 * Cached hues, the most recently used first. There is more than one entry, because replay shows the state of one moment next
 * to the state of the whole log.
 */
let cache: readonly CachedHues[] = [];
const MAX_CACHED_ROSTERS = 3;

/**
 * Hues of all launches. They are cached, because the roster changes with every connection, but hues change only when
 * somebody arrives, leaves or changes the name.
 */
function selectHues({roster, launches}: State): ReadonlyMap<PeerId, number> {
	if (cache[0]?.roster === roster && cache[0].launches === launches) return cache[0].hues;
	const entry =
		cache.find(cached => cached.roster === roster && cached.launches === launches) ?? createHues(roster, launches);
	cache = [entry, ...cache.filter(other => other !== entry)].slice(0, MAX_CACHED_ROSTERS);
	return entry.hues;
}

function createHues(roster: Roster, launches: State['launches']): CachedHues {
	const found = roster.flatMap(bucket => launchesOf(bucket, launches));
	const equal = cache.find(cached => isEqualList(cached.found, found));
	return {roster, launches, found, hues: equal?.hues ?? assignHues(found)};
}

function isEqualList(a: readonly Launch[], b: readonly Launch[]): boolean {
	return a.length === b.length && a.every((launch, index) => launch === b[index]);
}

const bucketLaunches = new WeakMap<Roster[number], {launches: State['launches']; found: readonly Launch[]}>();
const peerLaunches = new WeakMap<NonNullable<RosterPeer['joined']>, Launch>();

function launchesOf(bucket: Roster[number], launches: State['launches']): readonly Launch[] {
	const cached = bucketLaunches.get(bucket);
	if (cached?.launches === launches) return cached.found;
	const found = Object.values(bucket).flatMap(known => launchOf(known, launches) ?? []);
	bucketLaunches.set(bucket, {launches, found});
	return found;
}

/**
 * Properties of a peer's launch from which its hue is chosen. If none of them has changed, the result is the same
 * object as before. Undefined without a `joined`.
 */
function launchOf(known: RosterPeer, launches: State['launches']): Launch | undefined {
	const {peer, names, joined, left, lost, absences} = known;
	if (!joined) return undefined;
	const identity = personKey(known, launches);
	const ended = left ?? lost[absences];
	const cached = peerLaunches.get(joined);
	if (cached?.identity === identity && cached.names === names && cached.ended === ended) return cached;
	const launch: Launch = {peer, identity, names, joined, ended};
	peerLaunches.set(joined, launch);
	return launch;
}

/** Assigns the hues in the order of arrivals and departures. */
function assignHues(found: readonly Launch[]): ReadonlyMap<PeerId, number> {
	if (found.length > MAX_COLOURED_LAUNCHES) return new Map();
	const ordered = found.toSorted((a, b) => compareOrder(a.joined, b.joined));
	const departures = ordered.filter(({ended}) => ended !== undefined).sort(compareEnds);
	const circle = createCircle();
	const holders = new Map<PeerId, Holder>();
	const holdersOfIdentity = new Map<string, Holder[]>();
	let nextDeparture = 0;
	for (const launch of ordered) {
		for (let gone = departures[nextDeparture]; gone?.ended; gone = departures[nextDeparture]) {
			if (compareOrder(gone.ended, launch.joined) > 0) break;
			const holder = holders.get(gone.peer);
			if (holder) circle.leave(holder);
			nextDeparture++;
		}
		const known = holdersOfIdentity.get(launch.identity) ?? [];
		const name = foldText(launch.names[0]?.name ?? '');
		const earlier = known.find(holder => holder.name === name) ?? known.find(holder => holder.presentLaunches === 0);
		const holder = earlier ?? createHolder(launch, known.length);
		if (!earlier) holdersOfIdentity.set(launch.identity, [...known, holder]);
		holder.name = name;
		holders.set(launch.peer, holder);
		circle.arrive(holder, collisionKeysOf(launch.names[0]));
	}
	for (const gone of departures.slice(nextDeparture)) {
		const holder = holders.get(gone.peer);
		if (holder) circle.leave(holder);
	}
	// Renames are applied after all arrivals and departures. A rename can change only the hue of the person who took the
	// name.
	for (const {peer, names} of ordered) {
		const holder = holders.get(peer);
		for (const name of names.slice(1)) if (holder) circle.rename(holder, collisionKeysOf(name));
	}
	return new Map(Array.from(holders, ([peer, {hue}]) => [peer, hue]));
}

function compareEnds({ended: a}: Launch, {ended: b}: Launch): number {
	return a && b ? compareOrder(a, b) : 0;
}

function collisionKeysOf(name: NameChange | undefined): readonly string[] {
	return name ? collisionKeys(name) : [];
}

function createHolder({identity, names}: Launch, others: number): Holder {
	const hash = hashText(others === 0 ? identity : `${identity} ${others}`);
	return {hue: -1, hash, name: foldText(names[0]?.name ?? ''), presentLaunches: 0, collisionKeys: new Set()};
}

/**
 * Counts how many people have each hue, and chooses hues. The hues form a circle, so the first and the last are
 * neighbours.
 */
function createCircle() {
	const present = new Array<number>(HUE_COUNT).fill(0);
	const absent = new Array<number>(HUE_COUNT).fill(0);
	const equalNames = new Map<string, number[]>();

	const countsOf = (key: string): number[] => {
		const counts = equalNames.get(key) ?? new Array<number>(HUE_COUNT).fill(0);
		equalNames.set(key, counts);
		return counts;
	};
	const add = (counts: number[], hue: number, by: number) => {
		if (hue >= 0) counts[hue] = (counts[hue] ?? 0) + by;
	};

	/** Adds a holder to the numbers of people per hue (`by` 1), or removes the holder from them (`by` -1). */
	function count(holder: Holder, by: 1 | -1): void {
		add(holder.presentLaunches > 0 ? present : absent, holder.hue, by);
		for (const key of holder.collisionKeys) add(countsOf(key), holder.hue, by);
	}

	/** Cost of a hue for a holder, who must not be counted in `present`, `absent` and `equalNames`. */
	function costOf(holder: Holder, hue: number): number {
		const at = (counts: readonly number[], index: number) => counts[(index + HUE_COUNT) % HUE_COUNT] ?? 0;
		const equal = [...holder.collisionKeys].reduce((most, key) => Math.max(most, at(countsOf(key), hue)), 0);
		const neighbours = Math.min(2, at(present, hue - 1) + at(present, hue + 1));
		return (
			COST_OF_PRESENT * at(present, hue) +
			COST_OF_EQUAL_NAME * Math.min(equal, 99) +
			COST_OF_NEIGHBOUR * neighbours +
			COST_OF_ABSENT * Math.min(at(absent, hue), 99)
		);
	}

	/** The hue with the least cost. The hash decides between hues of equal cost. */
	function chooseHue(holder: Holder): number {
		let best = 0;
		let bestCost = Number.POSITIVE_INFINITY;
		for (let step = 0; step < HUE_COUNT; step++) {
			const hue = (holder.hash + step) % HUE_COUNT;
			const cost = costOf(holder, hue);
			if (cost < bestCost) [best, bestCost] = [hue, cost];
		}
		return best;
	}

	/**
	 * Chooses a hue for a holder that has none, or whose hue has more conflicts than another hue. A conflict is another
	 * holder of the same hue who is present or has an equal name.
	 */
	function settle(holder: Holder): void {
		const conflicts = (hue: number) => Math.floor(costOf(holder, hue) / COST_OF_EQUAL_NAME);
		if (holder.hue >= 0 && conflicts(holder.hue) === 0) return;
		const chosen = chooseHue(holder);
		if (holder.hue < 0 || conflicts(chosen) < conflicts(holder.hue)) holder.hue = chosen;
	}

	return {
		arrive(holder: Holder, names: readonly string[]): void {
			count(holder, -1);
			for (const key of names) holder.collisionKeys.add(key);
			if (holder.presentLaunches === 0 || holder.hue < 0) settle(holder);
			holder.presentLaunches++;
			count(holder, 1);
		},
		leave(holder: Holder): void {
			count(holder, -1);
			holder.presentLaunches--;
			count(holder, 1);
		},
		rename(holder: Holder, names: readonly string[]): void {
			count(holder, -1);
			for (const key of names) holder.collisionKeys.add(key);
			settle(holder);
			count(holder, 1);
		},
	};
}

/** Hash of a text (FNV-1a with 32 bits). It is the same on all nodes, and spreads texts evenly over the hues. */
function hashText(text: string): number {
	let hash = 0x811c9dc5;
	for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
	return hash;
}
