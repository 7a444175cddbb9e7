/**
 * Copy view: the visible part of the timeline as plain lines on an alternate screen of its own. The terminal itself wraps
 * them, without frames or padding, so that a selection contains the text as it was written and a long URL in one piece.
 */
import type {State} from '../../core/state.js';
import type {TimelineEntry} from '../../core/timeline.js';
import type {Token} from '../input/key-token.js';
import {ENTER_COPY_VIEW, LEAVE_COPY_VIEW} from '../terminal/escape-sequences.js';
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
	/** Passes input to the view, which any key closes. Returns false if the view is not open. */
	takeTokens(tokens: readonly Token[]): boolean;
	stop(): void;
}

export function createCopyView(
	write: (text: string) => void,
	size: {readonly columns: number; readonly rows: number},
): CopyView {
	let close: (() => void) | undefined;

	return {
		async show({state, ui}, frameOf) {
			const {view, viewport} = frameOf(state, ui);
			const lines = copyLines(state, view, view.length - viewport.entriesBelow, size.columns, size.rows - 1);
			write(`${ENTER_COPY_VIEW}${lines.join('\r\n')}\r\n(Select and copy with the terminal. Press any key to return.)`);
			await new Promise<void>(resolve => {
				close = resolve;
			});
			close = undefined;
			write(LEAVE_COPY_VIEW);
		},
		takeTokens(tokens) {
			if (!close) return false;
			if (tokens.some(token => token.type === 'key' || token.type === 'text' || token.type === 'paste')) close();
			return true;
		},
		stop() {
			close?.();
		},
	};
}

/** Lines of the last entries before position `end` that fill at most `rows` rows of `columns` cells. */
function copyLines(state: State, view: TimelineView, end: number, columns: number, rows: number): string[] {
	const lines: string[] = [];
	let used = 0;
	for (let index = end - 1; index >= 0; index--) {
		const entry = view.at(index);
		if (!entry) break;
		const entryLines = copyText(state, entry).split('\n');
		const height = entryLines.reduce((sum, line) => sum + Math.max(1, Math.ceil(cellWidth(line) / columns)), 0);
		if (used + height > rows && used > 0) break;
		lines.unshift(...entryLines);
		used += height;
	}
	return lines;
}

/** An entry as one logical line, with address and full time; further lines of a message are indented. */
export function copyText(state: State, entry: TimelineEntry): string {
	const when = formatMoment(entry.at);
	if (entry.type === 'posted' && !entry.action) {
		const address = displayAddress(state, entry.peer);
		const lines = markedMessageText(state, entry).replaceAll('\n', '\n    ');
		return `${when} ${displayName(state, entry.peer, entry.seq)}${address ? ` (${address})` : ''}: ${lines}`;
	}
	return `${when} * ${joinParts(describeEntry(state, entry))}`;
}
