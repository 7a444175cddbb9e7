import {createHistory} from '../../../source/core/history.js';
import {makeEvents} from '../make-history.js';
import {liveBytes, percentile, timed} from '../measure.js';
import type {Figure, Row} from '../row.js';

const SIZES = [1000, 10_000, 100_000, 1_000_000] as const;
const CHUNK = 1000;
const SEEKS = 400;

async function run(): Promise<readonly Figure[]> {
	const figures: Figure[] = [];
	for (const count of SIZES) {
		const before = liveBytes();
		const history = createHistory();
		const building = await timed(() => {
			for (let from = 0; from < count; from += CHUNK) {
				const events = makeEvents(CHUNK, from);
				for (const event of events) {
					history.append([{type: 'events', loggedAt: event.at, live: true, events: [event]}]);
				}
			}
		});
		const memory = (liveBytes() - before) / count;
		const times: number[] = [];
		for (let seek = 0; seek < SEEKS; seek++) {
			const index = Math.floor(Math.random() * (count + 1));
			const start = performance.now();
			const state = history.stateAt(index);
			times.push(performance.now() - start);
			if (state.recordCount !== index) throw new Error(`${state.recordCount} instead of ${index}`);
		}
		const large = count === 1_000_000;
		const p99 = percentile(times, 0.99);
		const label = count.toLocaleString('en-US');
		figures.push({
			what: `seek at ${label}, p99`,
			unit: 'ms',
			ours: p99,
			floor: building,
			...(large && {atMost: 10}),
			note: `p50 ${percentile(times, 0.5).toFixed(2)}, ${Math.round(memory)} B an event; floor: from the start`,
		});
	}
	return figures;
}

export const replayRow: Row = {number: 10, name: 'replay', against: 'folding from the start', run};
