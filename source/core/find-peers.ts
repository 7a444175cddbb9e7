/**
 * Search for peers by a typed name: NAME, NAME#FINGERPRINT or #FINGERPRINT. Letter case is ignored. The typed name
 * can be the one that the person chose, or the form of it that the screen shows.
 */

import type {PeerId} from './event.js';
import {foldText} from './fold-text.js';
import {findClosest} from './fuzzy-match.js';
import {longFingerprint, personKeyOf} from './name-collisions.js';
import {quoteUnclearName} from './quote-name.js';
import {findPeer} from './roster.js';
import {isPresent, nameOf, nameSeqOf, type PeerView, selectPeers} from './select-peers.js';
import {selectPeople} from './select-people.js';
import {shownName} from './shown-name.js';
import type {State} from './state.js';
import type {TimelineEntry} from './timeline.js';

const MAX_SUGGESTIONS = 3;

interface PersonReference {
	/** Typed name, folded for comparison (`foldText`); empty if the user typed only a fingerprint. */
	readonly foldedName: string;
	/** Beginning of a fingerprint, in lower case. */
	readonly fingerprint: string;
}

/**
 * Peers that match a typed NAME or NAME#FINGERPRINT.
 *
 * If `who` is `present-first` and the user typed only a name, the result contains the most likely peers. A name that
 * matches exactly excludes names that differ in case, and a present peer excludes absent ones. If `who` is `anybody`,
 * the result contains all peers with the name, so that the caller can ask which one is meant. Otherwise somebody who
 * calls themselves `bob` could receive what is meant for Bob while Bob is absent.
 *
 * A fingerprint always selects absent peers too. Otherwise somebody could take the place of an absent person with a
 * key whose fingerprint begins with the same digits.
 */
export function findPeersByName(
	state: State,
	text: string,
	who: 'present-first' | 'anybody' = 'present-first',
): readonly PeerView[] {
	const views = selectPeers(state);
	const called = views.filter(({name}) => name === text || isCalled(name, text));
	if (called.length > 0 && who === 'anybody') return called;
	const exact = called.filter(view => view.name === text);
	if (called.length > 0) return preferPresent(exact.length > 0 ? exact : called);
	const reference = parseReference(text);
	if (!reference) return [];
	const {foldedName, fingerprint} = reference;
	return views.filter(
		({name, peer}) => (foldedName === '' || isCalled(name, foldedName)) && hasFingerprint(state, peer, fingerprint),
	);
}

/**
 * Whether a typed text means the person called `name`. The text can be the name itself, the name without check marks
 * and without parentheses at its end, or the name in quotes.
 */
function isCalled(name: string, typed: string): boolean {
	const wanted = foldText(typed);
	const shown = shownName(name);
	return wanted !== '' && [name, shown, quoteUnclearName(shown)].some(form => foldText(form) === wanted);
}

/** Whether the fingerprint of a peer, or its peer id, begins with the typed digits. */
function hasFingerprint(state: State, peer: PeerId, digits: string): boolean {
	const known = findPeer(state.roster, peer);
	return peer.startsWith(digits) || (known !== undefined && longFingerprint(known).startsWith(digits));
}

/** Groups the peers in `views` by person. Present peers come before absent ones. */
export function groupByPerson(state: State, views: readonly PeerView[]): readonly (readonly PeerView[])[] {
	const people = new Map<string, PeerView[]>();
	for (const view of [...views].sort((a, b) => Number(isPresent(b.status)) - Number(isPresent(a.status)))) {
		const key = personKeyOf(state, view.peer);
		const peers = people.get(key);
		if (peers) peers.push(view);
		else people.set(key, [view]);
	}
	return [...people.values()];
}

/**
 * Peers, other than this node, whose name begins with `words` and has at least one more word. If one of these peers
 * is present, absent ones are left out.
 */
export function findPeersByNamePrefix(state: State, words: string): readonly PeerView[] {
	const folded = foldText(words).trim();
	if (folded === '') return [];
	return preferPresent(
		selectPeers(state).filter(({status, name}) => status !== 'self' && foldText(name).startsWith(`${folded} `)),
	);
}

/** Up to three names of other people that resemble a mistyped name, the closest first. */
export function suggestNames(state: State, typed: string): readonly string[] {
	const names = new Map<string, string>();
	for (const {status, name} of selectPeople(state)) {
		if (status !== 'self' && !names.has(foldText(name))) names.set(foldText(name), name);
	}
	const wanted = foldText(typed).trim();
	if (wanted === '') return [];
	const closest = findClosest(wanted, [...names.keys()]);
	const similar = [...names.keys()].filter(folded => {
		const words = folded.split(/\s+/u);
		return folded.startsWith(wanted) || words.includes(wanted) || findClosest(wanted, words) !== undefined;
	});
	const suggestions = [...new Set([...(closest === undefined ? [] : [closest]), ...similar])];
	return suggestions.slice(0, MAX_SUGGESTIONS).map(folded => names.get(folded) ?? folded);
}

/**
 * Whether `author` wrote a timeline row. `author` is the name that the writer had then, NAME#FINGERPRINT or a whole
 * peer id. Rows of our own observations other than whispers have no author.
 */
export function matchesAuthor(state: State, entry: TimelineEntry, author: string): boolean {
	const sender = senderOf(state, entry);
	if (!sender) return false;
	const {peer, seq} = sender;
	if (peer === foldText(author)) return true;
	const name = nameOf(state, peer, seq);
	if (isCalled(name, author)) return true;
	const reference = parseReference(author);
	return (
		reference !== undefined &&
		isCalled(name, reference.foldedName) &&
		hasFingerprint(state, peer, reference.fingerprint)
	);
}

/**
 * Who wrote a timeline row: the author of an event, or the sender of a whisper (private message). `seq` selects the
 * name that this peer had at that seq of its feed.
 */
function senderOf(state: State, entry: TimelineEntry): {peer: PeerId; seq: number | undefined} | undefined {
	if (entry.seq > 0) return entry;
	if (entry.type !== 'whisper') return undefined;
	const peer = entry.own ? entry.peer : entry.subject;
	return {peer, seq: nameSeqOf(state, peer, entry)};
}

/** Parses NAME#FINGERPRINT. Returns undefined if the text has no `#` with text after it. */
function parseReference(text: string): PersonReference | undefined {
	const separator = text.lastIndexOf('#');
	const fingerprint = foldText(text.slice(separator + 1));
	if (separator < 0 || fingerprint === '') return undefined;
	return {foldedName: foldText(text.slice(0, separator)), fingerprint};
}

/** Those of `views` whose peers are present; all of them if no peer is present. */
function preferPresent(views: readonly PeerView[]): readonly PeerView[] {
	const present = views.filter(({status}) => isPresent(status));
	return present.length > 0 ? present : views;
}
