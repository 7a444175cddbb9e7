import {useCursor} from 'ink';
import type {ReactNode} from 'react';
import type {EditorState} from '../editor/editor-state.js';
import {inputRows} from '../editor/input-rows.js';
import {cleanForScreen} from '../layout/clean-for-screen.js';
import type {Segment, Theme} from '../theme.js';
import {Lines} from './lines.js';

/** In front of each row; a caret behind a full one takes another cell. */
const LEAD_CELLS = 2;

export interface InputBoxProps {
	readonly editor: EditorState;
	/** Cells of a row of the draft. */
	readonly width: number;
	readonly height: number;
	/** Row of the screen where the box begins. */
	readonly top: number;
	readonly focused: boolean;
	/** Where nothing is written. */
	readonly hint: string;
	readonly theme: Theme;
}

/** Draws the draft and puts the terminal's own cursor into it, where an input method opens its window. */
export function InputBox({editor, width, height, top, focused, hint, theme}: InputBoxProps): ReactNode {
	const {setCursorPosition} = useCursor();
	const {rows, caretRow, caretColumn, hiddenAbove, hiddenBelow} = inputRows(editor, width, height);
	setCursorPosition(focused ? {x: LEAD_CELLS + caretColumn, y: top + caretRow} : undefined);
	const lead = (index: number): string => {
		if (index === 0 && hiddenAbove > 0) return '^ ';
		if (index === rows.length - 1 && hiddenBelow > 0) return `${theme.glyphs.down} `;
		return index === 0 ? `${theme.glyphs.prompt} ` : '  ';
	};
	const drawn = rows.map((row, index) => rowSegments(lead(index), cleanForScreen(row), {editor, focused, hint, theme}));
	return <Lines rows={drawn} width={LEAD_CELLS + width + 1} />;
}

function rowSegments(
	lead: string,
	row: string,
	{editor, focused, hint, theme}: Pick<InputBoxProps, 'editor' | 'focused' | 'hint' | 'theme'>,
): Segment[] {
	const segments: Segment[] = [{text: lead, style: focused ? {bold: true} : theme.quiet}];
	if (editor.text === '') return [...segments, {text: hint, style: theme.quiet}];
	return [...segments, {text: row, ...(focused ? {} : {style: theme.quiet})}];
}
