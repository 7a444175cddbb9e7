/** Names of log files: `<room>-<YYYY-MM-DDTHH-MM-SS>-<4 hexadecimal digits>.p2plog`, local time. */
export const LOG_SUFFIX = '.p2plog';

const MAX_ROOM_LENGTH = 40;

/** `random`: 2 bytes, so that two launches in one second differ. */
export function makeLogName(room: string, at: Date, random: Uint8Array): string {
	const two = (value: number) => String(value).padStart(2, '0');
	const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
	const time = `${two(at.getHours())}-${two(at.getMinutes())}-${two(at.getSeconds())}`;
	const digits = Buffer.from(random).toString('hex').slice(0, 4);
	return `${fileSafe(room)}-${day}T${time}-${digits}${LOG_SUFFIX}`;
}

/** Whether a name may be of this room: names of rooms are cut and cleaned, so its header decides. Sorts by time. */
export function isLogNameOf(room: string, name: string): boolean {
	const start = `${fileSafe(room)}-`;
	return name.startsWith(start) && /^\d{4}-\d\d-\d\dT[\d-]+-[0-9a-f]{4}\.p2plog$/.test(name.slice(start.length));
}

/** Letters and digits of any script stay; what could be a path, an option or a hidden file does not. */
function fileSafe(room: string): string {
	const safe = room
		.normalize('NFC')
		.replaceAll(/[^\p{L}\p{M}\p{N}._-]/gu, '_')
		.replace(/^[._-]+/, '');
	return [...safe].slice(0, MAX_ROOM_LENGTH).join('') || 'room';
}
