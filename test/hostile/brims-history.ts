/** Attacks that fill the limits of the history and of its effects (protocol.md, Shares). */
import type {EntryBody} from '../../source/codec/entry.js';
import type {Message} from '../../source/codec/message-types.js';
import type {PeerId} from '../../source/core/event.js';
import {
	LIVE_AUTHORS_AT_FULL_PACE,
	LIVE_BURST_SECONDS,
	LIVE_FREE_SECONDS,
	LIVE_FREE_SHARE,
	LIVE_SHARED_BURST_SECONDS,
	MAX_HAVE_FEEDS,
	MAX_LIVE_BYTES_PER_SECOND,
	MAX_LIVE_EVENTS_PER_SECOND,
	MAX_MARKS_COUNTED,
	MAX_MISSING_FEEDS,
	MAX_NAMES_KEPT,
	MAX_NEW_FEEDS_PER_MINUTE,
	MAX_PINS_SHOWN,
	MAX_REPORTED_SUBJECTS,
} from '../../source/core/limits.js';
import {findPeer} from '../../source/core/roster.js';
import {selectPins} from '../../source/core/select-pins.js';
import type {BrimRoom} from './brim-room.js';
import {type Brim, type History, inventedPeer, pagesOf, serve, writeHistory} from './brims.js';
import type {MaliciousPeer} from './malicious-peer.js';

const stateOf = (room: BrimRoom) => room.ann.chatNode.store.getState();

/** Number and bytes of the texts of these authors that Ann shows. */
function shownOf(room: BrimRoom, authors: ReadonlySet<PeerId>): {count: number; bytes: number} {
	const texts = stateOf(room)
		.timeline.pages.flat()
		.flatMap(row => (row.type === 'posted' && authors.has(row.peer) ? [row.text] : []));
	return {count: texts.length, bytes: texts.reduce((sum, text) => sum + text.length, 0)};
}

/** Connects a member that lists these histories when it connects, and serves them. */
async function connectServing(room: BrimRoom, host: number, histories: readonly History[]): Promise<MaliciousPeer> {
	const {opening, onMessage} = serve(histories);
	const peer = await room.connect(room.attackerHost(host), {onMessage, opening: []});
	peer.send({type: 'have', kind: 'digest', digest: new Uint8Array(256 * 8)});
	for (const message of pagesOf(opening)) peer.send(message);
	return peer;
}

export const historyBrims: readonly Brim[] = [
	{
		title: 'live events of one author, by number and by bytes',
		limits: ['MAX_LIVE_EVENTS_PER_SECOND', 'MAX_LIVE_BYTES_PER_SECOND', 'LIVE_BURST_SECONDS'],
		async attack(room) {
			const many = await room.connect(room.attackerHost(1));
			const wide = await room.connect(room.attackerHost(2));
			const start = room.clock.monotonic();
			const push = (peer: MaliciousPeer, count: number, text: string) => {
				const bodies = Array.from({length: count}, (): EntryBody => ({type: 'posted', text}));
				peer.send({type: 'events', batches: [peer.write(bodies)]});
			};
			return {
				repeat() {
					// Pushes events at twice the rate limit, so that the allowed burst is used up after five seconds. Ann then
					// drops pushes.
					push(many, (2 * MAX_LIVE_EVENTS_PER_SECOND) / 10, 'x');
					push(wide, 2, 'x'.repeat(MAX_LIVE_BYTES_PER_SECOND / 10));
				},
				fills() {
					const seconds = (room.clock.monotonic() - start) / 1000;
					return [
						{
							what: 'events',
							value: shownOf(room, new Set([many.peer])).count,
							atLeast: MAX_LIVE_EVENTS_PER_SECOND * (seconds - 2),
							atMost: MAX_LIVE_EVENTS_PER_SECOND * (seconds + LIVE_BURST_SECONDS),
						},
						{
							what: 'bytes',
							value: shownOf(room, new Set([wide.peer])).bytes,
							atLeast: MAX_LIVE_BYTES_PER_SECOND * (seconds - 2),
							atMost: MAX_LIVE_BYTES_PER_SECOND * (seconds + LIVE_BURST_SECONDS),
						},
					];
				},
			};
		},
	},
	{
		title: 'live events of all authors together',
		limits: ['LIVE_AUTHORS_AT_FULL_PACE', 'LIVE_SHARED_BURST_SECONDS', 'LIVE_FREE_SECONDS', 'LIVE_FREE_SHARE'],
		async attack(room) {
			const peers: MaliciousPeer[] = [];
			for (let index = 0; index < 2 * LIVE_AUTHORS_AT_FULL_PACE; index++)
				peers.push(await room.connect(room.attackerHost(index)));
			const start = room.clock.monotonic();
			const authors = new Set(peers.map(({peer}) => peer));
			const bodies = Array.from({length: 40}, (): EntryBody => ({type: 'posted', text: 'x'}));
			let ticks = 0;
			return {
				repeat() {
					if (ticks++ % 2 === 0) for (const peer of peers) peer.send({type: 'events', batches: [peer.write(bodies)]});
				},
				fills() {
					const seconds = (room.clock.monotonic() - start) / 1000;
					const perSecond = MAX_LIVE_EVENTS_PER_SECOND * LIVE_AUTHORS_AT_FULL_PACE;
					const free = peers.length * MAX_LIVE_EVENTS_PER_SECOND * (LIVE_FREE_SECONDS + LIVE_FREE_SHARE * seconds);
					return [
						{
							what: 'events',
							value: shownOf(room, authors).count,
							// Above the limit, Ann requests the events instead of taking the pushes. The attackers do not answer these
							// requests.
							atLeast: perSecond * 4,
							atMost: perSecond * (seconds + LIVE_SHARED_BURST_SECONDS) + free,
						},
					];
				},
			};
		},
	},
	{
		title: 'new feeds of one connection, and feeds with missing entries',
		limits: ['MAX_NEW_FEEDS_PER_MINUTE', 'MAX_MISSING_FEEDS', 'MAX_HAVE_FEEDS'],
		async attack(room) {
			const claims = (from: number, count: number): Message[] =>
				Array.from({length: count / MAX_HAVE_FEEDS}, (_, page) => ({
					type: 'have',
					kind: 'page',
					feeds: Array.from({length: MAX_HAVE_FEEDS}, (__, index) => ({
						peer: inventedPeer(from + page * MAX_HAVE_FEEDS + index),
						seq: 1,
						hash: new Uint8Array(8),
					})),
					last: (page + 1) * MAX_HAVE_FEEDS >= count,
				}));
			const connections = MAX_MISSING_FEEDS / MAX_NEW_FEEDS_PER_MINUTE + 1;
			for (let index = 0; index < connections; index++) {
				const peer = await room.connect(room.attackerHost(index), {opening: []});
				peer.send({type: 'have', kind: 'digest', digest: new Uint8Array(256 * 8)});
				for (const message of claims(index * 100_000, MAX_NEW_FEEDS_PER_MINUTE + MAX_HAVE_FEEDS)) peer.send(message);
			}
			let expected = 0;
			return {
				repeat() {
					expected = Math.max(expected, stateOf(room).ephemeral.sync.expected);
				},
				fills: () => [{what: 'feeds', value: expected, atLeast: MAX_MISSING_FEEDS, atMost: MAX_MISSING_FEEDS + 100}],
			};
		},
	},
	{
		title: 'reports that invented peers are lost',
		limits: ['MAX_REPORTED_SUBJECTS'],
		async attack(room) {
			const bodies = Array.from({length: MAX_REPORTED_SUBJECTS + 200}, (_, index): EntryBody => {
				return {type: 'lost', subject: inventedPeer(index), absence: 0};
			});
			await connectServing(room, 1, [writeHistory(room, bodies)]);
			return {
				fills: () => [
					{
						what: 'reports',
						value: stateOf(room).hearsay.count,
						atLeast: MAX_REPORTED_SUBJECTS,
						atMost: MAX_REPORTED_SUBJECTS,
					},
				],
			};
		},
	},
	{
		title: 'names of one peer',
		limits: ['MAX_NAMES_KEPT'],
		async attack(room) {
			const history = writeHistory(
				room,
				Array.from({length: MAX_NAMES_KEPT + 100}, (_, index) => ({type: 'renamed', name: `name ${index}`})),
			);
			await connectServing(room, 1, [history]);
			return {
				fills: () => [
					{
						what: 'names',
						value: findPeer(stateOf(room).roster, history.key.peer)?.names.length ?? 0,
						atLeast: MAX_NAMES_KEPT,
						atMost: MAX_NAMES_KEPT,
					},
				],
			};
		},
	},
	{
		title: 'reactions to one message, and pinned messages',
		limits: ['MAX_MARKS_COUNTED', 'MAX_MARKS_PER_FEED', 'MAX_WORDS_PER_FEED', 'MAX_PINS_SHOWN', 'MAX_PINS_PER_FEED'],
		async attack(room) {
			room.nodes[1]?.chatNode.post('the plan');
			await room.clock.advance(500);
			const row = stateOf(room)
				.timeline.pages.flat()
				.find(one => one.type === 'posted' && one.text === 'the plan');
			if (row?.type !== 'posted') throw new Error('no message');
			const target = {peer: row.peer, seq: row.seq};
			const pinned = writeHistory(
				room,
				Array.from({length: 100}, (_, index) => ({type: 'posted', text: `spam ${index}`})),
			);
			const histories = Array.from({length: 80}, () =>
				writeHistory(room, [
					...Array.from(
						{length: 60},
						(_, index): EntryBody => ({type: 'marked', target, word: `w${index % 9}`, on: true}),
					),
					...Array.from(
						{length: 20},
						(_, index): EntryBody => ({type: 'pinned', target: {peer: pinned.key.peer, seq: index + 1}, on: true}),
					),
				]),
			);
			await connectServing(room, 1, [pinned, ...histories]);
			return {
				fills: () => [
					{
						what: 'reactions',
						value: stateOf(room).effects.marks.length,
						atLeast: MAX_MARKS_COUNTED,
						atMost: Number.POSITIVE_INFINITY,
					},
					{what: 'pins', value: selectPins(stateOf(room)).length, atLeast: 20, atMost: MAX_PINS_SHOWN},
				],
			};
		},
	},
];
