/** States for the tests of pages, made of raw events, so that texts reach the page without the cleaning of the codec. */
import type {FeedEvent, FeedEventBody, PeerId} from '../../source/core/event.js';
import {initialState, reduceInputs} from '../../source/core/reduce.js';
import type {State} from '../../source/core/state.js';

export const START = Date.UTC(2026, 10, 28, 9);

export interface StateBuilder {
	/** Adds an event of the person with this number. Returns its seq. */
	add(person: number, body: FeedEventBody): number;
	/** Adds events of twenty people until there are `count`: each joins, then all write `message N`. */
	addMany(count: number): void;
	peer(person: number): PeerId;
	state(): State;
}

/** Every event is a second later than the previous one. */
export function createStateBuilder(): StateBuilder {
	const seqs = new Map<number, number>();
	let state = initialState;
	let at = START;
	const peer = (person: number) => String(person).padStart(64, '0') as PeerId;
	return {
		peer,
		add(person, body) {
			const seq = (seqs.get(person) ?? 0) + 1;
			seqs.set(person, seq);
			at += 1000;
			const event = {peer: peer(person), seq, at, ms: at, counter: 0, ...body};
			state = reduceInputs(state, [{type: 'events', loggedAt: at, live: true, events: [event]}]);
			return seq;
		},
		addMany(count) {
			const events = Array.from({length: count}, (_, index): FeedEvent => {
				const person = (index % PEOPLE) + 1;
				const seq = Math.floor(index / PEOPLE) + 1;
				at += 1000;
				const head = {peer: peer(person), seq, at, ms: at, counter: 0};
				return seq === 1
					? {...head, ...joined(`Person ${person}`)}
					: {...head, type: 'posted', text: `message ${index + 1}`};
			});
			state = reduceInputs(state, [{type: 'events', loggedAt: at, live: false, events}]);
		},
		state: () => state,
	};
}

const PEOPLE = 20;

export function joined(name: string, address = '10.0.0.7'): FeedEventBody {
	return {type: 'joined', name, addresses: [address], version: '1.0.0'};
}
