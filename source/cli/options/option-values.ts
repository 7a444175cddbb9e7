/** Parser for times in option values, for example of `--from`. */
import type {TimePoint} from './options.js';

const TIME_OF_DAY_PATTERN = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/;
const DATE_TIME_PATTERN =
	/^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/i;

/**
 * Parses 14:05, 14:05:09, 2026-11-22, 2026-11-22 14:05 and RFC 3339. Without an offset the time is local; fractions of a
 * second are ignored. Returns undefined for anything else, including dates that do not exist.
 */
export function parseTime(text: string): TimePoint | undefined {
	const timeOfDay = TIME_OF_DAY_PATTERN.exec(text.trim());
	if (timeOfDay) {
		const [hour, minute, second] = [Number(timeOfDay[1]), Number(timeOfDay[2]), Number(timeOfDay[3] ?? 0)];
		return hour < 24 && minute < 60 && second < 60 ? {type: 'clock', hour, minute, second} : undefined;
	}
	const groups = DATE_TIME_PATTERN.exec(text.trim());
	if (!groups) return undefined;
	const fieldAt = (group: number) => Number(groups[group] ?? 0);
	const [year, month, day] = [fieldAt(1), fieldAt(2), fieldAt(3)];
	const [hour, minute, second] = [fieldAt(4), fieldAt(5), fieldAt(6)];
	const utcMs = Date.UTC(year, month - 1, day, hour, minute, second);
	if (!isExistingDate(utcMs, [month, day, hour, minute, second])) return undefined;
	if (groups[7]) return {type: 'instant', ms: utcMs - parseOffsetMs(groups[7])};
	return {type: 'instant', ms: new Date(year, month - 1, day, hour, minute, second).getTime()};
}

/** Converts a time point to ms since 1970. A time of day means its first occurrence at or after `since` (ms since 1970). */
export function resolveTime(timePoint: TimePoint, since: number): number {
	if (timePoint.type === 'instant') return timePoint.ms;
	const date = new Date(since);
	date.setHours(timePoint.hour, timePoint.minute, timePoint.second, 0);
	if (date.getTime() < since) date.setDate(date.getDate() + 1);
	return date.getTime();
}

/** Whether the date exists. `utcMs` is the result of Date.UTC, which silently turns February 30 into March 2. */
function isExistingDate(utcMs: number, fields: readonly number[]): boolean {
	const date = new Date(utcMs);
	const keptFields = [
		date.getUTCMonth() + 1,
		date.getUTCDate(),
		date.getUTCHours(),
		date.getUTCMinutes(),
		date.getUTCSeconds(),
	];
	return keptFields.every((field, index) => field === fields[index]);
}

function parseOffsetMs(text: string): number {
	if (/^z$/i.test(text)) return 0;
	const sign = text.startsWith('-') ? -1 : 1;
	return sign * (Number(text.slice(1, 3)) * 60 + Number(text.slice(-2))) * 60_000;
}
