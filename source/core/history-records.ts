/** The records of a history in columns: an object around each would cost more than what it says. */
import type {FeedEvent, Input, Observation} from './event.js';

export interface HistoryRecord {
	readonly entry: FeedEvent | Observation;
	/** Our wall clock, ms. */
	readonly loggedAt: number;
	/** Of a feed event: it did not come as history. */
	readonly live: boolean;
}

export interface Records {
	readonly length: number;
	push(input: Exclude<Input, {readonly type: 'passing'}>): void;
	at(index: number): HistoryRecord | undefined;
	/** `loggedAt`, but never less than that of the record before. */
	clock(index: number): number;
	/** Records [from, to) as the reducer takes them. */
	inputs(from: number, to: number): Input[];
}

const FIRST_SIZE = 1024;

export function createRecords(): Records {
	const entries: (FeedEvent | Observation)[] = [];
	let loggedAt = new Float64Array(FIRST_SIZE);
	let clock = new Float64Array(FIRST_SIZE);
	let live = new Uint8Array(FIRST_SIZE);

	function grow(): void {
		const size = Math.ceil(loggedAt.length * 1.5);
		loggedAt = copyInto(new Float64Array(size), loggedAt);
		clock = copyInto(new Float64Array(size), clock);
		live = copyInto(new Uint8Array(size), live);
	}

	function add(entry: FeedEvent | Observation, at: number, isLive: boolean): void {
		const index = entries.push(entry) - 1;
		if (index >= loggedAt.length) grow();
		loggedAt[index] = at;
		clock[index] = Math.max(at, clock[index - 1] ?? 0);
		live[index] = isLive ? 1 : 0;
	}

	/** End of the run of feed events from `from` on that were logged at one time. */
	function runEnd(from: number, to: number): number {
		let end = from + 1;
		while (end < to && entries[end]?.seq !== 0 && loggedAt[end] === loggedAt[from] && live[end] === live[from]) end++;
		return end;
	}

	return {
		get length() {
			return entries.length;
		},
		push(input) {
			if (input.type === 'observed') add(input.observation, input.loggedAt, true);
			else for (const event of input.events) add(event, input.loggedAt, input.live);
		},
		at(index) {
			const entry = entries[index];
			return entry && {entry, loggedAt: loggedAt[index] ?? 0, live: live[index] === 1};
		},
		clock: index => clock[index] ?? 0,
		inputs(from, to) {
			const inputs: Input[] = [];
			for (let index = from; index < to; ) {
				const entry = entries[index];
				const at = loggedAt[index] ?? 0;
				if (entry && isObservation(entry)) {
					inputs.push({type: 'observed', loggedAt: at, observation: entry});
					index++;
					continue;
				}
				const end = runEnd(index, to);
				const events = entries.slice(index, end).filter(isFeedEvent);
				inputs.push({type: 'events', loggedAt: at, live: live[index] === 1, events});
				index = end;
			}
			return inputs;
		},
	};
}

export function isObservation(entry: FeedEvent | Observation): entry is Observation {
	return entry.seq === 0;
}

function isFeedEvent(entry: FeedEvent | Observation): entry is FeedEvent {
	return entry.seq !== 0;
}

function copyInto<T extends Float64Array | Uint8Array>(target: T, source: T): T {
	target.set(source);
	return target;
}
