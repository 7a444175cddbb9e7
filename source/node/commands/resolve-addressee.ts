/**
 * Finds the addressee of a whisper. This is stricter than `resolvePerson`, because a private text must not reach
 * another person of the same name. The name must be complete, and exactly one known person may have it. People who are
 * absent count too.
 */
import {isPeerId, isWritten, type PeerId, writerOf} from '../../core/event.js';
import {findPeersByName, groupByPerson} from '../../core/find-peers.js';
import {personKeyOf} from '../../core/name-collisions.js';
import {isPresent, type PeerView, selectPeer} from '../../core/select-peers.js';
import type {State} from '../../core/state.js';
import {entryAt} from '../../core/timeline.js';
import {type Person, parsePerson} from './parse-command.js';
import {suggestPeople, typedReference} from './resolve-arguments.js';

/** Number of newest rows of the timeline that are searched for the session that wrote last. */
const MAX_SEARCHED_ROWS = 2000;

/** Session of the addressee that receives the whisper. If it cannot be sent, a sentence for the user that says why. */
export function resolveAddressee(person: Person, state: State): PeerView | {readonly error: string} {
	const typed = person.fingerprint ? `${person.name}#${person.fingerprint}` : person.name;
	const people = groupByPerson(state, findPeersByName(state, typed, 'anybody'));
	const [sessions] = people;
	if (!sessions) return {error: unknownAddressee(typed, suggestPeople(state, person))};
	if (people.length > 1) {
		const forms = people.slice(0, 5).flatMap(([view]) => (view ? [typedReference(view)] : []));
		return {error: `Several people are or were called “${person.name}”. Use ${forms.join(' or ')}. Nothing was sent.`};
	}
	if (sessions.some(({status}) => status === 'self')) return {error: 'You cannot whisper to yourself.'};
	const present = sessions.filter(({status}) => isPresent(status));
	const [first] = present;
	if (!first) {
		const left = sessions.every(({status}) => status === 'left');
		return {error: `“${person.name}” ${left ? 'has left' : 'is not connected'}. Nothing was sent.`};
	}
	if (first.trust === 'impostor' && !person.fingerprint)
		return {
			error: `This “${first.name}” is not the person you verified. Nothing was sent. To whisper to them, use ${typedReference(first)}.`,
		};
	return present.length === 1 ? first : latestWriter(state, present, first);
}

/** Like `resolveAddressee`, for a text that is either a peer id or a name in the form of /msg. */
export function findAddressee(to: string, state: State): {readonly peer: PeerId} | {readonly error: string} {
	return isPeerId(to) ? {peer: to} : resolveAddressee(parsePerson(to), state);
}

/** Session of a person that wrote last. Returns `first` if no session of the person wrote any of the newest rows. */
function latestWriter({timeline}: State, sessions: readonly PeerView[], first: PeerView): PeerView {
	const stop = Math.max(0, timeline.length - MAX_SEARCHED_ROWS);
	for (let index = timeline.length - 1; index >= stop; index--) {
		const row = entryAt(timeline, index);
		const writer = row && writerOf(row);
		const session = sessions.find(({peer}) => peer === writer);
		if (session) return session;
	}
	return first;
}

function unknownAddressee(typed: string, forms: readonly string[]): string {
	const nobody = `Nobody here is called “${typed}”. Nothing was sent.`;
	return forms.length === 0 ? `${nobody} /who lists the names.` : `${nobody} Did you mean ${forms.join(' or ')}?`;
}

export const NO_WHISPERER = 'Nobody has whispered to you since you started. Use /msg NAME TEXT.';

/**
 * Addressee of a line that begins with /r, for the modes in which the terminal passes on whole lines. There the program
 * does not know when the user began to type. The user can mean anybody who has whispered since the user last wrote, or
 * the person whom /r would have answered at that time. If these are several people, the result is an error.
 */
export function replyAddressee(state: State): {readonly peer: PeerId} | {readonly error: string} {
	const {timeline, launch} = state;
	/** People who have whispered to the user: from a key of the person to the peer id of the person's newest session. */
	const whisperers = new Map<string, PeerId>();
	let hasWritten = false;
	const stop = Math.max(0, timeline.length - MAX_SEARCHED_ROWS);
	for (let index = timeline.length - 1; index >= stop; index--) {
		const row = entryAt(timeline, index);
		if (!row || row.peer !== launch?.peer) continue;
		if (row.type === 'whisper' && !row.own) {
			const person = personKeyOf(state, row.subject);
			if (!whisperers.has(person)) whisperers.set(person, row.subject);
			if (hasWritten) break;
		} else if (row.type === 'whisper' || isWritten(row)) hasWritten = true;
	}
	const [peer, ...others] = whisperers.values();
	if (!peer) return {error: NO_WHISPERER};
	if (others.length === 0) return {peer};
	const views = [...whisperers.values()].flatMap(one => selectPeer(state, one) ?? []);
	const forms = views.slice(0, 5).map(typedReference);
	return {error: `Several people have whispered to you: use /msg with ${forms.join(' or ')}. Nothing was sent.`};
}

/** Peer that whispered to this user last in this run, for /r. Undefined if nobody has. */
export function lastWhisperer({timeline, launch}: State): PeerView['peer'] | undefined {
	const stop = Math.max(0, timeline.length - MAX_SEARCHED_ROWS);
	for (let index = timeline.length - 1; index >= stop; index--) {
		const row = entryAt(timeline, index);
		if (row?.type === 'whisper' && !row.own && row.peer === launch?.peer) return row.subject;
	}
	return undefined;
}
