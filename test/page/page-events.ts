/** States for the tests of pages, made of raw events, so that texts reach the page without the cleaning of the codec. */
import {readFileSync} from 'node:fs';
import type {FeedEvent, FeedEventBody, ObservationBody, PeerId} from '../../source/core/event.js';
import {initialState, reduceInputs} from '../../source/core/reduce.js';
import type {FileId} from '../../source/core/shared-file.js';
import type {State} from '../../source/core/state.js';

export const START = Date.UTC(2026, 10, 28, 9);

export interface StateBuilder {
	/** Adds an event of the person with this number. Returns its seq. */
	add(person: number, body: FeedEventBody): number;
	/** Connects this person with the person who made the page. */
	connect(person: number): void;
	/** Adds an observation of the person who made the page. */
	observe(body: ObservationBody): void;
	/** Adds a whisper of this person to the person who made the page. */
	whisper(person: number, text: string): void;
	/**
	 * Adds `count` events of twenty people in turn. The first event of each person is `joined`, the others are `message
	 * N`.
	 */
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
	function observe(body: ObservationBody): void {
		at += 1000;
		const head = {peer: peer(PEOPLE), seq: 0, at, ms: at, counter: 0} as const;
		state = reduceInputs(state, [{type: 'observed', loggedAt: at, observation: {...head, ...body}}]);
	}
	return {
		peer,
		observe,
		connect(person) {
			const event = {type: 'link-measured', peer: peer(person), status: 'connected'} as const;
			state = reduceInputs(state, [{type: 'ephemeral', event}]);
		},
		add(person, body) {
			const seq = (seqs.get(person) ?? 0) + 1;
			seqs.set(person, seq);
			at += 1000;
			const event = {peer: peer(person), seq, at, ms: at, counter: 0, ...body};
			state = reduceInputs(state, [{type: 'events', loggedAt: at, live: true, events: [event]}]);
			return seq;
		},
		whisper: (person, text) => observe({type: 'whisper', subject: peer(person), own: false, id: 1, text}),
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

/** The corpus of texts that try to become markup, escape sequences or layout. */
export function hostileTexts(): string[] {
	const corpus: {text: string}[] = JSON.parse(
		readFileSync(new URL('../../fixtures/hostile-texts.json', import.meta.url), 'utf8'),
	);
	return corpus.map(({text}) => text);
}

/**
 * Adds a person for each text, with the text in every field that reaches a page, and in the observations that must not
 * reach the window for guests: texts of notices begin with OBSERVED, whispers with WHISPERED.
 */
export function addHostile(builder: StateBuilder, texts: readonly string[]): void {
	for (const [index, text] of texts.entries()) {
		const person = index + 1;
		builder.add(person, joined(text, text));
		const target = {peer: builder.peer(person), seq: builder.add(person, {type: 'posted', text})};
		builder.add(person, {type: 'posted', text, action: true, replyTo: target});
		builder.add(person, {type: 'marked', target, word: text, on: true});
		builder.add(person, {type: 'corrected', target, text: `${text} ${text}`});
		builder.add(person, {type: 'shared', fileName: text, size: 1, file: 'ab'.repeat(32) as FileId, note: text});
		builder.add(person, {type: 'renamed', name: text.slice(0, 40)});
		builder.add(person, {type: 'moved', addresses: [text]});
		builder.add(person, {type: 'pinned', target, on: true});
		builder.add(1, {type: 'lost', subject: builder.peer(person), absence: 0});
		builder.add(person, {type: 'returned', absence: 1});
		builder.add(person, {type: 'unreadable', reason: text});
		builder.observe({type: 'launched', version: text});
		builder.observe({type: 'peer-connected', subject: builder.peer(person), address: text});
		builder.observe({type: 'notice', level: 'warn', code: 'x', text: `OBSERVED ${text}`});
		builder.observe({type: 'peer-disconnected', subject: builder.peer(person), reason: text, alone: true});
		builder.whisper(person, `WHISPERED ${text}`);
		builder.connect(person);
	}
}

export function joined(name: string, address = '10.0.0.7'): FeedEventBody {
	return {type: 'joined', name, addresses: [address], version: '1.0.0'};
}
