import {saveFigures} from './save-figures.js';

export interface Soak {
	/** Time from the first start until all were connected, ms. */
	readonly upMs: number;
	readonly posts: number;
	readonly connections: number;
	/** Duplicates, flaps and unequal timelines. */
	readonly faults: number;
}

const PAIRS = (50 * 49) / 2;

/** Figures of row 8, for 50 processes and ten minutes. */
export function saveSoak({upMs, posts, connections, faults}: Soak): void {
	saveFigures({number: 8, name: 'soak', against: '-'}, [
		{what: '50 processes see each other', unit: 'ms', ours: upMs},
		{what: 'posts in ten minutes', unit: 'posts', ours: posts},
		{what: 'connections', unit: 'connections', ours: connections, atLeast: PAIRS, atMost: PAIRS},
		{what: 'duplicates, flaps and unequal timelines', unit: 'faults', ours: faults, atMost: 0},
	]);
}
