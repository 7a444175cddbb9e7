const MAX_UNITS = 500;

/** A paste as a short prompt takes it: terminals end its lines in CR, and a prompt has one row. */
export function inOneRow(pasted: string): string {
	return pasted
		.replace(/[\r\n]+$/, '')
		.replace(/\s*[\r\n]\s*/g, ' ')
		.slice(0, MAX_UNITS);
}
