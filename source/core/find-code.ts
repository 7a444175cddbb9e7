/** Finds the code in a message: the lines between two fences. A fence is a line that begins with three backticks. */

const FENCE = '```';

/** A line of a message. `start`: position of the line in the text, in UTF-16 units. */
export interface MessageLine {
	readonly kind: 'prose' | 'opening-fence' | 'code' | 'closing-fence';
	readonly text: string;
	readonly start: number;
}

/** Lines of a text, without their line breaks. */
export function splitMessageLines(text: string): MessageLine[] {
	let isOpen = false;
	let start = 0;
	return text.split('\n').map(line => {
		const kind = kindOf(line, isOpen);
		if (kind === 'opening-fence' || kind === 'closing-fence') isOpen = !isOpen;
		const at = start;
		start += line.length + 1;
		return {kind, text: line, start: at};
	});
}

function kindOf(line: string, isOpen: boolean): MessageLine['kind'] {
	if (line.startsWith(FENCE)) return isOpen ? 'closing-fence' : 'opening-fence';
	return isOpen ? 'code' : 'prose';
}

/**
 * Ranges of the code in a text, in UTF-16 units. A range includes the fences (lines that begin with three backticks),
 * but not the line break after the closing fence. The last range may have no closing fence.
 */
export function findCode(text: string): readonly {readonly start: number; readonly end: number}[] {
	if (!text.includes(FENCE)) return [];
	const ranges: {start: number; end: number}[] = [];
	let opened: number | undefined;
	for (const line of splitMessageLines(text)) {
		if (line.kind === 'opening-fence') opened = line.start;
		if (line.kind !== 'closing-fence' || opened === undefined) continue;
		ranges.push({start: opened, end: line.start + line.text.length});
		opened = undefined;
	}
	return opened === undefined ? ranges : [...ranges, {start: opened, end: text.length}];
}
