/** The replay screen on a terminal in memory: the conversation of the fixture, each key of the table, two sizes. */
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

/** n of `event n of m`. */
function rank(): number {
	return Number(/(?:event )?(\d+)(?: of |\/)286/.exec(replay.bar())?.[1] ?? Number.NaN);
}

/** Rows with the mark of the position. */
function selected(): string {
	return replay.terminal.rows().find(row => row.startsWith('▌')) ?? '';
}

const sizes = [
	[80, 24],
	[120, 40],
] as const;

describe.each(sizes)('the replay screen at %i×%i', (columns, rows) => {
	const size = {columns, rows};

	test('opens in review at the end, marked REPLAY, with who was there', async () => {
		const {terminal, bar} = await open(size);
		await expect.poll(bar).toMatch(/REPLAY ‖ review .*2:08:26 ?\/ ?2:08:26 .*286.* 1×/);
		await expect.poll(selected).toContain('left');
		expect(terminal.text()).toContain('· Carol');
		expect(terminal.text()).toMatch(/Peers \d+ here, \d+ gone|Peers/);
		expect(terminal.rows().at(-2)).toMatch(/^ 13:52 .*[▁▂▃▄▅▆▇█].* 16:00 $|16:00/);
		expect(terminal.rows().at(-1)).toContain('▲');
	});

	test('moves by row, by event, by page and to both ends', async () => {
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

	test('moves by 5 seconds, by tenths and by a tenth of all', async () => {
		const {press, bar} = await open(size);
		await press('5');
		await expect.poll(bar).toMatch(/1:04:\d\d/);
		const half = rank();
		await press(')');
		await expect.poll(bar).toMatch(/1:1[67]:\d\d/);
		await press('(');
		await expect.poll(rank).toBeLessThanOrEqual(half + 1);
		const here = rank();
		await press('>');
		await expect.poll(rank).toBeGreaterThan(here);
		await press('<', '<');
		await expect.poll(rank).toBeLessThanOrEqual(here);
		await press(`${ESC}[1;3C`);
		await press(`${ESC}[1;2D`);
		await expect.poll(bar).toMatch(/0:[45]\d:\d\d/);
		await press('0');
		await expect.poll(rank).toBe(1);
	});

	test('dims what came later than the position, and shows the peers of then', async () => {
		const {terminal, press} = await open(size);
		await press('/', 'third floor is gone', '\r', ESC);
		await expect.poll(selected).toContain('third floor is gone');
		// Said on the other side of the split before this, but it came to us when that was over.
		expect(terminal.cell(30, terminal.rowOf('wir sind eine Insel')).dim).toBe(true);
		expect(terminal.cell(30, terminal.rowOf('did your tests finish')).dim).toBe(false);
		expect(terminal.text()).toMatch(/○ Jonas +lost/);
		await press('G');
		expect(terminal.text()).not.toMatch(/○ Jonas +lost/);
	});

	test('searches while typing, goes on with n and back with N, round the end', async () => {
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
		await terminal.see('no earlier match: the last one');
		await press('n');
		await terminal.see('no later match: the first one');
		await press(ESC);
		await expect.poll(bar).not.toContain('match');
	});

	test('Esc in a search goes back to where it began', async () => {
		const {press} = await open(size);
		await press('3');
		const here = rank();
		await press('/', 'never gertrud');
		await expect.poll(rank).not.toBe(here);
		await press(ESC);
		await expect.poll(rank).toBe(here);
	});

	test('filters by peer, kind and text, completes with Tab, and x shows all again', async () => {
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
		await terminal.see('there is no kind');
	});

	test('a filter shows the people of the row it leads to, and x stays at that row', async () => {
		const {terminal, press, bar} = await open(size);
		await press('0', 'f', 'Priya', '\r');
		await terminal.until(() => bar().includes('only Priya'));
		const [here, row] = [rank(), selected()];
		expect(here).toBeLessThan(286);
		const peers = () => /Peers [^│]*/.exec(terminal.text())?.[0].split('\n')[0]?.trim();
		const there = peers();
		await press('x', ESC);
		await expect.poll(rank).toBe(here);
		expect(bar()).not.toContain('only');
		expect(selected().slice(0, 30)).toBe(row.slice(0, 30));
		expect(peers()).toBe(there);
		await press('t', `#${here}`, '\r');
		await expect.poll(peers).toBe(there);
		await press('G');
		await expect.poll(peers).not.toBe(there);
	});

	test('a filter that leaves nothing keeps the place', async () => {
		const {terminal, press, bar} = await open(size);
		await press('t', '#120', '\r', 'f', 'qqqqq', '\r');
		await terminal.until(() => bar().includes('only qqqqq'));
		expect(rank()).toBe(120);
		await press('x', ESC);
		await expect.poll(rank).toBe(120);
		expect(bar()).not.toContain('only');
	});

	test('goes to a time of day, by so much, to a date, and to an event by number', async () => {
		const {terminal, press} = await open(size);
		await press('g', 't', '14:38', '\r');
		await expect.poll(selected).toContain('14:38');
		const here = rank();
		await press('t', '+10m', '\r');
		await expect.poll(rank).toBeGreaterThan(here);
		await press('t', '-10m', '\r');
		await expect.poll(rank).toBeLessThanOrEqual(here + 6);
		await press('t', '2026-11-19 15:19', '\r');
		await expect.poll(selected).toContain('15:19');
		await press('t', '#120', '\r');
		await expect.poll(rank).toBe(120);
		await press('t', '13:53', '\r');
		await expect.poll(selected).toContain('13:53');
		await terminal.see('none further on in the log: this is the first one');
		await press('t', 'noon', '\r');
		await terminal.see('no such time');
		expect(terminal.rows().at(-1)).toContain('Go to: noon');
		await press('\u0015', '14:38', '\r');
		await expect.poll(selected).toContain('14:38');
	});

	test('sets bookmarks, goes to them, and has them kept', async () => {
		const {terminal, press, saved} = await open(size);
		await press('2', 'b');
		await terminal.see('bookmark set');
		await press('7', 'b', 'G', '[');
		expect(terminal.rows().at(-1)).toContain('◆');
		const second = rank();
		await press('[');
		const back = rank();
		expect(back).toBeLessThan(second);
		await press('[');
		await terminal.see('no earlier bookmark');
		await press(']');
		await expect.poll(rank).toBe(second);
		await press('[', 'b');
		await terminal.see('bookmark taken away');
		expect(saved.map(orders => orders.length)).toEqual([1, 2, 1]);
	});

	test('shows details, copies and exports what the filter leaves', async () => {
		const {terminal, press, copied, exported} = await open(size);
		await press('/', 'half a banana', '\r', '\r');
		await terminal.see('came as ');
		expect(terminal.text()).toContain('number');
		await press(ESC, 'y');
		await terminal.see('copied');
		expect(copied[0]).toContain('half a banana');
		await press('f', 'banana', '\r', 'e');
		await terminal.see('Export to:');
		await press('out.md', '\r');
		await terminal.see('written to out.md');
		expect(exported[0]?.rows.map(row => row.type === 'posted' && /banana/i.test(row.text))).toSatisfy(all =>
			(all as boolean[]).every(Boolean),
		);
	});

	test('plays with later rows hidden, faster, slower, squeezed, and pauses where it is', async () => {
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
		await terminal.see('silence is cut');
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

	test('plays to the end at full speed and stops there', async () => {
		const {terminal, press, bar} = await open({...size, options: {speed: 16}});
		await press('g', '+');
		await expect.poll(bar).toContain('max');
		await press('9', ' ');
		await terminal.until(() => bar().includes('‖ review') && rank() === 286, 10_000);
	});

	test('shows all its keys, its peers, other timestamps; q and Ctrl+C leave a clean terminal', async () => {
		const {terminal, press, exit} = await open(size);
		await press('?');
		await terminal.see('Help: replay');
		await press('G');
		await terminal.see('dimmed rows');
		await press(ESC, '\t', DOWN, '\r');
		await terminal.see('Peer, as it was then');
		await press(ESC, 'f');
		await terminal.until(() => /only from/.test(replay.bar()));
		await press('x', 'T');
		await terminal.until(() => /\d\d:\d\d:\d\d \S/.test(selected()));
		await press('q');
		await terminal.until(() => !terminal.alternate);
		expect(exit()).toEqual({type: 'quit'});
		expect(terminal.modes).toEqual({bracketedPasteMode: false, sendFocusMode: false, wraparoundMode: true});
		await replay.close();
		await open(size);
		await replay.press('\u0003');
		await replay.terminal.until(() => replay.exit() !== undefined);
	});

	test('follows a log that grows, at its end', async () => {
		const half = inputs.slice(0, 120);
		const {terminal, press, history, screen, followed} = await open({...size, inputs: half});
		await press('g', 'F');
		expect(followed).toEqual([true]);
		await terminal.see('following');
		history.append(inputs.slice(120));
		screen.reportProgress({loadedFraction: 1, damage: ''});
		await terminal.see('never Gertrud');
		await press('F');
		expect(followed).toEqual([true, false]);
	});

	test('says in a line what is missing, until Esc', async () => {
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
	test('says which log it is, and where a bookmark is kept', async () => {
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
		await terminal.see('bookmark taken away');
		expect(saved.map(orders => orders.length)).toEqual([1, 0]);
		terminal.resize(140, 30);
		await press(ESC);
		await expect.poll(bar).toMatch(/event \d+ of 286 {2}1× {2}lan-2026-11-19-a1b2c3 {2}third floor/);
	});

	test('has every key of its table bound to one thing only', () => {
		const keys = replayKeyRows.flatMap(row => [...row.keys, ...(row.alternativeKeys ?? [])]);
		expect(new Set(keys).size).toBe(keys.length);
	});

	test('says how much of the file is read, and fits small terminals', async () => {
		const {terminal, screen, bar} = await open({columns: 40, rows: 10});
		screen.reportProgress({loadedFraction: 0.34, damage: ''});
		await terminal.until(() => bar().includes('reading 34 %'));
		terminal.resize(28, 7);
		await terminal.see('Terminal too small');
	});

	test('before anything of the file is read there is no place and no time', async () => {
		const {screen, bar, history} = await open({columns: 100, inputs: []});
		screen.reportProgress({loadedFraction: 0, damage: ''});
		await expect.poll(bar).toMatch(/REPLAY {2}reading 0 %/);
		expect(bar()).not.toContain('1970');
		history.append(inputs);
		screen.reportProgress({loadedFraction: 0.5, damage: ''});
		await expect.poll(bar).toMatch(/REPLAY .* 286\/286 .* reading 50 %/);
	});

	test('keeps all keys that come in one read', async () => {
		const {press} = await open();
		await press('gttt\u001B');
		await press('g....b/gertrud\rn');
		await expect.poll(rank).toBeGreaterThan(200);
		expect(replay.saved).toHaveLength(1);
	});

	test('draws with ASCII where the terminal has no more', async () => {
		const {terminal, bar} = await open({environment: {TERM: 'xterm', LANG: 'C'}});
		await expect.poll(bar).toContain('REPLAY = review');
		expect(terminal.rows().at(-1)).toContain('^');
	});
});
