/** Where `/goto TIME` leads. Pure. */

type Place =
	| {readonly type: 'intent'; readonly intent: {readonly type: 'goto'; readonly at: number}}
	| {readonly type: 'error'; readonly text: string};

const FORM = 'use 14:05, 2026-11-22, 2026-11-22 14:05 or -10m (also h, d)';

/** A time of day means its last occurrence before `now` (wall clock, ms). */
export function goTo(time: string, now: number): Place {
	const at = (ms: number): Place =>
		Number.isFinite(ms)
			? {type: 'intent', intent: {type: 'goto', at: ms}}
			: {type: 'error', text: `no such time: ${FORM}`};
	const back = /^-(\d{1,6})([smhd])$/.exec(time);
	if (back) return at(now - Number(back[1]) * ({s: 1, m: 60, h: 3600, d: 86_400}[back[2] ?? 's'] ?? 1) * 1000);
	const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(time);
	if (clock) {
		const [hour, minute, second] = [Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0)];
		if (hour > 23 || minute > 59 || second > 59) return at(Number.NaN);
		const date = new Date(now);
		date.setHours(hour, minute, second, 0);
		if (date.getTime() > now) date.setDate(date.getDate() - 1);
		return at(date.getTime());
	}
	const date = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{1,2}):(\d{2}))?$/.exec(time);
	if (!date) return at(Number.NaN);
	return at(
		new Date(
			Number(date[1]),
			Number(date[2]) - 1,
			Number(date[3]),
			Number(date[4] ?? 0),
			Number(date[5] ?? 0),
		).getTime(),
	);
}
