/** Resolves the arguments of commands: a typed name to a person, a typed time to a time. Pure. */
import {findPeersByName, findPeersByNamePrefix, groupByPerson, suggestNames} from '../../core/find-peers.js';
import type {PeerView} from '../../core/select-peers.js';
import type {State} from '../../core/state.js';
import {type Person, quoteName} from './parse-command.js';

/**
 * Finds the only person with this name, otherwise the only person whose name starts with it. A fingerprint requires the
 * full name. The error is a sentence for the user that suggests other names.
 */
export function resolvePerson(person: Person, state: State): PeerView | {readonly error: string} {
	const typedName = person.fingerprint ? `${person.name}#${person.fingerprint}` : person.name;
	const exactMatches = findPeersByName(state, typedName);
	const matches =
		exactMatches.length > 0 || person.fingerprint ? exactMatches : findPeersByNamePrefix(state, typedName);
	const people = groupByPerson(state, matches).flatMap(([newest]) => newest ?? []);
	const [first] = people;
	if (!first) return {error: unknownPerson(typedName, suggestNames(state, person.name))};
	if (people.length === 1) return first;
	const forms = people.slice(0, 5).map(view => `${quoteName(view.name)}#${view.fingerprint}`);
	return {error: `Several people are called “${person.name}”. Use ${forms.join(' or ')}.`};
}

function unknownPerson(typed: string, names: readonly string[]): string {
	const nobody = `Nobody here is called “${typed}”.`;
	return names.length === 0
		? `${nobody} /who lists the names.`
		: `${nobody} Did you mean ${names.map(quoteName).join(' or ')}? /who lists the names.`;
}

type TimeResolution =
	| {readonly type: 'intent'; readonly intent: {readonly type: 'goto'; readonly at: number}}
	| {readonly type: 'error'; readonly text: string};

const TIME_FORMATS = 'Use 14:05, 2026-11-22, 2026-11-22 14:05 or -10m (units: s, m, h, d).';

/** Resolves the argument of `/goto`. A time of day means its last occurrence before `now` (wall clock, ms). */
export function resolveTime(time: string, now: number): TimeResolution {
	const at = (ms: number): TimeResolution =>
		Number.isFinite(ms)
			? {type: 'intent', intent: {type: 'goto', at: ms}}
			: {type: 'error', text: `Not a valid time. ${TIME_FORMATS}`};
	const relative = /^-(\d{1,6})([smhd])$/.exec(time);
	if (relative)
		return at(now - Number(relative[1]) * ({s: 1, m: 60, h: 3600, d: 86_400}[relative[2] ?? 's'] ?? 1) * 1000);
	const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(time);
	if (clock) {
		const [hour, minute, second] = [Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0)];
		if (hour > 23 || minute > 59 || second > 59) return at(Number.NaN);
		const date = new Date(now);
		date.setHours(hour, minute, second, 0);
		if (date.getTime() > now) date.setDate(date.getDate() - 1);
		return at(date.getTime());
	}
	const date = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{1,2}):(\d{2}))?$/.exec(time);
	if (!date) return at(Number.NaN);
	return at(
		new Date(
			Number(date[1]),
			Number(date[2]) - 1,
			Number(date[3]),
			Number(date[4] ?? 0),
			Number(date[5] ?? 0),
		).getTime(),
	);
}
