/** Draws one row of a page. */
import {findCode} from '../../core/find-code.js';
import {findLinks} from '../../core/find-links.js';
import {findFolded} from '../../core/fold-text.js';
import type {PageMark, PagePerson, PageQuote, PageRow} from '../page-row.js';
import {create, createText} from './elements.js';

/** The name of a person in their colour. */
export function nameView({name, hue}: Pick<PagePerson, 'name' | 'hue'>): HTMLElement {
	return createText('b', `name hue${hue}`, name);
}

/**
 * Messages of one author that follow each other within this time, ms, form a group. Only the first message of a group
 * shows the name.
 */
const GROUP_MS = 2 * 60 * 1000;

/**
 * Draws a row. `before`: the previous row. `query`: the text to highlight, normalised by foldText (case is ignored);
 * empty: none.
 */
export function rowView(row: PageRow, before: PageRow | undefined, query: string): HTMLElement {
	const element = create('article', `row ${row.kind}`, timeView(row));
	element.id = `e${row.id}`;
	if (row.kind === 'message' || row.kind === 'action') {
		if (continuesGroup(row, before)) element.classList.add('grouped');
		element.append(authorView(row));
		if (row.quote) element.append(quoteView(row.quote));
		element.append(textView(row, query));
		if (row.marks) element.append(marksView(row.marks));
		return element;
	}
	const line = create('p', 'text');
	if (row.name !== undefined) line.append(authorView(row), ' ');
	line.append(row.text);
	if (row.subject !== undefined) line.append(' ', createText('b', 'name', row.subject));
	element.append(line);
	return element;
}

/** The heading above the first row of a day; undefined for other rows. */
export function dayView(row: PageRow, before: PageRow | undefined): HTMLElement | undefined {
	const format = dateFormats().day;
	const day = format.format(row.at);
	return before && format.format(before.at) === day ? undefined : create('h2', 'day', day);
}

interface DateFormats {
	readonly day: Intl.DateTimeFormat;
	readonly time: Intl.DateTimeFormat;
	readonly exact: Intl.DateTimeFormat;
}

let createdFormats: DateFormats | undefined;

/** The date formats. Creating the first one takes the browser 50 ms, so they are created after the first paint. */
export function dateFormats(): DateFormats {
	createdFormats ??= {
		day: new Intl.DateTimeFormat(undefined, {dateStyle: 'full'}),
		time: new Intl.DateTimeFormat(undefined, {timeStyle: 'short'}),
		exact: new Intl.DateTimeFormat(undefined, {dateStyle: 'full', timeStyle: 'medium'}),
	};
	return createdFormats;
}

function timeView({id, at}: PageRow): HTMLElement {
	const formats = dateFormats();
	const time = create('time', '', formats.time.format(at));
	const date = new Date(at);
	if (Number.isFinite(date.getTime())) time.dateTime = date.toISOString();
	const link = create('a', 'time', time);
	link.href = `#e${id}`;
	link.title = formats.exact.format(at);
	return link;
}

function continuesGroup(row: PageRow, before: PageRow | undefined): boolean {
	return (
		row.kind === 'message' &&
		before?.kind === 'message' &&
		row.quote === undefined &&
		before.name === row.name &&
		Math.abs(row.at - before.at) < GROUP_MS
	);
}

function authorView({name = '', hue = 0, address}: PageRow): HTMLElement {
	const author = create('span', 'author', nameView({name, hue}));
	if (address !== undefined) author.append(' ', createText('span', 'address', address));
	return author;
}

function quoteView({id, name, text}: PageQuote): HTMLElement {
	const parts = [
		name !== undefined && createText('b', '', name),
		name !== undefined && ': ',
		createText('span', '', text),
	];
	if (id === undefined) return create('div', 'quote', ...parts);
	const link = create('a', 'quote', ...parts);
	link.href = `#e${id}`;
	return link;
}

function textView(row: PageRow, query: string): HTMLElement {
	if (row.withdrawn) return create('p', 'text note', '(withdrawn)');
	const text = createText('p', 'text', ...blocks(row.text, query));
	if (row.edited) text.append(' ', create('span', 'note', '(edited)'));
	return text;
}

/** The elements of a message text. Code between fences becomes code blocks. */
function blocks(text: string, query: string): Node[] {
	const parts: Node[] = [];
	let done = 0;
	for (const {start, end} of findCode(text)) {
		parts.push(...textParts(text.slice(done, start), query));
		// The line break after the code goes into the code block. At the end of a block it is invisible; after the
		// block it would show an empty line.
		done = text[end] === '\n' ? end + 1 : end;
		parts.push(create('code', '', ...textParts(text.slice(start, done), query)));
	}
	return [...parts, ...textParts(text.slice(done), query)];
}

/** A text with its links and the occurrences of the searched text. */
function textParts(text: string, query: string): Node[] {
	const parts: Node[] = [];
	let done = 0;
	for (const {start, end} of findLinks(text)) {
		parts.push(...highlighted(text.slice(done, start), query), linkView(text.slice(start, end), query));
		done = end;
	}
	parts.push(...highlighted(text.slice(done), query));
	return parts;
}

function linkView(url: string, query: string): Node {
	const link = create('a', 'link', ...highlighted(url, query));
	if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) return link;
	link.href = url;
	link.target = '_blank';
	link.rel = 'noopener noreferrer nofollow';
	return link;
}

function highlighted(text: string, query: string): Node[] {
	const parts: Node[] = [];
	let done = 0;
	for (const {start, end} of findFolded(text, query)) {
		parts.push(document.createTextNode(text.slice(done, start)), create('mark', '', text.slice(start, end)));
		done = end;
	}
	if (done < text.length) parts.push(document.createTextNode(text.slice(done)));
	return parts;
}

function marksView(marks: readonly PageMark[]): HTMLElement {
	const list = create('div', 'marks');
	for (const {word, names} of marks) {
		const mark = create('span', 'reaction', createText('bdi', '', word), ` ${names.length}`);
		mark.title = names.join(', ');
		list.append(mark, ' ');
	}
	return list;
}
