/** Completion as a visible choice: Tab takes the first, again the next; any other key ends it. */
import {replaceRange} from './change.js';
import type {EditorState} from './editor-state.js';

export interface Proposal {
	readonly start: number;
	readonly end: number;
	readonly candidates: readonly string[];
}

/** Starts with `propose` or goes on with the choice that is open. Nothing to propose: the same editor. */
export function completeDraft(
	editor: EditorState,
	propose: (editor: EditorState) => Proposal | undefined,
	by: 1 | -1,
): EditorState {
	const open = editor.completion;
	if (open) return choose(editor, open.start, open.candidates, open.original, open.chosen + by, open.end);
	const proposal = propose(editor);
	if (!proposal || proposal.candidates.length === 0) return editor;
	const original = editor.text.slice(proposal.start, proposal.end);
	return choose(editor, proposal.start, proposal.candidates, original, by === 1 ? 0 : -1, proposal.end);
}

function choose(
	editor: EditorState,
	start: number,
	candidates: readonly string[],
	original: string,
	index: number,
	end: number,
): EditorState {
	const chosen = (index + candidates.length) % candidates.length;
	const text = candidates[chosen] ?? '';
	const replaced = replaceRange(editor, {start, end}, text, 'other', editor.completion !== undefined);
	if (candidates.length === 1) return replaced;
	return {...replaced, completion: {start, end: start + text.length, candidates, chosen, original}};
}

/** Puts back what stood there before the choice. */
export function dropCompletion(editor: EditorState): EditorState {
	const open = editor.completion;
	if (!open) return editor;
	return replaceRange(editor, {start: open.start, end: open.end}, open.original, 'other', true);
}
