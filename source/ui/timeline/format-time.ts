/** Formats times (ms since 1970) for the screen: local time, ISO order and 24 hours, independent of the locale. */
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
	'January',
	'February',
	'March',
	'April',
	'May',
	'June',
	'July',
	'August',
	'September',
	'October',
	'November',
	'December',
];

/** A number with at least two digits. */
export const twoDigits = (value: number) => String(value).padStart(2, '0');

/** Precision of the time that a row of the timeline shows. */
export type TimeFormat = 'minutes' | 'seconds' | 'none';

/** The format that the key for timestamps selects after `times`. */
export function nextTimeFormat(times: TimeFormat): TimeFormat {
	return ({minutes: 'seconds', seconds: 'none', none: 'minutes'} as const)[times];
}

/** Formats `14:05`, `14:05:09` or an empty string. */
export function formatTime(at: number, times: TimeFormat): string {
	if (times === 'none') return '';
	const date = new Date(at);
	const minutes = `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
	return times === 'seconds' ? `${minutes}:${twoDigits(date.getSeconds())}` : minutes;
}

/** Formats `Sunday 22 November 2026`. */
export function formatDay(at: number): string {
	const date = new Date(at);
	return `${DAYS[date.getDay()]} ${date.getDate()} ${MONTHS[date.getMonth()]} ${date.getFullYear()}`;
}

/** Formats `2026-11-22 14:05:09`. */
export function formatMoment(at: number): string {
	const date = new Date(at);
	return `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())} ${formatTime(at, 'seconds')}`;
}

/** Number of days since 1970 in local time: equal for two times on the same day. */
export function localDayNumber(at: number): number {
	const date = new Date(at);
	return Math.floor((at - date.getTimezoneOffset() * 60_000) / 86_400_000);
}
