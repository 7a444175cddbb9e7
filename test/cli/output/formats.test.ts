import {describe, expect, it} from 'vitest';
import {createReportCollector} from '../../../source/cli/output/collect-reports.js';
import {jsonEvent, jsonPeer, toJsonLine} from '../../../source/cli/output/format-json.js';
import {
	createMarkdownFormat,
	escapeMarkdown,
	formatLocalTime,
	formatPlain,
} from '../../../source/cli/output/format-text.js';
import {createEntryFilter, exitCodeForMatches} from '../../../source/cli/saved-log.js';
import type {FeedEvent, FeedEventBody, Input, ObservationBody, PeerId} from '../../../source/core/event.js';
import {initialState, reduceInputs} from '../../../source/core/reduce.js';
import {sliceTimeline} from '../../../source/core/timeline.js';

const own = 'aa'.repeat(32) as PeerId;
const carol = 'cc'.repeat(32) as PeerId;
const at = Date.UTC(2026, 10, 22, 13, 5, 9, 120);

const event = (peer: PeerId, seq: number, body: FeedEventBody): FeedEvent => ({
	...body,
	peer,
	seq,
	at: at + seq,
	ms: at + seq,
	counter: 0,
});
const events = (live: boolean, ...list: FeedEvent[]): Input => ({type: 'events', loggedAt: at, live, events: list});
const observed = (body: ObservationBody): Input => ({
	type: 'observed',
	loggedAt: at,
	observation: {...body, peer: own, seq: 0, at, ms: at, counter: 0},
});
const joined = (peer: PeerId, name: string) =>
	event(peer, 1, {type: 'joined', name, addresses: ['192.168.1.7'], version: '1.0.0'});
const posted = (seq: number, text: string, action = false) =>
	event(carol, seq, {type: 'posted', text, ...(action && {action: true as const})});

const launch = observed({type: 'launched', version: '1.0.0'});
const stateOf = (...inputs: Input[]) => reduceInputs(initialState, [launch, ...inputs]);
const clock = (ms: number) => formatLocalTime(ms);

describe('plain lines', () => {
	it('tell time with offset, name, address (~ when only claimed) and text', () => {
		const state = stateOf(events(true, joined(carol, 'Carol'), posted(2, 'hi')));
		expect(formatPlain(state, posted(2, 'hi'))).toBe(`${clock(at + 2)} Carol (~192.168.1.7): hi`);
		const seen = reduceInputs(state, [observed({type: 'peer-connected', subject: carol, address: '10.0.0.9'})]);
		expect(formatPlain(seen, posted(2, 'hi'))).toBe(`${clock(at + 2)} Carol (10.0.0.9): hi`);
	});

	it('indent further lines by four spaces, so that no text looks like a row', () => {
		const text = `one\n${clock(at)} Bob: forged\r\n* Carol left`;
		const rows = formatPlain(stateOf(events(true, joined(carol, 'Carol'))), posted(2, text)).split('\n');
		expect(rows).toHaveLength(3);
		expect(rows.slice(1).every(row => row.startsWith('    '))).toBe(true);
	});

	it('call people by the name that they had', () => {
		const renamed = event(carol, 3, {type: 'renamed', name: 'Caro'});
		const state = stateOf(events(true, joined(carol, 'Carol'), posted(2, 'x'), renamed, posted(4, 'y')));
		expect(
			[joined(carol, 'Carol'), posted(2, 'x'), renamed, posted(4, 'y', true)].map(entry =>
				formatPlain(state, entry).slice(26),
			),
		).toEqual(['* Carol joined', 'Carol (~192.168.1.7): x', '* Carol is now called Caro', '* Caro (~192.168.1.7) y']);
	});

	it('tell namesakes apart by their fingerprints, but for ourselves', () => {
		const bob = 'bb'.repeat(32) as PeerId;
		const renamed = event(bob, 3, {type: 'renamed', name: 'Carol'});
		const state = stateOf(events(true, joined(own, 'Carol'), joined(carol, 'Carol'), joined(bob, 'Bob'), renamed));
		expect([joined(own, 'Carol'), posted(2, 'x'), renamed].map(entry => formatPlain(state, entry).slice(26))).toEqual([
			'* Carol joined',
			'Carol#cccccccc (~192.168.1.7): x',
			'* Bob is now called Carol#bbbbbbbb',
		]);
		expect(createMarkdownFormat(state)(posted(2, 'x'))).toContain('**Carol\\#cccccccc**');
	});

	it('hold no control character, whatever stands in name, text or time', () => {
		const bad = '\u001b]0;x\u0007\u009b2J\u202ea\u0000b';
		const state = stateOf(events(true, joined(carol, bad)));
		for (const entry of [
			posted(2, bad),
			joined(carol, bad),
			{...posted(3, bad), at: Number.MAX_SAFE_INTEGER},
			{...posted(3, bad), at: -1},
		]) {
			expect(formatPlain(state, entry)).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
		}
		expect(formatLocalTime(Number.MAX_SAFE_INTEGER)).toMatch(/^9999-/);
	});
});

describe('JSON lines', () => {
	const state = stateOf(events(false, joined(carol, 'Carol'), posted(2, 'hi')));

	it('tell an event with all that identifies and orders it', () => {
		expect(jsonEvent(state, posted(2, 'hi'), false)).toEqual({
			type: 'event',
			id: `${carol}:2`,
			kind: 'posted',
			peer: carol,
			name: 'Carol',
			address: '192.168.1.7',
			addressClaimed: true,
			at: '2026-11-22T13:05:09.122Z',
			order: expect.stringContaining(carol),
			text: 'hi',
			own: false,
			live: false,
		});
	});

	it('sort by order as the timeline does', () => {
		const list = [
			event(carol, 2, {type: 'left'}),
			event(own, 2, {type: 'left'}),
			{...event(carol, 3, {type: 'left'}), counter: 7},
			joined(carol, 'C'),
		];
		const sorted = sliceTimeline(stateOf(events(true, joined(own, 'A'), ...list)).timeline, 0, 10).map(
			({peer, seq}) => `${peer}:${seq}`,
		);
		const byText = [joined(own, 'A'), ...list]
			.map(one => jsonEvent(state, one, true))
			.sort((a, b) => (a.order < b.order ? -1 : 1));
		expect(byText.map(({id}) => id).filter(id => sorted.includes(id))).toEqual(sorted);
	});

	it('escape what a terminal obeys and stay JSON', () => {
		const line = toJsonLine({type: 'alone', text: 'a\u001b\u009b\u202e\u2028b'});
		expect(line).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028]/u);
		expect(JSON.parse(line).text).toBe('a\u001b\u009b\u202e\u2028b');
	});

	it('tell the status of others, never of ourselves', () => {
		expect(jsonPeer(state, carol)).toMatchObject({type: 'peer', status: 'unreachable', name: 'Carol'});
		expect(jsonPeer(state, own)).toBeUndefined();
	});
});

describe('markdown', () => {
	it('makes no markup of what people wrote', () => {
		expect(escapeMarkdown('# *a* _b_ [c](d) <e> `f` | ~g~')).toBe(
			'\\# \\*a\\* \\_b\\_ \\[c\\]\\(d\\) \\<e\\> \\`f\\` \\| \\~g\\~',
		);
		expect(['- x', '1. x', '12) x', '+ x', '=====', '    code'].map(escapeMarkdown)).toEqual([
			'\\- x',
			'1\\. x',
			'12\\) x',
			'\\+ x',
			'\\=====',
			'code',
		]);
	});

	it('has a heading for each day and an item for each row', () => {
		const state = stateOf(events(true, joined(carol, 'Carol'), posted(2, 'one\n- two')));
		const format = createMarkdownFormat(state);
		const [date, time] = clock(at + 2).split('T') as [string, string];
		expect(format(posted(2, 'one\n- two'))).toBe(
			`## ${date}\n\n- ${time.slice(0, 8)} **Carol** (\\~192.168.1.7): one\\\n  \\- two`,
		);
		expect(format(event(carol, 3, {type: 'left'}))).toBe(`- ${clock(at + 3).slice(11, 19)} *Carol left*`);
	});
});

describe('reports', () => {
	const lost = (peer: PeerId, seq: number) => event(peer, seq, {type: 'lost', subject: carol, absence: 0});
	const dora = 'dd'.repeat(32) as PeerId;

	function follow(...commits: Input[][]): string[] {
		const collect = createReportCollector();
		let state = initialState;
		return commits.flatMap(inputs => {
			state = reduceInputs(state, inputs);
			return collect(state, inputs).flatMap(report =>
				report.type === 'event' ? [`${report.event.type} ${report.event.peer.slice(0, 2)}`] : [],
			);
		});
	}

	it('tell each event once, in the order of the log', () => {
		expect(
			follow([launch], [events(true, joined(carol, 'C'), posted(2, 'x'))], [events(true, joined(own, 'A'))]),
		).toEqual(['joined cc', 'posted cc', 'joined aa']);
	});

	it('tell one lost for each absence, however many witnesses there are, and none after left', () => {
		const start = [launch, events(true, joined(carol, 'C'), joined(own, 'A'), joined(dora, 'D'))];
		expect(
			follow(start, [events(true, lost(own, 5))], [events(true, lost(dora, 2))]).filter(told =>
				told.startsWith('lost'),
			),
		).toEqual(['lost aa']);
		expect(
			follow(start, [events(true, event(carol, 2, {type: 'left'}))], [events(true, lost(own, 5))]).filter(told =>
				told.startsWith('lost'),
			),
		).toEqual([]);
	});

	it('hold back what is more than a day ahead until it is due', () => {
		const day = 86_400_000;
		const ahead = {...posted(2, 'x'), ms: at + 2 * day};
		const pass = (now: number): Input => ({type: 'ephemeral', event: {type: 'time-passed', now}});
		expect(follow([launch, pass(at)], [events(true, joined(carol, 'C'), ahead)])).toEqual(['joined cc']);
		expect(follow([launch, pass(at)], [events(true, joined(carol, 'C'), ahead)], [pass(at + day + 10)])).toEqual([
			'joined cc',
			'posted cc',
		]);
	});
});

describe('filters', () => {
	const renamed = event(carol, 3, {type: 'renamed', name: 'Caro'});
	const list = [joined(carol, 'Carol'), posted(2, 'Red ALERT'), renamed, posted(4, 'calm')];
	const state = stateOf(events(true, ...list));
	const left = (filter: Parameters<typeof createEntryFilter>[1]) =>
		list.filter(createEntryFilter(state, filter)).map(({seq}) => seq);

	it('leave rows by author as named then, by fingerprint or peer id, by text, by time', () => {
		expect(left({author: 'carol'})).toEqual([1, 2]);
		expect(left({author: 'Caro'})).toEqual([3, 4]);
		expect(left({author: 'carol#cccc'})).toEqual([1, 2]);
		expect(left({author: carol})).toEqual([1, 2, 3, 4]);
		expect(left({grep: 'alert'})).toEqual([2]);
		expect(left({from: {type: 'instant', ms: at + 2}, to: {type: 'instant', ms: at + 4}})).toEqual([2, 3]);
		expect(left({author: 'nobody'})).toEqual([]);
	});

	it('refuse a span that ends before it begins, unless the log goes on into the next day', () => {
		const time = (ms: number) => {
			const date = new Date(ms);
			return {type: 'clock' as const, hour: date.getHours(), minute: date.getMinutes(), second: 0};
		};
		const noon = new Date(2026, 10, 22, 12).getTime();
		const say = (seq: number, ms: number) => ({...posted(seq, 'x'), at: ms, ms});
		const span = {from: time(noon + 3_600_000), to: time(noon)};
		const day = stateOf(events(true, say(2, noon), say(3, noon + 7_200_000)));
		expect(() => createEntryFilter(day, span)).toThrow(/--from is later than --to/);
		const night = stateOf(events(true, say(2, noon), say(3, noon + 20 * 3_600_000)));
		expect(createEntryFilter(night, span)(say(3, noon + 20 * 3_600_000))).toBe(true);
		const instants = {from: {type: 'instant' as const, ms: 5}, to: {type: 'instant' as const, ms: 5}};
		expect(() => createEntryFilter(day, instants)).toThrow(/--from must be before --to/);
	});

	it('that leave nothing are told of and are no success, as with grep', () => {
		const told: string[] = [];
		const judge = (filter: object, written: number) =>
			exitCodeForMatches(
				{options: {filter}, printError: (text: string) => told.push(text), output: {}} as never,
				written,
			);
		expect([judge({grep: 'zzz'}, 0), judge({grep: 'x'}, 1), judge({}, 0)]).toEqual([1, 0, 0]);
		expect(told).toEqual(['nothing in this log matches']);
	});
});
