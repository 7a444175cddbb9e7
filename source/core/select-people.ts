/**
 * Selectors for people: the only place that decides which launches are one person. Every list, count and detail of
 * people comes from here.
 *
 * A person is an identity under one name. All present launches (runs of the program) of a person are one row with a
 * number of sessions. An identity that is present under two names at the same time is two rows, because two people
 * who use copies of one data folder have the same identity. An absent person is one row, which shows the person's
 * newest launch, even if earlier launches had other names. Our own earlier launches are not listed.
 */
import type {PeerId} from './event.js';
import {compareOrder} from './event-order.js';
import {foldText} from './fold-text.js';
import {memoise, memoiseByKey} from './memoise.js';
import {personKeyOf} from './name-collisions.js';
import {ownSessionOf} from './own-sessions.js';
import {findPeer, listPeers} from './roster.js';
import {isPresent, nameOf, type PeerView, type RankedView, selectRanked, statusOf} from './select-peers.js';
import {shownName} from './shown-name.js';
import type {State} from './state.js';

/**
 * A person, with the data of one of the person's launches (runs of the program): the current launch for ourselves,
 * the newest one for others.
 */
export interface PersonView extends PeerView {
	/**
	 * Peer ids of the person's connected launches (runs of the program). The first is the launch whose data lists
	 * show. If none is connected, the array contains only this one.
	 */
	readonly sessions: readonly PeerId[];
	/**
	 * Whether the person has this user's identity but another name. Then this user runs the program twice, or
	 * somebody has a copy of this user's data folder.
	 */
	readonly hasOurIdentity: boolean;
	/** Other names under which the same identity is present at the same time. */
	readonly sharesIdentityWith: readonly string[];
}

/** Whether launch `a` joined after launch `b`. A launch whose `joined` is unknown counts as older than any other. */
function isNewer(a: RankedView, b: RankedView | undefined): boolean {
	return b?.joined === undefined || (a.joined !== undefined && compareOrder(a.joined, b.joined) > 0);
}

/** Newest launch of each person, by `personKey`. */
function newestByPerson(ranked: readonly RankedView[]): Map<string, RankedView> {
	const newest = new Map<string, RankedView>();
	for (const launch of ranked) if (isNewer(launch, newest.get(launch.personKey))) newest.set(launch.personKey, launch);
	return newest;
}

/** A person of whom no launch is present, with the key of the person. */
interface SettledPerson {
	readonly personKey: string;
	readonly person: PersonView;
}

const memoiseSettled = memoiseByKey<RankedView, SettledPerson>();

function settle(launch: RankedView, hasOurIdentity: boolean): SettledPerson {
	const {view, personKey} = launch;
	return memoiseSettled(launch, [hasOurIdentity], () => ({
		personKey,
		person: {...view, sessions: [view.peer], hasOurIdentity, sharesIdentityWith: []},
	}));
}

/**
 * People with a launch that is absent or has left: each by the newest such launch, the absent ones first. Cached separately
 * from selectPeople, which is computed again every two seconds, because a log can have thousands of such launches.
 */
const selectSettledPeople = memoise(
	(state: State) => [selectRanked(state).absent, selectRanked(state).departed, state.launches],
	state => {
		const {absent, departed} = selectRanked(state);
		const [newestAbsent, newestDeparted] = [newestByPerson(absent), newestByPerson(departed)];
		const isNewest = (launch: RankedView) =>
			newestAbsent.get(launch.personKey) === launch && !isNewer(newestDeparted.get(launch.personKey) ?? launch, launch);
		const shown = absent.filter(isNewest);
		const shownKeys = new Set(shown.map(({personKey}) => personKey));
		const shownDeparted = departed.filter(
			launch =>
				newestDeparted.get(launch.personKey) === launch &&
				!shownKeys.has(launch.personKey) &&
				ownSessionOf(state, launch.view.peer) === undefined,
		);
		return [...shown, ...shownDeparted].map(launch =>
			settle(launch, ownSessionOf(state, launch.view.peer) === 'elsewhere'),
		);
	},
);

/**
 * Groups the present launches (runs of the program) by person and name. The first launch in each group is the one
 * whose data lists show: the current one of this node, otherwise the newest.
 */
function groupSessions(present: readonly RankedView[]): Map<string, RankedView[]> {
	const groups = new Map<string, RankedView[]>();
	for (const launch of present) {
		const key = `${launch.personKey} ${launch.foldedName}`;
		const known = groups.get(key);
		if (known) known.push(launch);
		else groups.set(key, [launch]);
	}
	for (const launches of groups.values()) launches.sort((a, b) => a.rank - b.rank || (isNewer(a, b) ? -1 : 1));
	return groups;
}

/** One view for each person, in the order of selectPeers. */
export const selectPeople: (state: State) => readonly PersonView[] = memoise(
	state => [selectRanked(state), state.launches],
	state => {
		const {present} = selectRanked(state);
		const groups = [...groupSessions(present).values()];
		const shownFirst = new Map(groups.map(group => [group[0], group]));
		const namesByPerson = new Map<string, string[]>();
		for (const [shown] of groups) {
			if (shown) namesByPerson.set(shown.personKey, [...(namesByPerson.get(shown.personKey) ?? []), shown.view.name]);
		}
		const shownPresent = present.flatMap((launch): PersonView[] => {
			const group = shownFirst.get(launch);
			if (!group) return [];
			const {view, personKey} = launch;
			return [
				{
					...view,
					sessions: group.map(({view: {peer}}) => peer),
					hasOurIdentity: ownSessionOf(state, view.peer) === 'elsewhere',
					sharesIdentityWith: (namesByPerson.get(personKey) ?? []).filter(name => name !== view.name),
				},
			];
		});
		const settled = selectSettledPeople(state).filter(({personKey}) => !namesByPerson.has(personKey));
		return [...shownPresent, ...settled.map(({person}) => person)];
	},
);

/**
 * The listed person to whom a launch (one run of the program) belongs. Undefined if no listed person has this launch among
 * its sessions.
 */
export function findPerson(people: readonly PersonView[], peer: PeerId | undefined): PersonView | undefined {
	return people.find(person => peer !== undefined && (person.peer === peer || person.sessions.includes(peer)));
}

/**
 * Number of sessions: present launches (runs of the program) of the person to whom the launch `peer` belongs, under
 * the same name.
 */
export function countSessions(state: State, peer: PeerId): number {
	const key = personKeyOf(state, peer);
	// A launch without an identity is one person. This shortcut avoids selectPeople, which is slow while many peers
	// come and go.
	if (key === peer) return isPresent(statusOf(state, peer)) ? 1 : 0;
	const name = foldText(nameOf(state, peer));
	const person = selectPeople(state).find(
		view => isPresent(view.status) && personKeyOf(state, view.peer) === key && foldText(view.name) === name,
	);
	return person?.sessions.length ?? 0;
}

/**
 * All names that the user with a peer's identity has or had in any launch (run of the program). Empty for a peer
 * without an identity.
 */
export function namesOfIdentity({roster}: State, peer: PeerId): readonly string[] {
	const key = findPeer(roster, peer)?.identity?.key;
	if (key === undefined) return [];
	const launches = listPeers(roster).filter(({identity}) => identity?.key === key);
	return [...new Set(launches.flatMap(({names}) => names.map(({name}) => name)))];
}

/** Short remark for a list about a person whose identity is present under another name too. Empty if it is not. */
export function describeSharedIdentity({hasOurIdentity, sharesIdentityWith: [name]}: PersonView): string {
	if (hasOurIdentity) return 'your identity';
	return name === undefined ? '' : `same identity as ${shownName(name)}`;
}

/**
 * Number of people other than this user who are reachable now. Another run with this user's identity is counted only
 * if it has another name, because then somebody may have a copy of the data folder.
 */
export const selectConnectedCount: (state: State) => number = memoise(
	state => [selectPeople(state)],
	state => selectPeople(state).filter(({status}) => status !== 'self' && isPresent(status)).length,
);

/**
 * Number of present launches (runs of the program), other than the current one of this node. Other runs of this user
 * are counted.
 */
export const selectSessionCount: (state: State) => number = memoise(
	state => [selectPeople(state)],
	state =>
		selectPeople(state)
			.filter(({status}) => isPresent(status))
			.reduce((count, {status, sessions}) => count + sessions.length - (status === 'self' ? 1 : 0), 0),
);

/** Number of people other than this user who have not left, including lost ones. */
export const selectKnownCount: (state: State) => number = memoise(
	state => [selectPeople(state)],
	state => selectPeople(state).filter(({status}) => status !== 'self' && status !== 'left').length,
);

/** Initial selection in a list of peers: the first peer that is not this node, or the first one if there is no other. */
export function firstOtherPeer(peers: readonly PersonView[]): PersonView | undefined {
	return peers.find(({status}) => status !== 'self') ?? peers[0];
}

/** If a person left longer ago than this time in ms, lists do not show the name, but only count the person. */
const LEFT_LONG_AGO_MS = 10 * 60 * 1000;

/**
 * People who left more than LEFT_LONG_AGO_MS ago, each as the peer id of the launch that lists show. Lists count these
 * people in one line.
 */
export const selectLongGone: (state: State) => ReadonlySet<PeerId> = memoise(
	state => [selectPeople(state), state.loggedAt, state.ephemeral.now],
	state => {
		const since = Math.max(state.loggedAt, state.ephemeral.now) - LEFT_LONG_AGO_MS;
		const longGone = selectPeople(state).filter(({status, leftAt}) => status === 'left' && (leftAt ?? 0) < since);
		return new Set(longGone.map(({peer}) => peer));
	},
);
