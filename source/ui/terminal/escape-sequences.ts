/** Everything we write to the terminal beside Ink's frames. Sources: xterm ctlseqs; kitty keyboard protocol. */
const ESC = '\u001B';

export const ENABLE_BRACKETED_PASTE = `${ESC}[?2004h`;
export const DISABLE_BRACKETED_PASTE = `${ESC}[?2004l`;

/** Focus reports, bracketed paste, title kept aside, no auto-wrap (a width the terminal sees otherwise stays in its row). */
export const ENTER_MODES = `${ESC}[22;2t${ESC}[?1004h${ENABLE_BRACKETED_PASTE}${ESC}[?7l`;
/** Undoes ENTER_MODES and the kitty keyboard; harmless when nothing is to be undone. */
export const LEAVE_MODES = `${ESC}[?7h${DISABLE_BRACKETED_PASTE}${ESC}[?1004l${ESC}[23;2t`;
/** Leaves the alternate screen and shows the cursor: for exits that Ink does not see. */
export const LEAVE_SCREEN = `${ESC}[?1049l${ESC}[?25h`;

/** Whether the terminal speaks the kitty keyboard protocol: only those that do answer. */
export const ASK_KITTY = `${ESC}[?u`;
/** Disambiguated keys, so that Shift+Enter is told apart. */
export const PUSH_KITTY = `${ESC}[>1u`;
export const POP_KITTY = `${ESC}[<u`;

/** Own alternate screen with auto-wrap, for the copy view. */
export const ENTER_COPY_VIEW = `${ESC}[?1049h${ESC}[2J${ESC}[H${ESC}[?7h${ESC}[?25l`;
export const LEAVE_COPY_VIEW = `${ESC}[?25h${ESC}[?1049l`;

export const BELL = '\u0007';

/** `text` must be clean. */
export function setTitle(text: string): string {
	return `${ESC}]2;${text}${ESC}\\`;
}

/** Hands a text to the terminal's clipboard (OSC 52); works over SSH where the terminal allows it. */
export function copyToClipboard(text: string): string {
	let binary = '';
	for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
	return `${ESC}]52;c;${btoa(binary)}${BELL}`;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A desktop notification where the terminal is known to show one, by what SSH hands on (TERM) or the local terminal says
 * (TERM_PROGRAM); always with the bell, which multiplexers pass on.
 */
export function notification(title: string, body: string, environment: Environment): string {
	const term = environment.TERM ?? '';
	const program = environment.TERM_PROGRAM ?? '';
	if (environment.TMUX || /^(screen|tmux|linux|dumb)/.test(term)) return BELL;
	if (/rxvt|foot/.test(term))
		return `${ESC}]777;notify;${title.replaceAll(';', ',')};${body.replaceAll(';', ',')}${BELL}${BELL}`;
	const shows =
		/kitty|ghostty|wezterm|iterm/i.test(`${term} ${program}`) ||
		environment.WT_SESSION ||
		environment.LC_TERMINAL === 'iTerm2';
	return shows ? `${ESC}]9;${title}: ${body}${ESC}\\${BELL}` : BELL;
}

/** The modes we set beside Ink: entered and left together, never twice. */

export interface TerminalModes {
	enter(): void;
	leave(): void;
	/** The terminal said that it speaks the kitty keyboard protocol. */
	enableKitty(): void;
	/** At the very end of a process that did not end properly: all of it, Ink's part as well. */
	restore(): void;
}

/** `write` must not throw. */
export function createTerminalModes(write: (sequence: string) => void): TerminalModes {
	let entered = false;
	let kitty = false;
	let kittyOn = false;

	function leave(): void {
		if (!entered) return;
		entered = false;
		write((kittyOn ? POP_KITTY : '') + LEAVE_MODES);
		kittyOn = false;
	}

	return {
		enter() {
			if (entered) return;
			entered = true;
			write(ENTER_MODES + (kitty ? PUSH_KITTY : ASK_KITTY));
			kittyOn = kitty;
		},
		leave,
		enableKitty() {
			if (!entered || kittyOn) return;
			kitty = true;
			kittyOn = true;
			write(PUSH_KITTY);
		},
		restore() {
			if (!entered) return;
			leave();
			write(LEAVE_SCREEN);
		},
	};
}
