/** How things look: meaning is always in a word or glyph too, colour only helps. */
export interface Style {
	readonly color?: string;
	readonly bold?: boolean;
	readonly dim?: boolean;
	readonly inverse?: boolean;
	readonly underline?: boolean;
	readonly italic?: boolean;
}

/** A stretch of a row in one style. Cleaned, without newlines. */
export interface Segment {
	readonly text: string;
	readonly style?: Style;
}

export interface Glyphs {
	readonly ellipsis: string;
	readonly rule: string;
	readonly divider: string;
	readonly bullet: string;
	/** Delivery: held by nobody yet, by some, by all who were there. */
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
	/** Of the replay: bookmarks, matches of a search, the position; event density from none to most. */
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

export type ColourDepth = 0 | 16 | 256;

export interface Theme {
	readonly glyphs: Glyphs;
	readonly depth: ColourDepth;
	/** Of a name, by hash of its owner: the same in every session and on every node. */
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

// Each has a contrast of at least 3 against black and against white (WCAG 2, relative luminance 0.10 to 0.30).
const NAME_COLOURS_256 = [31, 61, 64, 94, 97, 98, 125, 130, 132, 133, 136, 161, 166, 168, 172, 30, 35, 63, 28, 99];
const NAME_COLOURS_16 = ['red', 'green', 'yellow', 'blue', 'magenta', 'cyan'];

/** FNV-1a, 32 bits: a stable spread over few colours. */
export function hashText(text: string): number {
	let hash = 0x811c9dc5;
	for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
	return hash;
}

export interface ThemeOptions {
	readonly unicode: boolean;
	readonly depth: ColourDepth;
}

export function createTheme({unicode, depth}: ThemeOptions): Theme {
	const withColour = (name: string, rest: Style = {}): Style => (depth === 0 ? rest : {color: name, ...rest});
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

/** UTF-8 by the first of LC_ALL, LC_CTYPE, LANG that is set; Windows terminals and a bare environment count as UTF-8 where `platform` says so. */
export function isUnicodeLocale(environment: Environment): boolean {
	const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || '';
	if (environment.WT_SESSION || environment.TERM_PROGRAM) return true;
	if (environment.TERM === 'linux') return false;
	return /utf-?8/i.test(locale);
}

export function colourDepth(environment: Environment, mono: boolean): ColourDepth {
	const term = environment.TERM ?? '';
	if (mono || environment.NO_COLOR || term === 'dumb') return 0;
	if (/256|direct|kitty|ghostty|alacritty|wezterm/.test(term) || environment.COLORTERM || environment.WT_SESSION)
		return 256;
	return 16;
}
