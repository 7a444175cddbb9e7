/**
 * Tells the user when one identity is present several times: our own in another session, or one under two names. Computers
 * that were copied with their data folder share an identity, and then two people look like one.
 */
import type {Input} from '../core/event.js';
import {LruMap} from '../core/lru-map.js';
import {personKeyOf} from '../core/name-collisions.js';
import {addressOf} from '../core/select-peers.js';
import {type PersonView, selectPeople} from '../core/select-people.js';
import type {State} from '../core/state.js';
import type {Notices} from './notices.js';
import type {Store} from './store.js';

const MAX_NOTICES_REMEMBERED = 4096;

/** Begins to watch the store. Each combination of identity and names gives one notice in a launch. */
export function startIdentityMonitor({store, notices}: {readonly store: Store; readonly notices: Notices}): void {
	const told = new LruMap<string, true>(MAX_NOTICES_REMEMBERED);

	function tellOnce(key: string, tell: () => void): void {
		if (told.get(key)) return;
		told.set(key, true);
		tell();
	}

	function checkPerson(state: State, person: PersonView): void {
		const key = personKeyOf(state, person.peer);
		const [, other] = person.sessions;
		if (person.status === 'self' && other !== undefined)
			tellOnce(`session ${key}`, () => notices.ownSession(addressOf(state, other)?.address));
		if (person.hasOurIdentity && person.status === 'connected')
			tellOnce(`own ${person.name}`, () => notices.ownIdentityUsed(person.name, person.address));
		const names = [person.name, ...person.sharesIdentityWith].sort();
		const [first, second] = names;
		const isOurs = person.hasOurIdentity || person.status === 'self';
		if (isOurs || person.status !== 'connected' || first === undefined || second === undefined) return;
		tellOnce(`shared ${key} ${names.join(' ')}`, () => notices.identityShared(first, second));
	}

	store.subscribe((state, inputs) => {
		if (!state.launch || !inputs.some(mayChangePeople)) return;
		for (const person of selectPeople(state)) checkPerson(state, person);
	});
}

function mayChangePeople(input: Input): boolean {
	if (input.type === 'observed') return input.observation.type === 'peer-connected';
	return input.type === 'events' && input.events.some(({type}) => type === 'joined' || type === 'renamed');
}
