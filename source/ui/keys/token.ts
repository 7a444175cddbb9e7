/**
 * What the terminal said, decoded. A key is written as `ctrl+alt+shift+name` with the modifiers it has, in that order;
 * names are those of keys.ts' table or the character itself (`alt+u`, `alt+U` with Shift).
 */
export type Token =
	| {readonly type: 'key'; readonly key: string}
	/** Printable characters, never a control. */
	| {readonly type: 'text'; readonly text: string}
	/** A paste, whole: bracketed, or told by its reads (plain-paste.ts). */
	| {readonly type: 'paste'; readonly text: string}
	/** Mode 1004: the terminal window got or lost the focus. */
	| {readonly type: 'focus'; readonly focused: boolean}
	/** Answer to `CSI ? u`: the terminal speaks the kitty keyboard protocol. */
	| {readonly type: 'kitty'};

/** Bits of xterm and kitty modifiers, parameter minus one. */
const SHIFT = 1;
const ALT = 2;
const CTRL = 4;
const META = 32;

export function keyName(name: string, modifiers = 0): string {
	const shift = (modifiers & SHIFT) !== 0;
	const alt = (modifiers & (ALT | META)) !== 0;
	const character = Array.from(name).length === 1;
	const shown = character && shift ? name.toUpperCase() : name;
	return `${modifiers & CTRL ? 'ctrl+' : ''}${alt ? 'alt+' : ''}${shift && !character ? 'shift+' : ''}${shown}`;
}
