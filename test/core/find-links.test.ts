import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import links from '../../fixtures/links.json' with {type: 'json'};
import {findLinks, MAX_LINK_UNITS} from '../../source/core/find-links.js';

const found = (text: string) => findLinks(text).map(({start, end}) => text.slice(start, end));

describe('the first link of a text', () => {
	test.each(links)('the first link is found in $language: $text', ({text, link}) => {
		expect(found(text)[0] ?? null).toBe(link);
	});
});

test('all links of a text are found, in order', () => {
	expect(found('(https://example.org/a),(https://example.org/b) https://example.org/c')).toEqual([
		'https://example.org/a',
		'https://example.org/b',
		'https://example.org/c',
	]);
});

test('a link above the maximum length is not found, and the search for links takes linear time', () => {
	const longest = `https://example.org/${'a'.repeat(MAX_LINK_UNITS - 20)}`;
	expect(found(longest)).toEqual([longest]);
	expect(found(`${longest}a`)).toEqual([]);
	const start = performance.now();
	for (const unit of ['https://', 'https://a', 'https://a(', 'https://a.', '(', '.']) found(unit.repeat(8000));
	expect(performance.now() - start).toBeLessThan(3000);
});

test('links never contain a space, and their ranges are in order', () => {
	const piece = fc.constantFrom('https://', 'http://', 'a', '.', ')', '(', '，', ' ', '“', '\n', "'", '/', '😀');
	fc.assert(
		fc.property(fc.array(piece, {maxLength: 30}), pieces => {
			const text = pieces.join('');
			let last = 0;
			for (const {start, end} of findLinks(text)) {
				expect(start).toBeGreaterThanOrEqual(last);
				expect(text.slice(start, end)).toMatch(/^https?:\/\/[^\s“，]+$/u);
				last = end;
			}
		}),
	);
});
