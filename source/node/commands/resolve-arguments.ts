/** Finds what the argument of a command refers to: a person for a typed name, a time for a typed time. Pure. */
import {findPeersByName, findPeersByNamePrefix, groupByPerson, suggestNames} from '../../core/find-peers.js';
import type {PeerView} from '../../core/select-peers.js';
import {selectPeople} from '../../core/select-people.js';
import type {State} from '../../core/state.js';
import {parseTime, resolveLastTime, TIME_FORMS} from '../parse-time.js';
import {type Person, quoteName, unquote} from './parse-command.js';

/**
 * Finds the only person with this name. If nobody has it, finds the only person whose name begins with it. With a
 * fingerprint the name must be complete. `anybody`: people who are absent are considered like those who are present,
 * and the name must be complete. The error is a sentence for the user that suggests other names.
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

/** Text by which a user can refer to exactly this person: NAME#FINGERPRINT. The name is in quotes if necessary. */
export function typedReference({name, fingerprint}: Pick<PeerView, 'name' | 'fingerprint'>): string {
	return `${quoteName(name)}#${fingerprint}`;
}

/**
 * People whom the user may have meant, as arguments that can be typed: the person with this fingerprint, otherwise
 * people with similar names.
 */
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

/**
 * Finds the time for the argument of `/goto`. A time of day means the last time that the clock showed it before `now`
 * (wall clock in ms).
 */
export function resolveGotoTime(time: string, now: number): TimeResolution {
	const point = parseTime(unquote(time), now);
	if (!point) return {type: 'error', text: `Not a valid time. Use ${TIME_FORMS}.`};
	return {type: 'intent', intent: {type: 'goto', at: resolveLastTime(point, now)}};
}
