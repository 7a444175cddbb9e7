/** Commands about one person: hide the person, verify the person, or show only this person in the timeline. */
import type {PeerId} from '../../core/event.js';
import {personKeyOf} from '../../core/name-collisions.js';
import {ownSessionOf} from '../../core/own-sessions.js';
import {type PeerView, selectPeers} from '../../core/select-peers.js';
import type {State} from '../../core/state.js';
import {formatSafetyNumber} from '../../feed/safety-number.js';
import type {CommandContext, CommandResult} from './command-result.js';
import {type Person, quoteName} from './parse-command.js';
import {resolvePerson} from './resolve-arguments.js';

/** All peers that belong to the same person. Each run of the program is a new peer. */
function peersOfPerson(view: PeerView, state: State): PeerId[] {
	const key = personKeyOf(state, view.peer);
	return selectPeers(state)
		.filter(({peer}) => personKeyOf(state, peer) === key)
		.map(other => other.peer);
}

export function ignorePerson(person: Person, {chatNode, ignored}: CommandContext): CommandResult {
	const state = chatNode.store.getState();
	const match = resolvePerson(person, state);
	if ('error' in match) return {type: 'error', text: match.error};
	if (match.status === 'self') return {type: 'error', text: 'You cannot hide yourself.'};
	if (ownSessionOf(state, match.peer))
		return {type: 'error', text: `${match.name} has your own identity, so hiding them would hide you.`};
	const keys = [...new Set([...ignored, personKeyOf(state, match.peer)])];
	chatNode.ignore(peersOfPerson(match, state));
	const text = `${match.name}#${match.fingerprint} is hidden until you leave the program. /unignore ${match.name} shows them again.`;
	return {type: 'intent', intent: {type: 'ignored', keys}, text};
}

export function unignorePerson(person: Person, {chatNode, ignored}: CommandContext): CommandResult {
	const state = chatNode.store.getState();
	const match = resolvePerson(person, state);
	if ('error' in match) return {type: 'error', text: match.error};
	const keys = ignored.filter(key => key !== personKeyOf(state, match.peer) && key !== match.peer);
	if (keys.length === ignored.length) return {type: 'error', text: `${match.name} is not hidden. See /ignore.`};
	chatNode.unignore(peersOfPerson(match, state));
	return {type: 'intent', intent: {type: 'ignored', keys}, text: `${match.name} is shown again.`};
}

export function listIgnored({chatNode, ignored}: CommandContext): CommandResult {
	if (ignored.length === 0) return {type: 'done', text: 'Nobody is hidden. /ignore NAME hides a person.'};
	const state = chatNode.store.getState();
	const names = selectPeers(state).filter(view => ignored.includes(personKeyOf(state, view.peer)));
	return {type: 'lines', title: 'Hidden', lines: [...new Set(names.map(view => `${view.name}#${view.fingerprint}`))]};
}

export function verifyPerson(
	person: Person,
	digits: string | undefined,
	{chatNode: {store, verification}}: CommandContext,
): CommandResult {
	const state = store.getState();
	const match = resolvePerson(person, state, 'anybody');
	if ('error' in match) return {type: 'error', text: match.error};
	const name = `${match.name}#${match.fingerprint}`;
	if (digits !== undefined) {
		const refusal = verification.confirm(match.peer, digits);
		return refusal ? {type: 'error', text: refusal.refused} : {type: 'done', text: `${name} is verified.`};
	}

	const shown = verification.showNumber(match.peer);
	if ('refused' in shown) return {type: 'error', text: shown.refused};
	const reference = {name: match.name, fingerprint: match.peer};
	return {
		type: 'intent',
		intent: {type: 'verify', name, person: reference, lines: verificationLines(match, shown.number)},
	};
}

function verificationLines({name, fingerprint, trust}: PeerView, number: string): readonly string[] {
	return [
		`Safety number of you and ${name}#${fingerprint}:`,
		...formatSafetyNumber(number).map(line => `    ${line}`),
		`Ask ${name} for the number that /verify shows there: by voice or in person, not in this chat.`,
		...(trust === 'verified' ? ['You have verified this person already. /unverify takes it back.'] : []),
		`If both numbers are equal, confirm it: /verify ${quoteName(name)}#${fingerprint} and the last five digits.`,
		'The verification is valid for this room and its present secret. After a change of the secret, verify again.',
	];
}

export function unverifyPerson(person: Person, {chatNode: {store, verification}}: CommandContext): CommandResult {
	const match = resolvePerson(person, store.getState(), 'anybody');
	if ('error' in match) return {type: 'error', text: match.error};
	const refusal = verification.forget(match.peer);
	if (refusal) return {type: 'error', text: refusal.refused};
	return {type: 'done', text: `${match.name}#${match.fingerprint} is not verified any more.`};
}

export function filterPeers(person: Person | 'all' | undefined, {chatNode}: CommandContext): CommandResult {
	if (person === undefined) return {type: 'intent', intent: {type: 'peers'}};
	if (person === 'all') return {type: 'intent', intent: {type: 'filter', filter: undefined}};
	const state = chatNode.store.getState();
	const match = resolvePerson(person, state);
	if ('error' in match) return {type: 'error', text: match.error};
	const filter = {key: personKeyOf(state, match.peer), name: match.name};
	return {type: 'intent', intent: {type: 'filter', filter}};
}
