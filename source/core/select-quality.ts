/** Quality of this node's connections, as one word: that of the worst connection to a person who is present. */
import {FAIR_ROUND_TRIP_MS, SLOW_ROUND_TRIP_MS} from './limits.js';
import {memoise} from './memoise.js';
import {isPresent} from './select-peers.js';
import {type PersonView, selectPeople} from './select-people.js';
import type {State} from './state.js';

export interface Quality {
	/** `silent`: nothing was received for SUSPECT_AFTER_MS, and the connection may be lost. */
	readonly level: 'good' | 'fair' | 'slow' | 'silent';
	/** The person with the worst connection. */
	readonly worst: PersonView;
}

/**
 * Quality of our worst connection. Undefined if nobody is connected, or if nobody is silent and no round-trip time is
 * known yet.
 */
export const selectQuality: (state: State) => Quality | undefined = memoise(
	state => [selectPeople(state)],
	state => {
		const others = selectPeople(state).filter(({status}) => status !== 'self' && isPresent(status));
		const silent = others.find(({status}) => status === 'suspect');
		if (silent) return {level: 'silent', worst: silent};
		const measured = others.filter(({roundTripMs}) => roundTripMs !== undefined);
		const [worst] = measured.sort((a, b) => (b.roundTripMs ?? 0) - (a.roundTripMs ?? 0));
		if (!worst) return undefined;
		const ms = worst.roundTripMs ?? 0;
		return {level: ms >= SLOW_ROUND_TRIP_MS ? 'slow' : ms >= FAIR_ROUND_TRIP_MS ? 'fair' : 'good', worst};
	},
);
