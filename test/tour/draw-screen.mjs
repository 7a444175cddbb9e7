// Draws a terminal screen as SVG. Glyphs stay on the grid with any font: a run of ASCII characters gets a fixed length, every
// other glyph gets its own position, and lines and blocks are paths.

const CELL = {width: 8.4, height: 18, baseline: 13.2, font: 14};
const PADDING = 14;
/**
 * Terminals with a dark and a light background. Every colour of a palette but the first has a contrast of at least 4.5 against
 * the background.
 */
const TERMINALS = {
	dark: {
		background: '#15171c',
		foreground: '#d6d9de',
		palette: [
			...['#5c6370', '#e5707a', '#93c274', '#dbb36b', '#6cace8', '#c586dd', '#5fbcc8', '#c3c8d1'],
			...['#7d8593', '#f28b93', '#a9d68c', '#ebc986', '#8cc2f5', '#d6a0ec', '#7fd3de', '#ffffff'],
		],
	},
	light: {
		background: '#ffffff',
		foreground: '#24292e',
		palette: [
			...['#24292e', '#b31d28', '#176f2c', '#8a5a00', '#0550ae', '#6f42c1', '#0e6c7a', '#57606a'],
			...['#57606a', '#cb2431', '#1a7f37', '#9a6700', '#0969da', '#8250df', '#1b7c83', '#000000'],
		],
	},
};
const CUBE = [0, 95, 135, 175, 215, 255];

/**
 * @param {number} index index of one of the 256 colours of xterm
 * @param {'dark' | 'light'} theme
 */
export function paletteColour(index, theme = 'dark') {
	const {palette, foreground} = TERMINALS[theme];
	if (index < 16) return palette[index] ?? foreground;
	if (index >= 232) return hex([0, 0, 0].map(() => 8 + 10 * (index - 232)));
	const cube = index - 16;
	return hex([Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map(part => CUBE[part] ?? 0));
}

/** @param {readonly number[]} parts 0 to 255 */
function hex(parts) {
	return `#${parts.map(part => part.toString(16).padStart(2, '0')).join('')}`;
}

/**
 * @param {import('./draw-screen.mjs').Screen} screen
 * @returns {string} an SVG document
 */
export function drawScreen({rows, cursor, title, theme = 'dark'}) {
	const terminal = TERMINALS[theme];
	const columns = Math.max(...rows.map(row => row.reduce((sum, cell) => sum + cell.width, 0)));
	const width = round(columns * CELL.width + 2 * PADDING);
	const height = rows.length * CELL.height + 2 * PADDING;
	const backgrounds = [];
	const marks = [];
	for (const [index, row] of rows.entries()) {
		const y = PADDING + index * CELL.height;
		for (const run of runsOf(row)) {
			const x = PADDING + run.column * CELL.width;
			const {front, back} = coloursOf(run.style, terminal);
			if (back) backgrounds.push(rectangle(x, y, run.cells * CELL.width, CELL.height, back));
			marks.push(...drawRun(run, x, y, front));
		}
	}
	if (cursor) {
		const [x, y] = [PADDING + cursor.x * CELL.width, PADDING + cursor.y * CELL.height];
		marks.push(rectangle(x, y + 1, 2, CELL.height - 2, terminal.foreground));
	}
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
		`<title>${escapeMarkup(title)}</title>`,
		`<rect width="${width}" height="${height}" rx="8" fill="${terminal.background}"/>`,
		'<g shape-rendering="crispEdges">',
		...backgrounds,
		'</g>',
		`<g font-family="DejaVu Sans Mono, Menlo, Consolas, Noto Sans Mono CJK JP, monospace" font-size="${CELL.font}" xml:space="preserve">`,
		...marks,
		'</g>',
		'</svg>',
		'',
	].join('\n');
}

/** Splits a row into runs of cells with one style. A glyph that a font may draw at another width is a run of its own. */
function runsOf(row) {
	const runs = [];
	let column = 0;
	for (const cell of row) {
		if (cell.width === 0) continue;
		const text = cell.text === '' ? ' ' : cell.text;
		const plain = /^[ -~]$/.test(text);
		const key = JSON.stringify(cell.style);
		const last = runs.at(-1);
		if (last?.plain && plain && last.key === key) {
			last.text += text;
			last.cells += cell.width;
		} else runs.push({text, plain, key, style: cell.style, column, cells: cell.width});
		column += cell.width;
	}
	return runs;
}

function coloursOf({foreground, background, inverse}, terminal) {
	const front = foreground ?? terminal.foreground;
	if (!inverse) return {front, back: background};
	return {front: background ?? terminal.background, back: front};
}

function drawRun({text, plain, style, cells}, x, y, front) {
	const paint = `fill="${front}"${style.dim ? ' fill-opacity="0.62"' : ''}`;
	const marks = [];
	if (style.underline && text.trim() !== '') {
		marks.push(`<rect x="${round(x)}" y="${y + 15}" width="${round(cells * CELL.width)}" height="1" ${paint}/>`);
	}
	if (text.trim() === '') return marks;
	const shape = shapeOf(text, x, y);
	if (shape) return [...marks, `<path d="${shape}" ${paint}/>`];
	const weight = `${style.bold ? ' font-weight="bold"' : ''}${style.italic ? ' font-style="italic"' : ''}`;
	if (!plain) {
		const centre = round(x + (cells * CELL.width) / 2);
		marks.push(
			`<text x="${centre}" y="${round(y + CELL.baseline)}" text-anchor="middle" ${paint}${weight}>${escapeMarkup(text)}</text>`,
		);
		return marks;
	}
	// Viewers collapse or stretch spaces at the ends and several spaces in a row, so only single spaces are inside a text.
	for (const {0: shown, index} of text.matchAll(/\S+(?: \S+)*/g)) {
		const start = round(x + index * CELL.width);
		const length = round(shown.length * CELL.width);
		marks.push(
			`<text x="${start}" y="${round(y + CELL.baseline)}" textLength="${length}" lengthAdjust="spacingAndGlyphs" ${paint}${weight}>${escapeMarkup(shown)}</text>`,
		);
	}
	return marks;
}

/** Box lines and blocks as a path, so that adjacent cells join. */
function shapeOf(text, x, y) {
	const {width, height} = CELL;
	const box = (left, top, wide, high) => `M${round(left)} ${round(top)}h${round(wide)}v${round(high)}h${round(-wide)}z`;
	if (text === '─') return box(x, y + height / 2, width, 1);
	if (text === '│') return box(x + width / 2, y, 1, height);
	if (text === '▌') return box(x, y, width / 2, height);
	const eighths = '▁▂▃▄▅▆▇█'.indexOf(text) + 1;
	return eighths > 0 ? box(x, y + (height * (8 - eighths)) / 8, width, (height * eighths) / 8) : undefined;
}

function rectangle(x, y, width, height, fill) {
	return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${height}" fill="${fill}"/>`;
}

function round(value) {
	return Math.round(value * 100) / 100;
}

function escapeMarkup(text) {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
