/** Title and lines of whatever lies over the panes. */
import type {State} from '../../core/state.js';
import type {NetworkReport, SelfInfo} from '../../session/session.js';
import {cleanLine} from '../layout/clean-for-screen.js';
import {wrapText} from '../layout/wrap.js';
import type {Overlay} from '../model/ui-state.js';
import type {Segment, Theme} from '../theme.js';
import type {TimelineView} from '../timeline/timeline-view.js';
import {entryDetails, type Fact, peerDetails} from './details-text.js';
import {helpText, pair} from './help-text.js';
import {networkText} from './network-text.js';

export interface OverlayRequest {
	readonly overlay: Overlay;
	readonly state: State;
	readonly self: SelfInfo;
	readonly view: TimelineView;
	readonly width: number;
	readonly theme: Theme;
	diagnose(): NetworkReport;
}

export interface OverlayText {
	readonly title: string;
	readonly lines: readonly (readonly Segment[])[];
}

export function overlayLines(request: OverlayRequest): OverlayText {
	const {overlay, state, view, width, theme} = request;
	switch (overlay.type) {
		case 'help':
			return {title: 'Help', lines: helpText(width, theme)};
		case 'network':
			return {title: 'Network', lines: wrapLines(networkText(request.diagnose()), width)};
		case 'peer':
			return {title: 'Peer', lines: factLines(peerDetails(state, overlay.peer), width, theme)};
		case 'event': {
			const entry = view.at(view.positionOf(overlay.key));
			return {title: 'Details', lines: entry ? factLines(entryDetails(state, entry), width, theme) : []};
		}
		case 'text':
			return {title: overlay.title, lines: wrapLines(overlay.lines.map(cleanLine), width)};
	}
}

function wrapLines(lines: readonly string[], width: number): Segment[][] {
	return lines.flatMap(line => {
		const indent = /^ */.exec(line)?.[0] ?? '';
		return wrapText(line, width - 1, width - 3 - indent.length).map((part, index) => [
			{text: ` ${index === 0 ? '' : `${indent}  `}${line.slice(part.start, part.end)}`},
		]);
	});
}

const FACT_CELLS = 16;

export function factLines(facts: readonly Fact[], width: number, theme: Theme): Segment[][] {
	return facts.flatMap(([what, value]) => {
		const room = Math.max(8, width - FACT_CELLS - 2);
		if (room < 16) return pair(what, value, width, theme);
		return wrapText(value, room, room).map((line, index) => [
			{text: ` ${(index === 0 ? what : '').padEnd(FACT_CELLS)}`, style: theme.quiet},
			{text: value.slice(line.start, line.end)},
		]);
	});
}
