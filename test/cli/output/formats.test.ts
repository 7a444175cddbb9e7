import {describe, expect, it} from 'vitest';
import links from '../../../fixtures/links.json' with {type: 'json'};
import {createReportCollector} from '../../../source/cli/output/collect-reports.js';
import {jsonEvent, jsonPeer, jsonReady, toJsonLine} from '../../../source/cli/output/format-json.js';
import {
	createMarkdownFormat,
	escapeMarkdown,
	formatLocalTime,
	formatPlain,
} from '../../../source/cli/output/format-text.js';
import {createEntryFilter, exitCodeForMatches} from '../../../source/cli/saved-log.js';
import type {FeedEvent, FeedEventBody, Input, ObservationBody, PeerId} from '../../../source/core/event.js';
import {timelineWithAllLosses} from '../../../source/core/presence-rows.js';
import {initialState, reduceInputs} from '../../../source/core/reduce.js';
import {sliceTimeline, type TimelineEntry} from '../../../source/core/timeline.js';

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
	it('plain lines contain time with offset, name, address (~ if not verified) and text', () => {
		const state = stateOf(events(true, joined(carol, 'Carol'), posted(2, 'hi')));
		expect(formatPlain(state, posted(2, 'hi'))).toBe(`${clock(at + 2)} Carol (~192.168.1.7): hi`);
		const seen = reduceInputs(state, [observed({type: 'peer-connected', subject: carol, address: '10.0.0.9'})]);
		expect(formatPlain(seen, posted(2, 'hi'))).toBe(`${clock(at + 2)} Carol (10.0.0.9): hi`);
	});

	it('plain lines indent continuation lines by four spaces, so that no text can forge an event', () => {
		const text = `one\n${clock(at)} Bob: forged\r\n* Carol left`;
		const rows = formatPlain(stateOf(events(true, joined(carol, 'Carol'))), posted(2, text)).split('\n');
		expect(rows).toHaveLength(3);
		expect(rows.slice(1).every(row => row.startsWith('    '))).toBe(true);
	});

	it('plain lines contain the name that a person had at the time of the event', () => {
		const renamed = event(carol, 3, {type: 'renamed', name: 'Caro'});
		const state = stateOf(events(true, joined(carol, 'Carol'), posted(2, 'x'), renamed, posted(4, 'y')));
		expect(
			[joined(carol, 'Carol'), posted(2, 'x'), renamed, posted(4, 'y', true)].map(entry =>
				formatPlain(state, entry).slice(26),
			),
		).toEqual(['* Carol joined', 'Carol (~192.168.1.7): x', '* Carol is now called Caro', '* Caro (~192.168.1.7) y']);
	});

	it('plain lines contain the fingerprint of people with the same name, except our own', () => {
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

	it('plain lines contain no control character, whatever the name, text or time is', () => {
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

	it('JSON lines contain the id, the author, the time and the sort key of an event', () => {
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

	it('JSON lines contain 8 digits of the fingerprint and the complete key of an identity, even where plain lines show 16 digits', () => {
		const identity = (digit: string) => ({key: digit.repeat(64), fingerprint: `a1b2c3d4${digit.repeat(8)}`});
		const joins = [carol, 'bb'.repeat(32) as PeerId].map(
			(peer, index): FeedEvent => ({...joined(peer, 'Carol'), identity: identity(String(index))}) as FeedEvent,
		);
		const named = stateOf(events(true, ...joins));
		expect(jsonPeer(named, carol)).toMatchObject({identity: 'a1b2c3d4', identityKey: '0'.repeat(64)});
		expect(jsonEvent(named, posted(2, 'hi'), true)).toMatchObject({identity: 'a1b2c3d4', identityKey: '0'.repeat(64)});
		expect(formatPlain(named, posted(2, 'hi'))).toContain('Carol#a1b2c3d400000000');
		const self = {peer: own, identity: 'a1b2c3d4', identityKey: '0'.repeat(64), room: 'lan', hasSecret: false};
		expect(jsonReady({...self, udpPort: 1, tcpPort: 2, addresses: [], version: '1'}, 'Ann')).toMatchObject({
			identity: 'a1b2c3d4',
			identityKey: '0'.repeat(64),
		});
	});

	it('JSON lines contain a sort key that sorts events like the timeline', () => {
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

	it('JSON lines escape control characters of terminals and remain valid JSON', () => {
		const line = toJsonLine({type: 'alone', text: 'a\u001b\u009b\u202e\u2028b'});
		expect(line).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028]/u);
		expect(JSON.parse(line).text).toBe('a\u001b\u009b\u202e\u2028b');
	});

	it('JSON lines contain the status of other peers, but never our own', () => {
		expect(jsonPeer(state, carol)).toMatchObject({type: 'peer', status: 'unreachable', name: 'Carol'});
		expect(jsonPeer(state, own)).toBeUndefined();
	});
});

describe('markdown', () => {
	it('markdown escapes markup in user text', () => {
		expect(escapeMarkdown('# *a* _b_ [c](d) <e> `f` | ~g~')).toBe(
			'\\# \\*a\\* \\_b\\_ \\[c\\]\\(d\\) \\<e\\> \\`f\\` \\| \\~g\\~',
		);
		expect(['- x', '1. x', '12) x', '+ x', '=====', '    code'].map(escapeMarkdown)).toEqual([
			'\\- x',
			'1\\. x',
			'12\\) x',
			'\\+ x',
			'\\=====',
			'&nbsp;&nbsp;&nbsp;&nbsp;code',
		]);
	});

	it('a markdown export keeps the spaces of every line of a message', () => {
		expect('def f():\n    return  1\n\tpass'.split('\n').map(escapeMarkdown)).toEqual([
			'def f\\(\\):',
			'&nbsp;&nbsp;&nbsp;&nbsp;return&nbsp;&nbsp;1',
			'&nbsp;&nbsp;&nbsp;&nbsp;pass',
		]);
	});

	it('markdown keeps every link unchanged, so that Markdown programs find its end', () => {
		for (const {text, link} of links) {
			const line = text.split('\n').find(part => link !== null && part.includes(link)) ?? text;
			const marked = [...escapeMarkdown(line).matchAll(/(?<!\\)<(.*?)(?<!\\)>/g)].map(([, target]) => target);
			expect([text, marked[0] ?? null]).toEqual([text, link]);
		}
		const hidden = 'https://a.example/<b>x</b>"onclick=';
		expect(escapeMarkdown(hidden)).toBe('<https://a.example/>\\<b\\>x\\</b\\>"onclick=');
	});

	it('text and markdown of an export contain addresses only if the user asks for them', () => {
		const moved = event(carol, 3, {type: 'moved', addresses: ['10.0.0.7']});
		const connected = observed({type: 'peer-connected', subject: carol, address: '10.0.0.9'});
		const state = stateOf(events(true, joined(carol, 'Carol'), posted(2, 'hi'), moved), connected);
		const whisper = {
			type: 'whisper',
			peer: own,
			seq: 0,
			at,
			ms: at,
			counter: 0,
			subject: carol,
			id: 1,
			own: true,
			text: 'x',
		};
		const observation = connected.type === 'observed' ? [connected.observation] : [];
		for (const entry of [posted(2, 'hi'), posted(2, 'hi', true), moved, ...observation, whisper as TimelineEntry]) {
			const [open, closed] = [true, false].map(withAddresses => [
				formatPlain(state, entry, withAddresses),
				createMarkdownFormat(state, withAddresses)(entry),
			]);
			for (const text of open ?? []) expect(text).toMatch(/10\.0\.0\.\d/);
			for (const text of closed ?? []) expect(text).not.toMatch(/10\.0\.0\.\d/);
		}
		expect(formatPlain(state, posted(2, 'hi'), false)).toBe(`${clock(at + 2)} Carol: hi`);
	});

	it('markdown has a heading per day and a list item per event', () => {
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

	it('reports contain each event once, in the order of the log', () => {
		expect(
			follow([launch], [events(true, joined(carol, 'C'), posted(2, 'x'))], [events(true, joined(own, 'A'))]),
		).toEqual(['joined cc', 'posted cc', 'joined aa']);
	});

	it('reports contain one `lost` for each time that a peer disappears, however many peers report it, and none after `left`', () => {
		const start = [launch, events(true, joined(carol, 'C'), joined(own, 'A'), joined(dora, 'D'))];
		expect(
			follow(start, [events(true, lost(own, 5))], [events(true, lost(dora, 2))]).filter(report =>
				report.startsWith('lost'),
			),
		).toEqual(['lost aa']);
		expect(
			follow(start, [events(true, event(carol, 2, {type: 'left'}))], [events(true, lost(own, 5))]).filter(report =>
				report.startsWith('lost'),
			),
		).toEqual([]);
	});

	it('if this node was disconnected from a peer and reports it as lost, JSON lines contain the `lost` event, but the timeline shows only the row about the disconnection', () => {
		const observedAt = (ms: number, body: ObservationBody): Input => ({
			type: 'observed',
			loggedAt: ms,
			observation: {...body, peer: own, seq: 0, at: ms, ms, counter: 0},
		});
		const connected = observedAt(at + 3, {type: 'peer-connected', subject: carol, address: '10.0.0.9'});
		const alone = observedAt(at + 4, {type: 'peer-disconnected', subject: carol, reason: 'gone', alone: true});
		const start = [launch, events(true, joined(carol, 'C'), joined(own, 'A')), connected];
		const late = lost(own, 5);
		expect(follow(start, [alone], [events(true, late)]).at(-1)).toBe('lost aa');
		const state = stateOf(...start.slice(1), alone, events(true, late));
		const shown = (entries: readonly TimelineEntry[]) => entries.filter(({type}) => /lost|disconnected/.test(type));
		const {timeline} = state;
		expect(shown(sliceTimeline(timeline, 0, timeline.length)).map(({type}) => type)).toEqual(['peer-disconnected']);
		const all = timelineWithAllLosses(state);
		expect(shown(sliceTimeline(all, 0, all.length)).map(({type}) => type)).toEqual(['peer-disconnected', 'lost']);
	});

	it('an event whose time is more than a day in the future is reported only when less than a day is left until that time', () => {
		const day = 86_400_000;
		const ahead = {...posted(2, 'x'), ms: at + 2 * day};
		const timePassed = (now: number): Input => ({type: 'ephemeral', event: {type: 'time-passed', now}});
		expect(follow([launch, timePassed(at)], [events(true, joined(carol, 'C'), ahead)])).toEqual(['joined cc']);
		expect(
			follow([launch, timePassed(at)], [events(true, joined(carol, 'C'), ahead)], [timePassed(at + day + 10)]),
		).toEqual(['joined cc', 'posted cc']);
	});
});

describe('filters', () => {
	const renamed = event(carol, 3, {type: 'renamed', name: 'Caro'});
	const list = [joined(carol, 'Carol'), posted(2, 'Red ALERT'), renamed, posted(4, 'calm')];
	const state = stateOf(events(true, ...list));
	const matchingSeqs = (filter: Parameters<typeof createEntryFilter>[1]) =>
		list.filter(createEntryFilter(state, filter)).map(({seq}) => seq);

	it('filters select events by name at the time of the event, fingerprint, peer id, text and time', () => {
		expect(matchingSeqs({author: 'carol'})).toEqual([1, 2]);
		expect(matchingSeqs({author: 'Caro'})).toEqual([3, 4]);
		expect(matchingSeqs({author: 'carol#cccc'})).toEqual([1, 2]);
		expect(matchingSeqs({author: carol})).toEqual([1, 2, 3, 4]);
		expect(matchingSeqs({grep: 'alert'})).toEqual([2]);
		expect(matchingSeqs({from: {type: 'instant', ms: at + 2}, to: {type: 'instant', ms: at + 4}})).toEqual([2, 3]);
		expect(matchingSeqs({author: 'nobody'})).toEqual([]);
	});

	it('--from and --to with times of day are rejected if --to is earlier than --from, except in a log of more than one day, where --to means the next day', () => {
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

	it('an export whose filter matches no event prints a message and exits with 1, as grep does', () => {
		const messages: string[] = [];
		const exitCodeOf = (filter: object, written: number) =>
			exitCodeForMatches(
				{options: {filter}, printError: (text: string) => messages.push(text), output: {}} as never,
				written,
			);
		expect([exitCodeOf({grep: 'zzz'}, 0), exitCodeOf({grep: 'x'}, 1), exitCodeOf({}, 0)]).toEqual([1, 0, 0]);
		expect(messages).toEqual(['No event in this log matches.']);
	});
});
