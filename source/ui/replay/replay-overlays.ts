/** What lies over the panes of the replay: help, details of a row or of a peer. */
import type {History} from '../../core/history.js';
import {replayKeyRows} from '../keys/bindings.js';
import {keyLabel} from '../keys/key-labels.js';
import {entryDetails, type Fact, peerDetails} from '../overlays/details-text.js';
import {pair} from '../overlays/help-text.js';
import {factLines, type OverlayText} from '../overlays/overlay-lines.js';
import type {Segment, Theme} from '../theme.js';
import {formatMoment} from '../timeline/day.js';
import {FILTER_FORM} from './replay-filter.js';
import type {ReplayFrame} from './replay-frame.js';
import type {ReplayOverlay} from './replay-state.js';

export interface ReplayOverlayRequest {
	readonly overlay: ReplayOverlay;
	readonly history: History;
	readonly frame: ReplayFrame;
	readonly theme: Theme;
}

export function replayOverlayLines({overlay, history, frame, theme}: ReplayOverlayRequest): OverlayText {
	const width = frame.layout.mainWidth;
	switch (overlay.type) {
		case 'help':
			return {title: 'Help: replay', lines: helpLines(width, theme)};
		case 'peer':
			return {title: 'Peer, as it was then', lines: factLines(peerDetails(frame.there, overlay.peer), width, theme)};
		case 'event': {
			const entry = frame.view.at(frame.view.positionOf(overlay.key));
			if (!entry) return {title: 'Details', lines: []};
			const facts = entryDetails(frame.shown, entry).filter(([what]) => what !== 'delivery');
			return {title: 'Details', lines: factLines([...facts, ...arrivalFacts(history, overlay.key)], width, theme)};
		}
	}
}

function arrivalFacts(history: History, key: Parameters<History['learntAt']>[0]): Fact[] {
	const index = history.learntAt(key);
	const record = index === undefined ? undefined : history.recordAt(index);
	if (index === undefined || !record) return [];
	const how = key.seq === 0 ? 'seen by this node' : record.live ? 'came as it was said' : 'came as history';
	return [
		['in the log', `record ${index + 1} of ${history.length}, ${how}`],
		['logged', formatMoment(record.loggedAt)],
	];
}

export interface ReplayHelpLine {
	readonly does: string;
	readonly keys: string;
	readonly twin: string;
	/** Of both, each by itself. */
	readonly labels: readonly string[];
}

/** One line per thing to do: for the help overlay and the readme. */
export function replayHelp(): ReplayHelpLine[] {
	const joined = new Map<string, {keys: string[]; twins: string[]}>();
	for (const {does, keys, twins} of replayKeyRows) {
		const line = joined.get(does) ?? {keys: [], twins: []};
		line.keys.push(...keys.map(keyLabel));
		line.twins.push(...(twins ?? []).map(keyLabel));
		joined.set(does, line);
	}
	return Array.from(joined, ([does, {keys, twins}]) => ({
		does,
		keys: keys.join(' '),
		twin: twins.join(' '),
		labels: [...keys, ...twins],
	}));
}

/** The readme's table. */
export function replayTableMarkdown(): string {
	const cell = (text: string) => text.replaceAll('|', '\\|');
	const rows = replayHelp().map(({does, keys, twin}) => `| ${does} | ${cell(keys)} | ${cell(twin)} |`);
	return ['| what | keys | or |', '|---|---|---|', ...rows].join('\n');
}

function helpLines(width: number, theme: Theme): Segment[][] {
	const lines: Segment[][] = [];
	for (const {does, labels} of replayHelp()) lines.push(...pair(labels.join(', '), does, width, theme));
	const {bookmark, hit, position} = theme.glyphs;
	lines.push([], [{text: ' Filter', style: {bold: true}}]);
	lines.push(...pair('f', `${FILTER_FORM}; all that is given must hold; Tab completes`, width, theme));
	lines.push([], [{text: ' Below', style: {bold: true}}]);
	lines.push(...pair(`${position} ${bookmark} ${hit}`, 'the position, bookmarks, matches of the search', width, theme));
	lines.push(...pair('dimmed rows', 'came later than the position; the peers are those of the position', width, theme));
	return lines;
}
