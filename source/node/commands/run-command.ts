/**
 * Runs a slash command on the chat node. If the command concerns the screen, returns the action that the screen has to
 * perform. Every result is data. Nothing is thrown.
 */

import type {Trust} from '../../core/contacts.js';
import type {PeerId} from '../../core/event.js';
import {formatRoundTrip, statusWord} from '../../core/select-peers.js';
import {
	describeSharedIdentity,
	type PersonView,
	selectConnectedCount,
	selectKnownCount,
	selectLongGone,
	selectPeople,
} from '../../core/select-people.js';
import {shownName} from '../../core/shown-name.js';
import type {State} from '../../core/state.js';
import type {SelfInfo} from '../chat-node.js';
import {replayCommand} from '../cli-hints.js';
import {describeNameTruncation} from '../conversation.js';
import type {CommandContext, CommandResult} from './command-result.js';
import {runInvite} from './invite-command.js';
import {runMessageCommand} from './message-commands.js';
import {type BellMode, type Command, quoteName} from './parse-command.js';
import {
	filterPeers,
	ignorePerson,
	listIgnored,
	unignorePerson,
	unverifyPerson,
	verifyPerson,
} from './person-commands.js';
import {replyAddressee, resolveAddressee} from './resolve-addressee.js';
import {resolveGotoTime} from './resolve-arguments.js';
import {cancelTypedFile, fetchTypedFile, shareTypedFile} from './typed-files.js';

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
			const addressee = replyAddressee(chatNode.store.getState());
			return 'error' in addressee
				? {type: 'error', text: addressee.error}
				: whisper(addressee.peer, command.text, context);
		}
		case 'peer':
			chatNode.addPeer(command.host, command.port);
			return {type: 'done', text: describeDial(command)};
		case 'drop-peer': {
			const name = `${command.host}${command.port === undefined ? '' : ` port ${command.port}`}`;
			return chatNode.dropPeer(command.host, command.port)
				? {type: 'done', text: `${name} is no longer dialled.`}
				: {type: 'error', text: `${name} is not being dialled. /net lists the addresses that are dialled.`};
		}
		case 'who': {
			const state = chatNode.store.getState();
			return {
				type: 'lines',
				title: `Who is here (peers ${selectConnectedCount(state)}/${selectKnownCount(state)})`,
				lines: listPeople(state),
			};
		}
		case 'log':
			return {
				type: 'lines',
				title: 'Log',
				lines: [...formatLogLines(context.self), ...formatEarlierLogLines(context.self)],
			};
		case 'share':
			return {
				type: 'pending',
				text: 'Reading the file',
				result: shareTypedFile(chatNode, command.file),
			};
		case 'fetch':
			return fetchTypedFile(chatNode, command.file);
		case 'cancel':
			return cancelTypedFile(chatNode, command.file);
		case 'reply':
		case 'react':
		case 'correct':
		case 'withdraw':
		case 'thread':
		case 'pin':
		case 'unpin':
			return runMessageCommand(command, context);
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
			const outcome = runInvite(command.invite, chatNode.invitation, context.self);
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

/** Text of `/who`: one line for each person. If several people left long ago, a single line names all of them. */
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
	return `${shownName(name)}#${fingerprint}  ${where}  ${[statusWord(status), ...notes].join(', ')}${time}${TRUST_NOTES[trust]}`;
}

/** Text of `/log`. It is printed again after the full screen has closed. */
export function formatLogLines(self: SelfInfo): string[] {
	if (!self.logPath) return ['This chat is not saved (--no-log).'];
	return [`Log: ${self.logPath}`, `Replay it: ${replayCommand(self, self.logPath)}`];
}

/**
 * Command that replays the previous chat. In a room without a secret each run has a log of its own, so the previous
 * chat is in another file.
 */
function formatEarlierLogLines(self: SelfInfo): string[] {
	const {earlierLog} = self;
	return earlierLog === undefined ? [] : [`Replay the previous chat: ${replayCommand(self, earlierLog)}`];
}

function describeDial({host, port, isPortAssumed}: Extract<Command, {type: 'peer'}>): string {
	if (!isPortAssumed) return `Dialling ${host} port ${port}. A failure is shown here. /net shows all results.`;
	return `Dialling ${host} port ${port}, because no port was given. /net on the other computer shows the port of its node. Then use /peer HOST:PORT.`;
}
