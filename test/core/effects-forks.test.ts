import fc from 'fast-check';
import {expect, it} from 'vitest';
import type {EntryBody} from '../../source/codec/entry.js';
import type {Batch} from '../../source/core/batch.js';
import type {EventRef, FeedEvent, PeerId} from '../../source/core/event.js';
import {MAX_HLC_AHEAD_MS} from '../../source/core/limits.js';
import {initialState, reduceInputs} from '../../source/core/reduce.js';
import {stateIgnoring} from '../../source/core/text-of.js';
import {createFeedTips, type FeedTips} from '../../source/feed/feed-tips.js';
import {createOwnFeed, type UnsignedEvent} from '../../source/feed/own-feed.js';
import {createPeerKey} from '../../source/feed/signing-keys.js';
import {createAuthor, roomTag, seedOf} from '../feed/make-feed.js';
import {learn, T0} from './make-events.js';
import {shownBy} from './shown-by.js';

/** Ann has two feeds under one identity. Mallory signs two histories after a common beginning. */
const {identity} = createAuthor(1);
const keys = {ann: seedOf(1), annAgain: seedOf(2), bob: seedOf(3), mallory: seedOf(4)};
const peerOf = (seed: Uint8Array) => createPeerKey(seed).peer;
const mallory = peerOf(keys.mallory);
const everybody: readonly PeerId[] = Object.values(keys).map(peerOf);

interface Draft {
	readonly body: EntryBody;
	/** Time since the previous event of the feed, ms. */
	readonly after: number;
}

const target: fc.Arbitrary<EventRef> = fc.record({
	peer: fc.constantFrom(...everybody),
	seq: fc.integer({min: 2, max: 6}),
});
const body: fc.Arbitrary<EntryBody> = fc.oneof(
	fc.constantFrom('a', 'b').map(text => ({type: 'posted' as const, text})),
	fc.record({type: fc.constant('posted' as const), text: fc.constantFrom('r', 's'), replyTo: target}),
	fc.record({type: fc.constant('marked' as const), target, word: fc.constantFrom('x', 'y'), on: fc.boolean()}),
	fc.record({type: fc.constant('corrected' as const), target, text: fc.constantFrom('c', 'd')}),
	fc.record({type: fc.constant('withdrawn' as const), target}),
	fc.record({type: fc.constant('pinned' as const), target, on: fc.boolean()}),
);
const AHEAD_23_H = 23 * 60 * 60 * 1000;
const after = fc.oneof(
	{weight: 20, arbitrary: fc.integer({min: 1, max: 60})},
	{weight: 1, arbitrary: fc.constant(AHEAD_23_H)},
	{weight: 1, arbitrary: fc.constant(MAX_HLC_AHEAD_MS)},
);
const drafts = (maxLength: number): fc.Arbitrary<Draft[]> =>
	fc.array(fc.record({body, after}), {minLength: 1, maxLength});

function toEvents(list: readonly Draft[], start: number): UnsignedEvent[] {
	let ms = start;
	return list.map(draft => {
		ms += draft.after;
		return {body: draft.body, at: ms, hlc: {ms, counter: 0}};
	});
}

/** Batches of one feed: one event in each, so that they can arrive in every order. */
function write(seed: Uint8Array, histories: readonly Draft[], hasIdentity: boolean): Batch[] {
	const feed = createOwnFeed({key: createPeerKey(seed), roomTag, ...(hasIdentity && {identity})});
	const joined: UnsignedEvent = {
		body: {type: 'joined', name: 'A', addresses: [], version: '1'},
		at: T0,
		hlc: {ms: T0, counter: 0},
	};
	return [joined, ...toEvents(histories, T0)].map(event => feed.append([event]));
}

/** A node that accepts batches, and keeps them in a log. */
function createReceiver() {
	const log: Batch[] = [];
	const hashes = new Map<string, Uint8Array>();
	const hashAt = (peer: PeerId, seq: number) => hashes.get(`${peer} ${seq}`);
	let tips: FeedTips = createFeedTips({roomTag, hashAt});
	let state = reduceInputs(initialState, []);
	const reduce = (events: readonly FeedEvent[]) => {
		state = reduceInputs(state, [learn(0, events, false)]);
	};
	return {
		accept(batch: Batch): void {
			const result = tips.accept(batch);
			if (result.type !== 'accepted') return;
			log.push(result.batch);
			const tip = tips.tip(batch.peer);
			if (tip) hashes.set(`${batch.peer} ${tip.seq}`, tip.hash);
			reduce(result.events);
		},
		/** Reads everything from the log again, as after a crash. The node forgets which feeds are forked. */
		restart(): void {
			tips = createFeedTips({roomTag, hashAt});
			state = initialState;
			for (const batch of log) reduce(tips.restore(batch));
		},
		state: () =>
			reduceInputs(state, [{type: 'ephemeral', event: {type: 'time-passed', now: T0 + 99 * MAX_HLC_AHEAD_MS}}]),
		size: () => log.length,
		tip: (peer: PeerId) => tips.tip(peer),
		isFrozen: (peer: PeerId) => tips.isFrozen(peer),
	};
}

type Receiver = ReturnType<typeof createReceiver>;

/**
 * Offers all batches in the given order, again and again, until a round brings nothing new. Restarts the node once in
 * the first round.
 */
function offerAll(node: Receiver, batches: readonly Batch[], restartAt: number): void {
	for (const [index, batch] of batches.entries()) {
		if (index === restartAt % batches.length) node.restart();
		node.accept(batch);
	}
	for (let before = -1; node.size() > before; ) {
		before = node.size();
		for (const batch of batches) node.accept(batch);
	}
}

const room = fc
	.record({
		ann: drafts(6),
		annAgain: drafts(6),
		bob: drafts(6),
		common: drafts(4),
		one: drafts(4),
		two: drafts(4),
	})
	.map(({ann, annAgain, bob, common, one, two}) => {
		const honest = [write(keys.ann, ann, true), write(keys.annAgain, annAgain, true), write(keys.bob, bob, false)];
		const fork = [one, two].map(branch => write(keys.mallory, [...common, ...branch], false));
		return {batches: [...honest, ...fork].flat(), fork};
	});
const order = fc.array(fc.double({min: 0, max: 1, noNaN: true}), {minLength: 64, maxLength: 64});
const shuffled = (batches: readonly Batch[], weights: readonly number[]) =>
	batches.map((batch, index) => ({batch, weight: weights[index] ?? 0})).sort((a, b) => a.weight - b.weight);

it('nodes that hold the same branch of a forked feed show the same effects, and all nodes show the same effects by all other authors', () => {
	let [differing, same] = [0, 0];
	fc.assert(
		fc.property(
			room,
			fc.array(order, {minLength: 3, maxLength: 3}),
			fc.nat(40),
			({batches, fork}, orders, restartAt) => {
				const nodes = orders.map((weights, index) => {
					const node = createReceiver();
					const offered = shuffled(batches, weights).map(({batch}) => batch);
					offerAll(node, offered, index === 0 ? restartAt : -1);
					return node;
				});
				const shorter = Math.min(...fork.map(branch => branch.length));
				const isFork = fork[0]?.[shorter - 1]?.signature.join() !== fork[1]?.[shorter - 1]?.signature.join();
				const isIgnored = (peer: PeerId) => peer === mallory;
				const views = nodes.map(node => {
					const state = node.state();
					const ignoring = shownBy(stateIgnoring(state, isIgnored));
					return {
						tip: node.tip(mallory),
						all: shownBy(state),
						ofOthers: {
							rows: ignoring.rows.filter(({peer}) => peer !== mallory),
							messages: ignoring.messages.filter(({row}) => row.peer !== mallory),
							pins: ignoring.pins,
						},
					};
				});
				for (const [index, view] of views.entries()) {
					if (isFork) expect(nodes[index]?.isFrozen(mallory)).toBe(true);
					expect(view.ofOthers).toEqual(views[0]?.ofOthers);
					for (const other of views.slice(0, index)) {
						const isSame = other.tip?.seq === view.tip?.seq && other.tip?.hash.join() === view.tip?.hash.join();
						if (isSame) expect(view.all).toEqual(other.all);
						if (isSame) same++;
						else differing++;
					}
				}
			},
		),
		{numRuns: 25},
	);
	expect(Math.min(same, differing)).toBeGreaterThan(3);
});
