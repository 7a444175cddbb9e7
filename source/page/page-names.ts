/** Names on a page. People with equal or similar names are told apart by a number, because a page need not show fingerprints. */

import {confusableSkeleton} from '../core/confusables.js';
import type {PeerId} from '../core/event.js';
import {compareOrder} from '../core/event-order.js';
import {foldText} from '../core/fold-text.js';
import {personKey} from '../core/name-collisions.js';
import {findPeer, listPeers} from '../core/roster.js';
import {findName, formatFingerprintSuffix} from '../core/select-peers.js';
import {shownName} from '../core/shown-name.js';
import type {State} from '../core/state.js';
import {cleanText} from '../core/text.js';

/** Returns the name that a peer had at its event `seq`, by default its newest name. */
export type PageNames = (state: State, peer: PeerId, seq?: number) => string;

/**
 * Creates the names of one page. With fingerprints, a name that could be mistaken for the name of another person is
 * followed by the fingerprint. Without fingerprints, the second person with such a name is shown as `Bob (2)`. No
 * person can choose such a name, because shownName removes parentheses at the end of a name.
 *
 * `initial`: of several people with one name, the person who had the name first in this state gets no number. Without
 * `initial`, the person whose name is requested first gets no number. A page that begins with the newest rows needs
 * `initial`: otherwise the person who wrote last would get no number.
 */
export function createPageNames(withFingerprints: boolean, initial?: State): PageNames {
	/** For each name, normalised by foldText: the number of each person who uses the name, by person. */
	const numbersByName = new Map<string, Map<string, number>>();
	const nameOf: PageNames = (state, peer, seq) => {
		const name = shownName(cleanOneLine(findName(state, peer, seq) ?? '')) || 'Unnamed';
		if (withFingerprints) return name + formatFingerprintSuffix(state, peer, seq);
		const known = findPeer(state.roster, peer);
		const person = known ? personKey(known, state.launches) : peer;
		const key = foldText(confusableSkeleton(name));
		const numbers = numbersByName.get(key) ?? new Map<string, number>();
		numbersByName.set(key, numbers);
		const number = numbers.get(person) ?? numbers.size + 1;
		numbers.set(person, number);
		return number === 1 ? name : `${name} (${number})`;
	};
	const changes = listPeers(initial?.roster ?? []).flatMap(({peer, names}) => names.map(name => ({...name, peer})));
	if (initial) for (const {peer, seq} of changes.sort(compareOrder)) nameOf(initial, peer, seq);
	return nameOf;
}

/** A text without control characters on one line. */
export function cleanOneLine(text: string): string {
	return cleanText(text).replaceAll('\n', ' ');
}

/** Title of a page. `room` is empty if the log does not name the room. */
export function pageTitle(room: string): string {
	return room === '' ? 'Conversation' : `Room ${cleanOneLine(room)}`;
}
