/** Commands that the program prints, so that the user can copy them into a shell. */
import {DEFAULT_PORT, DEFAULT_ROOM} from '../core/defaults.js';
import {quoteShellArgument} from '../core/shell-argument.js';
import type {SelfInfo} from './chat-node.js';

/** Command that starts the program if it was installed as the readme describes. */
export const PROGRAM_COMMAND = 'npx p2pchat-ink';

/** Command that replays a log on this computer. */
export function replayCommand(
	{programCommand = PROGRAM_COMMAND}: Pick<SelfInfo, 'programCommand'>,
	path: string,
): string {
	return `${programCommand} replay ${quoteShellArgument(path)}`;
}

/** Whether this node uses only loopback, so that only nodes on this computer can connect to it. */
export function usesLoopbackOnly({addresses}: Pick<SelfInfo, 'addresses'>): boolean {
	return addresses.length > 0 && addresses.every(address => address.startsWith('127.') || address === '::1');
}

/**
 * Command with which another person joins this room. It contains the room and the port only if they are not the
 * defaults. It never contains the secret, because the program asks for it.
 */
export function inviteCommand(self: RoomOptions & Pick<SelfInfo, 'programCommand'>): string {
	const {programCommand = PROGRAM_COMMAND} = self;
	return [`${usesLoopbackOnly(self) ? programCommand : PROGRAM_COMMAND} --name NAME`, ...roomOptions(self)].join(' ');
}

/**
 * Command for another computer which has downloaded this program from the window for guests: starts the program and
 * joins this room.
 */
export function packageCommand(self: RoomOptions): string {
	return ['npx ./p2pchat-ink.tgz --name YOU', ...roomOptions(self)].join(' ');
}

type RoomOptions = Pick<SelfInfo, 'room' | 'hasSecret' | 'udpPort' | 'addresses'>;

/** Options with which a node joins this room. Options with default values are left out. The secret is never included. */
function roomOptions(self: RoomOptions): string[] {
	const {room, hasSecret, udpPort} = self;
	return [
		...(room === DEFAULT_ROOM
			? []
			: [room.startsWith('-') ? `--room=${quoteShellArgument(room)}` : `--room ${quoteShellArgument(room)}`]),
		...(udpPort === DEFAULT_PORT ? [] : [`--port ${udpPort}`]),
		...(hasSecret ? ['--ask-secret'] : []),
		...(usesLoopbackOnly(self) ? ['--interface lo'] : []),
	];
}
