/** Commands that we print: they can be run as they stand, from where this program was installed. */
import type {SelfInfo} from './session.js';

export const PROGRAM = 'npx p2pchat-ink';

const DEFAULT_ROOM = 'lan';
const DEFAULT_PORT = 47_474;

/** For a POSIX shell, PowerShell and, spaces apart, cmd. */
export function quoteWord(word: string): string {
	if (/^[\w@%+=:,./\\-]+$/.test(word) && !word.startsWith('-')) return word;
	if (/^[^"$`!'\\]*$/.test(word) || /^[A-Za-z]:\\[^"$`!]*$/.test(word)) return `"${word}"`;
	return `'${word.replaceAll("'", `'\\''`)}'`;
}

export function replayCommand(path: string): string {
	return `${PROGRAM} replay ${quoteWord(path)}`;
}

/** Only this computer itself is in use: whoever wants to meet us has to be on it. */
export function isHereOnly({addresses}: Pick<SelfInfo, 'addresses'>): boolean {
	return addresses.length > 0 && addresses.every(address => address.startsWith('127.') || address === '::1');
}

/** What somebody types to meet us: our room, port and way of the secret, where they are not the usual ones. */
export function inviteCommand(self: Pick<SelfInfo, 'room' | 'hasSecret' | 'udpPort' | 'addresses'>): string {
	const {room, hasSecret, udpPort} = self;
	return [
		`${PROGRAM} --name NAME`,
		...(room === DEFAULT_ROOM
			? []
			: [room.startsWith('-') ? `--room=${quoteWord(room)}` : `--room ${quoteWord(room)}`]),
		...(udpPort === DEFAULT_PORT ? [] : [`--port ${udpPort}`]),
		...(hasSecret ? ['--ask-secret'] : []),
		...(isHereOnly(self) ? ['--interface lo'] : []),
	].join(' ');
}
