/** Whom a command means. Pure. */
import {findPeersByFirstWords, findPeersByName, proposeNames} from '../../core/find-peers.js';
import type {PeerView} from '../../core/select-peers.js';
import type {State} from '../../core/state.js';
import {type Person, quoteName} from './parse-command.js';

/**
 * The one person who goes by this name, else the one whose name begins with it; else in words who may have been meant.
 * With a fingerprint only the whole name counts.
 */
export function findOne(person: Person, state: State): PeerView | {readonly error: string} {
	const typed = person.fingerprint ? `${person.name}#${person.fingerprint}` : person.name;
	const named = findPeersByName(state, typed);
	const found = named.length > 0 || person.fingerprint ? named : findPeersByFirstWords(state, typed);
	const people = new Map(found.map(view => [view.fingerprint, view]));
	const [first] = people.values();
	if (!first) return {error: unknownPerson(typed, proposeNames(state, person.name))};
	if (people.size === 1) return first;
	const forms = [...people.values()].slice(0, 5).map(view => `${quoteName(view.name)}#${view.fingerprint}`);
	return {error: `several are called “${person.name}”; say which: ${forms.join(' or ')}`};
}

function unknownPerson(typed: string, names: readonly string[]): string {
	const nobody = `nobody here is called “${typed}”`;
	return names.length === 0
		? `${nobody}; /who lists names`
		: `${nobody}: did you mean ${names.map(quoteName).join(' or ')}? /who lists names`;
}
