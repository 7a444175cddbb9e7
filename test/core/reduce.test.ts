import {describe, expect, it} from 'vitest';
import type {Input} from '../../source/core/event.js';
import {
	LATE_AFTER_MS,
	MAX_ABSENCES,
	MAX_CONTACTS_KEPT,
	MAX_HLC_AHEAD_MS,
	MAX_NAMES_KEPT,
} from '../../source/core/limits.js';
import {initialState, reduceInputs} from '../../source/core/reduce.js';
import {findPeer} from '../../source/core/roster.js';
import type {State} from '../../source/core/state.js';
import {sliceTimeline} from '../../source/core/timeline.js';
import {feedEvent, joined, learn, observation, observe, peerId, posted, T0} from './make-events.js';

const me = peerId('01');
const me2 = peerId('02');
const me3 = peerId('03');
const carol = peerId('ca');
const dave = peerId('da');

/** Reduces the inputs one at a time. */
function reduceAll(inputs: readonly Input[]): State {
	let state = initialState;
	for (const input of inputs) state = reduceInputs(state, [input]);
	return state;
}

/** Timeline as lines `ms peer type`, with ms counted from T0. */
function rows(state: State): string[] {
	return sliceTimeline(state.timeline, 0, state.timeline.length).map(row => {
		const name = {[me]: 'me', [me2]: 'me2', [carol]: 'carol', [dave]: 'dave'}[row.peer];
		return `${row.ms - T0} ${name} ${row.type}`;
	});
}

const launched = (own = me, ms = 0) => observe(observation(own, ms, {type: 'launched', version: '1'}));
const connected = (ms: number, subject = carol, own = me, address = '10.0.0.2') =>
	observe(observation(own, ms, {type: 'peer-connected', subject, address}));
const disconnected = (ms: number, alone: boolean, subject = carol, own = me) =>
	observe(observation(own, ms, {type: 'peer-disconnected', subject, reason: 'gone', alone}));
const left = (ms: number, seq: number, peer = carol) => learn(ms, [feedEvent(peer, seq, ms, {type: 'left'})]);
const lost = (ms: number, seq: number, absence: number, author = dave, subject = carol) =>
	learn(ms, [feedEvent(author, seq, ms, {type: 'lost', subject, absence})]);
const returned = (ms: number, seq: number, absence: number, peer = carol) =>
	learn(ms, [feedEvent(peer, seq, ms, {type: 'returned', absence})]);
/** An unreadable event of Carol: it makes Carol known as an author, and adds no row to the timeline. */
const anyEntry = learn(1, [feedEvent(carol, 2, 0, {type: 'unreadable', reason: 'kind'})]);
const early = learn(5, [joined(carol, -50, 'Carol')]);

const table: [title: string, inputs: readonly Input[], expected: readonly string[]][] = [
	['a launch gives no row', [launched()], []],
	[
		'a peer that joined before our launch gives a "found" row at our first connection to it',
		[launched(), connected(10), early],
		['-50 carol joined', '10 me peer-connected'],
	],
	[
		'a peer that joined after our launch gives a joined row, but no "found" row',
		[launched(), learn(6, [joined(carol, 5, 'Carol')]), connected(10)],
		['5 carol joined'],
	],
	['a peer whose `joined` event is unknown gives no "found" row', [launched(), connected(10)], []],
	[
		'a replaced connection gives one row, for the first connection',
		[launched(), early, connected(10), connected(20), disconnected(30, false), connected(40)],
		['-50 carol joined', '10 me peer-connected'],
	],
	[
		'a peer gives another "found" row in our next launch',
		[launched(), early, connected(10), launched(me2, 100), connected(110, carol, me2)],
		['-50 carol joined', '10 me peer-connected', '110 me2 peer-connected'],
	],
	[
		'a disconnection that leaves us alone gives a row',
		[launched(), connected(10), disconnected(20, true)],
		['20 me peer-disconnected'],
	],
	['a disconnection while others are connected gives no row', [launched(), connected(10), disconnected(20, false)], []],
	[
		'a `left` event that arrives later removes the row of the disconnection',
		[launched(), connected(10), disconnected(20, true), left(19, 3)],
		['19 carol left'],
	],
	[
		'a `left` event keeps the row of a disconnection after which the peer reconnected',
		[launched(), connected(10), disconnected(20, true), connected(30), left(40, 3)],
		['20 me peer-disconnected', '30 me peer-connected', '40 carol left'],
	],
	[
		'the first connection after disconnections gives one row',
		[launched(), connected(10), disconnected(20, true), disconnected(25, true), connected(30), connected(40)],
		['20 me peer-disconnected', '25 me peer-disconnected', '30 me peer-connected'],
	],
	[
		'each isolation and each reconnection gives a row',
		[launched(), connected(10), disconnected(20, true), connected(30), disconnected(40, true), connected(50)],
		['20 me peer-disconnected', '30 me peer-connected', '40 me peer-disconnected', '50 me peer-connected'],
	],
	[
		'the first connection of a launch is not a reconnection',
		[launched(), connected(10), disconnected(20, true), launched(me2, 100), connected(110, carol, me2)],
		['20 me peer-disconnected'],
	],
	[
		'each absence gives one `lost` row: the first report',
		[lost(30, 1, 0), lost(20, 1, 0, me), anyEntry],
		['20 me lost'],
	],
	[
		'our own `lost` event gives no row if the row of a disconnection already says that we lost this peer',
		[launched(), connected(10), disconnected(20, true), connected(30, dave), lost(40, 2, 0, me)],
		['20 me peer-disconnected'],
	],
	[
		'our `lost` event of a later launch gives no row either',
		[launched(), connected(10), disconnected(20, true), launched(me2, 30), lost(40, 2, 0, me2)],
		['20 me peer-disconnected'],
	],
	[
		'our `lost` event gives no row if only a later input shows that its author was a launch of ours',
		[launched(), connected(10), disconnected(20, true), launched(me2, 30), lost(40, 2, 0, me3), launched(me3, 35)],
		['20 me peer-disconnected'],
	],
	[
		'our `lost` event gives a row if we were connected to the peer again after the disconnection',
		[launched(), connected(10), disconnected(20, true), connected(30), disconnected(35, false), lost(40, 2, 0, me)],
		['20 me peer-disconnected', '30 me peer-connected', '40 me lost'],
	],
	[
		'a `lost` event of another peer gives a row also after our disconnection',
		[launched(), connected(10), disconnected(20, true), connected(30, dave), lost(40, 2, 0)],
		['20 me peer-disconnected', '40 dave lost'],
	],
	[
		'our `lost` event gives a row if the row of the disconnection is removed by a `left` event',
		[launched(), connected(10), disconnected(20, true), lost(40, 2, 0, me), returned(50, 5, 0), left(60, 6)],
		['40 me lost', '50 carol returned', '60 carol left'],
	],
	['a `lost` event about a peer of which nothing else is known gives no row', [lost(30, 1, 0)], []],
	['a `left` event removes the `lost` row of the current absence', [lost(30, 1, 0), left(29, 5)], ['29 carol left']],
	[
		'a `left` event keeps the `lost` row of an absence that a `returned` event ended',
		[lost(30, 1, 0), returned(35, 5, 0), left(50, 6)],
		['30 dave lost', '35 carol returned', '50 carol left'],
	],
	['a `lost` event gives no row before the `returned` events of all earlier absences are known', [lost(30, 1, 1)], []],
	[
		'a second absence gives another `lost` row and another `returned` row',
		[lost(30, 1, 0), returned(35, 5, 0), lost(50, 2, 1), returned(55, 6, 1)],
		['30 dave lost', '35 carol returned', '50 dave lost', '55 carol returned'],
	],
	['each absence gives one `returned` row', [returned(35, 5, 0), returned(36, 6, 0)], ['35 carol returned']],
	['an unreadable entry gives no row', [anyEntry], []],
	[
		'a `joined` event after seq 1 gives no row',
		[learn(1, [feedEvent(carol, 2, 0, {type: 'joined', name: 'X', addresses: [], version: ''})])],
		[],
	],
	[
		'a notice gives a row',
		[observe(observation(me, 1, {type: 'notice', level: 'warn', code: 'c', text: 't'}))],
		['1 me notice'],
	],
];

describe('reduceInputs adds the correct rows:', () => {
	it.each(table)('reduceInputs adds the correct rows: %s', (_title, inputs, expected) => {
		expect(rows(reduceAll(inputs))).toEqual(expected);
		expect(rows(reduceAll(inputs.toReversed()))).toEqual(expected);
		expect(rows(reduceInputs(initialState, inputs))).toEqual(expected);
	});
});

describe('rows marked as late', () => {
	const isLate = (inputs: readonly Input[]) =>
		sliceTimeline(reduceAll(inputs).timeline, 0, 9).map(row => row.late === true);

	it('the row of a live event is marked as late if the event is more than a minute old when it arrives', () => {
		expect(isLate([learn(LATE_AFTER_MS + 1, [posted(carol, 2, 0), posted(carol, 3, 1)])])).toEqual([true, false]);
		expect(isLate([learn(LATE_AFTER_MS + 1, [feedEvent(carol, 9, 0, {type: 'left'})])])).toEqual([true]);
	});

	it('a row of history that arrived by sync is never marked as late', () => {
		expect(isLate([learn(LATE_AFTER_MS * 9, [posted(carol, 2, 0)], false)])).toEqual([false]);
	});
});

describe('the roster', () => {
	const carolIn = (inputs: readonly Input[]) => findPeer(reduceAll(inputs).roster, carol);

	it('the roster contains every author, even if the `joined` event of this author is not known yet', () => {
		expect(carolIn([learn(0, [posted(carol, 2, 0)])])).toMatchObject({peer: carol, names: []});
		expect(
			carolIn([learn(0, [feedEvent(carol, 2, 0, {type: 'moved', addresses: ['10.0.0.3']})]), early]),
		).toMatchObject({
			names: [expect.objectContaining({seq: 1, name: 'Carol'})],
			claimedAddresses: ['10.0.0.3'],
			version: '1.0.0',
		});
	});

	it('the roster marks peers as connected only from observations of the current launch', () => {
		expect(carolIn([launched(), connected(10)])).toMatchObject({connected: true, address: '10.0.0.2'});
		expect(carolIn([launched(), connected(10), disconnected(20, false)])).toMatchObject({connected: false});
		const next = carolIn([launched(), connected(10), launched(me2, 20)]);
		expect(next).toMatchObject({connected: false, address: '10.0.0.2'});
		expect(next).not.toHaveProperty('firstConnected');
		expect(carolIn([launched(), launched(me2, 20), connected(30, carol, me2)])?.firstConnected?.ms).toBe(T0 + 30);
	});

	it('the roster counts an unreadable entry once, even if it arrives again', () => {
		const unreadable = (seq: number) => feedEvent(carol, seq, 0, {type: 'unreadable', reason: ''});
		expect(
			carolIn([learn(0, [unreadable(2), unreadable(3), unreadable(2)]), learn(1, [unreadable(3)])])?.unreadableCount,
		).toBe(2);
	});

	it('the roster keeps the first `left` event of a feed', () => {
		expect(carolIn([left(40, 7), left(30, 6), left(50, 8)])?.left?.seq).toBe(6);
	});

	it('the roster limits the names and absences that it stores for one peer', () => {
		const renamed = Array.from({length: MAX_NAMES_KEPT + 9}, (_, index) =>
			feedEvent(carol, index + 2, 0, {type: 'renamed', name: `${index}`}),
		);
		const known = carolIn([learn(0, renamed.toReversed()), learn(0, [renamed[0]!])]);
		expect(known?.names.length).toBe(MAX_NAMES_KEPT);
		expect(known?.names[0]?.seq).toBe(11);
		const absences = [MAX_ABSENCES - 1, MAX_ABSENCES].flatMap(absence => [
			returned(1, 2, absence),
			lost(2, 3, absence),
		]);
		expect(carolIn(absences)).toMatchObject({absences: 1});
		expect(Object.keys(carolIn(absences)?.lost ?? {})).toEqual([`${MAX_ABSENCES - 1}`]);
	});

	it('the roster stores only the newest MAX_CONTACTS_KEPT connections to a peer that connects again and again', () => {
		const connected = Array.from({length: MAX_CONTACTS_KEPT + 9}, (_, index) =>
			observe(observation(me, index, {type: 'peer-connected', subject: carol, address: '10.0.0.9'})),
		);
		const known = carolIn(connected);
		expect(known?.connections.length).toBe(MAX_CONTACTS_KEPT);
		expect(known?.connections[0]?.ms).toBe(T0 + 9);
	});
});

describe('rows that are too far ahead of our clock', () => {
	const ahead = MAX_HLC_AHEAD_MS + 10;
	const tick: Input = {type: 'ephemeral', event: {type: 'time-passed', now: T0 + 10}};

	it('a `lost` row that is too far ahead of our clock is never shown if its subject leaves before the row becomes visible', () => {
		const pending = [anyEntry, learn(0, [feedEvent(dave, 2, ahead, {type: 'lost', subject: carol, absence: 0})])];
		expect(rows(reduceAll([...pending, tick]))).toEqual([`${ahead} dave lost`]);
		expect(rows(reduceAll([...pending, left(5, 4), tick]))).toEqual(['5 carol left']);
	});

	it('rows that are too far ahead of our clock are shown as soon as a launch proves that they are our own', () => {
		const before = reduceAll([learn(0, [posted(carol, 2, ahead - 1), posted(me, 2, ahead)])]);
		expect(rows(before)).toEqual([]);
		expect(rows(reduceInputs(before, [launched()]))).toEqual([`${ahead} me posted`]);
	});

	it('rows that are too far ahead of our clock add their author to the roster immediately', () => {
		const state = reduceAll([learn(0, [joined(carol, ahead, 'Carol')])]);
		expect(rows(state)).toEqual([]);
		expect(findPeer(state.roster, carol)?.names).toMatchObject([{seq: 1, name: 'Carol'}]);
	});
});
