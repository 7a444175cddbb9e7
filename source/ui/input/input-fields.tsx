/** Text fields of the screens, drawn from an editor state: the input box of the chat, and the one-row prompt. */
import {Box, Text, useCursor} from 'ink';
import TextInput from 'ink-text-input';
import type {ReactNode} from 'react';
import {Lines} from '../panes/lines.js';
import {cleanForScreen} from '../text/clean-for-screen.js';
import {cellWidth} from '../text/graphemes.js';
import type {Segment, Theme} from '../theme.js';
import {visibleInputRows} from './draft-layout.js';
import type {EditorState} from './editor-state.js';

/** Width of the prompt glyph and a space, in cells. */
const GLYPH_CELLS = 2;

export interface InputBoxProps {
	readonly editor: EditorState;
	/** Width of a row of the draft, in cells. */
	readonly width: number;
	readonly height: number;
	/** Row of the screen in which the input box begins. */
	readonly top: number;
	readonly focused: boolean;
	/** Words in front of the prompt glyph, for example `to Dave only`; empty for none. */
	readonly prompt: string;
	/** Text shown while the draft is empty. */
	readonly hint: string;
	readonly theme: Theme;
}

/** Input box. It places the terminal's cursor at the caret, because input methods open their window at the cursor. */
export function InputBox({editor, width, height, top, focused, prompt, hint, theme}: InputBoxProps): ReactNode {
	const {setCursorPosition} = useCursor();
	const {rows, caretRow, caretColumn, hiddenAbove, hiddenBelow} = visibleInputRows(editor, width, height);
	// The words stay in the first visible row of a long draft, so that the addressee of a whisper is always visible.
	const words = prompt === '' ? '' : `${prompt} `;
	const prefixCells = cellWidth(words) + GLYPH_CELLS;
	setCursorPosition(focused ? {x: prefixCells + caretColumn, y: top + caretRow} : undefined);
	const prefixOf = (index: number): string => {
		const indentation = index === 0 ? words : ' '.repeat(cellWidth(words));
		if (index === 0 && hiddenAbove > 0) return `${indentation}^ `;
		if (index === rows.length - 1 && hiddenBelow > 0) return `${indentation}${theme.glyphs.down} `;
		return `${indentation}${index === 0 ? theme.glyphs.prompt : ' '} `;
	};
	const drawn = rows.map((row, index) =>
		rowSegments(prefixOf(index), cleanForScreen(row), {editor, focused, hint, theme}),
	);
	return <Lines rows={drawn} width={prefixCells + width + 1} />;
}

function rowSegments(
	prefix: string,
	row: string,
	{editor, focused, hint, theme}: Pick<InputBoxProps, 'editor' | 'focused' | 'hint' | 'theme'>,
): Segment[] {
	const segments: Segment[] = [{text: prefix, style: focused ? {bold: true} : theme.muted}];
	if (editor.text === '') return [...segments, {text: hint, style: theme.muted}];
	return [...segments, {text: row, ...(focused ? {} : {style: theme.muted})}];
}

export interface PromptLineProps {
	readonly label: string;
	readonly placeholder: string;
	readonly editor: EditorState;
	readonly width: number;
	/** Row of the screen in which the prompt is drawn. */
	readonly top: number;
	readonly theme: Theme;
}

/**
 * One-row prompt. `ink-text-input` only draws it. Keys go to reduceEditor, because ink-text-input loses keys that arrive
 * together and splits graphemes.
 */
export function PromptLine({label, placeholder, editor, width, top, theme}: PromptLineProps): ReactNode {
	const {setCursorPosition} = useCursor();
	const prefix = `${label}: `;
	const room = Math.max(4, width - cellWidth(prefix) - 1);
	let before = editor.text.slice(0, editor.cursor);
	while (cellWidth(before) > room) before = before.slice(1);
	const shown = before + editor.text.slice(editor.cursor);
	setCursorPosition({x: cellWidth(prefix) + cellWidth(before), y: top});
	return (
		<Box height={1} flexShrink={0}>
			<Text bold wrap="truncate" {...(theme.depth > 0 && {color: 'cyan'})}>
				{prefix}
			</Text>
			<Box height={1} width={room + 1}>
				<TextInput value={shown} placeholder={placeholder} focus={false} showCursor={false} onChange={ignoreChange} />
			</Box>
		</Box>
	);
}

function ignoreChange(): void {}
