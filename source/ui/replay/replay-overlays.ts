/** What lies over the panes of the replay: help, details of a row or of a peer. */
import type {History} from '../../core/history.js';
import {keyLabel} from '../input/key-help.js';
import {type Detail, entryDetails, peerDetails} from '../overlays/details.js';
import {detailRows, type OverlayText, twoColumnRows} from '../overlays/overlay-text.js';
import type {Segment, Theme} from '../theme.js';
import {formatMoment} from '../timeline/format-time.js';
import {replayKeyRows} from './replay-bindings.js';
import {FILTER_FORM} from './replay-filter.js';
import type {ReplayFrame} from './replay-frame.js';
import type {ReplayOverlay} from './replay-state.js';

export interface ReplayOverlayRequest {
	readonly overlay: ReplayOverlay;
	readonly history: History;
	readonly frame: ReplayFrame;
	readonly theme: Theme;
}

export function replayOverlayText({overlay, history, frame, theme}: ReplayOverlayRequest): OverlayText {
	const width = frame.layout.mainWidth;
	switch (overlay.type) {
		case 'help':
			return {title: 'Help: replay', lines: replayHelpRows(width, theme)};
		case 'peer':
			return {
				title: 'Peer, as it was then',
				lines: detailRows(peerDetails(frame.stateAtPosition, overlay.peer), width, theme),
			};
		case 'event': {
			const entry = frame.view.at(frame.view.positionOf(overlay.key));
			if (!entry) return {title: 'Details', lines: []};
			const facts = entryDetails(frame.shownState, entry).filter(([what]) => what !== 'delivery');
			return {title: 'Details', lines: detailRows([...facts, ...arrivalDetails(history, overlay.key)], width, theme)};
		}
	}
}

function arrivalDetails(history: History, key: Parameters<History['indexOfEntry']>[0]): Detail[] {
	const index = history.indexOfEntry(key);
	const record = index === undefined ? undefined : history.recordAt(index);
	if (index === undefined || !record) return [];
	const how = key.seq === 0 ? 'seen by this node' : record.live ? 'came as it was said' : 'came as history';
	return [
		['in the log', `record ${index + 1} of ${history.length}, ${how}`],
		['logged', formatMoment(record.loggedAt)],
	];
}

export interface ReplayHelpLine {
	readonly description: string;
	readonly keys: string;
	readonly alternativeKeys: string;
	/** Of both, each by itself. */
	readonly labels: readonly string[];
}

/** One line per thing to do: for the help overlay and the readme. */
export function replayHelpLines(): ReplayHelpLine[] {
	const joined = new Map<string, {keys: string[]; twins: string[]}>();
	for (const {description, keys, alternativeKeys} of replayKeyRows) {
		const line = joined.get(description) ?? {keys: [], twins: []};
		line.keys.push(...keys.map(keyLabel));
		line.twins.push(...(alternativeKeys ?? []).map(keyLabel));
		joined.set(description, line);
	}
	return Array.from(joined, ([description, {keys, twins}]) => ({
		description,
		keys: keys.join(' '),
		alternativeKeys: twins.join(' '),
		labels: [...keys, ...twins],
	}));
}

/** The readme's table. */
export function replayTableMarkdown(): string {
	const cell = (text: string) => text.replaceAll('|', '\\|');
	const rows = replayHelpLines().map(
		({description: does, keys, alternativeKeys: twin}) => `| ${does} | ${cell(keys)} | ${cell(twin)} |`,
	);
	return ['| what | keys | or |', '|---|---|---|', ...rows].join('\n');
}

function replayHelpRows(width: number, theme: Theme): Segment[][] {
	const lines: Segment[][] = [];
	for (const {description: does, labels} of replayHelpLines())
		lines.push(...twoColumnRows(labels.join(', '), does, width, theme));
	const {bookmark, match, position} = theme.glyphs;
	lines.push([], [{text: ' Filter', style: {bold: true}}]);
	lines.push(...twoColumnRows('f', `${FILTER_FORM}; all that is given must hold; Tab completes`, width, theme));
	lines.push([], [{text: ' Below', style: {bold: true}}]);
	lines.push(
		...twoColumnRows(
			`${position} ${bookmark} ${match}`,
			'the position, bookmarks, matches of the search',
			width,
			theme,
		),
	);
	lines.push(
		...twoColumnRows('dimmed rows', 'came later than the position; the peers are those of the position', width, theme),
	);
	return lines;
}
