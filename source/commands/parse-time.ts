import type {TimePoint} from './options.js';

const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/i;

/** Reads 14:05, 14:05:09, 2026-11-22, 2026-11-22 14:05 and RFC 3339; local time unless an offset is given. Undefined otherwise. */
export function parseTime(text: string): TimePoint | undefined {
	const clock = CLOCK.exec(text.trim());
	if (clock) {
		const [hour, minute, second] = [Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0)];
		return hour < 24 && minute < 60 && second < 60 ? {type: 'clock', hour, minute, second} : undefined;
	}
	const date = DATE.exec(text.trim());
	if (!date) return undefined;
	const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map(group => Number(date[group] ?? 0));
	const wall = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
	if (!isReal(wall, [month ?? 0, day ?? 0, hour ?? 0, minute ?? 0, second ?? 0])) return undefined;
	if (date[7]) return {type: 'instant', ms: wall - offsetMs(date[7])};
	return {type: 'instant', ms: new Date(year ?? 0, (month ?? 1) - 1, day, hour, minute, second).getTime()};
}

/** The first time that `point` means at or after `since` (ms). */
export function resolveTime(point: TimePoint, since: number): number {
	if (point.type === 'instant') return point.ms;
	const date = new Date(since);
	date.setHours(point.hour, point.minute, point.second, 0);
	if (date.getTime() < since) date.setDate(date.getDate() + 1);
	return date.getTime();
}

function isReal(wall: number, [month, day, hour, minute, second]: readonly number[]): boolean {
	const date = new Date(wall);
	const found = [
		date.getUTCMonth() + 1,
		date.getUTCDate(),
		date.getUTCHours(),
		date.getUTCMinutes(),
		date.getUTCSeconds(),
	];
	return String(found) === String([month, day, hour, minute, second]);
}

function offsetMs(text: string): number {
	if (/^z$/i.test(text)) return 0;
	const sign = text.startsWith('-') ? -1 : 1;
	return sign * (Number(text.slice(1, 3)) * 60 + Number(text.slice(-2))) * 60_000;
}
