/** Texts of durations and sizes, with their units. */

const MINUTE_MS = 60_000;

/**
 * Text of a duration in ms, ignoring its sign: in seconds below two minutes ("45 s"), otherwise in larger units ("17
 * min", "30 h" or "3 days").
 */
export function describeDuration(ms: number): string {
	const duration = Math.abs(ms);
	if (duration < 2 * MINUTE_MS) return `${Math.round(duration / 1000)} s`;
	const minutes = Math.round(duration / MINUTE_MS);
	if (minutes < 120) return `${minutes} min`;
	const hours = Math.round(minutes / 60);
	return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}

/** Formats a size with its unit. 1 kB is 1,000 bytes. */
export function formatBytes(bytes: number): string {
	const units = ['B', 'kB', 'MB', 'GB'];
	let value = bytes;
	let unit = 0;
	while (value >= 999.5 && unit < units.length - 1) {
		value /= 1000;
		unit++;
	}
	return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
