/** Finding people by what somebody typed. */
import {foldName} from './namesakes.js';
import {isPresent, type PeerView, selectPeers} from './select-peers.js';
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
