import {foldName} from './namesakes.js';
import {fingerprintOf, nameOf} from './select-peers.js';
import type {State, TimelineEntry} from './state.js';

/**
 * Whether an event was written by who is called `wanted`: the name as it was when the event was written, in any case,
 * NAME#fingerprint (its start is enough), or a whole peer id. Nobody wrote what we saw ourselves.
 */
export function isWrittenBy(state: State, {peer, seq}: TimelineEntry, wanted: string): boolean {
	if (seq === 0) return false;
	if (peer === wanted.toLowerCase()) return true;
	const name = foldName(nameOf(state, peer, seq));
	if (name === foldName(wanted)) return true;
	const cut = wanted.lastIndexOf('#');
	const fingerprint = wanted.slice(cut + 1).toLowerCase();
	return (
		cut >= 0 &&
		fingerprint !== '' &&
		name === foldName(wanted.slice(0, cut)) &&
		fingerprintOf(state, peer).startsWith(fingerprint)
	);
}
