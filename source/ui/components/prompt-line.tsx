import {Box, Text, useCursor} from 'ink';
import TextInput from 'ink-text-input';
import type {ReactNode} from 'react';
import type {EditorState} from '../editor/editor-state.js';
import {cellWidth} from '../layout/width.js';
import type {Theme} from '../theme.js';

export interface PromptLineProps {
	readonly label: string;
	readonly placeholder: string;
	readonly editor: EditorState;
	readonly width: number;
	/** Row of the screen. */
	readonly top: number;
	readonly theme: Theme;
}

/**
 * A short prompt. `ink-text-input` only draws: keys go to our reducer, since it loses keys that arrive together and cuts
 * graphemes (lessons.md).
 */
export function PromptLine({label, placeholder, editor, width, top, theme}: PromptLineProps): ReactNode {
	const {setCursorPosition} = useCursor();
	const lead = `${label}: `;
	const room = Math.max(4, width - cellWidth(lead) - 1);
	let before = editor.text.slice(0, editor.cursor);
	while (cellWidth(before) > room) before = before.slice(1);
	const shown = before + editor.text.slice(editor.cursor);
	setCursorPosition({x: cellWidth(lead) + cellWidth(before), y: top});
	return (
		<Box height={1} flexShrink={0}>
			<Text bold wrap="truncate" {...(theme.depth > 0 && {color: 'cyan'})}>
				{lead}
			</Text>
			<Box height={1} width={room + 1}>
				<TextInput value={shown} placeholder={placeholder} focus={false} showCursor={false} onChange={ignoreChange} />
			</Box>
		</Box>
	);
}

function ignoreChange(): void {}
