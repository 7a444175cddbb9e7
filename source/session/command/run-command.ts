/** Does what a command says to the session, or says what the screen has to do: a result as data, never an exception. */
import {formatRoundTrip} from '../../core/format-round-trip.js';
import type {PeerId} from '../../core/ids.js';
import {findPeer} from '../../core/roster.js';
import {type PeerView, selectPeers} from '../../core/select-peers.js';
import {selectPeople} from '../../core/select-people.js';
import type {State} from '../../core/state.js';
import {describeCutName} from '../cut-name.js';
import {replayCommand} from '../printed-commands.js';
import type {SelfInfo, Session} from '../session.js';
import {findOne} from './find-one.js';
import {goTo} from './go-to-time.js';
import type {BellMode, Command, Person} from './parse-command.js';

/** What only somebody with a screen can do. */
export type Intent =
	| {readonly type: 'help' | 'mark' | 'unread' | 'copy' | 'times' | 'net' | 'doctor' | 'quit' | 'peers'}
	| {readonly type: 'search'; readonly text: string}
	/** Wall clock, ms. */
	| {readonly type: 'goto'; readonly at: number}
	| {readonly type: 'mention'; readonly direction: 'prev' | 'next'}
	| {readonly type: 'bell'; readonly mode: BellMode}
	/** Undefined: all. */
	| {readonly type: 'filter'; readonly filter: {readonly key: string; readonly name: string} | undefined}
	| {readonly type: 'export'; readonly file: string}
	/** The whole list of hidden people, as the session now has it. */
	| {readonly type: 'ignored'; readonly keys: readonly string[]};

export type CommandResult =
	| {readonly type: 'done'; readonly text?: string}
	| {readonly type: 'error'; readonly text: string}
	| {readonly type: 'lines'; readonly title: string; readonly lines: readonly string[]}
	| {readonly type: 'intent'; readonly intent: Intent; readonly text?: string};

export interface CommandContext {
	readonly session: Session;
	readonly self: SelfInfo;
	/** Hidden people: identity keys or peer ids. */
	readonly ignored: readonly string[];
	/** Wall clock, ms. */
	readonly now: number;
}

export function runCommand(command: Command, context: CommandContext): CommandResult {
	const {session} = context;
	switch (command.type) {
		case 'name': {
			const result = session.rename(command.name);
			if ('refused' in result) return {type: 'error', text: result.refused};
			const cut = describeCutName(command.name);
			return cut === undefined ? {type: 'done'} : {type: 'done', text: cut};
		}
		case 'me': {
			const result = session.post(command.text, {action: true});
			return 'refused' in result ? {type: 'error', text: result.refused} : {type: 'done'};
		}
		case 'peer':
			session.addPeer(command.host, command.port);
			return {type: 'done', text: `dialling ${command.host} port ${command.port}; /net shows how it goes`};
		case 'drop-peer': {
			const name = `${command.host}${command.port === undefined ? '' : ` port ${command.port}`}`;
			return session.dropPeer(command.host, command.port)
				? {type: 'done', text: `${name} is dialled no more`}
				: {type: 'error', text: `nothing named ${name} waits to be connected; /net lists what is dialled`};
		}
		case 'who':
			return {type: 'lines', title: 'Who is here', lines: selectPeople(session.store.getState()).map(whoLine)};
		case 'log':
			return {type: 'lines', title: 'Log', lines: [...logLines(context.self), ...earlierLines(context.self)]};
		case 'goto':
			return goTo(command.time, context.now);
		case 'ignore':
			return command.person ? ignore(command.person, context) : listIgnored(context);
		case 'unignore':
			return unignore(command.person, context);
		case 'peers':
			return filterPeers(command.person, context);
		case 'search':
			return {type: 'intent', intent: {type: 'search', text: command.text}};
		case 'mention':
			return {type: 'intent', intent: {type: 'mention', direction: command.direction}};
		case 'bell':
			return {type: 'intent', intent: {type: 'bell', mode: command.mode}, text: bellWords[command.mode]};
		case 'export':
			return {type: 'intent', intent: {type: 'export', file: command.file}};
		default:
			return {type: 'intent', intent: {type: command.type}};
	}
}

const bellWords: Readonly<Record<BellMode, string>> = {
	mentions: 'rings when you are mentioned and look elsewhere',
	all: 'rings for every message while you look elsewhere',
	off: 'never rings',
};

function whoLine({name, fingerprint, address, claimed, status, roundTripMs}: PeerView): string {
	const where = address === undefined ? 'address unknown' : `${claimed ? '~' : ''}${address}`;
	const time = roundTripMs === undefined ? '' : `, ${formatRoundTrip(roundTripMs)}`;
	return `${name}#${fingerprint}  ${where}  ${status === 'self' ? 'you' : status}${time}`;
}

/** The last words on the normal screen are the same. */
export function logLines(self: SelfInfo): string[] {
	if (!self.logPath) return ['Nothing is kept on disk (--no-log).'];
	return [`Log: ${self.logPath}`, `Replay it: ${replayCommand(self.logPath)}`];
}

/** What was said before in an open room is not part of this launch. */
function earlierLines({earlierLog}: SelfInfo): string[] {
	return earlierLog === undefined ? [] : [`What was said here before: ${replayCommand(earlierLog)}`];
}

function keyOf(view: PeerView, state: State): string {
	return findPeer(state.roster, view.peer)?.identity?.key ?? view.peer;
}

/** All peers of the same person: each launch is one. */
function peersOf(view: PeerView, state: State): PeerId[] {
	const key = keyOf(view, state);
	return selectPeers(state)
		.filter(other => keyOf(other, state) === key)
		.map(other => other.peer);
}

function ignore(person: Person, {session, ignored}: CommandContext): CommandResult {
	const state = session.store.getState();
	const found = findOne(person, state);
	if ('error' in found) return {type: 'error', text: found.error};
	if (found.status === 'self') return {type: 'error', text: 'that is you'};
	const keys = [...new Set([...ignored, keyOf(found, state)])];
	session.ignore(peersOf(found, state));
	const text = `${found.name}#${found.fingerprint} is hidden; /unignore ${found.name} shows them again`;
	return {type: 'intent', intent: {type: 'ignored', keys}, text};
}

function unignore(person: Person, {session, ignored}: CommandContext): CommandResult {
	const state = session.store.getState();
	const found = findOne(person, state);
	if ('error' in found) return {type: 'error', text: found.error};
	const keys = ignored.filter(key => key !== keyOf(found, state) && key !== found.peer);
	if (keys.length === ignored.length) return {type: 'error', text: `${found.name} is not hidden; /ignore lists who is`};
	session.unignore(peersOf(found, state));
	return {type: 'intent', intent: {type: 'ignored', keys}, text: `${found.name} is shown again`};
}

function listIgnored({session, ignored}: CommandContext): CommandResult {
	if (ignored.length === 0) return {type: 'done', text: 'nobody is hidden: /ignore NAME hides somebody'};
	const state = session.store.getState();
	const names = selectPeers(state).filter(view => ignored.includes(keyOf(view, state)));
	return {type: 'lines', title: 'Hidden', lines: [...new Set(names.map(view => `${view.name}#${view.fingerprint}`))]};
}

function filterPeers(person: Person | 'all' | undefined, {session}: CommandContext): CommandResult {
	if (person === undefined) return {type: 'intent', intent: {type: 'peers'}};
	if (person === 'all') return {type: 'intent', intent: {type: 'filter', filter: undefined}};
	const state = session.store.getState();
	const found = findOne(person, state);
	if ('error' in found) return {type: 'error', text: found.error};
	const filter = {key: keyOf(found, state), name: found.name};
	return {type: 'intent', intent: {type: 'filter', filter}};
}
