import {MAX_TEXT_BYTES} from '../../core/limits.js';
import {utf8Length, withoutEndSpaces} from '../../core/text.js';
import {findCompletion} from '../../node/commands/completions.js';
import {parseCommand} from '../../node/commands/parse-command.js';
import {pastedPath, unfinishedPath} from '../../node/commands/typed-path.js';
import {type Addressee, addressingOf, comesBack, draftError, whisperText} from '../addressee.js';
import {type EditorAction, reduceEditor} from '../input/reduce-editor.js';
import {completionNames} from '../timeline/display-name.js';
import {
	type Composing,
	type DraftAt,
	type ScreenEffect,
	type ScreenMessage,
	type UiState,
	withInfo,
} from './chat-state.js';
import {type ChatContext, type ChatStep, screenLayoutOf, step} from './frame.js';
import {composingAfterHistory, correctNewest} from './message-steps.js';
import {goNewest, markRead} from './reading-position.js';

/** Applies an editor action to the draft. */
export function editDraft(ui: UiState, action: EditorAction): UiState {
	return {...ui, editor: reduceEditor(ui.editor, action)};
}

/**
 * Inserts typed text. Peers see that this user is typing, except while the draft begins with a slash. Some terminals
 * send the path of a dropped file as typed text. Therefore a text of several characters is checked for such a path.
 */
export function typeInDraft(ui: UiState, text: string): ChatStep {
	const next = editDraft(ui, {type: 'type', text});
	const looked = text.length > 1 ? lookForFile(ui, next) : [];
	return next.editor.text.startsWith('/') ? step(next, ...looked) : step(next, {type: 'typing'}, ...looked);
}

/** Inserts a paste. If the paste is the path of a file, the screen then asks whether to share the file. */
export function pasteInDraft(ui: UiState, text: string): ChatStep {
	const next = editDraft(ui, {type: 'paste', text});
	return step(next, ...lookForFile(ui, next));
}

/**
 * If a path was inserted into an empty draft, returns the effect that looks up whether a file is at this path. Returns
 * no effect in all other cases.
 */
function lookForFile(before: UiState, {editor, addressee, composing}: UiState): ScreenEffect[] {
	const path = pastedPath(editor.text);
	if (path === undefined || before.editor.text !== '' || addressee || composing) return [];
	return [{type: 'find-file', path, draft: editor.text, cursor: editor.cursor}];
}

/**
 * Whether the draft is still the draft for which an effect was requested. Otherwise the result of the effect is
 * ignored.
 */
export function isSameDraft({editor, focus, prompt}: UiState, {draft, cursor}: DraftAt): boolean {
	return editor.text === draft && editor.cursor === cursor && focus === 'input' && !prompt;
}

/** Asks whether to share the file whose path was pasted. */
export function askToShare(ui: UiState, {path, size, ...at}: ScreenMessage & {type: 'file-found'}): UiState {
	if (!isSameDraft(ui, at) || ui.question || ui.overlay) return ui;
	return {...ui, question: {type: 'share', path, size}};
}

/** Offers the files and folders that complete a typed path, or says that there are none. */
export function offerPaths(ui: UiState, message: ScreenMessage & {type: 'path-candidates'}): UiState {
	const {start, cursor, candidates, by} = message;
	if (!isSameDraft(ui, message)) return ui;
	if (candidates.length === 0) return withInfo(ui, 'No matching file or folder');
	return editDraft(ui, {type: 'complete', by, findCandidates: () => ({start, end: cursor, candidates})});
}

/** Moves the caret by a row. Above the first row and below the last row, shows another entry of the input history. */
export function moveDraftRow(ui: UiState, by: 1 | -1, context: ChatContext): UiState {
	if (by < 0 && ui.editor.history.length === 0) {
		const corrected = correctNewest(ui, context);
		if (corrected) return corrected;
	}
	const moved = editDraft(ui, {type: 'row', by, width: screenLayoutOf(ui).inputWidth});
	if (moved.editor.historyIndex === ui.editor.historyIndex) return moved;
	return {...moved, composing: composingAfterHistory(ui, moved, context)};
}

/** Completes the word before the caret. Returns undefined for an empty draft, in which Tab switches panes. */
export function completeDraft(ui: UiState, by: 1 | -1, {state}: ChatContext): ChatStep | undefined {
	const {text: draft, cursor, completion} = ui.editor;
	const path = completion ? undefined : unfinishedPath(draft, cursor);
	if (path) return step(ui, {type: 'complete-path', path, draft, cursor, by});
	const editor = reduceEditor(ui.editor, {
		type: 'complete',
		by,
		findCandidates: ({text, cursor}) => findCompletion(text, cursor, completionNames(state)),
	});
	if (editor !== ui.editor) return step({...ui, editor});
	if (draft.trim() === '') return undefined;
	return step(withInfo(ui, 'Nothing to complete. Ctrl+O: next pane'));
}

/** Commands that add an entry of this user at the end of the timeline, as a message does. */
const WRITING_COMMANDS: ReadonlySet<string> = new Set(['me', 'reply', 'share']);

/** Sends the draft or runs it as a command. Sending a message marks all messages as read and scrolls to the end. */
export function sendDraft(ui: UiState, context: ChatContext): ChatStep {
	const draft = ui.editor.text;
	const fault = draftError(ui, draft, context.state);
	if (fault !== undefined) return step({...ui, flash: {text: fault, level: 'error', until: 0}});
	if (ui.addressee) return sendWhisper(ui, ui.addressee, context);
	if (draft.trim() === '') return step(draft === '' ? ui : editDraft(ui, {type: 'set', text: ''}));
	const bytes = utf8Length(draft);
	if (bytes > MAX_TEXT_BYTES) {
		return step({
			...ui,
			flash: {text: tooLongText(bytes), level: 'error', until: 0},
		});
	}
	const parsed = parseCommand(draft);
	const sent = editDraft(ui, {type: 'edit', edit: 'submit'});
	// A wrong command is removed from the input, so that the user does not type the next command behind it. The key ↑
	// shows the wrong command again.
	if (parsed.type === 'error') return step({...sent, flash: {text: parsed.text, level: 'error', until: 0}});
	if (parsed.type === 'text') {
		const text = withoutEndSpaces(parsed.text);
		if (ui.composing) return sendComposed(sent, ui.composing, text, draft, context);
		return step(goNewest(markRead({...sent, selected: undefined}), context), {type: 'post', text, draft});
	}
	const isWritten = WRITING_COMMANDS.has(parsed.command.type);
	const shown = isWritten ? goNewest(markRead({...sent, selected: undefined}), context) : sent;
	return step(shown, {type: 'run', command: parsed.command, draft});
}

/** Sends the draft to its addressee only. A draft without text stays in the input. */
function sendWhisper(ui: UiState, addressee: Addressee, context: ChatContext): ChatStep {
	const text = whisperText(ui.editor.text, addressee);
	const bytes = utf8Length(text);
	const fault =
		text === ''
			? `Write a text for ${addressee.name}, or press Ctrl+C.`
			: bytes > MAX_TEXT_BYTES
				? tooLongText(bytes)
				: '';
	if (fault !== '') return step({...ui, flash: {text: fault, level: 'error', until: 0}});
	const sent = {...editDraft(ui, {type: 'edit', edit: 'submit'}), addressee: undefined, composing: undefined};
	const shown = goNewest(markRead({...sent, selected: undefined}), context);
	return step(shown, {type: 'whisper', addressee, text, draft: ui.editor.text});
}

/**
 * Sends a reply, or the correction of a message. If the user has not changed the text that a correction began with,
 * that text is sent as a new message.
 */
function sendComposed(
	sent: UiState,
	composing: Composing,
	text: string,
	draft: string,
	context: ChatContext,
): ChatStep {
	const {target} = composing;
	const done: UiState = {...sent, selected: undefined, composing: undefined};
	if (composing.type === 'correct' && composing.original !== draft)
		return step(done, {type: 'correct', target, text, draft});
	const replyTo = composing.type === 'reply' ? {replyTo: target} : {};
	return step(goNewest(markRead(done), context), {type: 'post', text, draft, ...replyTo});
}

function tooLongText(bytes: number): string {
	const kib = (count: number) => Math.ceil(count / 102.4) / 10;
	return `Too long: ${kib(bytes)} KiB, the limit is ${kib(MAX_TEXT_BYTES)} KiB.`;
}

/**
 * Shows why a draft was refused, and puts a message back into the input with its addressee. The key ↑ shows a refused
 * command again.
 */
export function restoreRefusedDraft(
	ui: UiState,
	{draft, text, addressee}: ScreenMessage & {type: 'draft-rejected'},
	{state}: ChatContext,
): UiState {
	const refused: UiState = {...ui, flash: {text, level: 'error', until: 0}};
	// The user may have begun another draft, which must not be replaced.
	if (ui.editor.text !== '' || !(addressee || comesBack(draft))) return refused;
	const addressing = addressingOf(draft, state);
	return {
		...refused,
		...addressing,
		...(addressee && {addressee}),
		editor: {...ui.editor, text: draft, cursor: draft.length},
	};
}
