/** Components of the replay screen: banner, timeline and peers, transport pane, prompt. */
import {Box, Text} from 'ink';
import {type ReactNode, useMemo, useSyncExternalStore} from 'react';
import {toSortableString} from '../../core/event-order.js';
import type {History} from '../../core/history.js';
import {PromptLine} from '../input/input-fields.js';
import {OverlayPane} from '../overlays/overlay-pane.js';
import {Divider, Lines} from '../panes/lines.js';
import {PeersPane} from '../panes/peers-pane.js';
import {TOO_SMALL_TEXT} from '../panes/screen-layout.js';
import {cleanLine} from '../text/clean-for-screen.js';
import type {Theme} from '../theme.js';
import {type ReplayAnnotations, TimelinePane} from '../timeline/timeline-pane.js';
import {drawSparkline} from './activity-sparkline.js';
import {prompts} from './prompt-steps.js';
import {isLater, type ReplayFrame, type ReplayFrameOf} from './replay-frame.js';
import type {ReplayLoop} from './replay-loop.js';
import {replayOverlayText} from './replay-overlays.js';
import type {ReplayUi} from './replay-state.js';
import type {Hits} from './search-index.js';
import {formatTransportBar} from './transport-bar.js';

interface ReplayAppProps {
	readonly history: History;
	readonly frameOf: ReplayFrameOf;
	readonly loop: ReplayLoop;
	readonly room: string;
	readonly file: string;
	readonly theme: Theme;
	/** Called after mounting. See ScreenRequest.draw. */
}

/** The whole replay screen. */
export function ReplayApp({history, frameOf, loop, room, file, theme}: ReplayAppProps): ReactNode {
	const {ui, hits} = useSyncExternalStore(loop.subscribe, loop.getSnapshot);
	const frame = frameOf(history, ui);
	const {layout} = frame;
	if (layout.tooSmall) {
		return (
			<Box width={ui.columns} height={ui.rows}>
				<Text wrap="truncate">{TOO_SMALL_TEXT}</Text>
			</Box>
		);
	}
	const prompt = ui.prompt && {...prompts[ui.prompt.type], editor: ui.prompt.editor};
	return (
		<Box flexDirection="column" width={ui.columns} height={ui.rows}>
			{layout.bannerHeight > 0 && (
				<Lines rows={[[{text: ` ! ${cleanLine(ui.banner)}`, style: theme.warn}]]} width={ui.columns} />
			)}
			<Main history={history} ui={ui} frame={frame} theme={theme} />
			<TransportPane history={history} ui={ui} frame={frame} hits={hits} room={room} file={file} theme={theme} />
			{prompt && <PromptLine {...prompt} width={ui.columns} top={ui.rows - 1} theme={theme} />}
		</Box>
	);
}

interface MainProps {
	readonly history: History;
	readonly ui: ReplayUi;
	readonly frame: ReplayFrame;
	readonly theme: Theme;
}

/** The area above the transport pane: an overlay, or the timeline and the peers pane. */
function Main({history, ui, frame, theme}: MainProps): ReactNode {
	const {layout, stateAtPosition} = frame;
	const annotations = useMemo<ReplayAnnotations>(() => {
		const bookmarks = new Set(ui.bookmarks);
		return {
			isLater: entry => isLater(history, entry, frame.index),
			isBookmarked: entry => bookmarks.size > 0 && bookmarks.has(toSortableString(entry)),
		};
	}, [ui.bookmarks, history, frame.index]);
	if (ui.overlay) {
		const {mainWidth: width, mainHeight: height} = layout;
		const text = replayOverlayText({overlay: ui.overlay, history, frame, theme});
		return <OverlayPane text={text} scroll={ui.overlay.scroll} width={width} height={height} theme={theme} />;
	}
	const peers = {
		state: stateAtPosition,
		height: layout.mainHeight,
		selected: ui.selectedPeer,
		focused: ui.focus === 'peers',
		theme,
	};
	if (layout.peersOnly) return <PeersPane {...peers} width={layout.mainWidth} />;
	return (
		<Box height={layout.mainHeight} flexShrink={0}>
			<Box flexDirection="column" width={layout.timelineWidth} height={layout.mainHeight} flexShrink={0}>
				<Lines rows={frame.pinned} width={layout.timelineWidth} />
				<TimelinePane
					state={frame.shownState}
					viewport={frame.viewport}
					options={frame.rowOptions}
					height={frame.timelineHeight}
					selected={ui.mode === 'review' ? frame.selected : undefined}
					review={annotations}
					rowsOf={frame.rowsOf}
				/>
			</Box>
			{layout.sidebarWidth > 0 && <Divider height={layout.mainHeight} theme={theme} />}
			{layout.sidebarWidth > 0 && <PeersPane {...peers} width={layout.sidebarWidth} />}
		</Box>
	);
}

interface TransportProps {
	readonly history: History;
	readonly ui: ReplayUi;
	readonly frame: ReplayFrame;
	readonly hits: Hits;
	readonly room: string;
	readonly file: string;
	readonly theme: Theme;
}

/** Transport pane, in place of the chat's input: bar, histogram and marks. A prompt replaces the last row. */
function TransportPane({history, ui, frame, hits, room, file, theme}: TransportProps): ReactNode {
	const isWaiting = ui.mode === 'playing' && frame.index < history.length;
	const waitMs = isWaiting ? history.timeAt(frame.index) - frame.time : undefined;
	const rows = frame.layout.transportHeight - (ui.prompt ? 1 : 0);
	const sparkline = rows > 1 ? drawSparkline({ui, frame, hits, theme}) : undefined;
	const lines = [
		formatTransportBar({ui, frame, hits, room, file, theme, waitMs}),
		...(sparkline ? [sparkline.histogram] : []),
		...(sparkline && rows > 2 ? [sparkline.marks] : []),
	];
	return (
		<Box flexDirection="column" width={ui.columns} height={rows} flexShrink={0}>
			<Lines rows={lines} width={ui.columns} />
		</Box>
	);
}
