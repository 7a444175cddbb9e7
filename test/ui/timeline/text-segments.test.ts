import {expect, test} from 'vitest';
import {createTheme} from '../../../source/ui/theme.js';
import {linksOf, textSegments} from '../../../source/ui/timeline/text-segments.js';

const theme = createTheme({unicode: true, depth: 0});
const segmentsOf = (text: string, start: number, end: number, search = '') =>
	textSegments(text, {start, end}, linksOf(text), {search, theme});
const underlined = (text: string, start = 0, end = text.length, search = '') =>
	segmentsOf(text, start, end, search).flatMap(segment => (segment.style?.underline ? [segment.text] : []));

test('links are underlined without the punctuation around them', () => {
	expect(underlined('see (https://example.org/a), and http://b.example.')).toEqual([
		'https://example.org/a',
		'http://b.example',
	]);
	expect(underlined('ftp://a.example file:///etc javascript:alert(1)')).toEqual([]);
});

test('a link that continues in the next row is underlined in both rows', () => {
	const text = 'x https://example.org/abcdef';
	expect([underlined(text, 0, 15), underlined(text, 15)]).toEqual([['https://examp'], ['le.org/abcdef']]);
});

test('a match of the search within a link is highlighted and underlined, and no text is lost', () => {
	const text = 'go https://example.org now';
	const segments = segmentsOf(text, 0, text.length, 'example');
	expect(segments.map(segment => segment.text).join('')).toBe(text);
	expect(segments.find(segment => segment.text === 'example')?.style).toMatchObject({underline: true, ...theme.match});
	expect(segmentsOf('', 0, 0)).toEqual([{text: ''}]);
});
