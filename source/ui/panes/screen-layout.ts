/** Layout of the screen: position and size of the panes, used for drawing and for scrolling. */
export const MIN_COLUMNS = 30;
export const MIN_ROWS = 8;
/** Text that replaces the screen in a terminal smaller than MIN_COLUMNS or MIN_ROWS. */
export const TOO_SMALL_TEXT = `Terminal too small: ${MIN_COLUMNS}x${MIN_ROWS} needed`;
export const SIDEBAR_MIN_COLUMNS = 60;
/**
 * Minimum width, in columns, at which the peers pane is shown if the user has not chosen. With fewer columns, the
 * messages would be too narrow.
 */
export const SIDEBAR_DEFAULT_COLUMNS = 100;

export interface ScreenLayout {
	readonly tooSmall: boolean;
	/** Width of the area above the status line, in columns. */
	readonly mainWidth: number;
	readonly mainHeight: number;
	readonly timelineWidth: number;
	/** Width of a row of the timeline, in cells; one cell stays free in front of the divider. */
	readonly textWidth: number;
	/** Width of the sidebar in cells; 0 if it is hidden. */
	readonly sidebarWidth: number;
	/** Whether the peers pane replaces the timeline, in a narrow terminal. */
	readonly peersOnly: boolean;
	readonly inputHeight: number;
	/** Width of a row of the draft, in cells. */
	readonly inputWidth: number;
}

export interface LayoutRequest {
	readonly columns: number;
	readonly rows: number;
	/** Whether the user wants the peers pane. Undefined: it is shown if the terminal is wide enough. */
	readonly showPeers: boolean | undefined;
	readonly peersFocused: boolean;
	/** Width of the words in front of the prompt glyph, in cells; 0 by default. */
	readonly promptCells?: number;
	/** Number of rows of a question or message above the status line. */
	readonly messageRows?: number;
	/** Number of rows of the draft when it is wrapped at `width` cells. */
	readonly draftRows: (width: number) => number;
}

/** Two cells for the prompt glyph and a space, one for the caret after a full row. */
const INPUT_MARGIN_CELLS = 3;

/** Computes the layout. The input grows with the draft up to a third of the screen. */
export function layoutScreen({
	columns,
	rows,
	showPeers,
	peersFocused,
	promptCells = 0,
	messageRows = 0,
	draftRows,
}: LayoutRequest): ScreenLayout {
	const tooSmall = columns < MIN_COLUMNS || rows < MIN_ROWS;
	const inputWidth = Math.max(2, columns - promptCells - INPUT_MARGIN_CELLS);
	const inputHeight = Math.max(1, Math.min(draftRows(inputWidth), Math.floor(rows / 3)));
	const wide = columns >= SIDEBAR_MIN_COLUMNS;
	const isShown = peersFocused || (showPeers ?? columns >= SIDEBAR_DEFAULT_COLUMNS);
	const sidebarWidth = wide && isShown ? Math.max(20, Math.min(30, Math.floor(columns / 5))) : 0;
	const timelineWidth = sidebarWidth > 0 ? columns - sidebarWidth - 1 : columns;
	return {
		tooSmall,
		mainWidth: columns,
		mainHeight: Math.max(1, rows - inputHeight - messageRows - 1),
		timelineWidth,
		textWidth: Math.max(12, sidebarWidth > 0 ? timelineWidth - 1 : timelineWidth),
		sidebarWidth,
		peersOnly: !wide && peersFocused,
		inputHeight,
		inputWidth,
	};
}
