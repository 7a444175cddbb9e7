/** The timeline pane, in the chat and in replay: draws the slots of a viewport with their marks and rules. */

import {Box} from 'ink';
import {type ReactNode, useState} from 'react';
import {trustOf} from '../../core/contacts.js';
import {isWritten, type Whisper} from '../../core/event.js';
import {compareOrder, type OrderKey} from '../../core/event-order.js';
import {selectDelivery, selectEarlierHolders, selectWhisperDelivery} from '../../core/select.js';
import type {State} from '../../core/state.js';
import type {TimelineEntry} from '../../core/timeline.js';
import {Lines} from '../panes/lines.js';
import type {Row} from '../panes/paint-row.js';
import {cellWidth} from '../text/graphemes.js';
import type {Segment, Theme} from '../theme.js';
import {rowsAboveMessage} from './format-effects.js';
import {MARK_CELLS, type RowOptions, withAuthorName} from './format-item.js';
import {formatDay} from './format-time.js';
import {isMentionOfUs} from './mentions.js';
import type {TimelineItem} from './timeline-view.js';
import type {Slot, Viewport} from './viewport.js';

/** Marks of the replay, shown instead of delivery marks. */
export interface ReplayAnnotations {
	/** Whether the entry arrived after the position of the replay. Its row is then dimmed. */
	isLater(entry: TimelineEntry): boolean;
	isBookmarked(entry: TimelineEntry): boolean;
}

interface TimelinePaneProps {
	readonly state: State;
	readonly viewport: Viewport;
	readonly options: RowOptions;
	/** Height of the pane in rows. The last entry is at the bottom. */
	readonly height: number;
	readonly selected: OrderKey | undefined;
	/** Text in the unread rule (the line above the first unread entry), for example `new since 10:42`. */
	readonly unreadText?: string;
	/** Set only in the replay. */
	readonly review?: ReplayAnnotations | undefined;
	rowsOf(item: TimelineItem): readonly Row[];
}

export function TimelinePane({
	state,
	viewport,
	options,
	height,
	selected,
	unreadText = 'unread',
	review,
	rowsOf,
}: TimelinePaneProps): ReactNode {
	const [draw] = useState(createSlotDrawer);
	const rows = draw({state, slots: viewport.slots, options, selected, unreadText, review, rowsOf});
	return (
		<Box flexDirection="column" justifyContent="flex-end" width={options.width} height={height} flexShrink={0}>
			<Lines rows={rows} width={options.width} />
		</Box>
	);
}

interface DrawRequest {
	readonly state: State;
	readonly review?: ReplayAnnotations | undefined;
	readonly slots: readonly Slot[];
	readonly options: RowOptions;
	readonly selected: OrderKey | undefined;
	readonly unreadText: string;
	readonly rowsOf: (item: TimelineItem) => readonly Row[];
}

const BLANK_MARK: Segment = {text: ' '.repeat(MARK_CELLS)};
const SPACE: Segment = {text: ' '};

/** Creates a function that draws slots as rows. It caches them, so that an unchanged row is the same object in every frame. */
function createSlotDrawer(): (request: DrawRequest) => Row[] {
	const drawn = new WeakMap<Row, {mark: string; segments: Row}>();

	function withMark(row: Row, mark: Segment, second: Segment | undefined, isLater = false): Row {
		const cached = drawn.get(row);
		const id = `${mark.text}${mark.style?.inverse ? '!' : ''}${second?.text ?? ''}${isLater ? '-' : ''}`;
		if (cached?.mark === id) return cached.segments;
		const lead = second
			? [{...mark, text: mark.text.slice(0, 1)}, second]
			: mark === BLANK_MARK
				? [mark]
				: [mark, SPACE];
		const segments = [...lead, ...(isLater ? row.map(dim) : row)];
		drawn.set(row, {mark: id, segments});
		return segments;
	}

	return ({state, slots, options, selected, unreadText, rowsOf, review}) => {
		return slots.map((slot, index) => {
			const [entry] = slot.item.entries;
			if (slot.rule) return ruleRow(slot, entry, unreadText, options);
			const formatted = rowsOf(slot.item)[slot.row] ?? [];
			const firstRow = rowsAboveMessage(entry);
			const row =
				index === 0 && slot.row >= firstRow ? withAuthorName(state, slot.item, formatted, options) : formatted;
			const isSelected = selected !== undefined && containsKey(slot.item, selected);
			const own = slot.row === firstRow ? entryMarkOf(state, entry, options.theme, review) : BLANK_MARK;
			const mark = isSelected ? selectedMark(options.theme) : own;
			// In a selected row, the selection mark takes the first cell of the column, and the mark of the entry the
			// second.
			const covered = isSelected && own !== BLANK_MARK ? own : undefined;
			if (!review || !entry) return withMark(row, mark, covered);
			const isBookmarked = slot.row === firstRow && slot.item.entries.some(review.isBookmarked);
			const second = isBookmarked ? {text: options.theme.glyphs.bookmark, style: options.theme.warn} : covered;
			return withMark(row, mark, second, review.isLater(entry));
		});
	};
}

function dim(segment: Segment): Segment {
	return {...segment, style: {...segment.style, dim: true, bold: false}};
}

function containsKey({entries}: TimelineItem, key: OrderKey): boolean {
	const first = entries[0];
	const last = entries.at(-1);
	return first !== undefined && last !== undefined && compareOrder(first, key) <= 0 && compareOrder(last, key) >= 0;
}

function selectedMark({glyphs}: Theme): Segment {
	return {text: glyphs.selected, style: {bold: true}};
}

/**
 * The mark of a message, in a column of its own that no name can imitate: the delivery of the user's own message, a
 * warning about somebody who uses the name of a verified person, or a mention.
 */
function entryMarkOf(
	state: State,
	entry: TimelineEntry | undefined,
	theme: Theme,
	review: ReplayAnnotations | undefined,
): Segment {
	if (entry?.type === 'whisper') return whisperMarkOf(state, entry, theme, review);
	if (!entry || !isWritten(entry)) return BLANK_MARK;
	const own = state.launch?.peer;
	if (trustOf(state, entry.peer, entry.seq) === 'impostor') return {text: '!', style: theme.error};
	if (entry.peer !== own && isMentionOfUs(state, entry)) return {text: '@', style: theme.mention};
	if (review) return BLANK_MARK;
	// A message of an earlier launch never has the mark `○` (nobody has it), because this node does not know who had the
	// message when that launch ended. It has `✓` or no mark.
	if (entry.peer !== own)
		return selectEarlierHolders(state, entry).length > 0
			? {text: theme.glyphs.delivered, style: theme.success}
			: BLANK_MARK;
	const delivery = selectDelivery(state, entry.seq);
	if (!delivery || delivery.delivered === 0) return {text: theme.glyphs.undelivered, style: theme.muted};
	if (delivery.delivered < delivery.of) return {text: theme.glyphs.partlyDelivered};
	return {text: theme.glyphs.delivered, style: theme.success};
}

/** The mark of a whisper: its delivery, or a warning about somebody who uses the name of a verified person. */
function whisperMarkOf(state: State, entry: Whisper, theme: Theme, review: ReplayAnnotations | undefined): Segment {
	if (trustOf(state, entry.subject) === 'impostor') return {text: '!', style: theme.error};
	if (!entry.own) return {text: '@', style: theme.mention};
	if (review) return BLANK_MARK;
	switch (selectWhisperDelivery(state, entry)) {
		case 'delivered':
			return {text: theme.glyphs.delivered, style: theme.success};
		case 'refused':
			return {text: theme.glyphs.refused, style: theme.error};
		case 'waiting':
			return {text: theme.glyphs.undelivered, style: theme.muted};
		default:
			return BLANK_MARK;
	}
}

function ruleRow(slot: Slot, entry: TimelineEntry | undefined, unreadText: string, {theme, width}: RowOptions): Row {
	const text = slot.rule === 'unread' ? ` ${unreadText} ` : ` ${formatDay(entry?.at ?? 0)} `;
	const style = slot.rule === 'unread' ? theme.warn : theme.muted;
	const left = 2;
	const right = Math.max(0, width - left - cellWidth(text) - 1);
	return [{text: theme.glyphs.rule.repeat(left) + text + theme.glyphs.rule.repeat(right), style}];
}
