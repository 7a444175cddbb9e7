/** What may be written to a pipe, and to a terminal. */

/** C0 but newline, DEL, C1, what reorders, line separators. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const CONTROL_CHARACTERS = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const SEQUENCE = /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)|[ -/]*[0-~])/gu;

/** Characters in a plain stream that a terminal would obey, as code points. */
export function controlCharactersIn(text: string): string[] {
	return [...text.matchAll(CONTROL_CHARACTERS)].map(([found]) => `U+${found.codePointAt(0)?.toString(16)}`);
}

/** Kinds of sequences a program wrote: finals of CSI with their private modes, numbers of OSC, others as they are. */
export function sequencesIn(output: string): Set<string> {
	const kinds = new Set<string>();
	for (const [sequence] of output.matchAll(SEQUENCE)) {
		// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
		const [, parameters = '', final = ''] = /^\u001B\[([0-?]*)[ -/]*([@-~])$/u.exec(sequence) ?? [];
		if (sequence[1] === '[')
			kinds.add(/^[?>]|[hlnc]/.test(parameters + final) ? `[${parameters}${final}` : `[${final}`);
		else kinds.add(sequence[1] === ']' ? `]${sequence.slice(2).split(';')[0]}` : sequence.slice(1));
	}

	return kinds;
}

/** The same outside of whole sequences: carriage returns, newlines and bells are the screen's own. */
export function controlCharactersOutsideSequences(output: string): string[] {
	return controlCharactersIn(output.replace(SEQUENCE, '').replaceAll('\r', '').replaceAll('\u0007', ''));
}
