// One person at one terminal: the built program in a pseudo terminal, its screen on a terminal model. Loopback only.
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {spawn} from '@lydell/node-pty';
import xterm from '@xterm/headless';
import stringWidth from 'string-width';
import {paletteColour} from './draw-screen.mjs';

const cliPath = process.env.P2PCHAT_TEST_CLI ?? fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const PATIENCE_MS = 30_000;
/** A screen that has not changed for so long is drawn to its end. */
const REST_MS = 250;

/** The model's own table is that of Unicode 6, where emoji are narrow. */
const presentDay = {
	version: 'present',
	wcwidth: codePoint => (codePoint < 0x7f ? 1 : stringWidth(String.fromCodePoint(codePoint))),
	charProperties(codePoint, preceding) {
		// As its interface packs it: joins the glyph before (1 bit), width (2 bits).
		const width = this.wcwidth(codePoint);
		const joins = width === 0 && preceding !== 0;
		return ((joins ? (preceding >> 1) & 3 : width) << 1) | (joins ? 1 : 0);
	},
};

/** @param {{name: string, folder: string, port: number, columns: number, rows: number, words?: readonly string[]}} options */
export function seat({name, folder, port, columns, rows, words}) {
	const home = join(folder, name);
	mkdirSync(home, {recursive: true});
	const {PATH, SystemRoot} = process.env;
	const env = {
		...{PATH, ...(SystemRoot && {SystemRoot}), HOME: home, P2PCHAT_HOME: home, P2PCHAT_INTERFACE: 'lo'},
		...{TERM: 'xterm-256color', COLORTERM: 'truecolor', LANG: 'en_US.UTF-8', TZ: 'UTC'},
	};
	const call = words ?? ['--name', name, '--interface', 'lo', '--port', String(port)];
	const child = spawn(process.execPath, [cliPath, ...call], {cols: columns, rows, env});
	const screen = new xterm.Terminal({cols: columns, rows, allowProposedApi: true, scrollback: 200});
	screen.unicode.register(presentDay);
	screen.unicode.activeVersion = presentDay.version;
	const checks = new Set();
	let cursorShown = true;
	let ended = false;
	let changedAt = performance.now();
	child.onData(data => {
		const [shown, hidden] = [data.lastIndexOf('\u001B[?25h'), data.lastIndexOf('\u001B[?25l')];
		if (shown !== hidden) cursorShown = shown > hidden;
		changedAt = performance.now();
		screen.write(data, () => {
			for (const check of [...checks]) check();
		});
	});
	const exited = new Promise(resolve => {
		child.onExit(() => {
			ended = true;
			resolve();
		});
	});
	// Answers that a terminal gives by itself.
	screen.onData(data => {
		if (!ended) child.write(data);
	});
	const text = () =>
		readRows(screen)
			.map(row => row.map(cell => cell.text || (cell.width ? ' ' : '')).join(''))
			.join('\n');

	/** Resolves when the screen holds the text (or passes the test). */
	function sees(what) {
		const holds = typeof what === 'string' ? () => text().includes(what) : () => what(text());
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => settle(new Error(`${name} never saw ${what}:\n${text()}`)), PATIENCE_MS);
			const settle = error => {
				clearTimeout(timer);
				checks.delete(check);
				if (error) reject(error);
				else resolve();
			};
			const check = () => holds() && settle();
			checks.add(check);
			check();
		});
	}

	return {
		name,
		home,
		text,
		sees,
		press: keys => child.write(keys),
		/** Types a message and waits until it stands in the timeline. */
		async says(message) {
			// Ctrl+J, which is a newline, is what a newline is.
			const end = message.split('\n').at(-1).trim().slice(0, 12);
			child.write(message);
			await sees(end);
			child.write('\r');
			await sees(shown => shown.includes('Write a message') && shown.includes(end));
		},
		async rests() {
			const end = performance.now() + PATIENCE_MS;
			while (performance.now() - changedAt < REST_MS && performance.now() < end) {
				await new Promise(resolve => setTimeout(resolve, REST_MS / 5));
			}
		},
		freeze: () => process.kill(child.pid, 'SIGSTOP'),
		thaw: () => process.kill(child.pid, 'SIGCONT'),
		picture: title => ({
			rows: readRows(screen),
			cursor: cursorShown ? {x: screen.buffer.active.cursorX, y: screen.buffer.active.cursorY} : undefined,
			title,
		}),
		async leave() {
			if (!ended) child.kill('SIGTERM');
			await exited;
			screen.dispose();
		},
		/** For the way out after a failure. */
		kill() {
			if (!ended) process.kill(child.pid, 'SIGKILL');
		},
	};
}

function readRows(screen) {
	const buffer = screen.buffer.active;
	return Array.from({length: screen.rows}, (_, row) => {
		const line = buffer.getLine(buffer.baseY + row);
		return Array.from({length: screen.cols}, (_, column) => readCell(line?.getCell(column)));
	});
}

function readCell(cell) {
	const colour = (isDefault, isRgb, value) =>
		isDefault ? undefined : isRgb ? `#${value.toString(16).padStart(6, '0')}` : paletteColour(value);
	if (!cell) return {text: ' ', width: 1, style: {}};
	return {
		text: cell.getChars(),
		width: cell.getWidth(),
		style: {
			foreground: colour(cell.isFgDefault(), cell.isFgRGB(), cell.getFgColor()),
			background: colour(cell.isBgDefault(), cell.isBgRGB(), cell.getBgColor()),
			bold: Boolean(cell.isBold()),
			dim: Boolean(cell.isDim()),
			italic: Boolean(cell.isItalic()),
			underline: Boolean(cell.isUnderline()),
			inverse: Boolean(cell.isInverse()),
		},
	};
}
