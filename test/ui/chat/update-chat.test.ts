/** Typing while an overlay or a list has the focus: the draft receives a whole line or nothing. */
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {Question, ScreenEffect} from '../../../source/ui/chat/chat-state.js';
import {AGAIN_HINT, initialUiState, TYPING_HINT, type UiState} from '../../../source/ui/chat/chat-state.js';
import type {ChatContext, ChatStep} from '../../../source/ui/chat/frame.js';
import {createFrameCache} from '../../../source/ui/chat/frame.js';
import {formatMessageRows, hasQuestion} from '../../../source/ui/chat/message-rows.js';
import {applyTokens, updateChat} from '../../../source/ui/chat/update-chat.js';
import type {Token} from '../../../source/ui/input/key-token.js';
import {createTheme} from '../../../source/ui/theme.js';
import {noUnread} from '../../../source/ui/timeline/describe-unread.js';
import {createFakeChatNode, START} from '../../helpers/fake-chat-node.js';

const chatNode = createFakeChatNode();
const bob = chatNode.join('Bob', '192.168.1.9', {identity: 'b0b0b0b0'});
for (let number = 1; number <= 60; number++)
	chatNode.say(bob, `Carol: message ${number} https://example.org/${number}`);

const frameOf = createFrameCache(createTheme({unicode: true, depth: 0}), chatNode.self);
const context: ChatContext = {
	state: chatNode.store.getState(),
	self: chatNode.self,
	unread: noUnread,
	now: START,
	frameOf,
};
const initial = initialUiState(80, 24, 'off', START);
const key = context.state.timeline.pages[0]?.[5];

const overlays: readonly NonNullable<UiState['overlay']>[] = [
	{type: 'help', scroll: 0},
	{type: 'network', scroll: 0},
	{type: 'text', title: 'Who is here', lines: ['Bob'], scroll: 0},
	{type: 'peer', peer: bob.peer, scroll: 0},
	...(key ? [{type: 'event', key, scroll: 0} as const] : []),
];

const lines = ['!time', 'just', 'give', 'question', 'jjk', 'big', 'no way', '/who', '//x', '?', ' q', 'ünï', 'yes'];
const line = fc.oneof(
	fc.constantFrom(...lines),
	fc.string({unit: fc.constantFrom(...'jkgGb iq?/nNypoPurfmet!é語')}).filter(text => text !== ''),
);
/** A text as a whole, and the same text in the pieces that separate reads deliver. */
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
		const result = applyTokens(ui, [token], context);
		ui = result.ui;
		effects.push(...result.effects);
	}
	return {ui, effects};
}

const typed = (pieces: readonly string[]): Token[] => pieces.map(text => ({type: 'text', text}));
const ENTER: Token = {type: 'key', key: 'enter'};

describe('typing while an overlay or a list is open', () => {
	test('typing with the focus in the input closes any overlay and adds every character to the draft, however the text is split into reads', () => {
		fc.assert(
			fc.property(
				reads,
				fc.constantFrom(...overlays),
				fc.constantFrom('', 'before '),
				({pieces, text}, overlay, draft) => {
					const start = play(initial, typed(draft === '' ? [] : [draft])).ui;
					const {ui} = play({...start, overlay}, typed(pieces));
					expect(ui.editor.text).toBe(draft + text);
					expect(ui.overlay).toBeUndefined();
					expect(ui.focus).toBe('input');
				},
			),
		);
	});

	test('no typed character is lost when an overlay opens in the middle of a line', () => {
		fc.assert(
			fc.property(reads, fc.nat(), fc.constantFrom(...overlays), ({pieces, text}, at, overlay) => {
				const cut = at % (pieces.length + 1);
				const before = play(initial, typed(pieces.slice(0, cut))).ui;
				const shown = updateChat(before, {type: 'overlay', overlay}, context).ui;
				expect(play(shown, typed(pieces.slice(cut))).ui.editor.text).toBe(text);
			}),
		);
	});

	test('typing into a list writes and sends nothing, unless the first key moves the focus to the input', () => {
		const contexts = fc.constantFrom<Partial<UiState>>(
			{focus: 'timeline'},
			{focus: 'peers'},
			...overlays.map(overlay => ({focus: 'timeline' as const, overlay})),
			...overlays.map(overlay => ({focus: 'peers' as const, overlay})),
		);
		const notLeading = reads.filter(({text}) => !/^[irRe]/.test(text));
		fc.assert(
			fc.property(notLeading, contexts, ({pieces}, state) => {
				const {ui, effects} = play({...initial, ...state}, [...typed(pieces), ENTER]);
				expect(ui.editor.text).toBe('');
				expect(effects.filter(({type}) => type === 'post' || type === 'run')).toEqual([]);
			}),
			{numRuns: 300},
		);
	});

	test('a typed character that has no function in a list makes the list ignore the rest of the typed line, including its Enter', () => {
		fc.assert(
			fc.property(reads, ({pieces}) => {
				const list: UiState = {...initial, focus: 'timeline', selected: key};
				const {ui, effects} = play(list, [...typed(['!', ...pieces]), ENTER]);
				expect(effects).toEqual([]);
				expect(ui).toMatchObject({
					focus: 'timeline',
					selected: key,
					overlay: undefined,
					prompt: undefined,
					filter: undefined,
				});
				expect(ui.flash?.text).toBe(TYPING_HINT);
			}),
		);
	});

	test('the letter i as the first of several quick keys moves the focus to the input, even shortly after keys that were ignored', () => {
		const list: UiState = {...initial, focus: 'timeline'};
		expect(play(list, typed(['i', 'hello'])).ui.editor.text).toBe('hello');
		const ignored = play(list, typed(['!tom']));
		expect(ignored.ui.flash?.text).toBe(TYPING_HINT);
		const later = {...context, now: START + 600};
		expect(applyTokens(ignored.ui, typed(['ihello']), later).ui.editor.text).toBe('hello');
	});

	/** Types single characters into the timeline, with pauses in ms before each. */
	function typeSlowly(...keys: readonly (readonly [pauseMs: number, character: string])[]): UiState {
		let ui: UiState = {...initial, focus: 'timeline', selected: key};
		let now = START;
		for (const [pauseMs, character] of keys) {
			now += pauseMs;
			({ui} = applyTokens(ui, typed([character]), {...context, now}));
		}
		return ui;
	}

	test('in a list, a letter key works right after another letter key, even if it is the key i, which moves the focus to the input', () => {
		expect(typeSlowly([0, 'k'], [200, 'i'], [100, 'h'], [100, 'i']).editor.text).toBe('hi');
		expect(typeSlowly([0, 'k'], [200, 'R']).editor.text).toContain('Bob');
		expect(typeSlowly([0, 'k'], [200, 'r']).composing?.type).toBe('reply');
		expect(typeSlowly([0, 'k'], [100, 'j'], [200, 'i']).focus).toBe('input');
	});

	test('a letter of a typed word does not move the focus to the input, but a second press of the same key does', () => {
		const word = typeSlowly([0, 'g'], [100, 'i']);
		expect(word.focus).toBe('timeline');
		expect(word.flash?.text).toBe(AGAIN_HINT);
		expect(typeSlowly([0, 'g'], [100, 'i'], [120, 'v'], [100, 'e'])).toMatchObject({
			focus: 'timeline',
			editor: {text: ''},
		});
		expect(typeSlowly([0, 'g'], [100, 'i'], [200, 'i'], [100, 'x'])).toMatchObject({
			focus: 'input',
			editor: {text: 'x'},
		});
	});

	test('a text typed quickly into the timeline is added to the draft as a whole, although its first letter is the key that answers a message', () => {
		expect(typeSlowly([0, 'r'], [120, 'e'], [120, 'a'])).toMatchObject({
			editor: {text: 'rea'},
			composing: undefined,
			focus: 'input',
		});
		expect(typeSlowly([0, 'R'], [120, 'e']).editor.text).toBe('Re');
		expect(typeSlowly([0, 'r'], [200, 'e'])).toMatchObject({editor: {text: 'e'}, composing: {type: 'reply'}});
		expect(play({...initial, focus: 'timeline', selected: key}, typed(['react'])).ui).toMatchObject({
			editor: {text: 'react'},
			composing: undefined,
		});
	});

	test('a text typed at the usual speed never changes a message, although its first letter is the key of a correction', () => {
		const author = createFakeChatNode();
		author.post('my own words');
		const own = author.store.getState().timeline.pages.flat().at(-1);
		const inRoom = (now: number): ChatContext => ({...context, state: author.store.getState(), self: author.self, now});
		const start: UiState = {...initial, focus: 'timeline', selected: own};
		const begun = applyTokens(start, typed(['e']), inRoom(START)).ui;
		expect(begun.composing).toMatchObject({type: 'correct'});
		expect(applyTokens(begun, typed(['verything']), inRoom(START + 400)).ui).toMatchObject({
			editor: {text: 'everything'},
			composing: undefined,
		});
		expect(applyTokens(begun, typed(['!']), inRoom(START + 600)).ui).toMatchObject({
			editor: {text: 'my own words!'},
			composing: {type: 'correct'},
		});
	});

	test('Enter answers no to a question that asks for y', () => {
		for (const letter of ['o', '*', 'x']) {
			const asked = play({...initial, focus: 'timeline', selected: key}, typed([letter])).ui;
			const {ui, effects} = play(asked, [ENTER]);
			expect([ui.question, effects]).toEqual([undefined, []]);
		}
	});

	test('after the user has pressed i in a list, the focus is in the input, or the hint says to press i again; no hint says just to press i', () => {
		for (const pause of [50, 100, 300]) {
			for (const before of ['k', 'x', 'xy']) {
				const ui = typeSlowly(...Array.from(before, (letter): [number, string] => [100, letter]), [pause, 'i']);
				expect(ui.focus === 'input' || ui.flash?.text === AGAIN_HINT).toBe(true);
			}
		}
	});

	test('every question about a message, a paste or quitting has one rule: y is yes; n, Esc, Enter and Ctrl+C are no; other keys and a paste do nothing', () => {
		const long = Array.from({length: 30}, (_, row) => `row ${row}`).join('\n');
		const target = {peer: context.self.peer, seq: 1};
		const questions: Question[] = [
			{type: 'withdraw', target},
			{type: 'pin', target, on: true},
			{type: 'quit-undelivered', count: 1},
		];
		const asking = [
			...questions.map((question): UiState => ({...initial, question})),
			play(initial, [{type: 'paste', text: long}]).ui,
		];
		for (const ui of asking) {
			const isOpen = ({ui: after}: ChatStep) => hasQuestion(after);
			const nothing = [
				...typed(['yes', 'x', 'q']),
				{type: 'paste', text: 'y'} as const,
				{type: 'key', key: 'up'} as const,
			];
			for (const token of nothing) expect([isOpen(play(ui, [token])), play(ui, [token]).effects]).toEqual([true, []]);
			const no: Token[] = [...typed(['n']), ...['escape', 'enter'].map(key => ({type: 'key' as const, key}))];
			if (ui.question?.type !== 'quit-undelivered') no.push({type: 'key', key: 'ctrl+c'});
			for (const token of no) {
				const answered = play(ui, [token]);
				expect([isOpen(answered), answered.effects, answered.ui.editor.text]).toEqual([false, [], '']);
			}
			const yes = play(ui, typed(['y']));
			expect([isOpen(yes), yes.effects.length + yes.ui.editor.text.length > 0]).toEqual([false, true]);
			const blind = play(ui, typed(['s', 'a', 'y', ' ', 'n', 'o']));
			expect([isOpen(blind), blind.effects]).toEqual([true, []]);
			const later = applyTokens(blind.ui, typed(['y']), {...context, now: context.now + 1000});
			expect(isOpen(later)).toBe(false);
		}
	});

	test('in a wrapped question, no line break separates a key from the description of the key', () => {
		for (let columns = 20; columns < 120; columns++) {
			for (const question of [
				{type: 'pin', target: {peer: context.self.peer, seq: 1}, on: true},
				{type: 'quit-undelivered', count: 1},
			] as const) {
				const rows = formatMessageRows({...initial, columns, question}, createTheme({unicode: true, depth: 0}));
				for (const row of rows)
					expect(
						row
							.map(({text}) => text)
							.join('')
							.trim(),
					).not.toMatch(/\b(y|Esc):$/);
			}
		}
	});

	test('an action, a reply and a shared file of this user scroll to the end like a message; a list does not', () => {
		const up = play(initial, [{type: 'key', key: 'pageup'}]).ui;
		expect(up.anchor).toBeDefined();
		for (const draft of ['/me waves', '/reply 1 yes', '/share plan.pdf', 'hello'])
			expect(play(up, [...typed([draft]), ENTER]).ui.anchor, draft).toBeUndefined();
		expect(play(up, [...typed(['/who']), ENTER]).ui.anchor).toEqual(up.anchor);
	});

	test('after a jump to the newest message, the search for mentions begins at the end again', () => {
		const jump = [{type: 'key', key: 'alt+p'}] as const;
		const first = play(initial, jump).ui.selected;
		const far = play(initial, [...jump, ...jump, ...jump]).ui;
		expect(far.selected).not.toEqual(first);
		expect(play(far, [{type: 'key', key: 'ctrl+end'}, ...jump]).ui.selected).toEqual(first);
	});

	test('only y opens a link, and every other key closes the question about the link', () => {
		const ui: UiState = {...initial, question: {type: 'open-link', urls: ['https://example.org'], chosen: 0}};
		for (const token of [...typed(['n', 'x', 'o', 'yes']), {type: 'key', key: 'enter'} as const]) {
			const {ui: closed, effects} = play(ui, [token]);
			expect([closed.question, effects]).toEqual([undefined, []]);
		}
		expect(play(ui, typed(['y'])).effects).toEqual([{type: 'open', url: 'https://example.org'}]);
		expect(play(ui, typed(['s', 'a', 'y'])).effects.filter(({type}) => type === 'open')).toEqual([]);
	});

	test('a letter never answers the question about quitting', () => {
		fc.assert(
			fc.property(reads, ({pieces, text}) => {
				const quitting = play(initial, [{type: 'key', key: 'ctrl+c'}]).ui;
				const stayed = play(quitting, typed(pieces));
				expect(stayed.ui.editor.text).toBe(text);
				expect(stayed.effects.some(({type}) => type === 'quit')).toBe(false);
			}),
		);
	});

	test('a typed command that jumps to a message, for example /goto, selects this message and leaves the focus in the input', () => {
		for (const intent of [
			{type: 'goto', at: START + 20_000},
			{type: 'mention', direction: 'prev'},
		] as const) {
			const {ui} = updateChat(initial, {type: 'intent', intent}, context);
			expect(ui.focus).toBe('input');
			expect(ui.selected).toBeDefined();
			const typing = play(ui, typed(['yes, ', 'j'])).ui;
			expect(typing.editor.text).toBe('yes, j');
			expect(typing.selected).toEqual(ui.selected);
			expect(play(ui, [{type: 'key', key: 'alt+1'}]).ui.selected).toEqual(ui.selected);
			expect(play(ui, [{type: 'key', key: 'escape'}]).ui.selected).toBeUndefined();
		}
	});

	test('Tab after a finished completion leaves the focus in the input', () => {
		const tab: Token = {type: 'key', key: 'tab'};
		const {ui} = play(initial, [...typed(['bo']), tab, tab, ...typed(['yes'])]);
		expect(ui.focus).toBe('input');
		expect(ui.editor.text).toBe('Bob: yes');
		expect(play(initial, [tab]).ui.focus).toBe('timeline');
	});
});

describe('Ctrl+D on an input that a deletion has emptied', () => {
	const press = (ui: UiState, pressed: string, now: number) =>
		applyTokens(ui, [{type: 'key', key: pressed}], {...context, now});
	const typed = applyTokens(initial, [{type: 'text', text: 'ab'}], context).ui;
	const backTwice = press(press(typed, 'backspace', START).ui, 'backspace', START).ui;

	test('Ctrl+D on an input that a deletion has emptied does not quit right away, because the key of the deletion may still be held', () => {
		expect(press(backTwice, 'ctrl+d', START + 500).effects).toEqual([]);
		let {ui} = press(typed, 'ctrl+a', START);
		for (let at = START; at < START + 5000; at += 30) {
			const result = press(ui, 'ctrl+d', at);
			expect(result.effects).toEqual([]);
			ui = result.ui;
		}
		expect(ui.editor.text).toBe('');
	});

	test('Ctrl+D on an input that a deletion has emptied quits if it is pressed a second after the deletion', () => {
		expect(press(backTwice, 'ctrl+d', START + 1001).effects).toEqual([{type: 'quit', reason: 'quit'}]);
		const killed = press(typed, 'ctrl+u', START).ui;
		expect(press(killed, 'ctrl+d', START + 1001).effects).toEqual([{type: 'quit', reason: 'quit'}]);
	});
});
