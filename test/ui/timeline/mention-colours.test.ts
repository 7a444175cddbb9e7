/** Mentions inside the text of a message: the name has the colour of its person, and a message for us is bold. */
import {expect, test} from 'vitest';
import {hueOf} from '../../../source/core/name-hues.js';
import {entryAt} from '../../../source/core/timeline.js';
import {createTheme} from '../../../source/ui/theme.js';
import {formatItem} from '../../../source/ui/timeline/format-item.js';
import {mentionRanges} from '../../../source/ui/timeline/mentions.js';
import {createFakeChatNode} from '../../helpers/fake-chat-node.js';

const theme = createTheme({unicode: true, depth: 256});
const options = {width: 100, times: 'minutes', theme, search: '', addresses: true} as const;

function room() {
	const chatNode = createFakeChatNode('Carol');
	const dave = chatNode.join('Dave', '192.168.1.9', {identity: 'a1b2c3d4'});
	const mary = chatNode.join('Mary Ann', '192.168.1.10', {identity: 'b1b2c3d4'});
	return {chatNode, dave, mary};
}

test('each mention of a person who is here has the colour of this person, in any spelling, and no other mention has a colour', () => {
	const {chatNode, dave, mary} = room();
	const state = chatNode.store.getState();
	const text = 'a@dave @DAVE, @mary ann and @all; not @Dave2, @Dave-Ann, @Erin or @ Dave';
	const shown = mentionRanges(state, text, theme).map(({start, end, style}) => [text.slice(start, end), style.color]);
	const colourOf = (peer: string) => theme.nameStyle(hueOf(state, peer as typeof dave.peer)).color;
	expect(shown).toEqual([
		['@DAVE', colourOf(dave.peer)],
		['@mary ann', colourOf(mary.peer)],
		['@all', undefined],
	]);
});

test('a mention inside a message is drawn in the colour of the mentioned person', () => {
	const {chatNode, dave, mary} = room();
	chatNode.say(mary, 'ask @Dave about it');
	const state = chatNode.store.getState();
	const entry = entryAt(state.timeline, state.timeline.length - 1);
	if (!entry) throw new Error('no entry');
	const segments = formatItem(state, {entries: [entry], previous: undefined} as never, options).flat();
	const {color} = theme.nameStyle(hueOf(state, dave.peer));
	expect(segments.filter(({text}) => text.includes('@')).map(({text, style}) => [text, style?.color])).toEqual([
		['@Dave', color],
	]);
});

test('a message that mentions us is bold, and a message that mentions others is not', () => {
	const {chatNode, dave} = room();
	for (const [text, isBold] of [
		['Carol: look', true],
		['Mary Ann: look', false],
	] as const) {
		chatNode.say(dave, text);
		const state = chatNode.store.getState();
		const entry = entryAt(state.timeline, state.timeline.length - 1);
		if (!entry) throw new Error('no entry');
		const segments = formatItem(state, {entries: [entry], previous: undefined} as never, options).flat();
		expect(segments.find(segment => segment.text === text)?.style?.bold === true, text).toBe(isBold);
	}
});

test('in a text with thousands of @, at most 32 mentions are found', () => {
	const {chatNode} = room();
	expect(mentionRanges(chatNode.store.getState(), '@Dave '.repeat(3000), theme)).toHaveLength(32);
});
