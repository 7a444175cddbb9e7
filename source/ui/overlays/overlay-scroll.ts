/**
 * Where an overlay is read. Who scrolls does not know how many lines there are: what lies nearer to END than to 0 is
 * counted back from the last page. Pure.
 */
const END = 1_000_000;

/** As a step: to the start, to the end. */
export const TO_START = -END;
export const TO_END = END;

export function scrollBy(scroll: number, rows: number): number {
	return Math.max(0, Math.min(END, scroll + rows));
}

/** The line at the top of a page of `room` lines. */
export function topLine(scroll: number, lines: number, room: number): number {
	const last = Math.max(0, lines - room);
	return Math.max(0, Math.min(last, scroll > END / 2 ? last - (END - scroll) : scroll));
}
