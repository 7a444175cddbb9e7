import {describe, expect, it} from 'vitest';
import {parseTime as parseTimeAt, resolveLastTime, resolveTime} from '../../source/node/parse-time.js';

const NOW = Date.UTC(2026, 10, 22, 12);
const parseTime = (text: string) => parseTimeAt(text, NOW);

describe('a time', () => {
	it('a time is parsed as a time of day, a date, or both, in local time', () => {
		expect(parseTime('14:05')).toEqual({type: 'clock', hour: 14, minute: 5, second: 0});
		expect(parseTime('2026-11-22')).toEqual({type: 'instant', ms: new Date(2026, 10, 22).getTime()});
		expect(parseTime('2026-11-22 14:05')).toEqual({type: 'instant', ms: new Date(2026, 10, 22, 14, 5).getTime()});
	});

	it('a time is parsed as RFC 3339 with its offset', () => {
		expect(parseTime('2026-11-22T14:05:09Z')).toEqual({type: 'instant', ms: Date.UTC(2026, 10, 22, 14, 5, 9)});
		expect(parseTime('2026-11-22T14:05:09.5+01:30')).toEqual({type: 'instant', ms: Date.UTC(2026, 10, 22, 12, 35, 9)});
	});

	it('a time can be typed as a duration before now', () => {
		expect(parseTime('-10m')).toEqual({type: 'instant', ms: NOW - 600_000});
		expect(parseTime('-1.5h')).toEqual({type: 'instant', ms: NOW - 5_400_000});
		expect(parseTime('-2D')).toEqual({type: 'instant', ms: NOW - 172_800_000});
	});

	it.each([
		'+10m',
		'-10',
		'-1x',
		'',
		'noon',
		'24:00',
		'12:60',
		'2026-13-01',
		'2026-02-30',
		'2026-11-22 25:00',
		'14:05 pm',
	])('a time is not parsed from %j', text => {
		expect(parseTime(text)).toBeUndefined();
	});

	it('a time of day is resolved to its first occurrence at or after a given moment', () => {
		const at = (day: number, hour: number, minute: number) => new Date(2026, 10, day, hour, minute).getTime();
		const point = {type: 'clock', hour: 14, minute: 5, second: 0} as const;
		expect(resolveTime(point, at(22, 14, 5))).toBe(at(22, 14, 5));
		expect(resolveTime(point, at(22, 14, 6))).toBe(at(23, 14, 5));
		expect(resolveTime(point, at(22, 1, 0))).toBe(at(22, 14, 5));
	});

	it('a time of day is resolved to its last occurrence at or before a given moment', () => {
		const at = (day: number, hour: number, minute: number) => new Date(2026, 10, day, hour, minute).getTime();
		const point = {type: 'clock', hour: 14, minute: 5, second: 0} as const;
		expect(resolveLastTime(point, at(22, 14, 5))).toBe(at(22, 14, 5));
		expect(resolveLastTime(point, at(22, 14, 4))).toBe(at(21, 14, 5));
	});
});
