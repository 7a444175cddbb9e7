/** Runs a command on the chat node, or returns what the screen has to do. The result is data; nothing is thrown. */

import type {Trust} from '../../core/contacts.js';
import type {PeerId} from '../../core/event.js';
import {personKeyOf} from '../../core/name-collisions.js';
import {ownSessionOf} from '../../core/own-sessions.js';
import {formatRoundTrip, type PeerView, selectPeers} from '../../core/select-peers.js';
import {describeSharedIdentity, type PersonView, selectLongGone, selectPeople} from '../../core/select-people.js';
import {shownName} from '../../core/shown-name.js';
import type {State} from '../../core/state.js';
import {cleanLine} from '../../core/text.js';
import {formatSafetyNumber} from '../../feed/safety-number.js';
import type {ChatNode, SelfInfo} from '../chat-node.js';
import {replayCommand} from '../cli-hints.js';
import {describeNameTruncation} from '../conversation.js';
import type {InvitationInfo} from '../invitation.js';
import {runInvite} from './invite-command.js';
import {type BellMode, type Command, type Person, quoteName} from './parse-command.js';
import {lastWhisperer, resolveAddressee} from './resolve-addressee.js';
import {resolveGotoTime, resolvePerson} from './resolve-arguments.js';
import {cancelTypedFile, fetchTypedFile, shareTypedFile} from './typed-files.js';

/** An action that the caller performs, because it concerns the screen. */
export type Intent =
	| {
			readonly type:
				| 'help'
				| 'mark'
				| 'unread'
				| 'pins'
				| 'files'
				| 'copy'
				| 'times'
				| 'addresses'
				| 'net'
				| 'doctor'
				| 'quit'
				| 'peers';
	  }
	| {readonly type: 'search'; readonly text: string}
	/** `at`: wall clock, ms. */
	| {readonly type: 'goto'; readonly at: number}
	| {readonly type: 'mention'; readonly direction: 'prev' | 'next'}
	| {readonly type: 'bell'; readonly mode: BellMode}
	/** The timeline shows only this person; if undefined, everybody. */
	| {readonly type: 'filter'; readonly filter: {readonly key: string; readonly name: string} | undefined}
	| {readonly type: 'export'; readonly file: string}
	/** The safety number of a person was shown in `lines`. `person`: a reference to exactly this key, for /verify. */
	| {readonly type: 'verify'; readonly name: string; readonly person: Person; readonly lines: readonly string[]}
	/** The complete new list of hidden people: identity keys or peer ids. */
	| {readonly type: 'ignored'; readonly keys: readonly string[]};

export type CommandResult =
	/** `whisperedTo`: the command sent a whisper to this peer. `seq`: the command wrote this event, after some time. */
	| {readonly type: 'done'; readonly text?: string; readonly whisperedTo?: PeerId; readonly seq?: number}
	| {readonly type: 'error'; readonly text: string}
	/** `invitation`: an open window, whose QR code a screen shows too. */
	| {
			readonly type: 'lines';
			readonly title: string;
			readonly lines: readonly string[];
			readonly invitation?: InvitationInfo;
	  }
	/** The command takes time. Its result is never pending again. `text`: what the program does meanwhile. */
	| {readonly type: 'pending'; readonly text?: string; readonly result: Promise<CommandResult>}
	| {readonly type: 'intent'; readonly intent: Intent; readonly text?: string};

export interface CommandContext {
	readonly chatNode: ChatNode;
	readonly self: SelfInfo;
	/** Hidden people: identity keys or peer ids. */
	readonly ignored: readonly string[];
	/** Wall clock, ms. */
	readonly now: number;
}

export function runCommand(command: Command, context: CommandContext): CommandResult {
	const {chatNode} = context;
	switch (command.type) {
		case 'name': {
			const result = chatNode.rename(command.name);
			if ('refused' in result) return {type: 'error', text: result.refused};
			const truncation = describeNameTruncation(command.name);
			return truncation === undefined ? {type: 'done'} : {type: 'done', text: truncation};
		}
		case 'me': {
			const result = chatNode.post(command.text, {action: true});
			return 'refused' in result ? {type: 'error', text: result.refused} : {type: 'done'};
		}
		case 'whisper': {
			const addressee = resolveAddressee(command.person, chatNode.store.getState());
			return 'error' in addressee
				? {type: 'error', text: addressee.error}
				: whisper(addressee.peer, command.text, context);
		}
		case 'whisper-back': {
			const peer = lastWhisperer(chatNode.store.getState());
			return peer ? whisper(peer, command.text, context) : {type: 'error', text: NO_WHISPERER};
		}
		case 'peer':
			chatNode.addPeer(command.host, command.port);
			return {type: 'done', text: describeDial(command)};
		case 'drop-peer': {
			const name = `${command.host}${command.port === undefined ? '' : ` port ${command.port}`}`;
			return chatNode.dropPeer(command.host, command.port)
				? {type: 'done', text: `${name} is no longer dialled.`}
				: {type: 'error', text: `${name} is not being dialled. /net lists the addresses that are.`};
		}
		case 'who':
			return {
				type: 'lines',
				title: 'Who is here',
				lines: listPeople(chatNode.store.getState()),
			};
		case 'log':
			return {
				type: 'lines',
				title: 'Log',
				lines: [...formatLogLines(context.self), ...formatEarlierLogLines(context.self)],
			};
		case 'share':
			return {
				type: 'pending',
				text: `Reading ${cleanLine(command.file.path)}`,
				result: shareTypedFile(chatNode, command.file),
			};
		case 'fetch':
			return fetchTypedFile(chatNode, command.file);
		case 'cancel':
			return cancelTypedFile(chatNode, command.file);
		case 'goto':
			return resolveGotoTime(command.time, context.now);
		case 'ignore':
			return command.person ? ignorePerson(command.person, context) : listIgnored(context);
		case 'unignore':
			return unignorePerson(command.person, context);
		case 'verify':
			return verifyPerson(command.person, command.digits, context);
		case 'unverify':
			return unverifyPerson(command.person, context);
		case 'peers':
			return filterPeers(command.person, context);
		case 'invite': {
			const outcome = runInvite(command.invite, chatNode.invitation);
			return 'then' in outcome ? {type: 'pending', result: outcome} : outcome;
		}
		case 'search':
			return {type: 'intent', intent: {type: 'search', text: command.text}};
		case 'mention':
			return {type: 'intent', intent: {type: 'mention', direction: command.direction}};
		case 'bell':
			return {type: 'intent', intent: {type: 'bell', mode: command.mode}, text: bellDescriptions[command.mode]};
		case 'export':
			return {type: 'intent', intent: {type: 'export', file: command.file}};
		default:
			return {type: 'intent', intent: {type: command.type}};
	}
}

export const NO_WHISPERER = 'Nobody has whispered to you since you started. Use /msg NAME TEXT.';

function whisper(peer: PeerId, text: string, {chatNode}: CommandContext): CommandResult {
	const result = chatNode.whisper(peer, text);
	return 'refused' in result ? {type: 'error', text: result.refused} : {type: 'done', whisperedTo: peer};
}

const bellDescriptions: Readonly<Record<BellMode, string>> = {
	mentions: 'The bell rings when you are mentioned and the terminal is not focused.',
	all: 'The bell rings for every message while the terminal is not focused.',
	off: 'The bell is off.',
};

const TRUST_NOTES: Readonly<Record<Trust, string>> = {
	verified: ', verified',
	impostor: ', NOT the verified person with this name',
	unknown: '',
};

/** One line for each person, and one for all people who left long ago. */
function listPeople(state: State): string[] {
	const longGone = selectLongGone(state);
	const people = selectPeople(state);
	if (longGone.size < 2) return people.map(formatPersonLine);
	const names = [...new Set(people.filter(({peer}) => longGone.has(peer)).map(({name}) => quoteName(shownName(name))))];
	const more = names.length > MAX_NAMES_OF_GONE ? ' and others' : '';
	return [
		...people.filter(({peer}) => !longGone.has(peer)).map(formatPersonLine),
		`${longGone.size} people left more than ten minutes ago: ${names.slice(0, MAX_NAMES_OF_GONE).join(', ')}${more}`,
	];
}

const MAX_NAMES_OF_GONE = 20;

function formatPersonLine(view: PersonView): string {
	const {name, fingerprint, address, isAddressUnverified, status, roundTripMs, trust, sessions, isKeeper} = view;
	const shared = describeSharedIdentity(view);
	const notes = [
		...(isKeeper ? ['keeper'] : []),
		...(sessions.length > 1 ? [`${sessions.length} sessions`] : []),
		...(shared === '' ? [] : [shared]),
	];
	const where = address === undefined ? 'address unknown' : `${isAddressUnverified ? '~' : ''}${address}`;
	const time = roundTripMs === undefined ? '' : `, ${formatRoundTrip(roundTripMs)}`;
	return `${shownName(name)}#${fingerprint}  ${where}  ${[status === 'self' ? 'you' : status, ...notes].join(', ')}${time}${TRUST_NOTES[trust]}`;
}

/** Text of `/log`. It is also printed after the full screen has closed. */
export function formatLogLines(self: SelfInfo): string[] {
	if (!self.logPath) return ['This chat is not saved (--no-log).'];
	return [`Log: ${self.logPath}`, `Replay it: ${replayCommand(self, self.logPath)}`];
}

/** In a room without a secret, each run has its own log, so an earlier chat is in another log file. */
function formatEarlierLogLines(self: SelfInfo): string[] {
	const {earlierLog} = self;
	return earlierLog === undefined ? [] : [`Replay the previous chat: ${replayCommand(self, earlierLog)}`];
}

function describeDial({host, port, isPortAssumed}: Extract<Command, {type: 'peer'}>): string {
	if (!isPortAssumed) return `Dialling ${host} port ${port}. A failure is shown here, and all results by /net.`;
	return `Dialling ${host} port ${port}, because no port was given. /net over there shows the TCP port of that node: /peer HOST:PORT.`;
}

/** All peers of the same person. Each run of the program is a peer of its own. */
function peersOfPerson(view: PeerView, state: State): PeerId[] {
	const key = personKeyOf(state, view.peer);
	return selectPeers(state)
		.filter(({peer}) => personKeyOf(state, peer) === key)
		.map(other => other.peer);
}

function ignorePerson(person: Person, {chatNode, ignored}: CommandContext): CommandResult {
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

function unignorePerson(person: Person, {chatNode, ignored}: CommandContext): CommandResult {
	const state = chatNode.store.getState();
	const match = resolvePerson(person, state);
	if ('error' in match) return {type: 'error', text: match.error};
	const keys = ignored.filter(key => key !== personKeyOf(state, match.peer) && key !== match.peer);
	if (keys.length === ignored.length) return {type: 'error', text: `${match.name} is not hidden. See /ignore.`};
	chatNode.unignore(peersOfPerson(match, state));
	return {type: 'intent', intent: {type: 'ignored', keys}, text: `${match.name} is shown again.`};
}

function listIgnored({chatNode, ignored}: CommandContext): CommandResult {
	if (ignored.length === 0) return {type: 'done', text: 'Nobody is hidden. /ignore NAME hides a person.'};
	const state = chatNode.store.getState();
	const names = selectPeers(state).filter(view => ignored.includes(personKeyOf(state, view.peer)));
	return {type: 'lines', title: 'Hidden', lines: [...new Set(names.map(view => `${view.name}#${view.fingerprint}`))]};
}

function verifyPerson(
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
		'The verification counts for this room and its present secret. After a change of the secret, verify again.',
	];
}

function unverifyPerson(person: Person, {chatNode: {store, verification}}: CommandContext): CommandResult {
	const match = resolvePerson(person, store.getState(), 'anybody');
	if ('error' in match) return {type: 'error', text: match.error};
	const refusal = verification.forget(match.peer);
	if (refusal) return {type: 'error', text: refusal.refused};
	return {type: 'done', text: `${match.name}#${match.fingerprint} is not verified any more.`};
}

function filterPeers(person: Person | 'all' | undefined, {chatNode}: CommandContext): CommandResult {
	if (person === undefined) return {type: 'intent', intent: {type: 'peers'}};
	if (person === 'all') return {type: 'intent', intent: {type: 'filter', filter: undefined}};
	const state = chatNode.store.getState();
	const match = resolvePerson(person, state);
	if ('error' in match) return {type: 'error', text: match.error};
	const filter = {key: personKeyOf(state, match.peer), name: match.name};
	return {type: 'intent', intent: {type: 'filter', filter}};
}
