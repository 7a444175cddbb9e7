/** What exports and the lines of `--plain` and `--json` say about replies, reactions, corrections, withdrawals and pins. */
import {describe, expect, test} from 'vitest';
import {createReportCollector} from '../../../source/cli/output/collect-reports.js';
import {formatJsonEntry} from '../../../source/cli/output/format-json.js';
import {formatPins} from '../../../source/cli/output/format-pins.js';
import {createMarkdownFormat, formatPlain} from '../../../source/cli/output/format-text.js';
import {htmlExport} from '../../../source/cli/output/html-export.js';
import {createJsonReportFormatter, createPlainReportFormat} from '../../../source/cli/output/report-formats.js';
import type {OutputReport} from '../../../source/cli/output/reporter.js';
import {eventId, type FeedEvent, type FeedEventBody} from '../../../source/core/event.js';
import {sliceTimeline, type TimelineEntry} from '../../../source/core/timeline.js';
import {createFakeChatNode, type FakePeer} from '../../helpers/fake-chat-node.js';
import {readPageRows} from '../../helpers/page-data.js';

const ANSWER = 'yes, @Carol, see https://example.org/a_(b)';
const CODE = '```\n  if (a_b)   return;\n```';
const isMessage = ({type}: TimelineEntry) => type === 'posted';
const everything = () => true;

/** A conversation with every effect, and the lines that `--plain` and `--json` wrote while it went on. */
function converse() {
	const chatNode = createFakeChatNode('Carol');
	const bob = chatNode.join('Bob', '10.0.0.2');
	const dave = chatNode.join('Dave', '10.0.0.3');
	const collect = createReportCollector();
	const formats = {plain: createPlainReportFormat(), json: createJsonReportFormatter().format};
	const lines: Record<keyof typeof formats, string[]> = {plain: [], json: []};
	chatNode.store.subscribe((state, inputs) => {
		for (const report of collect(state, inputs) as OutputReport[]) {
			lines.plain.push(...(formats.plain(report, state)?.split('\n') ?? []));
			lines.json.push(formats.json(report, state) ?? '');
		}
	});
	const tell = (peer: FakePeer, body: FeedEventBody): FeedEvent => chatNode.tell(peer, body);
	const target = tell(bob, {type: 'posted', text: 'lunch at teh canteen?'});
	const reply = tell(dave, {type: 'posted', text: ANSWER, replyTo: target});
	const refs = {target: eventId(target.peer, target.seq), reply: eventId(reply.peer, reply.seq)};
	tell(bob, {type: 'corrected', target, text: 'lunch at the canteen?'});
	tell(bob, {type: 'marked', target: reply, word: '🎉', on: true});
	tell(dave, {type: 'marked', target, word: '👍', on: true});
	tell(chatNode.own, {type: 'marked', target, word: '👍', on: true});
	tell(dave, {type: 'marked', target, word: 'no', on: true});
	tell(dave, {type: 'marked', target, word: 'no', on: false});
	tell(dave, {type: 'pinned', target, on: true});
	const gone = tell(bob, {type: 'posted', text: 'a password'});
	tell(bob, {type: 'withdrawn', target: gone});
	tell(dave, {type: 'corrected', target, text: 'forged'});
	tell(dave, {type: 'withdrawn', target});
	const opened = tell(dave, {type: 'posted', text: 'shows this room', action: true, window: 'opened'});
	tell(dave, {type: 'corrected', target: opened, text: 'shows nothing'});
	tell(dave, {type: 'withdrawn', target: opened});
	const code = tell(bob, {type: 'posted', text: CODE});
	tell(bob, {type: 'pinned', target: code, on: true});
	tell(dave, {type: 'pinned', target: code, on: false});
	const state = chatNode.store.getState();
	const rows = sliceTimeline(state.timeline, 0, state.timeline.length);
	return {state, rows, messages: rows.filter(isMessage), lines, refs, gone, dave};
}

/** The line without the times at its start, which depend on the time zone. */
const untimed = (line: string) => line.replace(/\d{4}-\d\d-\d\dT\S+ /, '');

describe('replies, reactions, corrections, withdrawals, pins, mentions, links and code', () => {
	test('replies, reactions, corrections, withdrawals and pins are in the text export', () => {
		const {state, messages} = converse();
		expect(untimed(formatPins(state, everything, 'text', true))).toBe(
			'    Pinned: Bob (10.0.0.2): lunch at the canteen? (edited)\n    (👍 2)',
		);
		expect(messages.map(row => untimed(formatPlain(state, row)))).toEqual([
			'Bob (10.0.0.2): lunch at the canteen? (edited)\n    (👍 2)',
			`Dave (10.0.0.3): ${ANSWER}\n    (in reply to Bob: lunch at teh canteen?)\n    (🎉 1)`,
			'Bob (10.0.0.2): (withdrawn)',
			'* Dave (10.0.0.3) shows this room',
			'Bob (10.0.0.2): ```\n      if (a_b)   return;\n    ```',
		]);
	});

	test('replies, reactions, corrections, withdrawals and pins are in the markdown export', () => {
		const {state, messages} = converse();
		const format = createMarkdownFormat(state);
		const untimedItem = (item: string) => item.replace(/^## .*\n\n/, '').replace(/^- [\d:]+ /, '');
		expect(formatPins(state, everything, 'markdown', true)).toMatch(
			/^## Pinned\n\n- [\d-]+ [\d:]+ \*\*Bob\*\* \(10\.0\.0\.2\): lunch at the canteen\? \\\(edited\\\)\\\n {2}\\\(👍 2\\\)\n$/,
		);
		expect(messages.map(row => untimedItem(format(row)))).toEqual([
			'**Bob** (10.0.0.2): lunch at the canteen? \\(edited\\)\\\n  \\(👍 2\\)',
			'**Dave** (10.0.0.3): yes, @Carol, see <https://example.org/a_(b)>\\\n  \\(in reply to Bob: lunch at teh canteen?\\)\\\n  \\(🎉 1\\)',
			'**Bob** (10.0.0.2): \\(withdrawn\\)',
			'\\* **Dave** (10.0.0.3) shows this room',
			'**Bob** (10.0.0.2): \\`\\`\\`\\\n  &nbsp;&nbsp;if \\(a\\_b\\)&nbsp;&nbsp;&nbsp;return;\\\n  \\`\\`\\`',
		]);
	});

	test('replies, reactions, corrections, withdrawals and pins are in the export as JSON lines', () => {
		const {state, messages, refs, dave} = converse();
		expect(JSON.parse(formatPins(state, everything, 'jsonl'))).toEqual({
			type: 'pinned',
			id: refs.target,
			peer: dave.peer,
		});
		const details = messages.map(row => {
			const {kind, text, edited, withdrawn, replyTo, marks} = JSON.parse(formatJsonEntry(state, row) ?? '');
			const counts = (marks ?? []).map(({word, count, peers}: {word: string; count: number; peers: string[]}) => [
				word,
				count,
				peers.length,
			]);
			return {kind, text, edited, withdrawn, replyTo, counts};
		});
		expect(details).toMatchObject([
			{kind: 'posted', text: 'lunch at the canteen?', edited: true, counts: [['👍', 2, 2]]},
			{text: ANSWER, replyTo: refs.target, counts: [['🎉', 1, 1]]},
			{text: '', withdrawn: true, counts: []},
			{text: 'shows this room'},
			{text: CODE},
		]);
		expect(details.map(({edited, withdrawn}) => [edited, withdrawn])).toEqual([
			[true, undefined],
			[undefined, undefined],
			[undefined, true],
			[undefined, undefined],
			[undefined, undefined],
		]);
	});

	test('replies, reactions, corrections, withdrawals and pins are in the HTML export', () => {
		const {state, rows} = converse();
		const assets = {script: '', style: '', scriptHash: '', styleHash: ''};
		const about = {room: 'lan', damagedParts: 0, isFiltered: false, withAddresses: false, version: '1.0.0', now: 0};
		const html = [...htmlExport({state, entries: rows, assets, ...about})].join('');
		expect(readPageRows(html).filter(({kind}) => kind === 'message')).toMatchObject([
			{text: 'lunch at the canteen?', edited: true, marks: [{word: '👍', names: ['Dave', 'Carol']}]},
			{text: ANSWER, quote: {name: 'Bob', text: 'lunch at teh canteen?'}, marks: [{word: '🎉', names: ['Bob']}]},
			{text: '', withdrawn: true},
			{text: CODE},
		]);
		expect(html).not.toContain('a password');
		expect(html.match(/"pins":\[\{[^\]]*lunch at the canteen\?/)).not.toBeNull();
		expect(html.match(/"pins":\[[^\]]*return/)).toBeNull();
	});

	test('replies, reactions, corrections, withdrawals and pins are plain lines when they arrive, unless they have no effect', () => {
		expect(converse().lines.plain.map(untimed)).toEqual([
			'Bob (10.0.0.2): lunch at teh canteen?',
			`Dave (10.0.0.3): ${ANSWER}`,
			'    (in reply to Bob: lunch at teh canteen?)',
			'* Bob edited a message: lunch at the canteen?',
			'* Bob reacted with 🎉 to “yes, @Carol, see https://example.org/a_(b)” by Dave',
			'* Dave reacted with 👍 to “lunch at the canteen?” by Bob',
			'* Carol reacted with 👍 to “lunch at the canteen?” by Bob',
			'* Dave reacted with no to “lunch at the canteen?” by Bob',
			'* Dave took back no on “lunch at the canteen?” by Bob',
			'* Dave pinned “lunch at the canteen?” by Bob',
			'Bob (10.0.0.2): a password',
			'* Bob withdrew a message',
			'* Dave (10.0.0.3) shows this room',
			'Bob (10.0.0.2): ```',
			'      if (a_b)   return;',
			'    ```',
			'* Bob pinned “```   if (a_b)   return; ```” by Bob',
			'* Dave unpinned “```   if (a_b)   return; ```” by Bob',
		]);
	});

	test('replies, reactions, corrections, withdrawals and pins are JSON lines with the id of their message when they arrive', () => {
		const {lines, refs, gone} = converse();
		const told = lines.json.map(line => JSON.parse(line)).filter(({type}) => type === 'event');
		const head = ({kind, target, text, word, on, replyTo}: Record<string, unknown>) =>
			Object.entries({kind, target, text, word, on, replyTo}).flatMap(([, value]) =>
				value === undefined ? [] : [value],
			);
		const target = refs.target;
		expect(told.map(head).slice(0, 13)).toEqual([
			['posted', 'lunch at teh canteen?'],
			['posted', ANSWER, target],
			['corrected', target, 'lunch at the canteen?'],
			['marked', refs.reply, '🎉', true],
			['marked', target, '👍', true],
			['marked', target, '👍', true],
			['marked', target, 'no', true],
			['marked', target, 'no', false],
			['pinned', target, true],
			['posted', 'a password'],
			['withdrawn', eventId(gone.peer, gone.seq)],
			['corrected', target, 'forged'],
			['withdrawn', target],
		]);
		expect(told.every(({live}) => live === true)).toBe(true);
	});
});
