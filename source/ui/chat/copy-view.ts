/**
 * Copy view: the messages as plain lines on an alternate screen of its own. The terminal itself wraps the lines, which
 * have no frame and no padding. Therefore text that the user selects in the terminal is copied as it was written, and a
 * long URL stays in one piece. Lines that do not fit on the screen are on further pages.
 */
import {isWritten} from '../../core/event.js';
import type {State} from '../../core/state.js';
import type {TimelineEntry} from '../../core/timeline.js';
import type {Token} from '../input/key-token.js';
import {DIM, ENTER_COPY_VIEW, LEAVE_COPY_VIEW, NOT_DIM} from '../terminal/escape-sequences.js';
import {cellWidth} from '../text/graphemes.js';
import {describeEntry} from '../timeline/describe-entry.js';
import {displayAddress, displayName} from '../timeline/display-name.js';
import {formatMoment} from '../timeline/format-time.js';
import {markedMessageText} from '../timeline/message-text.js';
import {joinParts} from '../timeline/text-parts.js';
import type {TimelineView} from '../timeline/timeline-view.js';
import type {FrameOf} from './frame.js';
import type {ScreenSnapshot} from './screen-store.js';

export interface CopyView {
	/** Shows the view. Resolves after a key has closed the view. */
	show(snapshot: ScreenSnapshot, frameOf: FrameOf): Promise<void>;
	/**
	 * Passes input to the view. The page keys and the arrows show other pages; any other key closes the view. Returns
	 * false if the view is not open.
	 */
	takeTokens(tokens: readonly Token[]): boolean;
	stop(): void;
}

const OLDER_KEYS: ReadonlySet<string> = new Set(['pageup', 'up', 'shift+up']);
const NEWER_KEYS: ReadonlySet<string> = new Set(['pagedown', 'down', 'shift+down']);

/** Width of the longest hint below the lines, in cells. */
const HINT_CELLS = 64;

export function createCopyView(
	write: (text: string) => void,
	size: {readonly columns: number; readonly rows: number},
): CopyView {
	let close: (() => void) | undefined;
	let turnPage: (by: 1 | -1) => void = () => {};

	return {
		async show({state, ui}, frameOf) {
			const {view, viewport} = frameOf(state, ui);
			const {columns} = size;
			const rows = Math.max(1, size.rows - Math.ceil(HINT_CELLS / columns));
			const pages = splitPages(
				copyLines(state, view, view.length - viewport.entriesBelow, columns * rows),
				columns,
				rows,
			);
			let shown = pages.length - 1;
			const draw = () => {
				const hint =
					pages.length === 1
						? 'Select and copy with the terminal. Press any key to return.'
						: `Page ${shown + 1} of ${pages.length}: PgUp, PgDn. Any other key returns.`;
				const lines = (pages[shown] ?? []).map(({head, text}) =>
					head === '' ? text : `${DIM}${head}${NOT_DIM}${text}`,
				);
				write(`${ENTER_COPY_VIEW}${lines.join('\r\n')}\r\n(${hint})`);
			};
			turnPage = by => {
				shown = Math.max(0, Math.min(pages.length - 1, shown + by));
				draw();
			};
			draw();
			await new Promise<void>(resolve => {
				close = resolve;
			});
			close = undefined;
			write(LEAVE_COPY_VIEW);
		},
		takeTokens(tokens) {
			if (!close) return false;
			for (const token of tokens) {
				if (token.type === 'key' && OLDER_KEYS.has(token.key)) turnPage(-1);
				else if (token.type === 'key' && NEWER_KEYS.has(token.key)) turnPage(1);
				else if (token.type === 'key' || token.type === 'text' || token.type === 'paste') close?.();
			}
			return true;
		},
		stop() {
			close?.();
		},
	};
}

/**
 * A line that the terminal wraps. `head`: time and author. They are drawn dim, so that no message text can look like
 * the time and author of another message.
 */
export interface CopyLine {
	readonly head: string;
	readonly text: string;
}

/** Maximum number of entries in the view. Older entries are left out. */
const MAX_COPIED_ENTRIES = 500;

/**
 * Lines of the entries before position `end`. A line of more than `maxCells` cells is split, because it would not fit
 * on a page.
 */
function copyLines(state: State, view: TimelineView, end: number, maxCells: number): CopyLine[] {
	const lines: CopyLine[] = [];
	for (let index = Math.max(0, end - MAX_COPIED_ENTRIES); index < end; index++) {
		const entry = view.at(index);
		if (entry) lines.push(...copyText(state, entry).flatMap(line => splitLine(line, maxCells)));
	}
	return lines;
}

function splitLine({head, text}: CopyLine, maxCells: number): CopyLine[] {
	if (cellWidth(head + text) <= maxCells) return [{head, text}];
	const parts: CopyLine[] = [];
	let part = '';
	let used = cellWidth(head);
	for (const character of text) {
		const width = cellWidth(character);
		if (used + width > maxCells && part !== '') {
			parts.push({head: parts.length === 0 ? head : '', text: part});
			part = '';
			used = 0;
		}
		part += character;
		used += width;
	}
	return [...parts, {head: parts.length === 0 ? head : '', text: part}];
}

/** Splits lines into pages of at most `rows` rows of `columns` cells. The last page is full, if there are enough lines. */
function splitPages(lines: readonly CopyLine[], columns: number, rows: number): CopyLine[][] {
	const pages: CopyLine[][] = [];
	let page: CopyLine[] = [];
	let used = 0;
	for (const line of lines.toReversed()) {
		const height = Math.max(1, Math.ceil(cellWidth(line.head + line.text) / columns));
		if (used + height > rows && page.length > 0) {
			pages.unshift(page);
			page = [];
			used = 0;
		}
		page.unshift(line);
		used += height;
	}
	return [page, ...pages];
}

/** An entry as lines: the first begins with the full time and the author; further lines of a message are as written. */
export function copyText(state: State, entry: TimelineEntry): CopyLine[] {
	const when = formatMoment(entry.at);
	if (!isWritten(entry) || (entry.type === 'posted' && entry.action))
		return toLines(`${when} * `, joinParts(describeEntry(state, entry)));
	const address = displayAddress(state, entry.peer);
	const head = `${when} ${displayName(state, entry.peer, entry.seq)}${address ? ` (${address})` : ''}: `;
	return toLines(head, markedMessageText(state, entry));
}

function toLines(head: string, text: string): CopyLine[] {
	return text.split('\n').map((line, index) => ({head: index === 0 ? head : '', text: line}));
}
