// One person of the tour: the built program in a pseudo terminal, with its screen on a terminal model. Loopback only.
import {mkdirSync} from 'node:fs';
import {setPriority} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {spawn} from '@lydell/node-pty';
import xterm from '@xterm/headless';
import stringWidth from 'string-width';
import {paletteColour} from './draw-screen.mjs';

const cliPath = process.env.P2PCHAT_TEST_CLI ?? fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const TIMEOUT_MS = 60_000;
/** Time without a change after which a screen counts as complete, ms. */
const QUIET_MS = 250;

/** Character widths of the current Unicode version. The model's own table is that of Unicode 6, with narrow emoji. */
const currentUnicode = {
	version: 'current',
	wcwidth: codePoint => (codePoint < 0x7f ? 1 : stringWidth(String.fromCodePoint(codePoint))),
	charProperties(codePoint, preceding) {
		// The terminal model expects a bit field: bit 0 if the character joins the previous glyph, bits 1 and 2 the width.
		const width = this.wcwidth(codePoint);
		const joins = width === 0 && preceding !== 0;
		return ((joins ? (preceding >> 1) & 3 : width) << 1) | (joins ? 1 : 0);
	},
};

/** Lets a process run before others, so that a busy computer does not slow down its connections. Needs permission. */
function raisePriority(pid) {
	try {
		setPriority(pid, -15);
	} catch {
		// Setting a priority needs a permission. Without it, the tour only takes longer, because it waits until the
		// connections are fast.
	}
}

/** @param {{name: string, folder: string, port: number, columns: number, rows: number, theme?: 'dark' | 'light', programArguments?: readonly string[]}} options */
export function startPerson({name, folder, port, columns, rows, theme = 'dark', programArguments}) {
	const home = join(folder, name);
	mkdirSync(home, {recursive: true});
	const {PATH, SystemRoot} = process.env;
	const env = {
		...{PATH, ...(SystemRoot && {SystemRoot}), HOME: home, P2PCHAT_HOME: home, P2PCHAT_INTERFACE: 'lo'},
		...{TERM: 'xterm-256color', COLORTERM: 'truecolor', LANG: 'en_US.UTF-8', TZ: 'UTC'},
	};
	const call = programArguments ?? ['--name', name, '--interface', 'lo', '--port', String(port), '--theme', theme];
	const child = spawn(process.execPath, [cliPath, ...call], {cols: columns, rows, env});
	raisePriority(child.pid);
	const screen = new xterm.Terminal({cols: columns, rows, allowProposedApi: true, scrollback: 200});
	screen.unicode.register(currentUnicode);
	screen.unicode.activeVersion = currentUnicode.version;
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
	// Sends the terminal's answers to the program.
	screen.onData(data => {
		if (!ended) child.write(data);
	});
	const text = () =>
		readRows(screen, theme)
			.map(row => row.map(cell => cell.text || (cell.width ? ' ' : '')).join(''))
			.join('\n');

	/** Resolves when the screen contains the text, or when the test function returns true for it. */
	function waitFor(what) {
		const holds = typeof what === 'string' ? () => text().includes(what) : () => what(text());
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => settle(new Error(`${name} did not see ${what}:\n${text()}`)), TIMEOUT_MS);
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
		waitFor,
		press: keys => child.write(keys),
		/** Types and sends a message, and waits until it is in the timeline. A newline in the message is typed as Ctrl+J. */
		async send(message) {
			const end = message.split('\n').at(-1).trim().slice(0, 12);
			child.write(message);
			await waitFor(end);
			child.write('\r');
			await waitFor(shown => shown.includes('Write a message') && shown.includes(end));
		},
		/** Waits until the screen has not changed for QUIET_MS. */
		async settle() {
			const end = performance.now() + TIMEOUT_MS;
			while (performance.now() - changedAt < QUIET_MS && performance.now() < end) {
				await new Promise(resolve => setTimeout(resolve, QUIET_MS / 5));
			}
		},
		freeze: () => process.kill(child.pid, 'SIGSTOP'),
		thaw: () => process.kill(child.pid, 'SIGCONT'),
		picture: title => ({
			rows: readRows(screen, theme),
			theme,
			cursor: cursorShown ? {x: screen.buffer.active.cursorX, y: screen.buffer.active.cursorY} : undefined,
			title,
		}),
		async leave() {
			if (!ended) child.kill('SIGTERM');
			await exited;
			screen.dispose();
		},
		/** Kills the program after a failure. */
		kill() {
			if (!ended) process.kill(child.pid, 'SIGKILL');
		},
	};
}

function readRows(screen, theme) {
	const buffer = screen.buffer.active;
	return Array.from({length: screen.rows}, (_, row) => {
		const line = buffer.getLine(buffer.baseY + row);
		return Array.from({length: screen.cols}, (_, column) => readCell(line?.getCell(column), theme));
	});
}

function readCell(cell, theme) {
	const colour = (isDefault, isRgb, value) =>
		isDefault ? undefined : isRgb ? `#${value.toString(16).padStart(6, '0')}` : paletteColour(value, theme);
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
