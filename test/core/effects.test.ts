import fc from 'fast-check';
import {describe, expect, it, test} from 'vitest';
import {
	addEffects,
	EFFECT_PAGE_SIZE,
	effectsOn,
	emptyEffectIndex,
	hasEffect,
	lastEffectsOn,
} from '../../source/core/effect-index.js';
import {isEffect, noEffects} from '../../source/core/effects.js';
import type {EffectEvent, EventRef, FeedEvent, FeedEventBody, Input, PeerId} from '../../source/core/event.js';
import {compareOrder} from '../../source/core/event-order.js';
import {findPosted} from '../../source/core/find-posted.js';
import {createHistory} from '../../source/core/history.js';
import {
	MAX_HLC_AHEAD_MS,
	MAX_MARKS_COUNTED,
	MAX_MARKS_PER_FEED,
	MAX_PINS_CONSIDERED,
	MAX_PINS_SEARCHED,
	MAX_PINS_SHOWN,
	MAX_VERSIONS_SHOWN,
	MAX_WORDS_PER_FEED,
} from '../../source/core/limits.js';
import {initialState, reduceInputs} from '../../source/core/reduce.js';
import {selectMarks} from '../../source/core/select-marks.js';
import {selectPins} from '../../source/core/select-pins.js';
import {contentOf, stateIgnoring, textOf, versionsOf} from '../../source/core/text-of.js';
import {PAGE_SIZE, sliceTimeline} from '../../source/core/timeline.js';
import {feedEvent, learn, peerId, T0} from './make-events.js';
import {shownBy} from './shown-by.js';

/** Ann has two feeds under one identity. Mallory's feed claims no identity. */
const [ann, annAgain, bob, mallory] = ['a1', 'a2', 'b0', 'ff'].map(peerId) as [PeerId, PeerId, PeerId, PeerId];
const unknown = peerId('99');
const authors = [ann, annAgain, bob, mallory];
const identityOf = (key: string) => ({key: key.repeat(64), fingerprint: key.repeat(8)});
const identities = new Map([
	[ann, identityOf('1')],
	[annAgain, identityOf('1')],
	[bob, identityOf('2')],
]);

function joinedAs(peer: PeerId): FeedEvent {
	const identity = identities.get(peer);
	const body = {type: 'joined' as const, name: peer.slice(0, 2), addresses: [], version: '1'};
	return feedEvent(peer, 1, 0, identity ? {...body, identity} : body);
}

const joins = authors.map(joinedAs);
const AHEAD_23_H = 23 * 60 * 60 * 1000;

const ref: fc.Arbitrary<EventRef> = fc.record({
	peer: fc.constantFrom(...authors, unknown),
	seq: fc.integer({min: 2, max: 5}),
});
const time = fc.oneof(
	{weight: 10, arbitrary: fc.integer({min: 1, max: 60})},
	{weight: 2, arbitrary: fc.integer({min: AHEAD_23_H, max: AHEAD_23_H + 9})},
	{weight: 1, arbitrary: fc.integer({min: MAX_HLC_AHEAD_MS + 50, max: MAX_HLC_AHEAD_MS + 90})},
);
const posted = fc.constantFrom('a', 'b').map((text): FeedEventBody => ({type: 'posted', text}));
const effectBody: fc.Arbitrary<FeedEventBody> = fc.oneof(
	fc.record({
		type: fc.constant('marked' as const),
		target: ref,
		word: fc.constantFrom('x', 'y', 'z'),
		on: fc.boolean(),
	}),
	fc.record({type: fc.constant('corrected' as const), target: ref, text: fc.constantFrom('c', 'd', 'e')}),
	fc.record({type: fc.constant('withdrawn' as const), target: ref}),
	fc.record({type: fc.constant('pinned' as const), target: ref, on: fc.boolean()}),
);
const event = fc
	.record({
		peer: fc.constantFrom(...authors),
		seq: fc.integer({min: 2, max: 24}),
		ms: time,
		body: fc.oneof({weight: 1, arbitrary: posted}, {weight: 3, arbitrary: effectBody}),
	})
	.map(({peer, seq, ms, body}) => feedEvent(peer, seq, ms, body));
/** Effects by a throwaway key: reactions to events that do not exist, and pins of such events. */
const throwaway = fc
	.record({key: fc.integer({min: 0x30, max: 0x6f}), seq: fc.nat(1000), ms: time, isPin: fc.boolean()})
	.map(({key, seq, ms, isPin}) => {
		const target = {peer: unknown, seq: seq + 10};
		const body: FeedEventBody = isPin
			? {type: 'pinned', target, on: true}
			: {type: 'marked', target, word: 'x', on: true};
		return feedEvent(peerId(key.toString(16)), 2, ms, body);
	});

/** One event for each peer and seq, with times that rise with the seq, as in signed feeds. */
const events = fc
	.array(fc.oneof({weight: 6, arbitrary: event}, {weight: 1, arbitrary: throwaway}), {minLength: 4, maxLength: 50})
	.map(drawn => {
		const bySeq = [...new Map([...joins, ...drawn].map(item => [`${item.peer} ${item.seq}`, item])).values()];
		const peers = [...new Set(bySeq.map(({peer}) => peer))];
		return peers.flatMap(of => withRisingTimes(bySeq.filter(({peer}) => peer === of)));
	});

/** The events of one feed in the order of their seqs, with their times in rising order. */
function withRisingTimes(feed: readonly FeedEvent[]): FeedEvent[] {
	const times = feed.map(({ms}) => ms).sort((a, b) => a - b);
	return feed
		.toSorted((a, b) => a.seq - b.seq)
		.map((item, index) => ({...item, at: times[index] ?? 0, ms: times[index] ?? 0, counter: item.seq}));
}

const inputOf = (item: FeedEvent): Input => learn(0, [item], false);
const reduceEach = (items: readonly FeedEvent[]) =>
	items.reduce((state, item) => reduceInputs(state, [inputOf(item)]), initialState);
const later: Input = {type: 'ephemeral', event: {type: 'time-passed', now: T0 + 10 * MAX_HLC_AHEAD_MS}};

describe('effects', () => {
	it('effects give the same timeline and texts in every order of arrival, whether one call of the reducer or many apply them, even if they arrive twice', () => {
		fc.assert(
			fc.property(
				events.chain(items => fc.tuple(fc.constant(items), fc.shuffledSubarray(items, {minLength: items.length}))),
				([items, order]) => {
					const whole = reduceInputs(initialState, [learn(0, items)]);
					const each = reduceEach([...order, ...order]);
					expect(shownBy(each)).toEqual(shownBy(whole));
					expect(shownBy(reduceInputs(each, [later]))).toEqual(shownBy(reduceInputs(whole, [later])));
				},
			),
			{numRuns: 600},
		);
	});

	it('reactions and pins of an ignored person do not count: the state shows the same reactions and pins as without that person', () => {
		fc.assert(
			fc.property(events, fc.constantFrom(...authors), (items, ignored) => {
				const isIgnored = (peer: PeerId) => peer === ignored;
				const ignoring = stateIgnoring(reduceEach(items), isIgnored);
				const without = reduceEach(
					items.filter(({peer, type}) => peer !== ignored || (type !== 'marked' && type !== 'pinned')),
				);
				const pinsWithout = selectPins(without).filter(({message}) => message.peer !== ignored);
				expect(selectPins(ignoring)).toEqual(pinsWithout);
				for (const row of sliceTimeline(without.timeline, 0, without.timeline.length)) {
					expect(selectMarks(ignoring, row)).toEqual(selectMarks(without, row));
					if (row.type === 'posted') expect(contentOf(ignoring, row)).toEqual(contentOf(without, row));
				}
			}),
			{numRuns: 150},
		);
	});

	it('effects follow the rules of the protocol, compared with a direct computation over all events', () => {
		fc.assert(
			fc.property(events, items => {
				const state = reduceInputs(reduceEach(items), [later]);
				for (const message of items) {
					if (message.type !== 'posted') continue;
					const on = items
						.filter(isEffect)
						.filter(({target}) => target.peer === message.peer && target.seq === message.seq);
					expect(contentOf(state, message).text).toBe(expectedText(message, on));
					expect(
						Object.fromEntries(selectMarks(state, message).map(({word, people}) => [word, people.length])),
					).toEqual(expectedMarks(on));
				}
			}),
			{numRuns: 600},
		);
	});

	it('in a replay, the effects at each position are those that a node knew at that moment', () => {
		fc.assert(
			fc.property(events, fc.nat(60), (items, cut) => {
				const history = createHistory();
				for (const item of items) history.append([inputOf(item)]);
				const index = Math.min(cut, items.length);
				expect(shownBy(history.stateAt(index))).toEqual(shownBy(reduceEach(items.slice(0, index))));
			}),
			{numRuns: 200},
		);
	});

	it('if keys that somebody created only for this write as many reactions and pins as the limits allow, every order of arrival gives the same state, and the pin of an honest person is still shown', () => {
		const message = feedEvent(bob, 2, 5, {type: 'posted', text: 'hi'});
		const target = {peer: bob, seq: 2};
		const keys = Array.from({length: MAX_MARKS_COUNTED + 50}, (_, index) => peerId((0x10_000 + index).toString(16)));
		const crowd = keys.flatMap((peer, index) => {
			const invented = {peer: unknown, seq: 10 + (index % 3000)};
			return [
				feedEvent(peer, 2, 10, {type: 'marked', target, word: `w${index % 4}`, on: true}),
				...(index % 16 === 0
					? [
							feedEvent(peer, 3, 11, {type: 'marked', target: invented, word: 'x', on: true}),
							feedEvent(peer, 4, 12, {type: 'pinned', target: invented, on: true}),
						]
					: []),
			];
		});
		const honest = [feedEvent(ann, 2, 20, {type: 'pinned', target, on: true})];
		const orders = [
			[message, ...crowd, ...honest],
			[...honest, ...crowd.toReversed(), message],
		];
		const shown = orders.map(items => {
			const state = reduceInputs(initialState, [learn(0, joins), learn(0, items)]);
			return {
				marks: selectMarks(state, target),
				pins: selectPins(state).map(({message: {peer, seq}}) => ({peer, seq})),
			};
		});
		expect(shown[1]).toEqual(shown[0]);
		expect(shown[0]?.pins).toEqual([target]);
		const counted = shown[0]?.marks.reduce((sum, {people}) => sum + people.length, 0);
		expect(counted).toBe(MAX_MARKS_COUNTED);
	});

	it('a log without reactions, corrections, withdrawals and pins gives a state without effects, and none of these events adds a row to the timeline', () => {
		const message = feedEvent(bob, 2, 5, {type: 'posted', text: 'hi'});
		const before = reduceInputs(initialState, [learn(0, [...joins, message])]);
		expect(before.effects).toBe(noEffects);
		const after = reduceInputs(before, [
			learn(0, [feedEvent(ann, 2, 6, {type: 'marked', target: message, word: 'x', on: true})]),
		]);
		expect(after.timeline).toBe(before.timeline);
	});
});

const personOf = (peer: PeerId) => identities.get(peer)?.key ?? peer;
const latest = <T extends FeedEvent>(items: readonly T[]): T | undefined => items.toSorted(compareOrder).at(-1);

function expectedText(message: FeedEvent & {type: 'posted'}, on: readonly EffectEvent[]): string {
	const valid = on.filter(({peer}) => personOf(peer) === personOf(message.peer));
	if (valid.some(({type}) => type === 'withdrawn')) return '';
	const last = latest(valid.filter(item => item.type === 'corrected'));
	return last?.text ?? message.text;
}

function expectedMarks(on: readonly EffectEvent[]): Record<string, number> {
	const marks = on.filter(item => item.type === 'marked');
	const counts: Record<string, number> = {};
	for (const word of new Set(marks.map(mark => mark.word))) {
		const people = new Set(marks.map(({peer}) => personOf(peer)));
		const isOn = (person: string) =>
			latest(marks.filter(mark => mark.word === word && personOf(mark.peer) === person))?.on === true;
		const count = [...people].filter(isOn).length;
		if (count > 0) counts[word] = count;
	}
	return counts;
}

describe('the text of a message', () => {
	const message = feedEvent(bob, 2, 10, {type: 'posted', text: 'helo'}) as FeedEvent & {type: 'posted'};
	const correction = (peer: PeerId, seq: number, ms: number, text: string) =>
		feedEvent(peer, seq, ms, {type: 'corrected', target: {peer: bob, seq: 2}, text});
	const withdrawal = feedEvent(bob, 9, 40, {type: 'withdrawn', target: {peer: bob, seq: 2}});
	const stateOf = (...items: FeedEvent[]) => reduceInputs(initialState, [learn(0, [...joins, message, ...items])]);

	it('the text of a message is that of the last correction by its author', () => {
		const state = stateOf(correction(bob, 4, 30, 'hello'), correction(bob, 3, 20, 'hallo'));
		expect(textOf(state, message)).toBe('hello');
		expect(versionsOf(state, message).map(version => version.seq)).toEqual([2, 3, 4]);
	});

	it('the text of a message at a position of the timeline results from the effects up to that position', () => {
		const state = stateOf(correction(bob, 3, 20, 'hello'), withdrawal);
		const textAt = (ms: number) => textOf(state, message, {...message, ms: T0 + ms, seq: 1000});
		expect([15, 20, 39, 40].map(textAt)).toEqual(['helo', 'hello', 'hello', '']);
	});

	it('the text of a message does not change when another person corrects or withdraws it', () => {
		const foreign = feedEvent(ann, 4, 50, {type: 'withdrawn', target: {peer: bob, seq: 2}});
		expect(textOf(stateOf(correction(ann, 3, 20, 'lies'), correction(mallory, 3, 21, 'lies'), foreign), message)).toBe(
			'helo',
		);
	});

	it('the text of a withdrawn message stays empty, also after a later correction', () => {
		expect(contentOf(stateOf(withdrawal, correction(bob, 10, 50, 'back')), message)).toMatchObject({
			text: '',
			withdrawal: {seq: 9},
		});
	});

	it('a message that says that a window for guests is open keeps its text, even if its author corrects or withdraws the message', () => {
		const opened = {...message, window: 'opened' as const};
		const state = reduceInputs(initialState, [
			learn(0, [...joins, opened, correction(bob, 3, 20, 'nothing'), withdrawal]),
		]);
		expect(contentOf(state, opened)).toEqual({text: 'helo'});
		expect(versionsOf(state, opened)).toEqual([opened]);
	});

	it('another launch of the author can correct a message only with the same verified identity', () => {
		const target = {peer: ann, seq: 2};
		const ofAnn = feedEvent(ann, 2, 10, {type: 'posted', text: 'helo'}) as FeedEvent & {type: 'posted'};
		const byOther = (peer: PeerId) => feedEvent(peer, 3, 20, {type: 'corrected', target, text: 'hello'});
		expect(textOf(stateOf(ofAnn, byOther(annAgain)), ofAnn)).toBe('hello');
		expect(textOf(stateOf(ofAnn, byOther(mallory)), ofAnn)).toBe('helo');
		const later = feedEvent(ann, 4, 40, {type: 'corrected', target, text: 'latest'});
		expect(textOf(stateOf(ofAnn, later, byOther(annAgain)), ofAnn)).toBe('latest');
		const ofMallory = feedEvent(mallory, 2, 10, {type: 'posted', text: 'x'}) as FeedEvent & {type: 'posted'};
		const state = stateOf(
			ofMallory,
			feedEvent(unknown, 2, 20, {type: 'corrected', target: {peer: mallory, seq: 2}, text: 'y'}),
		);
		expect(textOf(state, ofMallory)).toBe('x');
	});
});

describe('reactions', () => {
	const target = {peer: bob, seq: 2};
	const mark = (peer: PeerId, seq: number, ms: number, word: string, on = true) =>
		feedEvent(peer, seq, ms, {type: 'marked', target, word, on});
	const marksOf = (items: readonly FeedEvent[], options = {}) =>
		selectMarks(reduceInputs(initialState, [learn(0, [...joins, ...items])]), target, options);

	it('reactions with one word count each person once, even with several launches, and the last choice of the person decides', () => {
		const items = [mark(ann, 2, 10, '👍'), mark(annAgain, 2, 11, '👍'), mark(bob, 3, 12, '👍')];
		expect(marksOf(items)).toMatchObject([{word: '👍', people: [annAgain, bob]}]);
		const back = mark(annAgain, 3, 13, '👍', false);
		expect(marksOf([...items, back])).toMatchObject([{people: [bob]}]);
		expect(marksOf([...items, back, mark(ann, 3, 14, '👍')])).toMatchObject([{people: [bob, ann]}]);
	});

	it('reactions: each feed can react to a message with a limited number of words, and a word that is taken back still counts toward this limit', () => {
		const words = Array.from({length: MAX_WORDS_PER_FEED + 2}, (_, index) => `w${index}`);
		const items = words.map((word, index) => mark(mallory, index + 2, index, word));
		const counted = words.slice(0, MAX_WORDS_PER_FEED);
		expect(marksOf(items).map(({word}) => word)).toEqual(counted);
		const back = mark(mallory, 40, 40, 'w0', false);
		expect(marksOf([...items, back, mark(mallory, 41, 41, 'w9')]).map(({word}) => word)).toEqual(counted.slice(1));
	});

	it('reactions with words that look alike but differ in a byte are different reactions', () => {
		const words = ['\u00e9', 'e\u0301', 'ok', 'OK', 'ok\u200d'];
		const items = words.map((word, index) => mark(mallory, index + 2, index, word));
		expect(marksOf(items).map(({word, people}) => [word, people.length])).toEqual(words.map(word => [word, 1]));
	});

	it('reactions of ignored people do not count, and neither do reactions that are later than the position that a replay shows', () => {
		const items = [mark(ann, 2, 10, 'x'), mark(bob, 3, 20, 'x'), mark(mallory, 2, 30, 'x')];
		expect(marksOf(items, {isIgnored: (peer: PeerId) => peer === ann})).toMatchObject([{people: [bob, mallory]}]);
		const position = {ms: T0 + 20, counter: 0, peer: bob, seq: 3};
		expect(marksOf(items, {position})).toMatchObject([{people: [ann, bob]}]);
	});
});

it('all other reactions to a message count, however many reactions of ignored people, or later than the shown position, the message has', () => {
	const target = {peer: bob, seq: 2};
	const mark = (peer: PeerId, seq: number, ms: number) =>
		feedEvent(peer, seq, ms, {type: 'marked', target, word: 'x', on: true}, seq);
	const crowd = Array.from({length: MAX_MARKS_COUNTED / MAX_MARKS_PER_FEED + 1}, (_, index) =>
		peerId((0x10_000 + index).toString(16)),
	);
	const spam = crowd.flatMap(peer =>
		Array.from({length: MAX_MARKS_PER_FEED}, (_, index) => mark(peer, index + 2, 100)),
	);
	const state = reduceInputs(initialState, [learn(0, [...joins, ...spam, mark(mallory, 2, 20)])]);
	const peopleIn = (options: object) => selectMarks(state, target, options).flatMap(({people}) => people);
	expect(peopleIn({isIgnored: (peer: PeerId) => crowd.includes(peer)})).toEqual([mallory]);
	expect(peopleIn({position: {ms: T0 + 50, counter: 0, peer: bob, seq: 3}})).toEqual([mallory]);
	expect(peopleIn({})).not.toContain(mallory);
});

describe('pins', () => {
	const messages = Array.from({length: 40}, (_, index) =>
		feedEvent(bob, index + 2, index, {type: 'posted', text: 'm'}),
	);
	const pin = (peer: PeerId, seq: number, ms: number, of: number, on = true) =>
		feedEvent(peer, seq, ms, {type: 'pinned', target: {peer: bob, seq: of}, on});
	const pinsOf = (items: readonly FeedEvent[], options = {}) =>
		selectPins(reduceInputs(initialState, [learn(0, [...joins, ...messages, ...items])]), options).map(
			({message}) => message.seq,
		);

	it('pins by anybody are shown, the newest first, until anybody unpins the message', () => {
		expect(pinsOf([pin(ann, 2, 100, 2), pin(mallory, 2, 101, 3)])).toEqual([3, 2]);
		expect(pinsOf([pin(ann, 2, 100, 2), pin(mallory, 2, 101, 2, false)])).toEqual([]);
		expect(pinsOf([pin(ann, 2, 100, 2), pin(bob, 99, 101, 2, false), pin(bob, 100, 102, 2)])).toEqual([2]);
	});

	it('the number of pins is limited, and pins of unknown or withdrawn messages or by ignored people do not count', () => {
		const many = messages.map(({seq}) => pin(ann, seq, 100 + seq, seq));
		expect(pinsOf(many)).toHaveLength(MAX_PINS_SHOWN);
		const invented = Array.from({length: 50}, (_, index) => pin(mallory, index + 2, 200 + index, 1000 + index));
		expect(pinsOf([pin(ann, 2, 100, 2), ...invented])).toEqual([2]);
		const withdrawn = feedEvent(bob, 99, 300, {type: 'withdrawn', target: {peer: bob, seq: 2}});
		expect(pinsOf([pin(ann, 2, 100, 2), withdrawn])).toEqual([]);
		expect(pinsOf([pin(ann, 2, 100, 2)], {isIgnored: (peer: PeerId) => peer === ann})).toEqual([]);
	});
});

test('a pin of an event that is no message, and a reply to such an event, refer to no message', () => {
	const target = {peer: bob, seq: 1};
	const pin = feedEvent(ann, 2, 100, {type: 'pinned', target, on: true});
	const state = reduceInputs(initialState, [learn(0, [...joins, pin])]);
	expect([selectPins(state), findPosted(state.timeline, target)]).toEqual([[], undefined]);
});

test.each([
	['searched', MAX_PINS_SEARCHED, true],
	['considered', MAX_PINS_CONSIDERED, false],
] as const)(
	'an older pin is shown as long as it is among the %s ones, however many newer pins throwaway keys write, and not afterwards',
	(_, max, on) => {
		const message = feedEvent(bob, 2, 5, {type: 'posted', text: 'hi'});
		const honest = feedEvent(ann, 2, 10, {type: 'pinned', target: {peer: bob, seq: 2}, on: true});
		const pinsAfter = (count: number) => {
			const newer = Array.from({length: count}, (_, index) => {
				const key = peerId((0x10_000 + Math.floor(index / 100)).toString(16));
				return feedEvent(key, 2 + (index % 100), 20 + index, {
					type: 'pinned',
					target: {peer: unknown, seq: index + 1},
					on,
				});
			});
			return selectPins(reduceInputs(initialState, [learn(0, [...joins, message, honest, ...newer])])).length;
		};
		expect([pinsAfter(max - 1), pinsAfter(max)]).toEqual([1, 0]);
	},
);

describe('one peer that writes effects at the maximum rate', () => {
	const target = {peer: bob, seq: 2};
	const message = feedEvent(bob, 2, 5, {type: 'posted', text: 'hi'}) as FeedEvent & {type: 'posted'};
	const rest = Array.from({length: 3 * PAGE_SIZE}, (_, index) => index);

	it('one peer that writes effects at the maximum rate leaves the reactions of others in place', () => {
		// The spammer has the lowest peer id, so that its reactions are counted first.
		const spammer = peerId('00');
		const marks = rest.flatMap(index => {
			const mark = (seq: number, on: boolean) =>
				feedEvent(spammer, seq, 10 + index, {type: 'marked', target, word: `w${index % 3}`, on}, seq);
			return [mark(2 * index + 2, true), mark(2 * index + 3, false), mark(2 * index + 10_000, true)];
		});
		const honest = feedEvent(ann, 2, 20, {type: 'marked', target, word: 'ok', on: true});
		const state = reduceInputs(initialState, [learn(0, [...joins, message, ...marks, honest])]);
		expect(marks.length).toBeGreaterThan(MAX_MARKS_COUNTED);
		expect(selectMarks(state, target).find(({word}) => word === 'ok')?.people).toEqual([ann]);
	});

	it('the pins of others stay in place when one peer writes effects at the maximum rate', () => {
		const pins = rest.map(index =>
			feedEvent(mallory, index + 2, 100 + index, {type: 'pinned', target: {peer: unknown, seq: index + 2}, on: true}),
		);
		const more = pins.flatMap(pin =>
			[0, 1, 2].map(part => ({...pin, seq: pin.seq + 10_000 * part, ms: pin.ms + 10_000 * part})),
		);
		const honest = feedEvent(ann, 2, 20, {type: 'pinned', target, on: true});
		const state = reduceInputs(initialState, [learn(0, [...joins, message, honest, ...more])]);
		expect(more.length).toBeGreaterThan(MAX_PINS_CONSIDERED);
		expect(selectPins(state)).toMatchObject([{message: target, by: ann}]);
	});

	it('one peer that writes effects at the maximum rate makes the details of a message show only the last corrections', () => {
		const corrections = rest.map(index =>
			feedEvent(bob, index + 3, 10 + index, {type: 'corrected', target, text: `v${index}`}),
		);
		const withdrawal = feedEvent(bob, 90_000, 90_000, {type: 'withdrawn', target});
		const state = reduceInputs(initialState, [learn(0, [...joins, message, ...corrections])]);
		expect(textOf(state, message)).toBe(`v${rest.length - 1}`);
		expect(versionsOf(state, message)).toEqual([message, ...corrections.slice(-MAX_VERSIONS_SHOWN)]);
		expect(textOf(reduceInputs(state, [learn(0, [withdrawal])]), message)).toBe('');
	});
});

test('the effect index finds every effect by target and author, whatever the number of pages', () => {
	const effects = Array.from({length: 5 * EFFECT_PAGE_SIZE}, (_, index) => {
		const target = {peer: index % 3 === 0 ? ann : bob, seq: (index * 7) % 50};
		return feedEvent(index % 2 === 0 ? ann : mallory, index + 1, index, {type: 'withdrawn', target}) as EffectEvent;
	});
	let index = emptyEffectIndex;
	for (let from = 0; from < effects.length; from += 37)
		index = addEffects(index, effects.slice(from, from + 37).reverse());
	expect(index.length).toBe(effects.length);
	expect(Math.max(...index.pages.map(page => page.length))).toBeLessThanOrEqual(EFFECT_PAGE_SIZE);
	expect(addEffects(index, effects)).toBe(index);
	expect(addEffects(emptyEffectIndex, [...effects, ...effects])).toHaveLength(effects.length);
	for (const seq of [0, 7, 49]) {
		const target = {peer: bob, seq};
		const expected = effects.filter(effect => effect.target.peer === bob && effect.target.seq === seq);
		expect(new Set(effectsOn(index, target))).toEqual(new Set(expected));
		expect(effectsOn(index, target, {max: 3})).toHaveLength(3);
		const ofMallory = expected.filter(({peer}) => peer === mallory);
		expect(effectsOn(index, target, {author: mallory})).toEqual(ofMallory);
		const ofAnn = expected.filter(({peer}) => peer === ann);
		expect(effectsOn(index, target, {maxPerAuthor: 4})).toEqual([...ofAnn.slice(0, 4), ...ofMallory.slice(0, 4)]);
		expect(lastEffectsOn(index, target, mallory, {max: 3})).toEqual(ofMallory.toReversed().slice(0, 3));
		const [before, until] = [ofMallory[3], ofMallory[4]];
		if (before && until) expect(lastEffectsOn(index, target, mallory, {max: 2, until})).toEqual([until, before]);
	}
	for (const effect of effects) expect(hasEffect(index, effect)).toBe(true);
	expect(hasEffect(index, {...(effects[0] as EffectEvent), seq: 1e6})).toBe(false);
});

test('a message is found by author and seq, also if it arrives late, but only in a timeline that contains the message', () => {
	const items = Array.from({length: 1200}, (_, index) => feedEvent(bob, index + 2, index, {type: 'posted', text: 'm'}));
	const missing = {peer: ann, seq: 2};
	const state = reduceInputs(initialState, [learn(0, items)]);
	expect(findPosted(state.timeline, {peer: bob, seq: 700})?.seq).toBe(700);
	expect(findPosted(state.timeline, missing)).toBeUndefined();
	const late = reduceInputs(state, [learn(0, [feedEvent(ann, 2, 600, {type: 'posted', text: 'late'})])]);
	expect(findPosted(late.timeline, missing)).toMatchObject({text: 'late'});
	expect(findPosted(state.timeline, missing)).toBeUndefined();
	expect(findPosted(initialState.timeline, {peer: bob, seq: 700})).toBeUndefined();
});
