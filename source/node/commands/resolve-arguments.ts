/** Resolves the arguments of commands: a typed name to a person, a typed time to a time. Pure. */
import {findPeersByName, findPeersByNamePrefix, groupByPerson, suggestNames} from '../../core/find-peers.js';
import type {PeerView} from '../../core/select-peers.js';
import {selectPeople} from '../../core/select-people.js';
import type {State} from '../../core/state.js';
import {parseTime, resolveLastTime, TIME_FORMS} from '../parse-time.js';
import {type Person, quoteName, unquote} from './parse-command.js';

/**
 * Finds the only person with this name, otherwise the only person whose name starts with it. A fingerprint requires the
 * full name. `anybody`: absent people are found like present ones, and the name must be complete. The error is a sentence
 * for the user that suggests other names.
 */
export function resolvePerson(
	person: Person,
	state: State,
	who: 'present-first' | 'anybody' = 'present-first',
): PeerView | {readonly error: string} {
	const typedName = person.fingerprint ? `${person.name}#${person.fingerprint}` : person.name;
	const exactMatches = findPeersByName(state, typedName, who);
	const matches =
		exactMatches.length > 0 || person.fingerprint || who === 'anybody'
			? exactMatches
			: findPeersByNamePrefix(state, typedName);
	const people = groupByPerson(state, matches).flatMap(([newest]) => newest ?? []);
	const [first] = people;
	if (!first) return {error: unknownPerson(typedName, suggestPeople(state, person))};
	if (people.length === 1) return first;
	const forms = people.slice(0, 5).map(typedReference);
	return {error: `Several people are called “${person.name}”. Use ${forms.join(' or ')}.`};
}

/** Form in which a user can type exactly this person: NAME#FINGERPRINT, with the name in quotes if necessary. */
export function typedReference({name, fingerprint}: Pick<PeerView, 'name' | 'fingerprint'>): string {
	return `${quoteName(name)}#${fingerprint}`;
}

/** Who the user may have meant, in the form of an argument: the person with this fingerprint, otherwise similar names. */
export function suggestPeople(state: State, {name, fingerprint}: Person): readonly string[] {
	const isMeant = (view: PeerView) => view.status !== 'self' && view.fingerprint === fingerprint;
	const meant = selectPeople(state).filter(isMeant).slice(0, 3);
	if (meant.length === 0) return suggestNames(state, name).map(quoteName);
	return meant.map(typedReference);
}

function unknownPerson(typed: string, forms: readonly string[]): string {
	const nobody = `Nobody here is called “${typed}”.`;
	return forms.length === 0
		? `${nobody} /who lists the names.`
		: `${nobody} Did you mean ${forms.join(' or ')}? /who lists the names.`;
}

type TimeResolution =
	| {readonly type: 'intent'; readonly intent: {readonly type: 'goto'; readonly at: number}}
	| {readonly type: 'error'; readonly text: string};

/** Resolves the argument of `/goto`. A time of day means its last occurrence before `now` (wall clock, ms). */
export function resolveGotoTime(time: string, now: number): TimeResolution {
	const point = parseTime(unquote(time), now);
	if (!point) return {type: 'error', text: `Not a valid time. Use ${TIME_FORMS}.`};
	return {type: 'intent', intent: {type: 'goto', at: resolveLastTime(point, now)}};
}
