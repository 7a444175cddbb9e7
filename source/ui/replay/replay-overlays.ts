/** Overlays of the replay: help, details of an entry, details of a peer. */
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

interface ReplayOverlayRequest {
	readonly overlay: ReplayOverlay;
	readonly history: History;
	readonly frame: ReplayFrame;
	readonly theme: Theme;
}

/** Title and lines of the open overlay. */
export function replayOverlayText({overlay, history, frame, theme}: ReplayOverlayRequest): OverlayText {
	const width = frame.layout.mainWidth;
	switch (overlay.type) {
		case 'help':
			return {title: 'Help: replay', lines: replayHelpRows(width, theme)};
		case 'peer':
			return {
				title: 'Peer at this position',
				lines: detailRows(peerDetails(frame.stateAtPosition, overlay.peer), width, theme),
			};
		case 'event': {
			const entry = frame.view.at(frame.view.positionOf(overlay.key));
			if (!entry) return {title: 'Details', lines: []};
			const facts = entryDetails(frame.shownState, entry).filter(([label]) => label !== 'delivery');
			return {title: 'Details', lines: detailRows([...facts, ...arrivalDetails(history, overlay.key)], width, theme)};
		}
	}
}

/** Details on the position of an entry in the log, and on how it arrived. */
function arrivalDetails(history: History, key: Parameters<History['indexOfEntry']>[0]): Detail[] {
	const index = history.indexOfEntry(key);
	const record = index === undefined ? undefined : history.recordAt(index);
	if (index === undefined || !record) return [];
	const source = key.seq === 0 ? 'observed by this node' : record.live ? 'received live' : 'received as history';
	return [
		['in the log', `record ${index + 1} of ${history.length}, ${source}`],
		['logged', formatMoment(record.loggedAt)],
	];
}

/** One line for each description in the key table, with the keys of all its rows. */
function replayHelpLines(): {readonly description: string; readonly labels: readonly string[]}[] {
	const labelsByDescription = new Map<string, string[]>();
	for (const {description, keys, alternativeKeys = []} of replayKeyRows) {
		const labels = labelsByDescription.get(description) ?? [];
		labels.push(...[...keys, ...alternativeKeys].map(keyLabel));
		labelsByDescription.set(description, labels);
	}
	return Array.from(labelsByDescription, ([description, labels]) => ({description, labels}));
}

function replayHelpRows(width: number, theme: Theme): Segment[][] {
	const lines: Segment[][] = [];
	for (const {description, labels} of replayHelpLines())
		lines.push(...twoColumnRows(labels.join(', '), description, width, theme));
	const {bookmark, match, position} = theme.glyphs;
	lines.push([], [{text: ' Filter', style: {bold: true}}]);
	lines.push(...twoColumnRows('f', `${FILTER_FORM}. All conditions must match. Tab completes.`, width, theme));
	lines.push([], [{text: ' Marks', style: {bold: true}}]);
	lines.push(
		...twoColumnRows(`${position} ${bookmark} ${match}`, 'position, bookmarks, matches of the search', width, theme),
	);
	lines.push(
		...twoColumnRows(
			'dimmed rows',
			'the event arrived later than the time shown here; the peers pane shows the peers at this time',
			width,
			theme,
		),
	);
	return lines;
}
