import {expect, test} from 'vitest';
import {createMarkdownFormat, formatPlain} from '../../../source/cli/output/format-text.js';
import type {FeedEventBody, Input} from '../../../source/core/event.js';
import type {FileTransfer} from '../../../source/core/file-transfer.js';
import {initialState, reduceInputs} from '../../../source/core/reduce.js';
import type {FileId} from '../../../source/core/shared-file.js';
import {sliceTimeline} from '../../../source/core/timeline.js';
import {formatSpokenEntry} from '../../../source/ui/linear/spoken-entry.js';
import {entryDetails} from '../../../source/ui/overlays/details.js';
import {parseFilter, passesFilter} from '../../../source/ui/replay/replay-filter.js';
import {createTheme} from '../../../source/ui/theme.js';
import {fileLine, transfersText} from '../../../source/ui/timeline/format-file.js';
import {matchesSearch} from '../../../source/ui/timeline/match-search.js';
import {createRowCache} from '../../../source/ui/timeline/row-cache.js';
import {feedEvent, joined, learn, peerId, T0} from '../../core/make-events.js';

const ann = peerId('a1');
const file = 'f0'.repeat(32) as FileId;
const shared: FeedEventBody = {type: 'shared', fileName: 'plan\u202e.pdf', size: 131_072, file, note: 'the new one'};
const theme = createTheme({unicode: false, depth: 0});
const MB = 1_000_000;

function transferInput(transfer: Partial<FileTransfer>): Input {
	const whole = {
		id: file,
		name: 'plan.pdf',
		state: 'fetching',
		bytes: 0,
		of: 4 * MB,
		holders: 1,
		completeHolders: 0,
		sentBytes: 0,
		...transfer,
	} as const;
	return {type: 'ephemeral', event: {type: 'file', transfer: whole as FileTransfer}};
}

function room(...transfers: readonly Partial<FileTransfer>[]) {
	const state = reduceInputs(initialState, [
		learn(9, [joined(ann, 0, 'Ann'), feedEvent(ann, 2, 1, shared)]),
		...transfers.map(transferInput),
	]);
	const [entry] = sliceTimeline(state.timeline, state.timeline.length - 1, state.timeline.length);
	if (entry?.type !== 'shared') throw new Error('no shared file');
	return {state, entry};
}

const rowsOf = createRowCache();

function rows(transfers: readonly Partial<FileTransfer>[] = [], isLive = true): string[] {
	const {state, entry} = room(...transfers);
	const options = {width: 100, times: 'none' as const, theme, search: '', addresses: false, isLive};
	return rowsOf(state, {from: 0, to: 1, entries: [entry]}, options).map(row =>
		row
			.map(({text}) => text)
			.join('')
			.trim(),
	);
}

test.each([
	[63, '####------------ 25 % of 4.0 MB, 1.0 MB/s, 3 s left   x: cancel'],
	[58, '##--------- 25 % of 4.0 MB, 1.0 MB/s, 3 s left   x: cancel'],
	[53, '#----- 25 % of 4.0 MB, 1.0 MB/s, 3 s left   x: cancel'],
	[52, '####------------ 25 % of 4.0 MB, 1.0 MB/s, 3 s left'],
	[41, '#----- 25 % of 4.0 MB, 1.0 MB/s, 3 s left'],
	[30, '#----- 25 % of 4.0 MB, 1.0 MB~'],
])('in %i cells, the progress of a fetch is shown as %j', (cells, text) => {
	const {state, entry} = room({state: 'fetching', bytes: MB, bytesPerSecond: MB});
	expect(fileLine(state, entry, true, theme, cells)?.text).toBe(text);
});

test('a shared file is a row with its name, size and note, and with a hint on how to fetch the file if it can be fetched', () => {
	expect(rows()).toEqual(['Ann shared plan.pdf (131 kB): the new one', 'Enter or /fetch: save it']);
	expect(rows([], false)).toEqual(['Ann shared plan.pdf (131 kB): the new one']);
});

test.each<[Partial<FileTransfer>, string]>([
	[{state: 'fetching', bytes: MB}, '####------------ 25 % of 4.0 MB   x: cancel'],
	[
		{state: 'fetching', bytes: MB, bytesPerSecond: MB},
		'####------------ 25 % of 4.0 MB, 1.0 MB/s, 3 s left   x: cancel',
	],
	[{state: 'fetching', of: 0}, '################ 100 % of 0 B   x: cancel'],
	[{state: 'waiting', bytes: MB, reason: 'nobody has the rest'}, 'waiting at 25 %: nobody has the rest   x: cancel'],
	[{state: 'checking', bytes: 2 * MB}, 'checking the parts from an earlier run, 50 %   x: cancel'],
	[{state: 'done', bytes: 4 * MB, path: '/d/plan.pdf'}, 'saved: /d/plan.pdf'],
	[{state: 'failed', reason: 'the disk\u001b[2J is full'}, 'failed: the disk is full'],
	[{state: 'cancelled'}, 'cancelled. Enter or /fetch: start again'],
	[
		{state: 'sharing', holders: 2, completeHolders: 1},
		'you share this file; 2 peers have parts of it, 1 of them all of it',
	],
	[{state: 'sharing', holders: 1, completeHolders: 1}, 'you share this file; 1 peer has all of it'],
])('the row of a shared file shows the state of its transfer: %o', (transfer, expected) => {
	expect(rows([{}, transfer])[1]).toBe(expected);
});

test('the row of a withdrawn file does not say that its author still shares it, but it shows a fetch that runs', () => {
	for (const [transfer, expected] of [
		['sharing', undefined],
		['fetching', expect.anything()],
	] as const) {
		const {state, entry} = room({state: transfer});
		expect(fileLine(state, entry, true, theme, 60)).toBeDefined();
		const withdrawal = feedEvent(ann, 3, 2, {type: 'withdrawn', target: {peer: ann, seq: 2}});
		const withdrawn = reduceInputs(state, [learn(10, [withdrawal])]);
		expect(fileLine(withdrawn, entry, true, theme, 60)).toEqual(expected);
	}
});

test('the status line adds up the running transfers and leaves out the ended ones', () => {
	const other = 'e0'.repeat(32) as FileId;
	const text = (...transfers: Partial<FileTransfer>[]) => transfersText(room(...transfers).state);
	expect(text()).toBeUndefined();
	expect(text({bytes: MB, bytesPerSecond: 500_000})).toBe('fetching 25 % of plan.pdf, 500 kB/s, 6 s left');
	expect(text({bytes: MB, bytesPerSecond: MB}, {id: other, bytes: 3 * MB, bytesPerSecond: MB})).toBe(
		'fetching 50 % of 2 files, 2.0 MB/s, 2 s left',
	);
	expect(text({bytes: MB}, {state: 'done'})).toBeUndefined();
	expect(text({state: 'waiting', bytes: MB})).toBe('fetching 25 % of plan.pdf, waiting');
});

test('a search finds a shared file by its name and by its note, and the replay filters files', () => {
	const {state, entry} = room();
	for (const words of ['plan.pdf', 'plan', 'new one']) expect(matchesSearch(state, entry, words)).toBe(true);
	expect(matchesSearch(state, entry, 'other')).toBe(false);
	const passes = (filter: string) => {
		const parsed = parseFilter(filter);
		return typeof parsed === 'object' && passesFilter(state, entry, parsed);
	};
	for (const filter of ['kind:files', 'kind:said', 'new one']) expect(passes(filter)).toBe(true);
	expect(passes('kind:presence')).toBe(false);
});

test('plain lines, markdown and screen readers name the file; the details show the id of its content and the transfer', () => {
	const {state, entry} = room({state: 'done', path: '/d/plan.pdf'});
	expect(formatPlain(state, entry)).toMatch(/ \* Ann shared plan\.pdf \(131 kB\): the new one$/);
	expect(createMarkdownFormat(state)(entry)).toContain('\\* **Ann** shared plan.pdf \\(131 kB\\): the new one');
	expect(formatSpokenEntry(state, entry)).toMatch(/^\* Ann shared plan\.pdf \(131 kB\): the new one \(/);
	expect(Object.fromEntries(entryDetails(state, entry))).toMatchObject({
		file: 'plan.pdf',
		size: '131 kB (131072 bytes)',
		content: file,
		transfer: 'saved: /d/plan.pdf',
	});
	expect(entry.at).toBe(T0 + 1);
});
