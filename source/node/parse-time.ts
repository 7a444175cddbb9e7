/** Parser for the times that users type: after `--from`, `--to`, `--at` and `/goto`, and in the replay. Pure. */

import {foldText} from '../core/fold-text.js';

/** A time as the user typed it. `resolveTime` and `resolveLastTime` convert it to milliseconds. */
export type TimePoint =
	/** ms since 1970. */
	| {readonly type: 'instant'; readonly ms: number}
	/** A time of day in local time. */
	| {readonly type: 'clock'; readonly hour: number; readonly minute: number; readonly second: number};

/** Forms that `parseTime` accepts, for use in error messages. */
export const TIME_FORMS = '14:05, 2026-11-22, "2026-11-22 14:05" or -10m (units: s, m, h, d)';

const UNITS_MS: Readonly<Record<string, number>> = {s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000};

/** Parses a duration with a sign, for example `-10m` or `+1.5h`. Returns ms, or undefined for any other text. */
export function parseDuration(text: string): number | undefined {
	const [, sign, number, unit = ''] = /^([+-])(\d{1,6}(?:\.\d+)?)([smhd])$/i.exec(text.trim()) ?? [];
	if (number === undefined) return undefined;
	return (sign === '-' ? -1 : 1) * Number(number) * (UNITS_MS[foldText(unit)] ?? 0);
}

const TIME_OF_DAY_PATTERN = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/;
const DATE_TIME_PATTERN =
	/^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/i;

/**
 * Parses 14:05, 14:05:09, 2026-11-22, 2026-11-22 14:05, RFC 3339, and -10m, which means ten minutes before `now` (ms
 * since 1970). A time without an offset is local time. Fractions of a second are ignored. Returns undefined for any
 * other text, and for a date that does not exist.
 */
export function parseTime(text: string, now: number): TimePoint | undefined {
	const duration = parseDuration(text);
	if (duration !== undefined) return duration > 0 ? undefined : {type: 'instant', ms: now + duration};
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

/**
 * Converts a typed time to ms since 1970. A time of day means the first time that the clock shows it, at or after
 * `since` (ms since 1970).
 */
export function resolveTime(timePoint: TimePoint, since: number): number {
	if (timePoint.type === 'instant') return timePoint.ms;
	const date = new Date(since);
	date.setHours(timePoint.hour, timePoint.minute, timePoint.second, 0);
	if (date.getTime() < since) date.setDate(date.getDate() + 1);
	return date.getTime();
}

/**
 * Converts a typed time to ms since 1970. A time of day means the last time that the clock showed it, at or before
 * `until` (ms since 1970).
 */
export function resolveLastTime(timePoint: TimePoint, until: number): number {
	if (timePoint.type === 'instant') return timePoint.ms;
	const date = new Date(until);
	date.setHours(timePoint.hour, timePoint.minute, timePoint.second, 0);
	if (date.getTime() > until) date.setDate(date.getDate() - 1);
	return date.getTime();
}

/**
 * Whether the date with these fields exists. `utcMs`: result of Date.UTC, which silently turns February 30 into March
 * 2.
 */
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
