import {readFileSync} from 'node:fs';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {cleanFileName, numberFileName} from '../../source/core/received-name.js';

interface ReceivedName {
	readonly name: string;
	readonly given: string;
	readonly saved: string;
}

const corpus = JSON.parse(
	readFileSync(new URL('../../fixtures/received-names.json', import.meta.url), 'utf8'),
) as readonly ReceivedName[];

const bytes = (text: string) => Buffer.byteLength(text);

test.each(corpus)('the name of a received file is made safe: $name', ({given, saved}) => {
	expect(cleanFileName(given)).toBe(saved);
	expect(cleanFileName(saved)).toBe(saved);
});

const pieces = [
	...['/', '\\', '.', '-', ' ', ':', '*', '\u0000', '\n', '\u001b[', '\u202e', '\u200d', '\u200c', '\u0301', '\u2800'],
	...['con', 'NUL', 'com1', 'a', 'x', '.url', '.lnk', '.tar.gz', '.download', 'desktop.ini', '👩‍🚀', '報', '\ud800'],
];
const hostileName = fc.oneof(
	fc.array(fc.constantFrom(...pieces), {maxLength: 30}).map(parts => parts.join('')),
	fc.array(fc.constantFrom(...pieces), {minLength: 60, maxLength: 200}).map(parts => parts.join('')),
	fc.string({unit: 'binary', maxLength: 60}),
);

test('the name of a saved file is never empty, hidden, a path, a device, an option, a shortcut or too long', () => {
	fc.assert(
		fc.property(hostileName, fc.integer({min: 1, max: 9999}), (given, number) => {
			for (const saved of [cleanFileName(given), numberFileName(cleanFileName(given), number)]) {
				expect(saved).not.toBe('');
				// biome-ignore lint/suspicious/noControlCharactersInRegex: the test looks for them
				expect(saved).not.toMatch(/[\u0000-\u001f\u007f-\u009f/\\:<>"|?*\p{Bidi_Control}]/u);
				expect(saved).not.toMatch(/^[.\- ]|[. ]$/);
				expect(saved).not.toMatch(/^(?:con|nul|com1) *(?:\.|$)/i);
				expect(saved).not.toMatch(/\.(?:url|lnk)$|^desktop\.ini$/i);
				expect(bytes(saved)).toBeLessThanOrEqual(255);
			}
		}),
		{numRuns: 2000},
	);
});

test('cleaning the name of a saved file a second time does not change the name', () => {
	fc.assert(
		fc.property(hostileName, fc.integer({min: 40, max: 255}), (given, maxBytes) => {
			const saved = cleanFileName(given, maxBytes);
			expect(bytes(saved)).toBeLessThanOrEqual(maxBytes);
			expect(cleanFileName(saved, maxBytes)).toBe(saved);
		}),
		{numRuns: 2000},
	);
});

test('a number is inserted before the extension of a file name, and a long file name is shortened to fit', () => {
	expect(numberFileName('photo.jpg', 1)).toBe('photo.jpg');
	expect(numberFileName('photo.jpg', 2)).toBe('photo (2).jpg');
	expect(numberFileName('backup.tar.gz', 3)).toBe('backup (3).tar.gz');
	expect(numberFileName('x.url.download', 2)).toBe('x.url (2).download');
	expect(numberFileName('notes', 12)).toBe('notes (12)');
	expect(numberFileName(`${'a'.repeat(251)}.txt`, 2)).toBe(`${'a'.repeat(247)} (2).txt`);
});
