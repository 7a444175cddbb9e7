/** Where the panes of the replay screen lie. Pure: the same for drawing and for moving. */
import {layoutScreen, type ScreenLayout} from '../layout/screen-layout.js';
import type {ReplayUi} from './replay-state.js';

export interface ReplayLayout extends ScreenLayout {
	readonly timelineHeight: number;
	/** 0 or 1: what is missing from the log. */
	readonly bannerHeight: number;
	/** Rows of the transport: the bar, the strip, its marks. */
	readonly transportHeight: number;
}

/** Fewer rows leave the strip out, and its marks before. */
const STRIP_FROM_ROWS = 12;
const MARKS_FROM_ROWS = 16;

export function layoutReplay(ui: ReplayUi): ReplayLayout {
	const transportHeight = ui.rows >= MARKS_FROM_ROWS ? 3 : ui.rows >= STRIP_FROM_ROWS || ui.prompt ? 2 : 1;
	const layout = layoutScreen({
		columns: ui.columns,
		rows: ui.rows,
		showPeers: true,
		peersFocused: ui.focus === 'peers',
		draftRows: () => 1,
	});
	const bannerHeight = ui.banner === '' ? 0 : 1;
	const mainHeight = Math.max(1, ui.rows - transportHeight - bannerHeight);
	return {...layout, mainHeight, timelineHeight: mainHeight, bannerHeight, transportHeight};
}
