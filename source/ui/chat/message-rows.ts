/**
 * Rows above the status line: an open question, or a short message. A long text is wrapped into rows, up to the height
 * MAX_PART_OF_SCREEN. The status line stays visible below them.
 */
import {formatBytes} from '../../core/format-quantity.js';
import type {Row} from '../panes/paint-row.js';
import {describeUndelivered} from '../screen-contract.js';
import {cleanLine} from '../text/clean-for-screen.js';
import {padCells} from '../text/graphemes.js';
import {wrapText} from '../text/wrap-text.js';
import type {Style, Theme} from '../theme.js';
import type {UiState} from './chat-state.js';
import {REACTIONS} from './reactions.js';

/** Maximum height of the question or message, as a fraction of the height of the screen. */
const MAX_PART_OF_SCREEN = 1 / 3;
const INDENT_CELLS = 1;

/** Number of rows that the question or message needs; 0 if there is neither. */
export function countMessageRows(ui: UiState): number {
	const text = messageText(ui);
	return text === undefined ? 0 : linesOf(ui, text).length;
}

/** The rows of the question or message. */
export function formatMessageRows(ui: UiState, theme: Theme): Row[] {
	const text = messageText(ui);
	if (text === undefined) return [];
	const lines = linesOf(ui, text);
	const style = styleOf(ui, theme);
	return lines.map((line, index) => {
		const isCut = index === lines.length - 1 && line.end < text.trimEnd().length;
		const shown = text.slice(line.start, isCut ? undefined : line.end).trimStart();
		const cells = ui.columns - 2 * INDENT_CELLS;
		return [{text: ` ${padCells(shown, cells, theme.glyphs.ellipsis)} `, style}];
	});
}

function linesOf({columns, rows}: UiState, text: string): {start: number; end: number}[] {
	const cells = Math.max(10, columns - 2 * INDENT_CELLS);
	// A no-break space keeps a key and its meaning (`y: yes`) in one row.
	const joined = text.replace(/: (?=\S)/g, ':\u00A0');
	return [...wrapText(joined, cells, cells)].slice(0, Math.max(1, Math.floor(rows * MAX_PART_OF_SCREEN)));
}

function styleOf(ui: UiState, theme: Theme): Style {
	if (hasQuestion(ui) || ui.flash?.level === 'warn') return theme.warn;
	return ui.flash?.level === 'error' ? theme.error : {bold: true};
}

/** Whether the next key answers a question. */
export function hasQuestion({question, editor}: UiState): boolean {
	return question !== undefined || editor.pendingPaste !== undefined;
}

function messageText(ui: UiState): string | undefined {
	return questionText(ui) ?? (ui.flash ? cleanLine(ui.flash.text) : undefined);
}

const YES_OR_NO = 'y: yes   n or Esc: no';

function questionText({question, editor: {pendingPaste}}: UiState): string | undefined {
	if (pendingPaste !== undefined)
		return `Paste ${pendingPaste.split('\n').length} lines into the input?   ${YES_OR_NO}`;
	switch (question?.type) {
		case undefined:
			return undefined;
		case 'quit':
			return 'Leave the chat?   Ctrl+C again: leave   any other key: stay';
		case 'verify':
			return `Last five digits that ${cleanLine(question.name)} reads to you: ${question.digits.padEnd(5, '_')}   Enter: confirm   Esc: cancel`;
		case 'react':
			return `React: ${REACTIONS.map((word, index) => `${index + 1} ${word}`).join('  ')}   or type an emoji   Esc: cancel`;
		case 'withdraw':
			return `Withdraw this message? It is hidden for everybody, not erased.   ${YES_OR_NO}`;
		case 'pin':
			return `${question.on ? 'Pin' : 'Unpin'} this message for everybody?   ${YES_OR_NO}`;
		case 'share': {
			const name = cleanLine(question.path.split(/[/\\]/).at(-1) ?? '');
			return `Share ${name} (${formatBytes(question.size)}) with everybody in this room?   ${YES_OR_NO}`;
		}
		case 'quit-undelivered':
			return `${describeUndelivered(question.count)} Leave?   ${YES_OR_NO}`;
		case 'open-link': {
			const {urls, chosen} = question;
			const url = urls[chosen] ?? '';
			if (urls.length === 1) return `Open this link?   y: yes   any other key: no   ${url}`;
			return `Open link ${chosen + 1} of ${urls.length}?   y: yes   o: next link   any other key: no   ${url}`;
		}
	}
}
