import {describe, expect, it} from 'vitest';
import type {FeedEvent, PeerId} from '../../source/core/event.js';
import {MAX_HEARSAY, MAX_REPORTED_SUBJECTS, MAX_REPORTS_PER_SUBJECT} from '../../source/core/limits.js';
import {initialState, reduceInputs} from '../../source/core/reduce.js';
import {findPeer, listPeers, mayReport} from '../../source/core/roster.js';
import type {State} from '../../source/core/state.js';
import {feedEvent, joined, learn, peerId} from './make-events.js';

const mallory = peerId('aa');
const carol = peerId('cc');
const invented = (index: number) => peerId(index.toString(16).padStart(6, '0'));

const lost = (seq: number, subject: PeerId, absence = 0, author = mallory) =>
	feedEvent(author, seq, seq, {type: 'lost', subject, absence});

function reduceEvents(events: readonly FeedEvent[], state: State = initialState): State {
	return reduceInputs(state, [learn(0, events)]);
}

describe('a `lost` event about a peer of which nothing else is known', () => {
	it('a `lost` event about an unknown peer adds nobody to the roster', () => {
		const state = reduceEvents(Array.from({length: 500}, (_, index) => lost(index + 1, invented(index))));
		expect(listPeers(state.roster).map(({peer}) => peer)).toEqual([mallory]);
		expect(state.timeline.length).toBe(0);
	});

	it('a `lost` event about an unknown peer counts as soon as the peer is known, in any order of arrival', () => {
		const report = lost(2, carol);
		const entry = joined(carol, 1, 'Carol');
		for (const state of [
			reduceEvents([entry], reduceEvents([report])),
			reduceEvents([report], reduceEvents([entry])),
			reduceEvents([report, entry]),
			reduceEvents([entry, report]),
		]) {
			expect(findPeer(state.roster, carol)?.lost[0]).toEqual(report);
			expect(state.hearsay.count).toBe(0);
		}
	});

	it('`lost` events about unknown peers are remembered up to one limit for all feeds together', () => {
		let state = initialState;
		for (let feed = 0; feed * MAX_REPORTED_SUBJECTS <= MAX_HEARSAY; feed++) {
			const author = peerId(`b${feed.toString(16).padStart(2, '0')}`);
			const subject = (index: number) => invented(feed * MAX_REPORTED_SUBJECTS + index);
			const events = Array.from({length: MAX_REPORTED_SUBJECTS}, (_, index) =>
				lost(index + 1, subject(index), 0, author),
			);
			state = reduceEvents(events, state);
		}
		expect(state.hearsay.count).toBe(MAX_HEARSAY);
	});
});

describe('the `lost` events of one feed', () => {
	it('the `lost` events of one feed count for a limited number of peers', () => {
		const events = Array.from({length: MAX_REPORTED_SUBJECTS + 5}, (_, index) => lost(index + 1, invented(index)));
		const state = reduceEvents(events);
		expect(state.hearsay.count).toBe(MAX_REPORTED_SUBJECTS);
		const author = findPeer(state.roster, mallory);
		expect([mayReport(author, invented(0)), mayReport(author, carol)]).toEqual([true, false]);
	});

	it('the `lost` events of one feed about one peer count a limited number of times, so that the author cannot make the peer write `returned` events for hours', () => {
		const known = reduceEvents([joined(carol, 0, 'Carol')]);
		const state = reduceEvents(
			Array.from({length: MAX_REPORTS_PER_SUBJECT + 5}, (_, index) => lost(index + 1, carol, index)),
			known,
		);
		expect(Object.keys(findPeer(state.roster, carol)?.lost ?? {})).toHaveLength(MAX_REPORTS_PER_SUBJECT);
		expect(mayReport(findPeer(state.roster, mallory), carol)).toBe(false);
	});
});
