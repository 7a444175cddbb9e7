import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {linkTarget} from '../../../source/core/link-target.js';
import {cleanForScreen} from '../../../source/ui/text/clean-for-screen.js';
import {wrapMessage} from '../../../source/ui/text/wrap-message.js';
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

const linking = createTheme({unicode: true, depth: 0, hasLinks: true});
const fixture = (name: string): readonly {readonly text: string; readonly link?: string}[] =>
	JSON.parse(readFileSync(new URL(`../../../fixtures/${name}.json`, import.meta.url), 'utf8'));

/** The hyperlinks (OSC 8) in the rows of a text: the target and the shown text, joined over all rows. */
function clickable(text: string, columns: number): {target: string; shown: string}[] {
	const links: {target: string; shown: string}[] = [];
	const ranges = linksOf(text);
	for (const line of wrapMessage(text, columns, columns)) {
		for (const {text: shown, link} of textSegments(text, line, ranges, {search: 'e', theme: linking})) {
			const last = links.at(-1);
			if (link === undefined) continue;
			if (last && last.target === link && last.shown.length < link.length) last.shown += shown;
			else links.push({target: link, shown});
		}
	}
	return links;
}

test('the target of a clickable link equals its shown text, in every payload of the hostile texts and at every width', () => {
	const payloads = [...fixture('hostile-texts'), ...fixture('links')].map(({text}) => cleanForScreen(text));
	let count = 0;
	for (const payload of payloads) {
		for (const text of [payload, `see https://example.org/${payload} and http://${payload}`]) {
			for (const columns of [7, 40, 200]) {
				for (const {target, shown} of clickable(text, columns)) {
					count++;
					expect(target).toMatch(/^https?:\/\/[!-~]+$/i);
					expect(target.length).toBeLessThanOrEqual(2083);
					expect(decodeURIComponent(target.replace(/%(?![\dA-F]{2})/g, '%25'))).toBe(
						decodeURIComponent(shown.replace(/%(?![\dA-F]{2})/g, '%25')),
					);
				}
			}
		}
	}
	expect(count).toBeGreaterThan(100);
});

test('a clickable link ends where the fixture of links in several languages expects', () => {
	for (const {text, link} of fixture('links'))
		if (link) expect(clickable(text, 200)[0]).toEqual({target: linkTarget(link), shown: link});
});

test('a link is not clickable if it is too long, if it is no web link, or if the terminal does not support links', () => {
	expect(linkTarget('https://example.org/日本?q=ü%20')).toBe('https://example.org/%E6%97%A5%E6%9C%AC?q=%C3%BC%20');
	expect(linkTarget(`https://example.org/${'é'.repeat(400)}`)).toBe(undefined);
	for (const link of ['javascript:alert(1)', 'file:///etc/passwd', 'https://a b', 'https://a\u0007b'])
		expect(linkTarget(link)).not.toBe(link);
	expect(
		textSegments('https://a.example', {start: 0, end: 17}, linksOf('https://a.example'), {search: '', theme})[0],
	).not.toHaveProperty('link');
});

test('the target of each link of a long message is computed only for the rows that show the link', () => {
	let targets = 0;
	const counting = {
		...linking,
		get hasLinks() {
			targets++;
			return true;
		},
	};
	const text = 'http://a '.repeat(1820);
	const links = linksOf(text);
	const lines = wrapMessage(text, 80, 80);
	for (const line of lines) textSegments(text, line, links, {search: '', theme: counting});
	expect(lines.length).toBeGreaterThan(200);
	expect(targets).toBe(1820);
});
