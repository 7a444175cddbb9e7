/** Theme: glyphs and styles of the screens. A word or glyph repeats what a colour means, so that colours are optional. */

/** Style of a piece of text. */
export interface Style {
	readonly color?: string;
	readonly bold?: boolean;
	readonly dim?: boolean;
	readonly inverse?: boolean;
	readonly underline?: boolean;
	readonly italic?: boolean;
}

/** Part of a row that has one style. The text is cleaned and has no newline. */
export interface Segment {
	readonly text: string;
	readonly style?: Style;
}

export interface Glyphs {
	readonly ellipsis: string;
	readonly rule: string;
	readonly divider: string;
	readonly bullet: string;
	/** Delivery of own messages: to no peer yet, to some peers, or to all that were connected. */
	readonly undelivered: string;
	readonly partlyDelivered: string;
	readonly delivered: string;
	readonly selected: string;
	readonly connected: string;
	readonly suspect: string;
	readonly unreachable: string;
	readonly left: string;
	readonly down: string;
	readonly prompt: string;
	readonly dot: string;
	readonly newline: string;
	/** Glyphs of the replay. Those of `histogram` show numbers of events, in ascending order. */
	readonly bookmark: string;
	readonly match: string;
	readonly position: string;
	readonly playing: string;
	readonly paused: string;
	readonly histogram: readonly string[];
}

const UNICODE: Glyphs = {
	ellipsis: '…',
	rule: '─',
	divider: '│',
	bullet: '·',
	undelivered: '○',
	partlyDelivered: '◐',
	delivered: '✓',
	selected: '▌',
	connected: '●',
	suspect: '◐',
	unreachable: '○',
	left: '×',
	down: '↓',
	prompt: '›',
	dot: '·',
	newline: '⏎',
	bookmark: '◆',
	match: '•',
	position: '▲',
	playing: '▶',
	paused: '‖',
	histogram: [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
};

const ASCII: Glyphs = {
	ellipsis: '~',
	rule: '-',
	divider: '|',
	bullet: '*',
	undelivered: '.',
	partlyDelivered: '/',
	delivered: '+',
	selected: '>',
	connected: '+',
	suspect: '?',
	unreachable: '-',
	left: 'x',
	down: 'v',
	prompt: '>',
	dot: '-',
	newline: '$',
	bookmark: '&',
	match: '*',
	position: '^',
	playing: '>',
	paused: '=',
	histogram: [' ', '.', ':', '-', '=', '+', '*', '#', '@'],
};

/** Number of colours; 0: none. */
export type ColourDepth = 0 | 16 | 256;

export interface Theme {
	readonly glyphs: Glyphs;
	readonly depth: ColourDepth;
	/** Style of a name, chosen by a hash of the person's key: the same in every launch and on every node. */
	nameStyle(key: string): Style;
	readonly ownName: Style;
	readonly muted: Style;
	readonly warn: Style;
	readonly error: Style;
	readonly success: Style;
	readonly mention: Style;
	readonly match: Style;
	readonly statusBar: Style;
}

// Each colour has a contrast of at least 3 against black and against white (WCAG 2, relative luminance 0.10 to 0.30).
const NAME_COLOURS_256 = [31, 61, 64, 94, 97, 98, 125, 130, 132, 133, 136, 161, 166, 168, 172, 30, 35, 63, 28, 99];
const NAME_COLOURS_16 = ['red', 'green', 'yellow', 'blue', 'magenta', 'cyan'];

/** FNV-1a with 32 bits: a stable hash that spreads keys evenly over the colours. */
function hashText(text: string): number {
	let hash = 0x811c9dc5;
	for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
	return hash;
}

export interface ThemeOptions {
	readonly unicode: boolean;
	readonly depth: ColourDepth;
}

export function createTheme({unicode, depth}: ThemeOptions): Theme {
	const withColour = (color: string, style: Style = {}): Style => (depth === 0 ? style : {color, ...style});
	return {
		glyphs: unicode ? UNICODE : ASCII,
		depth,
		nameStyle(key) {
			const hash = hashText(key);
			if (depth === 256) return {color: `ansi256(${NAME_COLOURS_256[hash % NAME_COLOURS_256.length]})`};
			return withColour(NAME_COLOURS_16[hash % NAME_COLOURS_16.length] ?? 'cyan');
		},
		ownName: {bold: true},
		muted: {dim: true},
		warn: withColour('yellow', {bold: true}),
		error: withColour('red', {bold: true}),
		success: withColour('green'),
		mention: {bold: true, inverse: true},
		match: {inverse: true},
		statusBar: {inverse: true},
	};
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether the terminal shows UTF-8. Known terminals decide this, else the first of LC_ALL, LC_CTYPE and LANG that is set. */
export function isUnicodeLocale(environment: Environment): boolean {
	const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || '';
	if (environment.WT_SESSION || environment.TERM_PROGRAM) return true;
	if (environment.TERM === 'linux') return false;
	return /utf-?8/i.test(locale);
}

/** Number of colours that the terminal supports; 0 with `mono` or NO_COLOR. */
export function colourDepth(environment: Environment, mono: boolean): ColourDepth {
	const term = environment.TERM ?? '';
	if (mono || environment.NO_COLOR || term === 'dumb') return 0;
	if (/256|direct|kitty|ghostty|alacritty|wezterm/.test(term) || environment.COLORTERM || environment.WT_SESSION)
		return 256;
	return 16;
}
