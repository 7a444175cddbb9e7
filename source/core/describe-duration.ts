const MINUTE_MS = 60_000;

/** Text of a duration, ignoring its sign: seconds below two minutes ("45 s"), then "17 min", "30 h" or "3 days". */
export function describeDuration(ms: number): string {
	const duration = Math.abs(ms);
	if (duration < 2 * MINUTE_MS) return `${Math.round(duration / 1000)} s`;
	const minutes = Math.round(duration / MINUTE_MS);
	if (minutes < 120) return `${minutes} min`;
	const hours = Math.round(minutes / 60);
	return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
