const MINUTE_MS = 60_000;

/** A duration as text, without its sign: "45 s" below two minutes, then "17 min", "30 h", "3 days". */
export function describeDuration(ms: number): string {
	const duration = Math.abs(ms);
	if (duration < 2 * MINUTE_MS) return `${Math.round(duration / 1000)} s`;
	const minutes = Math.round(duration / MINUTE_MS);
	if (minutes < 120) return `${minutes} min`;
	const hours = Math.round(minutes / 60);
	return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
