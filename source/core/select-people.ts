/**
 * Who is shown in a list and counted: people, not launches. Whoever is present is shown, twice if present twice; somebody
 * absent once, by the newest launch, and only if no launch of the same person under the same name is present. Our own
 * earlier launches are ourselves.
 */

import {compareOrder} from './event-order.js';
import {memoise} from './memoise.js';
import {isPresent, type PeerView, type RankedView, selectRanked} from './select-peers.js';
import type {State} from './state.js';

function isNewer(a: RankedView, b: RankedView | undefined): boolean {
	return b?.joined === undefined || (a.joined !== undefined && compareOrder(a.joined, b.joined) > 0);
}

/** The newest launch of each person. */
function newestByPerson(ranked: readonly RankedView[]): Map<string, RankedView> {
	const newest = new Map<string, RankedView>();
	for (const launch of ranked) if (isNewer(launch, newest.get(launch.personKey))) newest.set(launch.personKey, launch);
	return newest;
}

/** A log of years holds thousands who left, and links change every other second. */
const selectDepartedPeople = memoise(
	(state: State) => [selectRanked(state).gone],
	state => newestByPerson(selectRanked(state).gone),
);

/** In the order of selectPeers. */
export const selectPeople: (state: State) => readonly PeerView[] = memoise(
	state => [selectRanked(state), state.launches],
	state => {
		const {living, gone} = selectRanked(state);
		const left = selectDepartedPeople(state);
		const present = new Set(living.filter(({view}) => isPresent(view.status)).map(({personKey}) => personKey));
		const newest = newestByPerson(living);
		const isOurs = ({view}: RankedView) => state.launches[view.peer] !== undefined && view.status !== 'self';
		const isShown = (one: RankedView): boolean =>
			isPresent(one.view.status) ||
			(!present.has(one.personKey) &&
				newest.get(one.personKey) === one &&
				!isNewer(left.get(one.personKey) ?? one, one));
		const shown = living.filter(isShown);
		const persons = new Set(shown.map(({personKey: person}) => person));
		const parted = gone.filter(one => left.get(one.personKey) === one && !persons.has(one.personKey) && !isOurs(one));
		return [...shown, ...parted].map(({view}) => view);
	},
);

/** Those other than us who are reachable now. */
export const selectConnectedCount: (state: State) => number = memoise(
	state => [selectPeople(state)],
	state => selectPeople(state).filter(({status}) => status === 'connected' || status === 'suspect').length,
);

/** Those other than us who have not left. */
export const selectKnownCount: (state: State) => number = memoise(
	state => [selectPeople(state)],
	state => selectPeople(state).filter(({status}) => status !== 'self' && status !== 'left').length,
);

/** The first peer of a list that is not this node itself, else the first one: where a selection in the list starts. */
export function firstOtherPeer(peers: readonly PeerView[]): PeerView | undefined {
	return peers.find(({status}) => status !== 'self') ?? peers[0];
}
