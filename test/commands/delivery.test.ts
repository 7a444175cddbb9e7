import {expect, test} from 'vitest';
import {createDeliveryTracker} from '../../source/commands/delivery.js';
import type {Input, PassingFact} from '../../source/core/event.js';
import {initialState, reduceInputs} from '../../source/core/reduce.js';
import {learn, observation, observe, peerId, posted} from '../core/events.js';

const me = peerId('01');
const carol = peerId('ca');
const dave = peerId('da');
const pass = (fact: PassingFact): Input => ({type: 'passing', fact});
const launch = observe(observation(me, 0, {type: 'launched', version: '1'}));
const link = (peer: typeof me) => pass({type: 'link-measured', peer, status: 'connected'});
const say = (seq: number) => learn(seq, [posted(me, seq, seq)]);
const holds = (peer: typeof me, seq: number) => pass({type: 'delivered', peer, seq});

test('what was said before anybody was there is never held by more than it was for', () => {
	const tracker = createDeliveryTracker();
	tracker.posted(2);
	const alone = reduceInputs(initialState, [launch, say(2)]);
	expect(tracker.changes(alone)).toEqual([]);
	const found = reduceInputs(alone, [link(carol), link(dave), holds(carol, 2), holds(dave, 2)]);
	expect(tracker.changes(found)).toEqual([{seq: 2, delivered: 2, of: 2}]);
	expect(tracker.open).toBe(false);
});

test('each peer that was there and comes to hold it is told once, until all do', () => {
	const tracker = createDeliveryTracker();
	tracker.posted(2);
	const one = reduceInputs(initialState, [launch, link(carol), link(dave), say(2), holds(dave, 2)]);
	expect(tracker.changes(one)).toEqual([{seq: 2, delivered: 1, of: 2}]);
	expect(tracker.changes(one)).toEqual([]);
	expect(tracker.changes(reduceInputs(one, [holds(carol, 2)]))).toEqual([{seq: 2, delivered: 2, of: 2}]);
	expect(tracker.open).toBe(false);
});
