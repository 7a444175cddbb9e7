import {Box, Text} from 'ink';
import {type ReactNode, useState, useSyncExternalStore} from 'react';
import type {ChatNode, SelfInfo} from '../../node/chat-node.js';
import {promptWords} from '../addressee.js';
import {InputBox, PromptLine} from '../input/input-fields.js';
import {OverlayPane} from '../overlays/overlay-pane.js';
import {overlayTextOf} from '../overlays/overlay-text.js';
import {Divider, Lines} from '../panes/lines.js';
import {PeersPane} from '../panes/peers-pane.js';
import {TOO_SMALL_TEXT} from '../panes/screen-layout.js';
import type {Theme} from '../theme.js';
import {formatSince, wallTimeOf} from '../timeline/describe-unread.js';
import {createMatchCounter} from '../timeline/match-search.js';
import {TimelinePane} from '../timeline/timeline-pane.js';
import {TYPING_HINT, type UiState} from './chat-state.js';
import type {ChatContext, Frame, FrameOf} from './frame.js';
import {formatMessageRows, hasQuestion} from './message-rows.js';
import type {ScreenSnapshot, ScreenStore} from './screen-store.js';
import {formatStatusLine} from './status-line.js';

export interface ChatAppProps {
	readonly store: ScreenStore;
	readonly chatNode: ChatNode;
	readonly self: SelfInfo;
	readonly frameOf: FrameOf;
	readonly theme: Theme;
	/**
	 * Called when the component is mounted. `app`: Ink's app object, which can release the terminal. Only a component
	 * can get this object.
	 */
}

/** Root component of the chat: panes or an overlay, the status line, and the input or a prompt. */
export function ChatApp({store, chatNode, self, frameOf, theme}: ChatAppProps): ReactNode {
	const snapshot = useSyncExternalStore(store.subscribe, store.getSnapshot);
	const [countMatches] = useState(createMatchCounter);
	const {state, ui, now} = snapshot;
	const frame = frameOf(state, ui);
	const {layout} = frame;
	if (layout.tooSmall) return <TooSmall columns={ui.columns} rows={ui.rows} />;

	const context: ChatContext = {state, self, unread: snapshot.unread, now, frameOf};
	const isUnfiltered = !ui.filter && ui.ignored.length === 0;
	const matches = countMatches({
		state,
		view: frame.view,
		search: ui.search,
		isUnfiltered,
		selected: ui.selected,
	});
	const status = formatStatusLine({ui, context, theme, width: ui.columns, matches});
	return (
		<Box flexDirection="column" width={ui.columns} height={ui.rows}>
			<Main snapshot={snapshot} frame={frame} chatNode={chatNode} self={self} theme={theme} />
			<Lines rows={[...formatMessageRows(ui, theme), status]} width={ui.columns} />
			{ui.prompt ? (
				<PromptLine
					label="Search"
					placeholder="Text or name. Up, Down: other matches, Enter: stay, Esc: cancel"
					editor={ui.prompt.editor}
					width={ui.columns}
					top={ui.rows - 1}
					theme={theme}
				/>
			) : (
				<InputBox
					editor={ui.editor}
					width={layout.inputWidth}
					height={layout.inputHeight}
					top={ui.rows - layout.inputHeight}
					focused={ui.focus === 'input' && !ui.overlay && !hasQuestion(ui)}
					prompt={promptWords(ui.addressee, ui.columns)}
					hint={inputHint(ui)}
					theme={theme}
				/>
			)}
		</Box>
	);
}

function inputHint(ui: UiState): string {
	const {focus, overlay} = ui;
	if (hasQuestion(ui)) return 'Answer the question above';
	if (focus !== 'input') return overlay ? 'Press Esc to close the pane above' : TYPING_HINT;
	return overlay ? 'Write a message, or press Esc to close the pane above' : 'Write a message, or type / for commands';
}

interface MainProps {
	readonly snapshot: ScreenSnapshot;
	readonly frame: Frame;
	readonly chatNode: ChatNode;
	readonly self: SelfInfo;
	readonly theme: Theme;
}

/** The area above the status line: an overlay, or the panes. */
function Main({snapshot, frame, chatNode, self, theme}: MainProps): ReactNode {
	const {state, ui} = snapshot;
	const {layout} = frame;
	if (ui.overlay) {
		const {mainWidth: width, mainHeight: height} = layout;
		const text = overlayTextOf({
			overlay: ui.overlay,
			state,
			self,
			view: frame.view,
			width,
			theme,
			diagnose: chatNode.reportNetwork,
		});
		return <OverlayPane text={text} scroll={ui.overlay.scroll} width={width} height={height} theme={theme} />;
	}
	const peers = {
		state,
		self,
		height: layout.mainHeight,
		selected: ui.selectedPeer,
		focused: ui.focus === 'peers',
		ignored: ui.ignored,
		theme,
	};
	if (layout.peersOnly) return <PeersPane {...peers} width={layout.mainWidth} />;
	return (
		<Box height={layout.mainHeight} flexShrink={0}>
			<Box flexDirection="column" width={layout.timelineWidth} height={layout.mainHeight} flexShrink={0}>
				<Lines rows={frame.pinned} width={layout.timelineWidth} />
				<TimelinePane
					state={state}
					viewport={frame.viewport}
					options={frame.rowOptions}
					height={frame.timelineHeight}
					selected={ui.focus === 'peers' ? undefined : ui.selected}
					rowsOf={frame.rowsOf}
					unreadText={
						ui.unreadSince === undefined ? 'new' : `new since ${formatSince(ui.unreadSince, wallTimeOf(state))}`
					}
				/>
				<Lines
					rows={frame.isolationHint.map(line => [{text: ` ${line}`, style: theme.warn}])}
					width={layout.timelineWidth}
				/>
			</Box>
			{layout.sidebarWidth > 0 && <Divider height={layout.mainHeight} theme={theme} />}
			{layout.sidebarWidth > 0 && <PeersPane {...peers} width={layout.sidebarWidth} />}
		</Box>
	);
}

function TooSmall({columns, rows}: {readonly columns: number; readonly rows: number}): ReactNode {
	return (
		<Box width={columns} height={rows}>
			<Text wrap="truncate">{TOO_SMALL_TEXT}</Text>
		</Box>
	);
}
