/** Commands that we print: they can be run as they stand, from where this program was installed. */
import {DEFAULT_PORT, DEFAULT_ROOM} from '../core/defaults.js';
import type {SelfInfo} from './chat-node.js';

export const PROGRAM_COMMAND = 'npx p2pchat-ink';

/** For a POSIX shell, PowerShell and, spaces apart, cmd. */
export function quoteShellArgument(argument: string): string {
	if (/^[\w@%+=:,./\\-]+$/.test(argument) && !argument.startsWith('-')) return argument;
	if (/^[^"$`!'\\]*$/.test(argument) || /^[A-Za-z]:\\[^"$`!]*$/.test(argument)) return `"${argument}"`;
	return `'${argument.replaceAll("'", `'\\''`)}'`;
}

export function replayCommand(path: string): string {
	return `${PROGRAM_COMMAND} replay ${quoteShellArgument(path)}`;
}

/** Only this computer itself is in use: whoever wants to meet us has to be on it. */
export function usesLoopbackOnly({addresses}: Pick<SelfInfo, 'addresses'>): boolean {
	return addresses.length > 0 && addresses.every(address => address.startsWith('127.') || address === '::1');
}

/** What somebody types to meet us: our room, port and way of the secret, where they are not the usual ones. */
export function inviteCommand(self: Pick<SelfInfo, 'room' | 'hasSecret' | 'udpPort' | 'addresses'>): string {
	const {room, hasSecret, udpPort} = self;
	return [
		`${PROGRAM_COMMAND} --name NAME`,
		...(room === DEFAULT_ROOM
			? []
			: [room.startsWith('-') ? `--room=${quoteShellArgument(room)}` : `--room ${quoteShellArgument(room)}`]),
		...(udpPort === DEFAULT_PORT ? [] : [`--port ${udpPort}`]),
		...(hasSecret ? ['--ask-secret'] : []),
		...(usesLoopbackOnly(self) ? ['--interface lo'] : []),
	].join(' ');
}
