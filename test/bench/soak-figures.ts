import {saveFigures} from './save-figures.js';

export interface Soak {
	/** Time from the first start until all processes were connected, in ms. */
	readonly upMs: number;
	readonly posts: number;
	readonly connections: number;
	/** Number of faults: duplicate events, unstable connections and unequal timelines. */
	readonly faults: number;
}

const PAIRS = (50 * 49) / 2;

/** Saves the figures of row 8, measured with 50 processes for ten minutes. */
export function saveSoak({upMs, posts, connections, faults}: Soak): void {
	saveFigures({number: 8, name: 'soak', against: '-'}, [
		{what: '50 processes see each other', unit: 'ms', ours: upMs},
		{what: 'posts in ten minutes', unit: 'posts', ours: posts},
		{what: 'connections', unit: 'connections', ours: connections, atLeast: PAIRS, atMost: PAIRS},
		{what: 'duplicates, flaps and unequal timelines', unit: 'faults', ours: faults, atMost: 0},
	]);
}
