/**
 * Selectors for people: the peers that a list shows and counts, one for each person instead of one for each launch.
 *
 * Every present peer is shown, so a person who runs two programs appears twice. An absent person appears once, as their
 * newest launch, and only if no launch under the same name is present. Our own earlier launches are not shown.
 */
import {compareOrder} from './event-order.js';
import {memoise} from './memoise.js';
import {isPresent, type PeerView, type RankedView, selectRanked} from './select-peers.js';
import type {State} from './state.js';

/** Whether launch `a` joined after launch `b`. A launch without a known `joined` is older than any other. */
function isNewer(a: RankedView, b: RankedView | undefined): boolean {
	return b?.joined === undefined || (a.joined !== undefined && compareOrder(a.joined, b.joined) > 0);
}

/** Newest launch of each person, by `personKey`. */
function newestByPerson(ranked: readonly RankedView[]): Map<string, RankedView> {
	const newest = new Map<string, RankedView>();
	for (const launch of ranked) if (isNewer(launch, newest.get(launch.personKey))) newest.set(launch.personKey, launch);
	return newest;
}

/** Cached separately from selectPeople, because links change every two seconds and an old log has thousands of departed peers. */
const selectDepartedPeople = memoise(
	(state: State) => [selectRanked(state).departed],
	state => newestByPerson(selectRanked(state).departed),
);

/** One view for each person, in the order of selectPeers. */
export const selectPeople: (state: State) => readonly PeerView[] = memoise(
	state => [selectRanked(state), state.launches],
	state => {
		const {active, departed} = selectRanked(state);
		const newestDeparted = selectDepartedPeople(state);
		const newestActive = newestByPerson(active);
		const present = new Set(active.filter(({view}) => isPresent(view.status)).map(({personKey}) => personKey));
		const isShown = (ranked: RankedView): boolean =>
			isPresent(ranked.view.status) ||
			(!present.has(ranked.personKey) &&
				newestActive.get(ranked.personKey) === ranked &&
				!isNewer(newestDeparted.get(ranked.personKey) ?? ranked, ranked));
		const shownActive = active.filter(isShown);
		const shownPersons = new Set(shownActive.map(({personKey}) => personKey));
		const isOurs = ({view}: RankedView) => state.launches[view.peer] !== undefined;
		const shownDeparted = departed.filter(
			ranked =>
				newestDeparted.get(ranked.personKey) === ranked && !shownPersons.has(ranked.personKey) && !isOurs(ranked),
		);
		return [...shownActive, ...shownDeparted].map(({view}) => view);
	},
);

/** Number of people other than us who are reachable now. */
export const selectConnectedCount: (state: State) => number = memoise(
	state => [selectPeople(state)],
	state => selectPeople(state).filter(({status}) => status === 'connected' || status === 'suspect').length,
);

/** Number of people other than us who have not left. */
export const selectKnownCount: (state: State) => number = memoise(
	state => [selectPeople(state)],
	state => selectPeople(state).filter(({status}) => status !== 'self' && status !== 'left').length,
);

/** Initial selection in a list of peers: the first peer that is not this node, or the first one if there is no other. */
export function firstOtherPeer(peers: readonly PeerView[]): PeerView | undefined {
	return peers.find(({status}) => status !== 'self') ?? peers[0];
}
