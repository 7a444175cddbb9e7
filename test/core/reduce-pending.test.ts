import {expect, test} from 'vitest';
import type {FeedEvent, PeerId} from '../../source/core/event.js';
import {MAX_HLC_AHEAD_MS} from '../../source/core/limits.js';
import {initialState, reduceInputs} from '../../source/core/reduce.js';

const NOW = Date.UTC(2026, 10, 22);
/** More than the number of arguments that a call accepts, even in a worker thread, whose stack is larger. */
const COUNT = 600_000;

test('one reduction moves 600,000 held-back events into the timeline when their time has come', () => {
	const peer = '1'.padStart(64, '0') as PeerId;
	const at = NOW + MAX_HLC_AHEAD_MS + 1;
	const events = Array.from(
		{length: COUNT},
		(_, index): FeedEvent => ({type: 'posted', text: 'early', peer, seq: index + 1, at, ms: at + index, counter: 0}),
	);
	const pending = reduceInputs(initialState, [{type: 'events', loggedAt: NOW, live: true, events}]);
	expect([pending.timeline.length, pending.pending.length]).toEqual([0, COUNT]);
	const due = reduceInputs(pending, [{type: 'ephemeral', event: {type: 'time-passed', now: at + COUNT}}]);
	expect([due.timeline.length, due.pending.length]).toEqual([COUNT, 0]);
});
