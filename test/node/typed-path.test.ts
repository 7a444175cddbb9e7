import {describe, expect, test} from 'vitest';
import {parseTypedPath, pastedPath, pathCandidates, unfinishedPath} from '../../source/node/commands/typed-path.js';

describe('the path after /share', () => {
	test.each([
		['a.txt', 'a.txt', ''],
		['a.txt the new one', 'a.txt', 'the new one'],
		['"my file.txt" a note', 'my file.txt', 'a note'],
		["'my file.txt'", 'my file.txt', ''],
		[String.raw`'it'\''s here.txt' look`, "it's here.txt", 'look'],
		["it's.txt a note", "it's.txt", 'a note'],
		[String.raw`my\ file\ \(2\).txt note`, 'my file (2).txt', 'note'],
		[String.raw`/tmp/a\&b\$c\'d.txt`, "/tmp/a&b$c'd.txt", ''],
		[String.raw`C:\Users\Ann\a.txt`, String.raw`C:\Users\Ann\a.txt`, ''],
		[String.raw`C:\(new)\a.txt`, String.raw`C:\(new)\a.txt`, ''],
		[String.raw`"C:\my files\a.txt" note`, String.raw`C:\my files\a.txt`, 'note'],
		[String.raw`\\server\share\a.txt`, String.raw`\\server\share\a.txt`, ''],
		['file:///home/ann/my%20plan%C3%A4.pdf', '/home/ann/my planä.pdf', ''],
		['file://localhost/tmp/a.txt note', '/tmp/a.txt', 'note'],
		['file:///C:/Users/a.txt', 'C:/Users/a.txt', ''],
		['file://server/share/a.txt', 'file://server/share/a.txt', ''],
		['file:///tmp/%zz', 'file:///tmp/%zz', ''],
	])('parseTypedPath splits the text after /share into path and note: %s', (typed, path, note) => {
		expect(parseTypedPath(typed)).toMatchObject({path, note});
	});
});

test.each([
	['/home/ann/plan.pdf', '/home/ann/plan.pdf'],
	["'/home/ann/my plan.pdf' \n", '/home/ann/my plan.pdf'],
	[String.raw`/home/ann/my\ plan.pdf`, '/home/ann/my plan.pdf'],
	['/home/ann/my plan.pdf', '/home/ann/my plan.pdf'],
	['file:///home/ann/my%20plan.pdf\r\n', '/home/ann/my plan.pdf'],
	['~/plan.pdf', '~/plan.pdf'],
	[String.raw`C:\Users\Ann\plan.pdf`, String.raw`C:\Users\Ann\plan.pdf`],
	['/help', undefined],
	['plan.pdf', undefined],
	['hello /home/ann/plan.pdf', undefined],
	['https://example.org/a', undefined],
	['/home/ann/a\n/home/ann/b', undefined],
])('a pasted text is a path only if all of it is one absolute path: %j', (text, path) => {
	expect(pastedPath(text)).toBe(path);
});

test('a pasted text that is longer than the longest possible path is not taken for a path', () => {
	expect(pastedPath(`/${'a/'.repeat(5000)}`)).toBeUndefined();
});

describe('the completion of a path', () => {
	/** The drafts that Tab offers after the draft `text`, with the cursor at its end. */
	function complete(text: string, ...names: readonly string[]) {
		const path = unfinishedPath(text, text.length);
		if (!path) return undefined;
		const entries = names.map(name => ({name: name.replace(/\/$/, ''), isFolder: name.endsWith('/')}));
		return pathCandidates(path, entries).map(candidate => text.slice(0, path.start) + candidate);
	}

	test.each([
		['/share ', '', ''],
		['/share pl', '', 'pl'],
		['/SHARE docs/pl', 'docs/', 'pl'],
		[String.raw`/share my\ docs/a\ b`, 'my docs/', 'a b'],
		["/share 'my docs/a b", 'my docs/', 'a b'],
		[String.raw`/share C:\my docs\a b`, String.raw`C:\my docs${'\\'}`, 'a b'],
		['/share ~/', '~/', ''],
	])('the folder and the beginning of the name are read from the draft %j', (text, folder, prefix) => {
		expect(unfinishedPath(text, text.length)).toMatchObject({folder, prefix});
	});

	test.each(['/share a.txt ', "/share 'a.txt' no", '/shares a', 'share a', '/fetch a', '/share'])(
		'in the draft %j there is no path to complete',
		text => {
			expect(unfinishedPath(text, text.length)).toBeUndefined();
		},
	);

	test('a completion candidate replaces the last part of the typed path, and the /share command then names exactly the file of this candidate', () => {
		const name = "it's (a) $5 plan.pdf";
		const [draft = ''] = complete('/share docs/it', name) ?? [];
		expect(parseTypedPath(draft.replace('/share ', ''))).toMatchObject({path: `docs/${name}`, note: ''});
		const [quoted = ''] = complete('/share "docs/it', name) ?? [];
		expect(parseTypedPath(quoted.replace('/share ', ''))).toMatchObject({path: `docs/${name}`, note: ''});
	});

	test('the completion of a folder ends in a separator, after which it can continue, and that of a file ends in a space, after which a note can follow', () => {
		expect(complete('/share d', 'docs/', 'data.csv')).toEqual(['/share docs/', '/share data.csv ']);
		expect(complete("/share 'd", 'docs/', 'data.csv')).toEqual(["/share 'docs/", "/share 'data.csv' "]);
		expect(complete(String.raw`/share C:\d`, 'my docs/')).toEqual(['/share C:\\my docs\\']);
	});

	test('the completion of a path offers no name with control characters, and none that cannot be quoted', () => {
		expect(complete('/share ', 'a\u001b[31m', 'b\nc', 'd\u202Ee', 'f')).toEqual(['/share f ']);
		expect(complete("/share '", "it's", 'f')).toEqual(["/share 'f' "]);
	});
});
