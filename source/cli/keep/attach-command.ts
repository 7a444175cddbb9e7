import {DEFAULT_ROOM} from '../../core/defaults.js';
import {quoteShellArgument} from '../../core/shell-argument.js';
import {ownProgramCommand} from '../program-command.js';

/** Command that opens the screen on the keeper of a room, for hints. */
export function attachCommand(room: string): string {
	return `${ownProgramCommand()} attach${roomArgument(room)}`;
}

/** Command that starts a keeper of a room, for hints. The user adds the secret. */
export function keepCommand(room: string): string {
	return `${ownProgramCommand()} keep${roomArgument(room)}`;
}

function roomArgument(room: string): string {
	return room === DEFAULT_ROOM ? '' : ` --room ${quoteShellArgument(room)}`;
}
