import {describe, expect, test} from 'vitest';
import {sliceTimeline} from '../../source/core/timeline.js';
import {documentStart, rowGroup} from '../../source/page/html-document.js';
import {findMissingEvents} from '../../source/page/missing-events.js';
import {packRows, unpackRows} from '../../source/page/packed-rows.js';
import {createPageNames} from '../../source/page/page-names.js';
import {type PageRowOptions, pageRowOf} from '../../source/page/page-rows.js';
import {createStateBuilder, joined, START, type StateBuilder} from './page-events.js';

function rowsOf(builder: StateBuilder, options: Partial<PageRowOptions> = {}) {
	const state = builder.state();
	const rowOptions: PageRowOptions = {
		names: createPageNames(options.withAddresses ?? false),
		withAddresses: false,
		withObservations: true,
		idOf: (_, {peer, seq}) => `${Number(peer)}-${seq}`,
		...options,
	};
	return sliceTimeline(state.timeline, 0, state.timeline.length).flatMap(
		entry => pageRowOf(state, entry, rowOptions) ?? [],
	);
}

describe('rows of a page', () => {
	test('a row shows the last correction and the reactions, and a reply quotes the text that the message had at that time', () => {
		const builder = createStateBuilder();
		builder.add(1, joined('Carol'));
		builder.add(2, joined('Dave'));
		const seq = builder.add(1, {type: 'posted', text: 'lnuch?'});
		const target = {peer: builder.peer(1), seq};
		builder.add(2, {type: 'posted', text: 'yes', replyTo: target});
		builder.add(1, {type: 'corrected', target, text: 'lunch?'});
		builder.add(2, {type: 'marked', target, word: '👍', on: true});
		const messages = rowsOf(builder).filter(({kind}) => kind === 'message');
		expect(messages).toMatchObject([
			{id: '1-2', name: 'Carol', text: 'lunch?', edited: true, marks: [{word: '👍', names: ['Dave']}]},
			{id: '2-2', name: 'Dave', text: 'yes', quote: {id: '1-2', name: 'Carol', text: 'lnuch?'}},
		]);
	});

	test('the text of a withdrawn message is in no row and in no later quote', () => {
		const builder = createStateBuilder();
		builder.add(1, joined('Carol'));
		const seq = builder.add(1, {type: 'posted', text: 'a password'});
		const target = {peer: builder.peer(1), seq};
		builder.add(1, {type: 'withdrawn', target});
		builder.add(1, {type: 'posted', text: 'sorry', replyTo: target});
		expect(JSON.stringify(rowsOf(builder))).not.toContain('a password');
	});

	test('a whisper has no row on a page', () => {
		const builder = createStateBuilder();
		builder.add(1, joined('Carol'));
		builder.whisper(1, 'the secret text');
		expect(builder.state().timeline.length).toBe(2);
		for (const withAddresses of [true, false]) expect(rowsOf(builder, {withAddresses})).toHaveLength(1);
	});

	test('rows that are made without addresses contain no address and no digit of a key', () => {
		const builder = createStateBuilder();
		builder.add(0xabcdef, joined('Carol', '10.9.8.7'));
		builder.add(0xabcdef, {type: 'moved', addresses: ['10.9.8.6']});
		builder.add(2, joined('Carol', '10.9.8.5'));
		builder.add(3, {type: 'posted', text: 'hello'});
		const text = JSON.stringify(rowsOf(builder, {idOf: () => 'x'}));
		expect(text).not.toMatch(/10\.9\.8|0000/);
		const open = JSON.stringify(rowsOf(builder, {idOf: () => 'x', withAddresses: true}));
		expect(open).toContain('10.9.8.6');
		expect(open).toContain('#');
	});

	test('two people with equal or look-alike names are told apart by a number that no name can contain', () => {
		const builder = createStateBuilder();
		builder.add(1, joined('Bob'));
		builder.add(2, joined('B\u043eb'));
		builder.add(3, joined('Bob (2)'));
		builder.add(1, {type: 'posted', text: 'me'});
		const names = rowsOf(builder).map(({name}) => name);
		expect(names).toEqual(['Bob', 'B\u043eb (2)', 'Bob (3)', 'Bob']);
	});
});

test('rows of a page that are packed and unpacked have the same ids, times and gaps as before, whatever the order of the times', () => {
	const row = (id: string, at: number, kind: 'message' | 'gap' = 'message') => ({id, at, kind, text: `row ${id}`});
	const rows = [row('7', 5000), row('9-gap', 4000, 'gap'), row('9', 4000), row('12', START), row('13', -1)];
	expect(unpackRows(packRows(rows))).toEqual(rows);
});

describe('missing events', () => {
	const batch = (peer: number, firstSeq: number, count: number) => ({
		peer: createStateBuilder().peer(peer),
		firstSeq,
		previousHash: new Uint8Array(32),
		entries: Array.from({length: count}, () => new Uint8Array(1)),
		signature: new Uint8Array(64),
	});

	test('the events that are missing from a log are found in whatever order the batches of the log are', () => {
		const missing = findMissingEvents([batch(1, 7, 2), batch(1, 1, 3), batch(2, 1, 5), batch(1, 9, 1), batch(3, 4, 1)]);
		expect([...missing.values()]).toEqual([[{nextSeq: 7, count: 3}], [{nextSeq: 4, count: 3}]]);
	});
});

describe('the document', () => {
	const assets = {script: '', style: '', scriptHash: 'S', styleHash: 'T'};

	test('no text of a person can end a data block of an HTML page, begin a comment in the page, or add an attribute', () => {
		const text = '</script><!--"><b onclick=x>';
		const row = {id: '1', at: 0, kind: 'message' as const, text};
		const info = {mode: 'file' as const, title: text, notes: [text], people: [], pins: [row]};
		const html = documentStart(info, assets) + rowGroup([packRows([row])], packed => btoa(packed));
		expect(html.match(/<b/g)).toEqual(['<b']);
		expect(html).toContain('<body>');
		expect(html).not.toContain('<!--');
		expect(html.match(/<\/script>/g)).toHaveLength(3);
	});

	test('the content security policy of a page allows one script and one style, both by hash, and requests only in the window for guests', () => {
		const info = {mode: 'file' as const, title: 'x', notes: [], people: [], pins: []};
		expect(documentStart(info, assets)).toContain(
			'script-src &#39;sha256-S&#39;; style-src &#39;sha256-T&#39;; base-uri',
		);
		expect(documentStart(info, assets)).not.toContain('connect-src');
		expect(documentStart({...info, mode: 'window'}, assets)).toContain('connect-src &#39;self&#39;');
	});
});
