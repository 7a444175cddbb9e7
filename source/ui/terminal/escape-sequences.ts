/**
 * Escape sequences that the program writes in addition to Ink's frames, and the terminal modes that they set.
 * Sources: xterm "Control Sequences" (ctlseqs), kitty keyboard protocol.
 */
const ESC = '\u001B';

export const BELL = '\u0007';

export const ENABLE_BRACKETED_PASTE = `${ESC}[?2004h`;
export const DISABLE_BRACKETED_PASTE = `${ESC}[?2004l`;

/**
 * Saves the window title, turns focus reports and bracketed paste on, and turns auto-wrap off. Without auto-wrap, a row
 * stays one row even if the terminal draws a character wider than this program measured.
 */
const ENTER_MODES = `${ESC}[22;2t${ESC}[?1004h${ENABLE_BRACKETED_PASTE}${ESC}[?7l`;
/** Undoes ENTER_MODES. May also be written if those modes were never set. */
const LEAVE_MODES = `${ESC}[?7h${DISABLE_BRACKETED_PASTE}${ESC}[?1004l${ESC}[23;2t`;
export const ENTER_ALTERNATE_SCREEN = `${ESC}[?1049h`;
/** Leaves the alternate screen and shows the cursor, for exits that bypass Ink. */
const LEAVE_SCREEN = `${ESC}[?1049l${ESC}[?25h`;

/** Moves the cursor to the first cell and clears the screen. */
export const CLEAR_SCREEN = `${ESC}[H${ESC}[2J`;

/** Queries the kitty keyboard protocol. Only terminals that support it answer. */
const ASK_KITTY = `${ESC}[?u`;
/** Queries the colour of the background (xterm, OSC 11). Most terminals answer; the others ignore it. */
export const ASK_BACKGROUND = `${ESC}]11;?${ESC}\\`;

/** Enables unambiguous key codes, which distinguish Shift+Enter from Enter. */
const PUSH_KITTY = `${ESC}[>1u`;
const POP_KITTY = `${ESC}[<u`;

/** Turn dim text on and off. */
export const DIM = `${ESC}[2m`;
export const NOT_DIM = `${ESC}[22m`;

/** Opens an alternate screen with auto-wrap, for the copy view. */
export const ENTER_COPY_VIEW = `${ENTER_ALTERNATE_SCREEN}${ESC}[2J${ESC}[H${ESC}[?7h${ESC}[?25l`;
export const LEAVE_COPY_VIEW = `${ESC}[?25h${ESC}[?1049l`;

/** Sets the window title. `text` must be clean. */
export function setTitle(text: string): string {
	return `${ESC}]2;${text}${ESC}\\`;
}

/** Copies a text to the clipboard through the terminal (OSC 52). Also works over SSH where the terminal allows it. */
export function copyToClipboard(text: string): string {
	let binary = '';
	for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
	return `${ESC}]52;c;${btoa(binary)}${BELL}`;
}

/**
 * Desktop notification with a bell, or the bell alone if the terminal is not known to show notifications. The terminal
 * is identified by TERM, which SSH forwards, or by variables of the local terminal. `title` and `body` must be clean.
 * The texts of peers cannot trigger another command of the terminal: semicolons, which separate parameters, become
 * commas, and the text of OSC 9 starts with a fixed word. A number at this position (`OSC 9 ; 4 ; …`) would be a
 * command of ConEmu.
 */
export function notification(
	title: string,
	body: string,
	environment: Readonly<Record<string, string | undefined>>,
): string {
	const term = environment.TERM ?? '';
	const program = environment.TERM_PROGRAM ?? '';
	if (environment.TMUX || /^(screen|tmux|linux|dumb)/.test(term)) return BELL;
	const [safeTitle, safeBody] = [title, body].map(text => text.replaceAll(';', ','));
	if (/rxvt|foot/.test(term)) return `${ESC}]777;notify;${safeTitle};${safeBody}${BELL}${BELL}`;
	const isSupported =
		/kitty|ghostty|wezterm|iterm/i.test(`${term} ${program}`) ||
		environment.WT_SESSION ||
		environment.LC_TERMINAL === 'iTerm2';
	return isSupported ? `${ESC}]9;p2pchat-ink: ${safeTitle}: ${safeBody}${ESC}\\${BELL}` : BELL;
}

/**
 * Terminal modes that the program sets in addition to Ink's. `enter` sets all of them and `leave` resets all of them. A
 * second `enter` or `leave` in a row has no effect.
 */
export interface TerminalModes {
	enter(): void;
	leave(): void;
	/** Enables the kitty keyboard protocol. Must be called only after the terminal has reported that it supports it. */
	enableKitty(): void;
	/**
	 * Returns the sequence that restores everything, including what Ink changed, for a process that exits without unmounting
	 * Ink. Empty if there is nothing to restore, and after the first call.
	 */
	takeRestoreSequence(): string;
}

/** Creates the modes of a terminal. `write` must not throw. */
export function createTerminalModes(write: (sequence: string) => void): TerminalModes {
	let entered = false;
	let supportsKitty = false;
	let kittyEnabled = false;

	function takeLeaveSequence(): string {
		if (!entered) return '';
		const sequence = (kittyEnabled ? POP_KITTY : '') + LEAVE_MODES;
		entered = false;
		kittyEnabled = false;
		return sequence;
	}

	return {
		enter() {
			if (entered) return;
			entered = true;
			write(ENTER_MODES + (supportsKitty ? PUSH_KITTY : ASK_KITTY));
			kittyEnabled = supportsKitty;
		},
		leave() {
			if (entered) write(takeLeaveSequence());
		},
		enableKitty() {
			if (!entered || kittyEnabled) return;
			supportsKitty = true;
			kittyEnabled = true;
			write(PUSH_KITTY);
		},
		takeRestoreSequence: () => (entered ? takeLeaveSequence() + LEAVE_SCREEN : ''),
	};
}
