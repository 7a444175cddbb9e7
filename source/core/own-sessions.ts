/**
 * Decides which launches (runs of the program) are this user's: the current one, an earlier one, or another one with
 * the same identity at the same time. Every output uses these functions.
 *
 * Several people can have one identity: they use copies of one data folder, for example from a virtual machine image.
 * A session that runs under another name at the same time therefore counts as another person.
 */
import type {PeerId} from './event.js';
import {compareOrder, type OrderKey} from './event-order.js';
import {foldText} from './fold-text.js';
import {memoise} from './memoise.js';
import {nameAt} from './name-collisions.js';
import {listPeerKeys} from './reduce-ephemeral.js';
import {findPeer} from './roster.js';
import type {State} from './state.js';

/**
 * Which run of the program a launch of this user is. `this`: the current run. `earlier`: a run before the current
 * one. `elsewhere`: another run with our identity at the same time.
 */
export type OwnSession = 'this' | 'earlier' | 'elsewhere';

const selectOwnIdentities = memoise(
	({roster, launch, launches}: State) => [launches, launch && findPeer(roster, launch.peer)?.identity],
	({roster, launches}) => new Set(listPeerKeys(launches).flatMap(peer => findPeer(roster, peer)?.identity?.key ?? [])),
);

/**
 * For this number of our newest earlier launches (runs of the program), this node records which peers have stored the
 * events of the launch. The number is limited, because a room may have thousands of launches.
 */
const MAX_OBSERVED_LAUNCHES = 16;

/** Our newest earlier launches, at most MAX_OBSERVED_LAUNCHES. */
export const selectEarlierLaunches: (state: State) => readonly PeerId[] = memoise(
	({launches, launch}: State) => [launches, launch?.peer],
	({launches, launch}) =>
		listPeerKeys(launches)
			.filter(peer => peer !== launch?.peer)
			.sort((a, b) => compareLaunches(launches[b], launches[a]))
			.slice(0, MAX_OBSERVED_LAUNCHES),
);

function compareLaunches(a: OrderKey | undefined, b: OrderKey | undefined): number {
	return a && b ? compareOrder(a, b) : 0;
}

/**
 * Which run of this user's program a launch is: `this`, `earlier` or `elsewhere`. Undefined for a launch of somebody
 * else.
 */
export function ownSessionOf(state: State, peer: PeerId): OwnSession | undefined {
	if (peer === state.launch?.peer) return 'this';
	if (state.launches[peer]) return 'earlier';
	if (!state.launch) return undefined;
	const known = findPeer(state.roster, peer);
	if (!known?.identity || !selectOwnIdentities(state).has(known.identity.key)) return undefined;
	const joinedLater = known.joined !== undefined && compareOrder(known.joined, state.launch) > 0;
	return joinedLater || Object.keys(known.contacts).length > 0 ? 'elsewhere' : 'earlier';
}

/**
 * Whether a launch (run of the program) is this user's. A run with our identity at the same time as this one counts
 * as ours only while it has the same name as this one.
 */
export function isOurs(state: State, peer: PeerId): boolean {
	const session = ownSessionOf(state, peer);
	return session === 'elsewhere' ? hasOurName(state, peer) : session !== undefined;
}

/** Whether a launch (run of the program) is the current one of this node or an earlier one. */
export function isOwnLaunch(state: State, peer: PeerId): boolean {
	const session = ownSessionOf(state, peer);
	return session === 'this' || session === 'earlier';
}

function hasOurName({roster, launch}: State, peer: PeerId): boolean {
	const nameOf = (id: PeerId | undefined) => {
		const known = id && findPeer(roster, id);
		return known && nameAt(known)?.name;
	};
	const own = nameOf(launch?.peer);
	return own !== undefined && foldText(own) === foldText(nameOf(peer) ?? '');
}
