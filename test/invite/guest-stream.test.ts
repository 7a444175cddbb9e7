import {expect, test} from 'vitest';
import {
	MAX_HLC_AHEAD_MS,
	MAX_WINDOW_ANSWER_UNITS,
	MAX_WINDOW_CHANGES,
	MAX_WINDOW_CHANGES_AT_ONCE,
	WINDOW_BATCH_MS,
	WINDOW_PING_MS,
	WINDOW_STALL_TIMEOUT_MS,
} from '../../source/core/limits.js';
import {createChangeLog} from '../../source/invite/change-log.js';
import {createGuestStream} from '../../source/invite/guest-stream.js';
import {createWindowRows} from '../../source/invite/window-rows.js';
import {createFakeChatNode} from '../helpers/fake-chat-node.js';
import {createFakeClock} from '../helpers/fake-clock.js';
import {createStateBuilder} from '../page/page-events.js';

function openWindow() {
	const chatNode = createFakeChatNode();
	const dave = chatNode.join('Dave', '10.0.0.2');
	const clock = createFakeClock();
	const {store} = chatNode;
	const changes = createChangeLog(store.getState());
	const rows = createWindowRows(() => false, store.getState());
	store.subscribe(changes.note);
	const open = (from?: {launch: string; position: number}) => {
		const lines: any[] = [];
		const guest = {isSlow: false, isCutOff: false};
		const stream = createGuestStream({
			clock,
			changes,
			rows,
			launch: 'L',
			getState: store.getState,
			write(text) {
				for (const line of text.trimEnd().split('\n')) lines.push(JSON.parse(line));
				return !guest.isSlow;
			},
			cutOff() {
				guest.isCutOff = true;
			},
		});
		store.subscribe(() => stream.changed());
		stream.start(from);
		const taken = () => lines.splice(0).filter(({type}) => type !== 'people' && type !== 'pins');
		return {stream, guest, lines, taken};
	};
	return {chatNode, dave, clock, changes, open};
}

test('a guest first gets the newest rows, then every change with its position', async () => {
	const {chatNode, dave, clock, open} = openWindow();
	chatNode.say(dave, 'before');
	const {taken} = open();
	const [snapshot] = taken();
	expect(snapshot).toMatchObject({type: 'snapshot', launch: 'L', more: false});
	expect(snapshot.rows.at(-1)).toMatchObject({kind: 'message', name: 'Dave', text: 'before'});
	chatNode.say(dave, 'after');
	await clock.advance(WINDOW_BATCH_MS);
	expect(taken()).toMatchObject([{type: 'row', position: snapshot.position + 1, row: {text: 'after'}}]);
});

test('a guest that was away gets the changes that it missed, in order, including corrections', async () => {
	const {chatNode, dave, clock, open} = openWindow();
	const first = open();
	chatNode.say(dave, 'first');
	await clock.advance(WINDOW_BATCH_MS);
	const {position} = first.taken().at(-1);
	first.stream.stop();
	chatNode.say(dave, 'second');
	const target = {peer: dave.peer, seq: dave.seq};
	chatNode.tell(dave, {type: 'corrected', target, text: 'corrected'});
	const lines = open({launch: 'L', position}).taken();
	expect(lines[0]).toMatchObject({type: 'resumed', position});
	expect(lines.slice(1).map(({row}) => row.text)).toEqual(['corrected', 'corrected']);
	expect(lines.at(-1).position).toBe(position + 2);
});

test('a guest that asks for the changes after a position of another window, or after a position that does not exist, gets the newest rows', () => {
	const {open} = openWindow();
	for (const from of [
		{launch: 'other', position: 0},
		{launch: 'L', position: 99},
	])
		expect(open(from).taken()[0].type).toBe('snapshot');
});

test('the last MAX_WINDOW_CHANGES changes are kept; a guest that was away for longer gets the newest rows', () => {
	const {chatNode, dave, changes, open} = openWindow();
	const from = changes.position;
	for (let left = MAX_WINDOW_CHANGES; left > 0; left -= MAX_WINDOW_CHANGES_AT_ONCE) {
		const events = Array.from({length: Math.min(left, MAX_WINDOW_CHANGES_AT_ONCE)}, () =>
			chatNode.make(dave, {type: 'posted', text: 'a message'}),
		);
		chatNode.commit(events, false);
	}
	expect(changes.since(from)).toHaveLength(MAX_WINDOW_CHANGES);
	chatNode.say(dave, 'one more');
	expect(changes.since(from)).toBeUndefined();
	expect(changes.since(from + 1)).toHaveLength(MAX_WINDOW_CHANGES);
	expect(open({launch: 'L', position: from}).taken()[0].type).toBe('snapshot');
});

test('a guest gets a snapshot of the newest rows, not one change per row, when a long history arrives at once', async () => {
	const {chatNode, dave, clock, open} = openWindow();
	const {taken} = open();
	taken();
	const events = Array.from({length: MAX_WINDOW_CHANGES_AT_ONCE + 1}, (_, index) =>
		chatNode.make(dave, {type: 'posted', text: `old ${index}`}),
	);
	chatNode.commit(events, false);
	await clock.advance(WINDOW_BATCH_MS);
	const lines = taken();
	expect(lines.map(({type}) => type)).toEqual(['snapshot']);
	expect(lines[0]).toMatchObject({more: true});
	expect(lines[0].rows).toHaveLength(100);
});

test('a guest gets a snapshot of the newest rows when more reactions, corrections and pins arrive at once than the window sends as single changes', async () => {
	const {chatNode, dave, clock, open} = openWindow();
	chatNode.say(dave, 'helo');
	const target = {peer: dave.peer, seq: dave.seq};
	const {taken} = open();
	taken();
	const corrections = Array.from({length: MAX_WINDOW_CHANGES_AT_ONCE + 1}, (_, index) =>
		chatNode.make(dave, {type: 'corrected', target, text: `hello ${index}`}),
	);
	chatNode.commit(corrections, false);
	await clock.advance(WINDOW_BATCH_MS);
	const [snapshot] = taken();
	expect(snapshot?.type).toBe('snapshot');
	expect(snapshot.rows.at(-1)).toMatchObject({text: `hello ${MAX_WINDOW_CHANGES_AT_ONCE}`, edited: true});
});

test('a guest does not get a correction that is dated too far ahead until its date is no longer too far ahead', async () => {
	const {chatNode, dave, clock, open} = openWindow();
	chatNode.say(dave, 'helo');
	const target = {peer: dave.peer, seq: dave.seq};
	const ahead = chatNode.at + 2 * MAX_HLC_AHEAD_MS;
	const {taken} = open();
	chatNode.tell(dave, {type: 'corrected', target, text: 'hello'}, {at: ahead});
	await clock.advance(WINDOW_BATCH_MS);
	const texts = () => taken().flatMap(({row}) => (row ? [row.text] : []));
	expect(texts()).not.toContain('hello');
	chatNode.publish({type: 'time-passed', now: ahead});
	await clock.advance(WINDOW_BATCH_MS);
	expect(texts()).toEqual(['hello']);
});

test('a guest that reads slowly gets nothing until it reads again, and then everything', async () => {
	const {chatNode, dave, clock, open} = openWindow();
	const {stream, guest, taken} = open();
	guest.isSlow = true;
	chatNode.say(dave, 'one');
	await clock.advance(WINDOW_BATCH_MS);
	taken();
	chatNode.say(dave, 'two');
	chatNode.say(dave, 'three');
	await clock.advance(2 * WINDOW_PING_MS);
	expect(taken()).toEqual([]);
	guest.isSlow = false;
	stream.drained();
	expect(taken().map(({row}) => row.text)).toEqual(['two', 'three']);
});

test('a guest that reads slowly gets one line at a time, however many changes wait for it', async () => {
	const {chatNode, dave, clock, open} = openWindow();
	const {stream, guest, taken} = open();
	taken();
	guest.isSlow = true;
	for (let count = 1; count <= 5; count++) chatNode.say(dave, `${count}`);
	await clock.advance(WINDOW_BATCH_MS);
	const texts = () => taken().map(({row}) => row.text);
	expect(texts()).toEqual(['1']);
	stream.drained();
	expect(texts()).toEqual(['2']);
	guest.isSlow = false;
	stream.drained();
	expect(texts()).toEqual(['3', '4', '5']);
});

test('a guest that reads slowly gets the rows, the people and the pinned messages one after the other, each when it has read the line before', async () => {
	const {chatNode, dave, clock, open} = openWindow();
	chatNode.say(dave, 'pinned');
	const target = {peer: dave.peer, seq: dave.seq};
	const {stream, guest, lines} = open();
	lines.splice(0);
	guest.isSlow = true;
	chatNode.join('Eve', '10.0.0.3');
	chatNode.tell(dave, {type: 'pinned', target, on: true});
	const history = Array.from({length: MAX_WINDOW_CHANGES_AT_ONCE + 1}, () =>
		chatNode.make(dave, {type: 'posted', text: 'history'}),
	);
	chatNode.commit(history, false);
	await clock.advance(WINDOW_BATCH_MS);
	for (const type of ['snapshot', 'people', 'pins']) {
		expect(lines.splice(0).map(line => line.type)).toEqual([type]);
		stream.drained();
	}
	expect(lines).toEqual([]);
});

test('the connection of a guest that is sent away is closed even if the guest does not read its last lines', async () => {
	const {clock, open} = openWindow();
	const {stream, guest} = open();
	guest.isSlow = true;
	stream.end('kicked');
	await clock.advance(WINDOW_STALL_TIMEOUT_MS - 1);
	expect(guest.isCutOff).toBe(false);
	await clock.advance(1);
	expect(guest.isCutOff).toBe(true);
});

test('the connection of a guest that reads nothing for WINDOW_STALL_TIMEOUT_MS is closed, and that of a guest that reads in time stays open', async () => {
	const {chatNode, dave, clock, open} = openWindow();
	const {stream, guest} = open();
	guest.isSlow = true;
	chatNode.say(dave, 'one');
	await clock.advance(WINDOW_STALL_TIMEOUT_MS - 1);
	stream.drained();
	chatNode.say(dave, 'two');
	await clock.advance(WINDOW_STALL_TIMEOUT_MS - 1);
	expect(guest.isCutOff).toBe(false);
	await clock.advance(WINDOW_BATCH_MS + 1);
	expect(guest.isCutOff).toBe(true);
});

test('the rows in one answer to a guest, and the list of pinned messages that guests get, are limited in size', () => {
	const {chatNode, dave} = openWindow();
	const text = '"'.repeat(16_384);
	for (let count = 0; count < 20; count++) {
		chatNode.say(dave, text);
		chatNode.tell(dave, {type: 'pinned', target: {peer: dave.peer, seq: dave.seq}, on: true});
	}
	const state = chatNode.store.getState();
	const rows = createWindowRows(() => false, state);
	const answer = rows.rowsBefore(state, undefined);
	const older = rows.rowsBefore(state, answer.rows[0]?.order);
	for (const part of [answer.rows, older.rows, rows.pins(state)]) {
		expect(part.length).toBeGreaterThan(1);
		expect(JSON.stringify(part).length).toBeLessThanOrEqual(MAX_WINDOW_ANSWER_UNITS + part.length + 2);
	}
	expect(answer.more).toBe(true);
	expect(older.rows.at(-1)?.order).not.toBe(answer.rows[0]?.order);
});

test('the window for guests sends a ping every 15 s while the room is quiet, and nothing after a stream has ended', async () => {
	const {chatNode, dave, clock, open} = openWindow();
	const {stream, taken} = open();
	taken();
	await clock.advance(WINDOW_PING_MS);
	expect(taken()).toEqual([{type: 'ping'}]);
	stream.end('closed');
	chatNode.say(dave, 'late');
	await clock.advance(WINDOW_PING_MS);
	expect(taken()).toEqual([{type: 'end', reason: 'closed'}]);
});

test('a guest that requests the rows before the first row of each answer gets every row of a long room once, in order', () => {
	const builder = createStateBuilder();
	builder.addMany(10_000);
	const rows = createWindowRows(() => false, builder.state());
	const texts: string[] = [];
	for (let order: string | undefined, more = true; more; ) {
		const answer = rows.rowsBefore(builder.state(), order);
		texts.unshift(...answer.rows.map(({text}) => text));
		order = answer.rows[0]?.order;
		more = answer.more;
	}
	expect(texts).toHaveLength(10_000);
	expect(texts.slice(20)).toEqual(Array.from({length: 9980}, (_, index) => `message ${index + 21}`));
});

test('guests see no address, no notice and no message of people whom this node ignores', () => {
	const {chatNode, dave} = openWindow();
	const eve = chatNode.join('Eve', '10.0.0.3');
	chatNode.say(eve, 'ignored words');
	chatNode.say(dave, 'seen words');
	chatNode.observe({type: 'notice', level: 'warn', code: 'x', text: 'a notice about 10.0.0.3'});
	const state = chatNode.store.getState();
	const text = JSON.stringify(createWindowRows(peer => peer === eve.peer, state).rowsBefore(state, undefined));
	expect(text).toContain('seen words');
	expect(text).not.toMatch(/ignored words|10\.0\.0|notice/);
});

test('of two people with the same name, only the person who took the name second is shown with a number, although guests get the newest rows first', () => {
	const builder = createStateBuilder();
	builder.add(1, {type: 'joined', name: 'Dave', addresses: [], version: '1.0.0'});
	builder.add(2, {type: 'joined', name: 'Eve', addresses: [], version: '1.0.0'});
	builder.add(1, {type: 'posted', text: 'first'});
	builder.add(2, {type: 'renamed', name: 'Dave'});
	builder.add(2, {type: 'posted', text: 'second'});
	const state = builder.state();
	const {rows} = createWindowRows(() => false, state).rowsBefore(state, undefined);
	const messages = rows.filter(({kind}) => kind === 'message');
	expect(messages.map(({name, text}) => `${name}: ${text}`)).toEqual(['Dave: first', 'Dave (2): second']);
});
