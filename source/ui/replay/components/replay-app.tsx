import {Box, Text, useApp} from 'ink';
import {type ReactNode, useLayoutEffect, useMemo, useSyncExternalStore} from 'react';
import type {History} from '../../../core/history.js';
import {orderString} from '../../../core/order.js';
import {Divider} from '../../components/divider.js';
import {Lines} from '../../components/lines.js';
import {OverlayPane} from '../../components/overlay-pane.js';
import {PeersPane} from '../../components/peers-pane.js';
import {PromptLine} from '../../components/prompt-line.js';
import {TimelinePane} from '../../components/timeline-pane.js';
import {cleanLine} from '../../layout/clean-for-screen.js';
import type {Theme} from '../../theme.js';
import type {Review} from '../../timeline/draw-slots.js';
import {prompts} from '../prompt-step.js';
import {isLater, type ReplayFrame, type ReplayFrameOf} from '../replay-frame.js';
import type {ReplayLoop} from '../replay-loop.js';
import {replayOverlayLines} from '../replay-overlays.js';
import type {ReplayUi} from '../replay-state.js';
import {Transport} from './transport-pane.js';

export interface ReplayAppProps {
	readonly history: History;
	readonly frameOf: ReplayFrameOf;
	readonly loop: ReplayLoop;
	readonly room: string;
	readonly file: string;
	readonly theme: Theme;
	/** Called once mounted: only a component can ask Ink to give the terminal away. */
	readonly onMounted: (app: ReturnType<typeof useApp>) => void;
}

export function ReplayApp({history, frameOf, loop, room, file, theme, onMounted}: ReplayAppProps): ReactNode {
	const {ui, hits} = useSyncExternalStore(loop.subscribe, loop.getSnapshot);
	const app = useApp();
	useLayoutEffect(() => onMounted(app), [app, onMounted]);
	const frame = frameOf(history, ui);
	const {layout} = frame;
	if (layout.tooSmall) {
		return (
			<Box width={ui.columns} height={ui.rows}>
				<Text wrap="truncate">too small: 30x8 needed</Text>
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
			<Transport history={history} ui={ui} frame={frame} hits={hits} room={room} file={file} theme={theme} />
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

/** All above the transport: an overlay, or the panes. */
function Main({history, ui, frame, theme}: MainProps): ReactNode {
	const {layout, there} = frame;
	const review = useMemo<Review>(() => {
		const orders = new Set(ui.bookmarks);
		return {
			isLater: entry => isLater(history, entry, frame.index),
			isBookmarked: entry => orders.size > 0 && orders.has(orderString(entry)),
		};
	}, [ui.bookmarks, history, frame.index]);
	if (ui.overlay) {
		const {mainWidth: width, mainHeight: height} = layout;
		const text = replayOverlayLines({overlay: ui.overlay, history, frame, theme});
		return <OverlayPane text={text} scroll={ui.overlay.scroll} width={width} height={height} theme={theme} />;
	}
	const peers = {
		state: there,
		height: layout.mainHeight,
		selected: ui.selectedPeer,
		focused: ui.focus === 'peers',
		theme,
	};
	if (layout.peersOnly) return <PeersPane {...peers} width={layout.mainWidth} />;
	return (
		<Box height={layout.mainHeight} flexShrink={0}>
			<Box width={layout.timelineWidth} height={layout.mainHeight} flexShrink={0}>
				<TimelinePane
					state={frame.shown}
					viewport={frame.viewport}
					options={frame.rowOptions}
					height={layout.timelineHeight}
					selected={ui.mode === 'review' ? frame.selected : undefined}
					review={review}
					rowsOf={frame.rowsOf}
				/>
			</Box>
			{layout.sidebarWidth > 0 && <Divider height={layout.mainHeight} theme={theme} />}
			{layout.sidebarWidth > 0 && <PeersPane {...peers} width={layout.sidebarWidth} />}
		</Box>
	);
}
