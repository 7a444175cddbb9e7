/** Finds code in messages: lines between fences. A fence is a line that begins with three backticks. */

const FENCE = '```';

export function isFence(line: string): boolean {
	return line.startsWith(FENCE);
}

/**
 * Ranges of the code in a text. A range includes the fences, but not the line break after the last fence. The last range may
 * have no closing fence.
 */
export function findCode(text: string): readonly {readonly start: number; readonly end: number}[] {
	if (!text.includes(FENCE)) return [];
	const ranges: {start: number; end: number}[] = [];
	let opened: number | undefined;
	let start = 0;
	for (const line of text.split('\n')) {
		if (isFence(line)) {
			if (opened !== undefined) ranges.push({start: opened, end: start + line.length});
			opened = opened === undefined ? start : undefined;
		}
		start += line.length + 1;
	}
	return opened === undefined ? ranges : [...ranges, {start: opened, end: text.length}];
}
