/**
 * A paste of several lines where the terminal does not say that it is one: told by its reads, since nobody types so much
 * between two of them. Pure.
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: keys are controls; tab and line ends stand in texts too
const NO_KEYS = /^[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]*$/;

/**
 * Whether a read begins a paste: nothing but text, with two or more line breaks, and text between or behind them. One
 * break is the Enter of a line, also with the next line behind it, as a slow connection hands on what was typed. LF is
 * Ctrl+J where a CR stands with it: then only the CRs count.
 */
export function beginsPlainPaste(read: string): boolean {
	const parts = read.split(read.includes('\r') ? /\r\n?/ : '\n');
	return parts.length > 2 && parts.slice(1).some(part => part !== '') && goesOnPlainPaste(read);
}

/** Whether a read that follows at once belongs to it: a terminal's paste comes in as many reads as it likes. */
export function goesOnPlainPaste(read: string): boolean {
	return NO_KEYS.test(read);
}
