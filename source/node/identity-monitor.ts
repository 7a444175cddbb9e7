/**
 * Tells the user when one identity is present several times: our own in another session, or any identity under two names.
 * Computers that were copied with their data folder share an identity, and then two people look like one.
 */
import type {Clock} from '../core/environment.js';
import type {Input} from '../core/event.js';
import {LruMap} from '../core/lru-map.js';
import {personKeyOf} from '../core/name-collisions.js';
import {addressOf} from '../core/select-peers.js';
import {type PersonView, selectPeople} from '../core/select-people.js';
import type {State} from '../core/state.js';
import type {Notices} from './notices.js';
import type {Store} from './store.js';

const MAX_NOTICES_REMEMBERED = 4096;
/**
 * Minimum interval between two checks, ms. A check examines all people. Many peers may join at once, even on purpose,
 * to cause load.
 */
const CHECK_INTERVAL_MS = 2000;

interface Parts {
	readonly store: Store;
	readonly notices: Notices;
	readonly clock: Pick<Clock, 'monotonic'>;
}

/** Begins to watch the store. Each combination of an identity and names causes at most one notice per launch. */
export function startIdentityMonitor({store, notices, clock}: Parts): void {
	let isDue = false;
	let checkedAt = Number.NEGATIVE_INFINITY;
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
		isDue ||= inputs.some(mayChangePeople);
		// If it is too early for the next check, a later change of the state starts that check. Links are measured
		// every few seconds, so such a change follows soon.
		if (!state.launch || !isDue || clock.monotonic() - checkedAt < CHECK_INTERVAL_MS) return;
		isDue = false;
		checkedAt = clock.monotonic();
		for (const person of selectPeople(state)) checkPerson(state, person);
	});
}

function mayChangePeople(input: Input): boolean {
	if (input.type === 'observed') return input.observation.type === 'peer-connected';
	return input.type === 'events' && input.events.some(({type}) => type === 'joined' || type === 'renamed');
}
