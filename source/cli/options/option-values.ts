import {isIPv6} from 'node:net';
import type {TimePoint} from './options.js';

const TIME_OF_DAY_PATTERN = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/;
const DATE_TIME_PATTERN =
	/^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/i;

/** Reads 14:05, 14:05:09, 2026-11-22, 2026-11-22 14:05 and RFC 3339; local time unless an offset is given. Undefined otherwise. */
export function parseTime(text: string): TimePoint | undefined {
	const clock = TIME_OF_DAY_PATTERN.exec(text.trim());
	if (clock) {
		const [hour, minute, second] = [Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0)];
		return hour < 24 && minute < 60 && second < 60 ? {type: 'clock', hour, minute, second} : undefined;
	}
	const date = DATE_TIME_PATTERN.exec(text.trim());
	if (!date) return undefined;
	const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map(group => Number(date[group] ?? 0));
	const wallTimeMs = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
	if (!isExistingDate(wallTimeMs, [month ?? 0, day ?? 0, hour ?? 0, minute ?? 0, second ?? 0])) return undefined;
	if (date[7]) return {type: 'instant', ms: wallTimeMs - parseOffsetMs(date[7])};
	return {type: 'instant', ms: new Date(year ?? 0, (month ?? 1) - 1, day, hour, minute, second).getTime()};
}

/** The first time that `point` means at or after `since` (ms). */
export function resolveTime(timePoint: TimePoint, since: number): number {
	if (timePoint.type === 'instant') return timePoint.ms;
	const date = new Date(since);
	date.setHours(timePoint.hour, timePoint.minute, timePoint.second, 0);
	if (date.getTime() < since) date.setDate(date.getDate() + 1);
	return date.getTime();
}

function isExistingDate(wall: number, [month, day, hour, minute, second]: readonly number[]): boolean {
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

function parseOffsetMs(text: string): number {
	if (/^z$/i.test(text)) return 0;
	const sign = text.startsWith('-') ? -1 : 1;
	return sign * (Number(text.slice(1, 3)) * 60 + Number(text.slice(-2))) * 60_000;
}

/** The form of `--peer`. */

export const PEER_TARGET_FORM = 'HOST or HOST:PORT such as 192.168.1.7 or carol.local:50123';

/** HOST, HOST:PORT, an IPv6 address, [IPv6] or [IPv6]:PORT. */
export function isPeerTarget(text: string): boolean {
	const bracketed = /^\[(.+)\](?::(\d+))?$/.exec(text);
	if (bracketed) return isIPv6(bracketed[1] ?? '') && isPort(bracketed[2]);
	if (isIPv6(text)) return true;
	const unbracketed = /^([\p{L}\p{N}](?:[\p{L}\p{N}._-]*[\p{L}\p{N}.])?)(?::(\d+))?$/u.exec(text);
	return unbracketed !== null && isPort(unbracketed[2]);
}

function isPort(text: string | undefined): boolean {
	return text === undefined || (Number(text) >= 1 && Number(text) <= 65_535);
}
