/** Finds control characters and escape sequences in the output of the program. */

/** The C0 controls except newline, DEL, the C1 controls, bidirectional controls, and line separators. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression searches for control characters
const CONTROL_CHARACTERS = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with a control character
const SEQUENCE = /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)|[ -/]*[0-~])/gu;

/** Control characters in a plain stream, as code points. */
export function controlCharactersIn(text: string): string[] {
	return [...text.matchAll(CONTROL_CHARACTERS)].map(([found]) => `U+${found.codePointAt(0)?.toString(16)}`);
}

/** Kinds of escape sequences in the output: CSI by final byte and private mode, OSC by number, all others unchanged. */
export function sequencesIn(output: string): Set<string> {
	const kinds = new Set<string>();
	for (const [sequence] of output.matchAll(SEQUENCE)) {
		// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with a control character
		const [, parameters = '', final = ''] = /^\u001B\[([0-?]*)[ -/]*([@-~])$/u.exec(sequence) ?? [];
		if (sequence[1] === '[')
			kinds.add(/^[?>]|[hlnc]/.test(parameters + final) ? `[${parameters}${final}` : `[${final}`);
		else kinds.add(sequence[1] === ']' ? `]${sequence.slice(2).split(';')[0]}` : sequence.slice(1));
	}

	return kinds;
}

/** Control characters outside of escape sequences. Carriage returns, newlines and bells of the screen are allowed. */
export function controlCharactersOutsideSequences(output: string): string[] {
	return controlCharactersIn(output.replace(SEQUENCE, '').replaceAll('\r', '').replaceAll('\u0007', ''));
}

/** Targets of the hyperlinks (OSC 8) in the output, without the sequences that end a link. */
export function linkTargetsIn(output: string): string[] {
	return [...output.matchAll(SEQUENCE)].flatMap(([sequence]) => {
		const [kind, , ...target] = sequence
			.slice(1)
			.replace(/\p{Control}.*$/su, '')
			.split(';');
		return kind === ']8' && target.join(';') !== '' ? [target.join(';')] : [];
	});
}
