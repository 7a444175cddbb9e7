/**
 * Tells the user when one identity is used several times: the identity of this user in another session, or any identity
 * under two names. If a computer was copied together with the data folder of this program, two people have the same
 * identity and look like one person.
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
 * Minimum interval between two checks, in ms. A check examines all people, and many peers can join at once, perhaps on
 * purpose to cause load.
 */
const CHECK_INTERVAL_MS = 2000;

interface Parts {
	readonly store: Store;
	readonly notices: Notices;
	readonly clock: Pick<Clock, 'monotonic'>;
}

/** Begins to watch the store. There is at most one notice about each combination of an identity and names in a run. */
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
		// If it is too early for the next check, the next change of the state after the interval starts it. There will
		// be one, because connections are measured every few seconds.
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
