/** What is typed while something else than the input has the keys: the draft gets all of it or nothing. */
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {ScreenEffect} from '../../../source/ui/chat/chat-state.js';
import {initialUiState, type UiState} from '../../../source/ui/chat/chat-state.js';
import type {ChatContext} from '../../../source/ui/chat/frame.js';
import {createFrameCache} from '../../../source/ui/chat/frame.js';
import {applyTokens, updateChat} from '../../../source/ui/chat/update-chat.js';
import type {Token} from '../../../source/ui/input/key-token.js';
import {createTheme} from '../../../source/ui/theme.js';
import {createFakeChatNode, START} from '../../helpers/fake-chat-node.js';

const session = createFakeChatNode();
const bob = session.join('Bob', '192.168.1.9', {identity: 'b0b0b0b0'});
for (let number = 1; number <= 60; number++) session.say(bob, `Carol: message ${number} https://example.org/${number}`);

const frameOf = createFrameCache(createTheme({unicode: true, depth: 0}), session.self);
const context: ChatContext = {state: session.store.getState(), self: session.self, now: START, frameOf};
const opened = initialUiState(80, 24, 'off', START);
const key = context.state.timeline.pages[0]?.[5];

const overlays: readonly NonNullable<UiState['overlay']>[] = [
	{type: 'help', scroll: 0},
	{type: 'network', scroll: 0},
	{type: 'text', title: 'Who is here', lines: ['Bob'], scroll: 0},
	{type: 'peer', peer: bob.peer, scroll: 0},
	...(key ? [{type: 'event', key, scroll: 0} as const] : []),
];

const words = ['!time', 'just', 'give', 'question', 'jjk', 'big', 'no way', '/who', '//x', '?', ' q', 'ünï', 'yes'];
const line = fc.oneof(
	fc.constantFrom(...words),
	fc.string({unit: fc.constantFrom(...'jkgGb iq?/nNypoPurfmet!é語')}).filter(text => text !== ''),
);
/** The same characters as one read or as many. */
const reads = fc.tuple(line, fc.array(fc.boolean(), {minLength: 1, maxLength: 30})).map(([text, cuts]) => {
	const pieces: string[] = [];
	for (const [index, character] of Array.from(text).entries()) {
		if (pieces.length === 0 || cuts[index % cuts.length]) pieces.push(character);
		else pieces[pieces.length - 1] += character;
	}
	return {text, pieces};
});

function play(from: UiState, tokens: readonly Token[]): {ui: UiState; effects: ScreenEffect[]} {
	let ui = from;
	const effects: ScreenEffect[] = [];
	for (const token of tokens) {
		const made = applyTokens(ui, [token], context);
		ui = made.ui;
		effects.push(...made.effects);
	}
	return {ui, effects};
}

const typed = (pieces: readonly string[]): Token[] => pieces.map(text => ({type: 'text', text}));
const ENTER: Token = {type: 'key', key: 'enter'};

describe('what is typed elsewhere', () => {
	test('over the input closes any overlay and lands in the draft, all of it, however it is split', () => {
		fc.assert(
			fc.property(
				reads,
				fc.constantFrom(...overlays),
				fc.constantFrom('', 'before '),
				({pieces, text}, overlay, draft) => {
					const start = play(opened, typed(draft === '' ? [] : [draft])).ui;
					const {ui} = play({...start, overlay}, typed(pieces));
					expect(ui.editor.text).toBe(draft + text);
					expect(ui.overlay).toBeUndefined();
					expect(ui.focus).toBe('input');
				},
			),
		);
	});

	test('an overlay that comes up in the middle of a line loses nothing of it', () => {
		fc.assert(
			fc.property(reads, fc.nat(), fc.constantFrom(...overlays), ({pieces, text}, at, overlay) => {
				const cut = at % (pieces.length + 1);
				const before = play(opened, typed(pieces.slice(0, cut))).ui;
				const shown = updateChat(before, {type: 'overlay', overlay}, context).ui;
				expect(play(shown, typed(pieces.slice(cut))).ui.editor.text).toBe(text);
			}),
		);
	});

	test('in a list nothing of a line is written or sent, unless its first key leads to the input', () => {
		const places = fc.constantFrom<Partial<UiState>>(
			{focus: 'timeline'},
			{focus: 'peers'},
			...overlays.map(overlay => ({focus: 'timeline' as const, overlay})),
			...overlays.map(overlay => ({focus: 'peers' as const, overlay})),
		);
		const notLeading = reads.filter(({text}) => !/^[ir]/.test(text));
		fc.assert(
			fc.property(notLeading, places, ({pieces}, place) => {
				const {ui, effects} = play({...opened, ...place}, [...typed(pieces), ENTER]);
				expect(ui.editor.text).toBe('');
				expect(effects.filter(({type}) => type === 'post' || type === 'run')).toEqual([]);
			}),
			{numRuns: 300},
		);
	});

	test('behind a character that is no key of the list the rest of a line does nothing, its Enter included', () => {
		fc.assert(
			fc.property(reads, ({pieces}) => {
				const list: UiState = {...opened, focus: 'timeline', selected: key};
				const {ui, effects} = play(list, [...typed(['!', ...pieces]), ENTER]);
				expect(effects).toEqual([]);
				expect(ui).toMatchObject({
					focus: 'timeline',
					selected: key,
					overlay: undefined,
					prompt: undefined,
					filter: undefined,
				});
				expect(ui.flash?.text).toBe('i or Esc: type');
			}),
		);
	});

	test('i leads to the input as the first key of a run, also shortly after a pause', () => {
		const list: UiState = {...opened, focus: 'timeline'};
		expect(play(list, typed(['i', 'hello'])).ui.editor.text).toBe('hello');
		const lost = play(list, typed(['!time']));
		expect(lost.ui.flash?.text).toBe('i or Esc: type');
		const later = {...context, now: START + 600};
		expect(applyTokens(lost.ui, typed(['ihello']), later).ui.editor.text).toBe('hello');
	});

	test('a question about a paste or about leaving takes no letter for an answer', () => {
		fc.assert(
			fc.property(reads, ({pieces, text}) => {
				const long = Array.from({length: 30}, (_, row) => `row ${row}`).join('\n');
				const asked = play(opened, [{type: 'paste', text: long}]).ui;
				expect(play(asked, typed(pieces)).ui.editor).toMatchObject({text: '', pendingPaste: long});
				const leaving = play(opened, [{type: 'key', key: 'ctrl+c'}]).ui;
				const stayed = play(leaving, typed(pieces));
				expect(stayed.ui.editor.text).toBe(text);
				expect(stayed.effects.some(({type}) => type === 'quit')).toBe(false);
			}),
		);
	});

	test('a jump by command leaves the focus in the input, marks its row, and what is typed then is a draft', () => {
		for (const intent of [
			{type: 'goto', at: START + 20_000},
			{type: 'mention', direction: 'prev'},
		] as const) {
			const {ui} = updateChat(opened, {type: 'intent', intent}, context);
			expect(ui.focus).toBe('input');
			expect(ui.selected).toBeDefined();
			const written = play(ui, typed(['yes, ', 'j'])).ui;
			expect(written.editor.text).toBe('yes, j');
			expect(written.selected).toEqual(ui.selected);
			expect(play(ui, [{type: 'key', key: 'alt+1'}]).ui.selected).toEqual(ui.selected);
			expect(play(ui, [{type: 'key', key: 'escape'}]).ui.selected).toBeUndefined();
		}
	});

	test('Tab behind a finished completion stays in the input', () => {
		const tab: Token = {type: 'key', key: 'tab'};
		const {ui} = play(opened, [...typed(['bo']), tab, tab, ...typed(['yes'])]);
		expect(ui.focus).toBe('input');
		expect(ui.editor.text).toBe('Bob: yes');
		expect(play(opened, [tab]).ui.focus).toBe('timeline');
	});
});
