/** Finding people by what somebody typed. */

import {findClosest} from './fuzzy-match.js';
import {foldName} from './name-collisions.js';
import {fingerprintOf, isPresent, nameOf, type PeerView, selectPeers} from './select-peers.js';
import {selectPeople} from './select-people.js';
import type {State} from './state.js';
import type {TimelineEntry} from './timeline.js';

/** Those who are present, if any of them is meant; else all. */
function preferPresent(views: readonly PeerView[]): readonly PeerView[] {
	const present = views.filter(({status}) => isPresent(status));
	return present.length > 0 ? present : views;
}

/**
 * Peers by NAME or NAME#FINGERPRINT (the start of it is enough; the name may be left out), in any case. One who is
 * present hides namesakes who are gone; who goes by exactly this name hides those who differ in case.
 */
export function findPeersByName(state: State, name: string): readonly PeerView[] {
	const views = selectPeers(state);
	const exact = views.filter(view => view.name === name);
	if (exact.length > 0) return preferPresent(exact);
	const caseInsensitive = views.filter(view => foldName(view.name) === foldName(name));
	if (caseInsensitive.length > 0) return preferPresent(caseInsensitive);
	const separator = name.lastIndexOf('#');
	const fingerprint = name.slice(separator + 1).toLowerCase();
	if (separator < 0 || fingerprint === '') return [];
	const folded = foldName(name.slice(0, separator));
	return preferPresent(
		views.filter(
			view =>
				(separator === 0 || foldName(view.name) === folded) &&
				(view.fingerprint.startsWith(fingerprint) || view.peer.startsWith(fingerprint)),
		),
	);
}

/** Those other than us whose name begins with these whole words, in any case; one who is present hides who is gone. */
export function findPeersByNamePrefix(state: State, words: string): readonly PeerView[] {
	const folded = foldName(words).trim();
	if (folded === '') return [];
	return preferPresent(
		selectPeers(state).filter(({status, name}) => status !== 'self' && foldName(name).startsWith(`${folded} `)),
	);
}

const MAX_SUGGESTIONS = 3;

/** Names other than ours that may have been meant by one that nobody bears, the nearest first, each once. */
export function suggestNames(state: State, typed: string): readonly string[] {
	const names = new Map<string, string>();
	for (const {status, name} of selectPeople(state)) {
		if (status !== 'self' && !names.has(foldName(name))) names.set(foldName(name), name);
	}
	const wanted = foldName(typed).trim();
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
 * Whether an event was written by who is called `wanted`: the name as it was when the event was written, in any case,
 * NAME#fingerprint (its start is enough), or a whole peer id. Nobody wrote what we saw ourselves.
 */
export function matchesAuthor(state: State, {peer, seq}: TimelineEntry, author: string): boolean {
	if (seq === 0) return false;
	if (peer === author.toLowerCase()) return true;
	const name = foldName(nameOf(state, peer, seq));
	if (name === foldName(author)) return true;
	const separator = author.lastIndexOf('#');
	const fingerprint = author.slice(separator + 1).toLowerCase();
	return (
		separator >= 0 &&
		fingerprint !== '' &&
		name === foldName(author.slice(0, separator)) &&
		fingerprintOf(state, peer).startsWith(fingerprint)
	);
}
