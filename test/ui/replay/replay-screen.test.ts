/** Replay screen on an in-memory terminal, in two sizes, with the conversation of the fixture and every key of the table. */
import {join} from 'node:path';
import {afterEach, beforeAll, describe, expect, test} from 'vitest';
import type {Input} from '../../../source/core/event.js';
import {replayKeyRows} from '../../../source/ui/replay/replay-bindings.js';
import {launchReplay, type Replay, type ReplayLaunch, readInputs} from '../../helpers/launch-replay.js';

const FILE = join(import.meta.dirname, '../../../fixtures/conversation.p2plog');
const UP = '\u001B[A';
const DOWN = '\u001B[B';
const RIGHT = '\u001B[C';
const LEFT = '\u001B[D';
const PAGE_UP = '\u001B[5~';
const PAGE_DOWN = '\u001B[6~';
const ESC = '\u001B';

let inputs: Input[];
let replay: Replay;
beforeAll(async () => {
	inputs = await readInputs(FILE);
});
afterEach(() => replay?.close());

async function open(request: Partial<ReplayLaunch> = {}): Promise<Replay> {
	replay = await launchReplay({inputs, ...request});
	return replay;
}

/** The number of the event at the position of the replay: `n` in the text `event n of m` of the transport bar. */
function rank(): number {
	return Number(/(?:event )?(\d+)(?: of |\/)286/.exec(replay.bar())?.[1] ?? Number.NaN);
}

/** The text of the rows with the mark of the selection, as one line. */
function selected(): string {
	const rows = replay.terminal.rows().filter(row => row.startsWith('▌'));
	const texts = rows.map((row, index) => (index === 0 ? row : row.slice(1)).split('│')[0] ?? '');
	return texts.map((text, index) => (index === 0 ? text.trimEnd() : text.trim())).join(' ');
}

const sizes = [
	[80, 24],
	[120, 40],
] as const;

describe.each(sizes)('the replay screen at %i×%i', (columns, rows) => {
	const size = {columns, rows};

	test('the replay screen opens in review mode at the end of the log, with the peers that were present at the end', async () => {
		const {terminal, bar} = await open(size);
		await expect.poll(bar).toMatch(/REPLAY ‖ review .*2:08:26 ?\/ ?2:08:26 .*286.* 1×/);
		await expect.poll(selected).toContain('left');
		expect(terminal.text()).toContain('· Carol');
		expect(terminal.text()).toMatch(/Peers \d+ here, \d+ gone|Peers/);
		expect(terminal.rows().at(-2)).toMatch(/^ 13:52 .*[▁▂▃▄▅▆▇█].* 16:00 $|16:00/);
		expect(terminal.rows().at(-1)).toContain('▲');
	});

	test('the replay screen moves by row, event and page, and to both ends of the log', async () => {
		const {press} = await open(size);
		await press('g');
		await expect.poll(rank).toBe(1);
		await expect.poll(selected).toContain('joined');
		await press(RIGHT, RIGHT);
		await expect.poll(rank).toBe(3);
		await press(LEFT);
		await expect.poll(rank).toBe(2);
		await press('.', '.', ',');
		await expect.poll(rank).toBe(3);
		await press(DOWN);
		const down = rank();
		expect(down).toBeGreaterThan(3);
		await press(UP);
		await expect.poll(rank).toBeLessThan(down);
		await press(PAGE_DOWN);
		const page = rank();
		expect(page).toBeGreaterThan(8);
		await press(PAGE_DOWN);
		await expect.poll(rank).toBeGreaterThan(page);
		await press(PAGE_UP, PAGE_UP, PAGE_UP, PAGE_UP);
		await expect.poll(rank).toBe(1);
		await press('G');
		await expect.poll(rank).toBe(286);
	});

	test('the replay screen moves by 5 seconds, by 10 % of the log, and with a digit to that tenth of the log', async () => {
		const {press, bar} = await open(size);
		await press('5');
		await expect.poll(bar).toMatch(/1:04:\d\d/);
		const half = rank();
		await press(')');
		await expect.poll(bar).toMatch(/1:1[67]:\d\d/);
		await press('(');
		await expect.poll(rank).toBeLessThanOrEqual(half + 1);
		const position = rank();
		await press('>');
		await expect.poll(rank).toBeGreaterThan(position);
		await press('<', '<');
		await expect.poll(rank).toBeLessThanOrEqual(position);
		await press(`${ESC}[1;3C`);
		await press(`${ESC}[1;2D`);
		await expect.poll(bar).toMatch(/0:[45]\d:\d\d/);
		await press('0');
		await expect.poll(rank).toBe(1);
	});

	test('the replay screen dims rows that arrived after the position and shows the peers at the position', async () => {
		const {terminal, press} = await open(size);
		await press('/', 'third floor is gone', '\r', ESC);
		await expect.poll(selected).toContain('third floor is gone');
		// This message was written earlier, on the other side of a partition, and arrived after the partition had ended.
		expect(terminal.cell(30, terminal.rowOf('wir sind eine')).dim).toBe(true);
		expect(terminal.cell(30, terminal.rowOf('did your')).dim).toBe(false);
		expect(terminal.text()).toMatch(/○ Jonas +lost/);
		await press('G');
		expect(terminal.text()).not.toMatch(/○ Jonas +lost/);
	});

	test('the replay screen searches while the user types, moves between matches with n and N, and continues at the other end', async () => {
		const {terminal, press, bar} = await open(size);
		await press('g', '/', 'gertrud');
		expect(terminal.rows().at(-1)).toContain('Search: gertrud');
		await expect.poll(selected).toContain('Gertrud');
		const first = rank();
		await press('\r');
		await terminal.until(() => /\d match/.test(bar()));
		await expect.poll(bar).toMatch(/ 1( of |\/)\d+ matches/);
		expect(terminal.rows().at(-1)).toContain('•');
		await press('n');
		const second = rank();
		expect(second).toBeGreaterThan(first);
		await press('N');
		await expect.poll(rank).toBe(first);
		await press('N');
		await terminal.see('No earlier match');
		await press('n');
		await terminal.see('No later match');
		await press(ESC);
		await expect.poll(bar).not.toContain('match');
	});

	test('the replay screen restores the position when Esc cancels a search', async () => {
		const {press} = await open(size);
		await press('3');
		const position = rank();
		await press('/', 'never gertrud');
		await expect.poll(rank).not.toBe(position);
		await press(ESC);
		await expect.poll(rank).toBe(position);
	});

	test('the replay screen filters by peer, kind and text, completes with Tab and clears the filter with x', async () => {
		const {terminal, press, bar} = await open(size);
		await press('f', 'from:Yu', '\t', '\r');
		await terminal.until(() => bar().includes('only from:Yuki'));
		expect(terminal.text()).toContain('バナナ');
		expect(terminal.text()).not.toContain('Ben 192');
		await press('x');
		await press('f', 'kind:presence', '\r');
		await terminal.until(() => bar().includes('kind:pres'));
		expect(terminal.text()).not.toContain('never Gertrud');
		await press('x', 'f', 'ladder', '\r');
		expect(terminal.text()).toContain('THE LADDER');
		expect(terminal.text()).not.toContain('never Gertrud');
		await press('x', 'G');
		await terminal.see('never Gertrud');
		await press('f', 'kind:nonsense', '\r');
		await terminal.see('Unknown kind');
	});

	test('the replay screen shows the peers of the row that a filter selects, and stays at this row when the key x clears the filter', async () => {
		const {terminal, press, bar} = await open(size);
		await press('0', 'f', 'Priya', '\r');
		await terminal.until(() => bar().includes('only Priya'));
		const [position, row] = [rank(), selected()];
		expect(position).toBeLessThan(286);
		const peers = () => /Peers [^│]*/.exec(terminal.text())?.[0].split('\n')[0]?.trim();
		const peersThere = peers();
		await press('x', ESC);
		await expect.poll(rank).toBe(position);
		expect(bar()).not.toContain('only');
		// With the filter, a message may follow other messages than without it, and then shows or omits its author. So only
		// the text of the messages is compared.
		const text = (shown: string) => shown.slice(columns === 80 ? 22 : 25).slice(0, 8);
		expect(text(selected())).toBe(text(row));
		expect(peers()).toBe(peersThere);
		await press('t', `#${position}`, '\r');
		await expect.poll(peers).toBe(peersThere);
		await press('G');
		await expect.poll(peers).not.toBe(peersThere);
	});

	test('the replay screen keeps the position when a filter hides every row', async () => {
		const {terminal, press, bar} = await open(size);
		await press('t', '#120', '\r', 'f', 'qqqqq', '\r');
		await terminal.until(() => bar().includes('only qqqqq'));
		expect(rank()).toBe(120);
		await press('x', ESC);
		await expect.poll(rank).toBe(120);
		expect(bar()).not.toContain('only');
	});

	test('the prompt of the replay screen moves to a time of day, by a duration, to a date and to an event number', async () => {
		const {terminal, press} = await open(size);
		await press('g', 't', '14:38', '\r');
		await expect.poll(selected).toContain('14:38');
		const position = rank();
		await press('t', '+10m', '\r');
		await expect.poll(rank).toBeGreaterThan(position);
		await press('t', '-10m', '\r');
		await expect.poll(rank).toBeLessThanOrEqual(position + 6);
		await press('t', '2026-11-19 15:19', '\r');
		await expect.poll(selected).toContain('15:19');
		await press('t', '#120', '\r');
		await expect.poll(rank).toBe(120);
		await press('t', '13:53', '\r');
		await expect.poll(selected).toContain('13:53');
		await terminal.see('This time does not come again');
		await press('t', 'noon', '\r');
		await terminal.see('Not a time');
		expect(terminal.rows().at(-1)).toContain('Go to: noon');
		await press('\u0015', '14:38', '\r');
		await expect.poll(selected).toContain('14:38');
	});

	test('the replay screen sets bookmarks, moves to them and saves them, and shows the position also on a bookmark', async () => {
		const {terminal, press, saved} = await open(size);
		await press('2', 'b');
		await terminal.see('Bookmark set');
		await press('7', 'b', 'G', '[');
		expect(terminal.rows().at(-1)).toContain('◆');
		expect(terminal.rows().at(-1)).toContain('▲');
		const second = rank();
		await press('[');
		const back = rank();
		expect(back).toBeLessThan(second);
		await press('[');
		await terminal.see('No earlier bookmark');
		await press(']');
		await expect.poll(rank).toBe(second);
		await press('[', 'b');
		await terminal.see('Bookmark removed');
		expect(saved.map(orders => orders.length)).toEqual([1, 2, 1]);
	});

	test('the replay screen shows details, copies a row and exports the rows that pass the filter', async () => {
		const {terminal, press, copied, exported} = await open(size);
		await press('/', 'half a banana', '\r', '\r');
		await terminal.see('received ');
		expect(terminal.text()).toContain('number');
		await press(ESC, 'y');
		await terminal.see('Copied');
		expect(copied[0]).toContain('half a banana');
		await press('f', 'banana', '\r', 'e');
		await terminal.see('Export to:');
		await press('out.md', '\r');
		await terminal.see('written to out.md');
		expect(exported[0]?.rows.map(row => row.type === 'posted' && /banana/i.test(row.text))).toSatisfy(all =>
			(all as boolean[]).every(Boolean),
		);
	});

	test('the replay screen hides later rows during playback, changes the speed, skips idle time and pauses at its position', async () => {
		const {terminal, press, bar} = await open(size);
		await press('g', ' ');
		await terminal.until(() => bar().includes('▶ playing'));
		expect(terminal.text()).not.toContain('Gertrud');
		await press('+');
		await expect.poll(bar).toContain('2×');
		await press('=', '=', '=');
		await expect.poll(bar).toContain('16×');
		await press('-');
		await expect.poll(bar).toContain('8×');
		await press('\u007F');
		await expect.poll(bar).toContain(' 1×');
		await press('-', '-');
		await expect.poll(bar).toContain('¼×');
		await press('i');
		await terminal.see('Pauses are shortened');
		await press('5');
		await terminal.until(() => /1:04:/.test(bar()));
		await press('G');
		await terminal.until(() => bar().includes('‖ review'));
		await press('5', ' ');
		await terminal.until(() => bar().includes('▶ playing'));
		await press(' ');
		await terminal.until(() => bar().includes('‖ review'));
		await expect.poll(rank).toBeLessThan(286);
		await expect.poll(selected).not.toBe('');
	});

	test('the replay screen plays to the end at maximum speed and stops there', async () => {
		const {terminal, press, bar} = await open({...size, options: {speed: 16}});
		await press('g', '+');
		await expect.poll(bar).toContain('max');
		await press('9', ' ');
		await terminal.until(() => bar().includes('‖ review') && rank() === 286, 10_000);
	});

	test('the replay screen shows help, peers and timestamps, and restores the terminal when q or Ctrl+C ends the replay', async () => {
		const {terminal, press, exit} = await open(size);
		await press('?');
		await terminal.see('Help: replay');
		await press('G');
		await terminal.see('dimmed rows');
		await press(ESC, '\t', DOWN, '\r');
		await terminal.see('Peer at this position');
		await press(ESC, 'f');
		await terminal.until(() => /only from/.test(replay.bar()));
		await press('x', 'T');
		await terminal.until(() => /\d\d:\d\d:\d\d +\S/.test(selected()));
		await press('q');
		await terminal.until(() => !terminal.alternate);
		expect(exit()).toEqual({type: 'quit'});
		expect(terminal.modes).toEqual({bracketedPasteMode: false, sendFocusMode: false, wraparoundMode: true});
		await replay.close();
		await open(size);
		await replay.press('\u0003');
		await replay.terminal.until(() => replay.exit() !== undefined);
	});

	test('the replay screen follows the end of a growing log', async () => {
		const half = inputs.slice(0, 120);
		const {terminal, press, history, screen, followed} = await open({...size, inputs: half});
		await press('g', 'F');
		expect(followed).toEqual([true]);
		await terminal.see('Following the file');
		history.append(inputs.slice(120));
		screen.reportProgress({loadedFraction: 1, damage: ''});
		await terminal.see('never Gertrud');
		await press('F');
		expect(followed).toEqual([true, false]);
	});

	test('the replay screen shows what is missing from a damaged log until the user presses Esc', async () => {
		const {terminal, press, screen} = await open(size);
		screen.reportProgress({
			loadedFraction: 1,
			damage: 'conversation.p2plog is damaged at byte 4711 (20 bytes); the rest is shown',
		});
		await terminal.see('! conversation.p2plog is damaged at byte 4711');
		await press(ESC);
		await terminal.seeNot('damaged at byte');
	});
});

describe('the replay screen', () => {
	test('the replay screen shows the name of the log and of the bookmark file', async () => {
		const saved: (readonly string[])[] = [];
		const {terminal, press, bar} = await open({
			options: {file: 'lan-2026-11-19-a1b2c3.p2plog'},
			hooks: {
				async saveBookmarks(orders) {
					saved.push(orders);
					return 'lan.p2plog.bookmarks.json';
				},
			},
		});
		await expect.poll(bar).toContain('…6-11-19-a1b2c3');
		await press('5', 'b');
		await terminal.see('lan.p2plog.bookmarks.json');
		await press('b');
		await terminal.see('Bookmark removed');
		expect(saved.map(orders => orders.length)).toEqual([1, 0]);
		terminal.resize(140, 30);
		await press(ESC);
		await expect.poll(bar).toMatch(/event \d+ of 286 {2}1× {2}lan-2026-11-19-a1b2c3 {2}third floor/);
	});

	test('the replay screen binds every key to one action', () => {
		const keys = replayKeyRows.flatMap(row => [...row.keys, ...(row.alternativeKeys ?? [])]);
		expect(new Set(keys).size).toBe(keys.length);
	});

	test('the replay screen shows how much of the file has been read and fits small terminals', async () => {
		const {terminal, screen, bar} = await open({columns: 40, rows: 10});
		screen.reportProgress({loadedFraction: 0.34, damage: ''});
		await terminal.until(() => bar().includes('reading 34 %'));
		terminal.resize(28, 7);
		await terminal.see('Terminal too small');
	});

	test('the replay screen shows no position and no time before the first record has been read', async () => {
		const {screen, bar, history} = await open({columns: 100, inputs: []});
		screen.reportProgress({loadedFraction: 0, damage: ''});
		await expect.poll(bar).toMatch(/REPLAY {2}reading 0 %/);
		expect(bar()).not.toContain('1970');
		history.append(inputs);
		screen.reportProgress({loadedFraction: 0.5, damage: ''});
		await expect.poll(bar).toMatch(/REPLAY .* 286\/286 .* reading 50 %/);
	});

	test('the replay screen applies all keys of one read', async () => {
		const {press} = await open();
		await press('gttt\u001B');
		await press('g....b/gertrud\rn');
		await expect.poll(rank).toBeGreaterThan(200);
		expect(replay.saved).toHaveLength(1);
	});

	test('the replay screen draws only ASCII characters on a terminal without Unicode', async () => {
		const {terminal, bar} = await open({environment: {TERM: 'xterm', LANG: 'C'}});
		await expect.poll(bar).toContain('REPLAY = review');
		expect(terminal.rows().at(-1)).toContain('^');
	});
});
