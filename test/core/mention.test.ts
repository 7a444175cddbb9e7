import {describe, expect, it} from 'vitest';
import {isMention, isMentionOfAll} from '../../source/core/mention.js';

describe('isMention', () => {
	it.each([
		['hi @Carol', 'Carol'],
		['hi @carol!', 'Carol'],
		['(@CAROL)', 'Carol'],
		['@Carol: look', 'Carol'],
		['Carol: look', 'Carol'],
		['Carol#99c4b7ec: look', 'Carol'],
		['carol, look', 'Carol'],
		['carol : look', 'Carol'],
		['ask @Mary Ann about it', 'Mary Ann'],
		['@carolina and @carol', 'Carol'],
		['@Jürgen?', 'jürgen'],
		['@ÉMILE', 'Émile'],
		['见 @小明，', '小明'],
		['@C++ rocks', 'C++'],
		['@Carol.', 'Carol'],
		["@Carol's idea", 'Carol'],
	])('the text %j addresses %s', (text, name) => {
		expect(isMention(text, name)).toBe(true);
	});

	it.each([
		['hi Carol', 'Carol'],
		['I told Carol: no', 'Carol'],
		['@carolina', 'Carol'],
		['@carol_b', 'Carol'],
		['@carol-anne', 'Carol'],
		['@carol\u0301', 'Carol'],
		['me@carol.example', 'Carol'],
		['Carolina: hi', 'Carol'],
		['Carol#one: look', 'Carol'],
		['Carol', 'Carol'],
		['@', ''],
		[': hi', ''],
	])('the text %j does not address %s', (text, name) => {
		expect(isMention(text, name)).toBe(false);
	});
});

it('@all addresses everybody, and never only a person with the name "all"', () => {
	for (const text of ['@all', 'hi @All, lunch', '(@ALL)']) expect([text, isMentionOfAll(text)]).toEqual([text, true]);
	for (const text of ['all', '@ally', '@all-hands', 'me@all.example', 'all: hi'])
		expect([text, isMentionOfAll(text)]).toEqual([text, false]);
	expect(isMention('hi @all', 'All')).toBe(false);
	expect(isMention('all: hi', 'All')).toBe(true);
});
