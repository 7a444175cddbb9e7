/**
 * Wherever the program compares a text with user input, it finds the text in any letter case, Unicode composition and
 * character width.
 */
import {describe, expect, test} from 'vitest';
import {createEntryFilter} from '../../source/cli/saved-log.js';
import {suggestNames} from '../../source/core/find-peers.js';
import {foldText} from '../../source/core/fold-text.js';
import {isMention} from '../../source/core/mention.js';
import {entryAt} from '../../source/core/timeline.js';
import {findCompletion} from '../../source/node/commands/completions.js';
import {parsePerson} from '../../source/node/commands/parse-command.js';
import {resolvePerson} from '../../source/node/commands/resolve-arguments.js';
import {parseFilter, passesFilter} from '../../source/ui/replay/replay-filter.js';
import {matchesSearch} from '../../source/ui/timeline/match-search.js';
import {isMentionOfUs} from '../../source/ui/timeline/mentions.js';
import {createFakeChatNode} from '../helpers/fake-chat-node.js';

const SPELLINGS = [
	['Jos\u00e9', 'Jose\u0301'],
	['Jose\u0301', 'JOS\u00c9'],
	['İpek', 'ipek'],
	['Großmann', 'GROSSMANN'],
	['Ｂｏｂ', 'bob'],
	['Юлий', 'юлии\u0306'],
	['Νίκος', 'ΝΊΚΟΣ'],
	['김\uac00', '김\u1100\u1161'],
] as const;

describe.each(SPELLINGS)('%j, typed as %j,', (written, typed) => {
	const chatNode = createFakeChatNode('Me');
	const peer = chatNode.join(written, '192.168.1.9', {identity: 'a1b2c3d4'});
	chatNode.say(peer, `talks about ${written} here`);
	const state = chatNode.store.getState();
	const entry = entryAt(state.timeline, state.timeline.length - 1);
	if (entry?.type !== 'posted') throw new Error('the last entry is not the post');

	test('the search finds a text and the name of an author in other letter case or with other Unicode code points', () => {
		expect(matchesSearch(state, {...entry, text: 'nothing'}, foldText(typed))).toBe(true);
		expect(matchesSearch(state, entry, foldText(`about ${typed}`))).toBe(true);
	});

	test('the filter of the replay finds words and authors in other letter case or with other Unicode code points', () => {
		for (const filter of [typed, `from:${typed}`, `from:${typed}#a1b2`]) {
			const parsed = parseFilter(filter);
			if (typeof parsed !== 'object') throw new Error('not a filter');
			expect(passesFilter(state, entry, parsed)).toBe(true);
		}
	});

	test('--grep and --author find a text in other letter case or with other Unicode code points', () => {
		expect(createEntryFilter(state, {grep: typed})(entry)).toBe(true);
		expect(createEntryFilter(state, {author: typed})(entry)).toBe(true);
		expect(createEntryFilter(state, {author: `${typed}#A1B2`})(entry)).toBe(true);
	});

	test('completion finds a name in other letter case or with other Unicode code points, with and without @ and after a command', () => {
		for (const [before, completed] of [
			['', `${written}: `],
			['hi @', `@${written} `],
			['/ignore ', written],
		] as const) {
			const text = before + typed;
			expect(findCompletion(text, text.length, [written])?.candidates).toEqual([completed]);
		}
	});

	test('commands find a person whose name is typed in other letter case or with other Unicode code points, and suggest names for a typing error', () => {
		for (const name of [typed, `${typed}#a1b2c3d4`])
			expect(resolvePerson(parsePerson(name), state)).toMatchObject({peer: peer.peer});
		expect(suggestNames(state, `${typed}x`)).toEqual([written]);
	});

	test('a name in other letter case or with other Unicode code points for the same characters is a mention', () => {
		expect(isMention(`hi @${typed}!`, written)).toBe(true);
		expect(isMention(`${typed}: hi`, written)).toBe(true);
	});

	test('the first word of a name in other letter case or with other Unicode code points for the same characters is a mention', () => {
		const ours = createFakeChatNode(`${written} Smith`);
		ours.say(ours.join('Other', '192.168.1.9'), `@${typed} hi`);
		const own = ours.store.getState();
		const last = entryAt(own.timeline, own.timeline.length - 1);
		expect(last && isMentionOfUs(own, last)).toBe(true);
	});
});

test('a name with a full-width @ or full-width punctuation is a mention', () => {
	expect(isMention('＠小明 你好', '小明')).toBe(true);
	expect(isMention('小明：你好', '小明')).toBe(true);
});
