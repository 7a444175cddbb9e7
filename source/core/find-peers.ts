/** Finding people by what somebody typed. */
import {foldName} from './namesakes.js';
import {nearest} from './nearest.js';
import {isPresent, type PeerView, selectPeers} from './select-peers.js';
import {selectPeople} from './select-people.js';
import type {State} from './state.js';

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
	const alike = views.filter(view => foldName(view.name) === foldName(name));
	if (alike.length > 0) return preferPresent(alike);
	const cut = name.lastIndexOf('#');
	const fingerprint = name.slice(cut + 1).toLowerCase();
	if (cut < 0 || fingerprint === '') return [];
	const folded = foldName(name.slice(0, cut));
	return preferPresent(
		views.filter(
			view =>
				(cut === 0 || foldName(view.name) === folded) &&
				(view.fingerprint.startsWith(fingerprint) || view.peer.startsWith(fingerprint)),
		),
	);
}

/** Those other than us whose name begins with these whole words, in any case; one who is present hides who is gone. */
export function findPeersByFirstWords(state: State, words: string): readonly PeerView[] {
	const folded = foldName(words).trim();
	if (folded === '') return [];
	return preferPresent(
		selectPeers(state).filter(({status, name}) => status !== 'self' && foldName(name).startsWith(`${folded} `)),
	);
}

const MAX_PROPOSED = 3;

/** Names other than ours that may have been meant by one that nobody bears, the nearest first, each once. */
export function proposeNames(state: State, typed: string): readonly string[] {
	const names = new Map<string, string>();
	for (const {status, name} of selectPeople(state)) {
		if (status !== 'self' && !names.has(foldName(name))) names.set(foldName(name), name);
	}
	const wanted = foldName(typed).trim();
	if (wanted === '') return [];
	const near = nearest(wanted, [...names.keys()]);
	const alike = [...names.keys()].filter(folded => {
		const words = folded.split(/\s+/u);
		return folded.startsWith(wanted) || words.includes(wanted) || nearest(wanted, words) !== undefined;
	});
	const proposed = [...new Set([...(near === undefined ? [] : [near]), ...alike])];
	return proposed.slice(0, MAX_PROPOSED).map(folded => names.get(folded) ?? folded);
}
