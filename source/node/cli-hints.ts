/** Command lines that the program prints for the user to copy. */
import {DEFAULT_PORT, DEFAULT_ROOM} from '../core/defaults.js';
import type {SelfInfo} from './chat-node.js';

export const PROGRAM_COMMAND = 'npx p2pchat-ink';

/** Quotes an argument for a POSIX shell and PowerShell; for cmd, if it has no character besides spaces to quote. */
export function quoteShellArgument(argument: string): string {
	if (/^[\w@%+=:,./\\-]+$/.test(argument) && !argument.startsWith('-')) return argument;
	if (/^[^"$`!'\\]*$/.test(argument) || /^[A-Za-z]:\\[^"$`!]*$/.test(argument)) return `"${argument}"`;
	return `'${argument.replaceAll("'", `'\\''`)}'`;
}

export function replayCommand(path: string): string {
	return `${PROGRAM_COMMAND} replay ${quoteShellArgument(path)}`;
}

/** Whether only loopback is in use, so that only nodes on this computer can connect. */
export function usesLoopbackOnly({addresses}: Pick<SelfInfo, 'addresses'>): boolean {
	return addresses.length > 0 && addresses.every(address => address.startsWith('127.') || address === '::1');
}

/** The command that joins this room: with room, port and secret where they are not the defaults. */
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
