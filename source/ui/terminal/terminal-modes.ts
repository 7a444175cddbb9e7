/** The modes we set beside Ink: entered and left together, never twice. */
import {ASK_KITTY, ENTER_MODES, LEAVE_MODES, LEAVE_SCREEN, POP_KITTY, PUSH_KITTY} from './sequences.js';

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
