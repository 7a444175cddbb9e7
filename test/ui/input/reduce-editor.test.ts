import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {layoutDraft} from '../../../source/ui/input/draft-layout.js';
import {type EditorState, editorWith, emptyEditor} from '../../../source/ui/input/editor-state.js';
import {
	type EditName,
	type EditorAction,
	reduceEditor,
	toSingleLinePaste,
} from '../../../source/ui/input/reduce-editor.js';
import {snapToBoundary} from '../../../source/ui/text/graphemes.js';

const type = (text: string): EditorAction => ({type: 'type', text});
const edit = (name: EditName): EditorAction => ({type: 'edit', edit: name});
const run = (editor: EditorState, ...actions: EditorAction[]) => actions.reduce(reduceEditor, editor);
/** The draft, with `|` at the caret. */
const show = ({text, cursor}: EditorState) => `${text.slice(0, cursor)}|${text.slice(cursor)}`;
const at = (marked: string): EditorState => ({...editorWith(marked.replace('|', '')), cursor: marked.indexOf('|')});

describe('editing', () => {
	test('editing deletes whole graphemes: emoji families, flags and combining marks', () => {
		for (const grapheme of ['👨‍👩‍👧', '🇯🇵', 'é', '👍🏽', '1️⃣']) {
			expect(show(run(editorWith(`a${grapheme}`), edit('delete-back')))).toBe('a|');
			expect(show(run({...editorWith(`${grapheme}b`), cursor: 0}, edit('delete-forward')))).toBe('|b');
			expect(show(run(editorWith(`a${grapheme}`), {type: 'move', to: 'left'}))).toBe(`a|${grapheme}`);
		}
	});

	test.each<[string, EditorAction, string]>([
		['one two| three', edit('kill-to-whitespace'), 'one | three'],
		['a/b-c|', edit('kill-word-back'), 'a/b-|'],
		['a/b-c|', edit('kill-to-whitespace'), '|'],
		['|one two', edit('kill-word-forward'), '| two'],
		['one\ntw|o\nthree', edit('kill-to-start'), 'one\n|o\nthree'],
		['one\ntw|o\nthree', edit('kill-to-end'), 'one\ntw|\nthree'],
		['one\ntwo|\nthree', edit('kill-to-end'), 'one\ntwo|three'],
		['one\ntw|o', {type: 'move', to: 'line-start'}, 'one\n|two'],
		['o|ne\ntwo', {type: 'move', to: 'line-end'}, 'one|\ntwo'],
		['one two|', {type: 'move', to: 'word-left'}, 'one |two'],
		['|one two', {type: 'move', to: 'word-right'}, 'one| two'],
		['日本語|', {type: 'move', to: 'left'}, '日本|語'],
	])(
		'deleting and moving in the draft "%s" (| is the caret) give the expected draft and caret',
		(before, action, after) => {
			expect(show(run(at(before), action))).toBe(after);
		},
	);

	test('editing: Ctrl+Y inserts the texts of consecutive kills (deletions of words or lines) as one text', () => {
		const killed = run(editorWith('one two three'), edit('kill-to-whitespace'), edit('kill-to-whitespace'));
		expect(show(killed)).toBe('one |');
		expect(show(run(killed, {type: 'yank'}))).toBe('one two three|');
	});

	test('editing undoes and redoes word by word', () => {
		const typed = run(emptyEditor, type('one two three'));
		const undone = run(typed, edit('undo'));
		expect(undone.text).toBe('one two ');
		expect(run(undone, edit('undo')).text).toBe('one ');
		expect(run(undone, edit('redo')).text).toBe('one two three');
		expect(run(typed, {type: 'set', text: ''}, edit('undo')).text).toBe('one two three');
	});

	test('editing moves the caret by drawn rows with ↑ and ↓ and keeps its column', () => {
		const editor = at('aaaa bbbb\ncc\ndddd|');
		const up = run(editor, {type: 'row', by: -1, width: 20});
		expect(show(up)).toBe('aaaa bbbb\ncc|\ndddd');
		expect(show(run(up, {type: 'row', by: -1, width: 20}))).toBe('aaaa| bbbb\ncc\ndddd');
		expect(show(run(at('aaaa bb|bb'), {type: 'row', by: -1, width: 5}))).toBe('aa|aa bbbb');
	});
});

describe('the history', () => {
	const sent = run(emptyEditor, type('first'), edit('submit'), type('second'), edit('submit'));

	test('the history keeps the unsent draft as its last entry', () => {
		const back = run(sent, type('draft'), {type: 'row', by: -1, width: 40}, {type: 'row', by: -1, width: 40});
		expect(back.text).toBe('first');
		expect(run(back, {type: 'row', by: 1, width: 40}, {type: 'row', by: 1, width: 40}).text).toBe('draft');
		expect(run(sent, {type: 'history', by: -1}, {type: 'history', by: -1}, {type: 'history', by: -1}).text).toBe(
			'first',
		);
	});

	test('the history begins at its newest entry again after Esc or Ctrl+C has emptied the draft', () => {
		const sent = run(editorWith(''), type('/invite off'), edit('submit'), type('second'), edit('submit'));
		const emptied = run(sent, {type: 'history', by: -1}, {type: 'set', text: ''});
		expect(run(emptied, {type: 'history', by: -1}).text).toBe('second');
	});

	test('the history does not repeat a text that is sent twice in a row', () => {
		expect(run(sent, type('second'), edit('submit')).history).toEqual(['first', 'second']);
	});
});

describe('a paste', () => {
	const lines = (count: number) => Array.from({length: count}, (_, index) => `line ${index}`).join('\n');

	test('a paste keeps line breaks, turns CRLF into LF, and drops control characters and the final line break', () => {
		expect(run(emptyEditor, {type: 'paste', text: 'a\r\nb\u001B[31mc\u0007\n'}).text).toBe('a\nbc');
	});

	test('a paste needs a confirmation if it has more than 20 lines', () => {
		expect(run(emptyEditor, {type: 'paste', text: lines(20)}).text).toBe(lines(20));
		const pending = run(editorWith('x'), {type: 'paste', text: lines(21)});
		expect(pending.text).toBe('x');
		expect(run(pending, {type: 'answer-paste', insert: false})).toMatchObject({text: 'x', pendingPaste: undefined});
		expect(run(pending, {type: 'answer-paste', insert: true})).toMatchObject({
			text: `x${lines(21)}`,
			pendingPaste: undefined,
		});
	});
});

describe('a completion', () => {
	const findCandidates = () => ({start: 0, end: 2, candidates: ['Bob: ', 'Bobby: ', 'Bo: ']});
	const tab = (by: 1 | -1): EditorAction => ({type: 'complete', by, findCandidates});

	test('a completion offers candidates, through which Tab cycles in both directions, until another key is pressed', () => {
		const first = run(editorWith('Bo'), tab(1));
		expect(first).toMatchObject({text: 'Bob: ', completion: {chosen: 0}});
		expect(run(first, tab(1)).text).toBe('Bobby: ');
		expect(run(first, tab(-1)).text).toBe('Bo: ');
		expect(run(first, tab(1), edit('cancel-completion')).text).toBe('Bo');
		expect(run(first, type('x'))).toMatchObject({text: 'Bob: x', completion: undefined});
	});

	test('a completion is one undo step', () => {
		expect(run(editorWith('Bo'), tab(1), tab(1), edit('undo')).text).toBe('Bo');
	});
});

describe('properties of the editor', () => {
	const action: fc.Arbitrary<EditorAction> = fc.oneof(
		fc.string({unit: 'grapheme', maxLength: 8}).map(type),
		fc
			.constantFrom<EditName>(
				'delete-back',
				'delete-forward',
				'kill-to-end',
				'kill-to-start',
				'kill-to-whitespace',
				'kill-word-back',
				'kill-word-forward',
				'undo',
				'redo',
				'submit',
			)
			.map(edit),
		fc
			.constantFrom('left', 'right', 'word-left', 'word-right', 'line-start', 'line-end')
			.map(to => ({type: 'move', to}) as EditorAction),
		fc.constantFrom(1, -1).map(by => ({type: 'row', by, width: 10}) as EditorAction),
		fc.string({unit: 'grapheme', maxLength: 30}).map(text => ({type: 'paste', text}) as EditorAction),
		fc.constant<EditorAction>({type: 'yank'}),
		fc.constant(type('\n')),
	);

	test('the caret is always inside the draft, and at a grapheme boundary after a move to the left', () => {
		fc.assert(
			fc.property(fc.array(action, {maxLength: 30}), actions => {
				const editor = run(emptyEditor, ...actions);
				expect(editor.cursor).toBeGreaterThanOrEqual(0);
				expect(editor.cursor).toBeLessThanOrEqual(editor.text.length);
				const moved = run(editor, {type: 'move', to: 'left'});
				expect(snapToBoundary(moved.text, moved.cursor)).toBe(moved.cursor);
			}),
			{numRuns: 300},
		);
	});

	test('a text that is typed in any pieces results in the same draft and the same undo steps', () => {
		fc.assert(
			fc.property(fc.string({unit: 'grapheme', maxLength: 40}), fc.nat(40), (text, cut) => {
				const points = Array.from(text);
				const pieces = [points.slice(0, cut).join(''), points.slice(cut).join('')];
				const atOnce = run(emptyEditor, type(text));
				const inPieces = run(emptyEditor, ...pieces.map(type));
				expect(inPieces).toEqual(atOnce);
			}),
		);
	});

	test('undoing every step restores the empty draft, and redoing every step restores the last draft', () => {
		fc.assert(
			fc.property(
				fc.array(
					action.filter(candidate => !(candidate.type === 'edit' && /undo|redo|submit/.test(candidate.edit))),
					{maxLength: 20},
				),
				actions => {
					let editor = run(emptyEditor, ...actions);
					if (editor.pendingPaste !== undefined) return;
					const last = editor.text;
					for (let steps = 0; steps < 250; steps++) editor = run(editor, edit('undo'));
					expect(editor.text).toBe('');
					for (let steps = 0; steps < 250; steps++) editor = run(editor, edit('redo'));
					expect(editor.text).toBe(last);
				},
			),
		);
	});

	test('for every offset of the caret in the draft, the drawn caret is inside the drawn rows', () => {
		fc.assert(
			fc.property(
				fc.string({unit: 'grapheme', maxLength: 60}),
				fc.nat(80),
				fc.integer({min: 2, max: 20}),
				(text, offset, width) => {
					const {lines, caretRow, caretColumn} = layoutDraft({text, cursor: snapToBoundary(text, offset)}, width);
					expect(caretRow).toBeLessThan(lines.length);
					expect(caretColumn).toBeLessThanOrEqual(width);
				},
			),
		);
	});
});

test.each([
	['one line', 'one line'],
	['copied with its end\r', 'copied with its end'],
	['one\rtwo\rthree', 'one two three'],
	['one \r\n\r\n\ttwo\n', 'one two'],
	['x'.repeat(600), 'x'.repeat(500)],
])('the pasted text %j becomes one row of a prompt', (pasted, row) => {
	expect(toSingleLinePaste(pasted)).toBe(row);
});
