/**
 * Theme: glyphs and styles of the screens. Each meaning of a colour is also shown by a word or a glyph, so that users
 * can turn colours off.
 */

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
	/** Target of the web link that this text is part of, see core/link-target.ts. */
	readonly link?: string;
}

export interface Glyphs {
	readonly ellipsis: string;
	readonly rule: string;
	readonly divider: string;
	readonly bullet: string;
	/**
	 * Marks for the delivery of this user's messages: to no peer yet, to some peers, or to all peers that were
	 * connected.
	 */
	readonly undelivered: string;
	readonly partlyDelivered: string;
	readonly delivered: string;
	/** A whisper of this user that the addressee's node refused. */
	readonly refused: string;
	/** A person whose key the user has verified. */
	readonly verified: string;
	readonly selected: string;
	readonly connected: string;
	readonly suspect: string;
	readonly unreachable: string;
	readonly left: string;
	readonly down: string;
	readonly prompt: string;
	readonly dot: string;
	readonly newline: string;
	/** In front of the line that quotes the message which a reply answers. */
	readonly quote: string;
	/** In front of every line of a whisper. */
	readonly bar: string;
	/** Glyphs of the replay. `histogram`: bars for numbers of events, from none to the maximum. */
	readonly bookmark: string;
	readonly match: string;
	readonly position: string;
	readonly playing: string;
	readonly paused: string;
	readonly histogram: readonly string[];
	/** Cells of a progress bar. */
	readonly barFull: string;
	readonly barEmpty: string;
}

const UNICODE: Glyphs = {
	ellipsis: '…',
	rule: '─',
	divider: '│',
	bullet: '·',
	undelivered: '○',
	partlyDelivered: '◐',
	delivered: '✓',
	refused: '×',
	verified: '✓',
	selected: '▌',
	connected: '●',
	suspect: '◐',
	unreachable: '○',
	left: '×',
	down: '↓',
	prompt: '›',
	dot: '·',
	newline: '⏎',
	quote: '┌',
	bar: '│',
	bookmark: '◆',
	match: '•',
	position: '▲',
	playing: '▶',
	paused: '‖',
	histogram: [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
	barFull: '█',
	barEmpty: '░',
};

const ASCII: Glyphs = {
	ellipsis: '~',
	rule: '-',
	divider: '|',
	bullet: '*',
	undelivered: '.',
	partlyDelivered: '/',
	delivered: '+',
	refused: 'x',
	verified: '=',
	selected: '>',
	connected: '+',
	suspect: '?',
	unreachable: '-',
	left: 'x',
	down: 'v',
	prompt: '>',
	dot: '-',
	newline: '$',
	quote: ',',
	bar: '|',
	bookmark: '&',
	match: '*',
	position: '^',
	playing: '>',
	paused: '=',
	histogram: [' ', '.', ':', '-', '=', '+', '*', '#', '@'],
	barFull: '#',
	barEmpty: '-',
};

/** Number of colours that the terminal can show; 0: the screen uses no colours. */
export type ColourDepth = 0 | 16 | 256;

export interface Theme {
	readonly glyphs: Glyphs;
	readonly depth: ColourDepth;
	readonly background: Background;
	/** Whether the terminal shows characters other than ASCII. */
	readonly isUnicode: boolean;
	/** Whether links are marked for the terminal (OSC 8), which then opens them on a click. */
	readonly hasLinks: boolean;
	/** Style of a name by its hue, see core/name-hues.ts. */
	nameStyle(hue: number): Style;
	readonly ownName: Style;
	readonly muted: Style;
	readonly warn: Style;
	readonly error: Style;
	readonly success: Style;
	readonly mention: Style;
	readonly match: Style;
	readonly statusBar: Style;
}

/** Whether the terminal has a dark or a light background. */
export type Background = 'dark' | 'light';

/** Value of the option `--theme`. */
export type ThemeChoice = Background | 'auto';

/**
 * Colours of names: indexes of the 256 colours of xterm, one for each hue of core/name-hues.ts, in the order of the
 * colour circle. Each colour of `dark` has a contrast of at least 4.5 (WCAG 2) against black, #1e1e1e, #282c34 and
 * #002b36; each colour of `light` has this contrast against white and #fdf6e3. Any two colours of one palette have a
 * distance of at least 18 (CIEDE2000). A test measures the contrasts and the distances.
 */
export const NAME_COLOURS_256: Readonly<Record<Background, readonly number[]>> = {
	dark: [203, 208, 221, 106, 84, 36, 51, 111, 171, 218],
	light: [160, 94, 22, 23, 25, 20, 129, 96, 89, 161],
};

/** In a terminal with 16 colours, names that share a colour differ by an underline. */
const NAME_STYLES_16: readonly Style[] = [
	{color: 'red'},
	{color: 'yellow'},
	{color: 'green'},
	{color: 'cyan'},
	{color: 'blue'},
	{color: 'magenta'},
	{color: 'green', underline: true},
	{color: 'yellow', underline: true},
	{color: 'cyan', underline: true},
	{color: 'magenta', underline: true},
];

/**
 * Without colours, names differ by underline and italics. If two people have equal names, a fingerprint follows each
 * name.
 */
const NAME_STYLES_MONO: readonly Style[] = [{}, {underline: true}, {italic: true}, {underline: true, italic: true}];

export interface ThemeOptions {
	readonly unicode: boolean;
	readonly depth: ColourDepth;
	readonly background?: Background;
	/** Whether links are marked for the terminal (OSC 8). */
	readonly hasLinks?: boolean;
}

export function createTheme({unicode, depth, background = 'dark', hasLinks = false}: ThemeOptions): Theme {
	const withColour = (color: string, style: Style = {}): Style => (depth === 0 ? style : {color, ...style});
	return {
		glyphs: unicode ? UNICODE : ASCII,
		depth,
		background,
		isUnicode: unicode,
		hasLinks,
		nameStyle(hue) {
			if (depth === 256) return {color: `ansi256(${NAME_COLOURS_256[background][hue]})`};
			const styles = depth === 16 ? NAME_STYLES_16 : NAME_STYLES_MONO;
			return styles[hue % styles.length] ?? {};
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

/**
 * Whether the terminal shows UTF-8. The function knows this for some terminals. For all others, it uses the locale: the
 * first of LC_ALL, LC_CTYPE and LANG that is set.
 */
function isUnicodeLocale(environment: Environment): boolean {
	const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || '';
	if (environment.WT_SESSION || environment.TERM_PROGRAM) return true;
	if (environment.TERM === 'linux') return false;
	return /utf-?8/i.test(locale);
}

/**
 * Whether the terminal supports hyperlinks (OSC 8). The Linux console does not support them, and prints parts of the
 * sequence on the screen.
 */
function takesLinks({TERM = ''}: Environment): boolean {
	return !/^(linux|dumb)/.test(TERM);
}

/** Number of colours that the terminal supports; 0 with `mono` or NO_COLOR. */
function colourDepth(environment: Environment, mono: boolean): ColourDepth {
	const term = environment.TERM ?? '';
	if (mono || environment.NO_COLOR || term === 'dumb') return 0;
	if (/256|direct|kitty|ghostty|alacritty|wezterm/.test(term) || environment.COLORTERM || environment.WT_SESSION)
		return 256;
	return 16;
}

/**
 * Background that the user chose, or else the one that the terminal reports in COLORFGBG (rxvt, Konsole, iTerm2). The
 * last number of COLORFGBG is the colour of the background: 7 and 9 to 15 are light. Without COLORFGBG the background
 * is taken to be dark.
 */
export function backgroundOf(environment: Environment, choice: ThemeChoice = 'auto'): Background {
	if (choice !== 'auto') return choice;
	const colour = Number(/(\d+)$/.exec(environment.COLORFGBG ?? '')?.[1] ?? 0);
	return colour === 7 || (colour >= 9 && colour <= 15) ? 'light' : 'dark';
}

/**
 * Whether the screen asks the terminal for the colour of its background (OSC 11). It asks only if the answer would
 * change the theme. The Linux console, dumb terminals and GNU screen do not answer.
 */
export function asksBackground(
	environment: Environment,
	{mono, theme = 'auto'}: {readonly mono: boolean; readonly theme?: ThemeChoice},
): boolean {
	if (theme !== 'auto' || colourDepth(environment, mono) !== 256) return false;
	return !/^(linux|dumb|screen)/.test(environment.TERM ?? '') || Boolean(environment.TMUX);
}

/** Theme for a terminal, from its environment and the options `--mono` and `--theme`. */
export function themeOf(
	environment: Environment,
	{mono, theme}: {readonly mono: boolean; readonly theme?: ThemeChoice},
): Theme {
	return createTheme({
		unicode: isUnicodeLocale(environment),
		depth: colourDepth(environment, mono),
		background: backgroundOf(environment, theme),
		hasLinks: takesLinks(environment),
	});
}
