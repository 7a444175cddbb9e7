import {describe, expect, it} from 'vitest';
import {parseTime, resolveTime} from '../../../source/cli/options/option-values.js';

describe('a time', () => {
	it('is parsed as a time of day, a date, or both, in local time', () => {
		expect(parseTime('14:05')).toEqual({type: 'clock', hour: 14, minute: 5, second: 0});
		expect(parseTime('2026-11-22')).toEqual({type: 'instant', ms: new Date(2026, 10, 22).getTime()});
		expect(parseTime('2026-11-22 14:05')).toEqual({type: 'instant', ms: new Date(2026, 10, 22, 14, 5).getTime()});
	});

	it('is parsed as RFC 3339 with its offset', () => {
		expect(parseTime('2026-11-22T14:05:09Z')).toEqual({type: 'instant', ms: Date.UTC(2026, 10, 22, 14, 5, 9)});
		expect(parseTime('2026-11-22T14:05:09.5+01:30')).toEqual({type: 'instant', ms: Date.UTC(2026, 10, 22, 12, 35, 9)});
	});

	it.each(['', 'noon', '24:00', '12:60', '2026-13-01', '2026-02-30', '2026-11-22 25:00', '14:05 pm'])(
		'is not parsed from %j',
		text => {
			expect(parseTime(text)).toBeUndefined();
		},
	);

	it('of day is resolved to its first occurrence at or after a given moment', () => {
		const at = (day: number, hour: number, minute: number) => new Date(2026, 10, day, hour, minute).getTime();
		const point = {type: 'clock', hour: 14, minute: 5, second: 0} as const;
		expect(resolveTime(point, at(22, 14, 5))).toBe(at(22, 14, 5));
		expect(resolveTime(point, at(22, 14, 6))).toBe(at(23, 14, 5));
		expect(resolveTime(point, at(22, 1, 0))).toBe(at(22, 14, 5));
	});
});
