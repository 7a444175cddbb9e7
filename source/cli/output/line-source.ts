/**
 * Source of the lines that the API hands out, to listeners and to iterators. A reporter writes into it as it writes to
 * standard output in `--json`, so the lines are the same.
 */
import type {Output} from '../standard-output.js';
import type {JsonLine} from './json-lines.js';

type LineOf<Type extends JsonLine['type']> = Extract<JsonLine, {type: Type}>;

export interface LineSource {
	/** Output for a reporter. Each written line goes to the listeners and iterators. */
	readonly output: Output;
	emit(line: JsonLine): void;
	on<Type extends JsonLine['type']>(type: Type, listener: (line: LineOf<Type>) => void): void;
	off<Type extends JsonLine['type']>(type: Type, listener: (line: LineOf<Type>) => void): void;
	/** Returns an iterator over all lines that arrive after this call. */
	iterate(): AsyncIterableIterator<JsonLine>;
	/** Ends all iterators. Each first returns the lines that it has already received. */
	end(): void;
}

interface LineQueue {
	push(line: JsonLine): void;
	end(): void;
}

export function createLineSource(): LineSource {
	/** For each type of line, and for each listener of this type: the function that calls the listener with a line. */
	const listeners = new Map<string, Map<unknown, (line: JsonLine) => void>>();
	const queues = new Set<LineQueue>();
	let hasEnded = false;

	function emit(line: JsonLine): void {
		for (const queue of queues) queue.push(line);
		for (const listener of [...(listeners.get(line.type)?.values() ?? [])]) {
			try {
				listener(line);
			} catch (error) {
				// An error of a listener must not stop the node in the middle of a commit, so it is thrown later, as an
				// uncaught error.
				queueMicrotask(() => {
					throw error;
				});
			}
		}
	}

	const output: Output = {
		write(text) {
			for (const part of text.split('\n')) if (part !== '') emit(JSON.parse(part));
		},
		whenWritable: () => Promise.resolve(),
		flush: () => Promise.resolve(),
		isFull: false,
		get isClosed() {
			return hasEnded;
		},
		failure: undefined,
		onClosed() {},
	};

	return {
		output,
		emit,
		on(type, listener) {
			const ofType = listeners.get(type) ?? new Map<unknown, (line: JsonLine) => void>();
			listeners.set(type, ofType);
			ofType.set(listener, line => {
				if (isOfType(line, type)) listener(line);
			});
		},
		off(type, listener) {
			listeners.get(type)?.delete(listener);
		},
		iterate() {
			const {queue, iterator} = createLineQueue(() => queues.delete(queue));
			if (hasEnded) queue.end();
			else queues.add(queue);
			return iterator;
		},
		end() {
			hasEnded = true;
			for (const queue of queues) queue.end();
			queues.clear();
		},
	};
}

function isOfType<Type extends JsonLine['type']>(line: JsonLine, type: Type): line is LineOf<Type> {
	return line.type === type;
}

/**
 * A queue of lines, and the iterator that takes the lines out of it. `onReturn` is called when the caller leaves a `for
 * await` loop over the iterator before the last line.
 */
function createLineQueue(onReturn: () => void): {queue: LineQueue; iterator: AsyncIterableIterator<JsonLine>} {
	let waiting: JsonLine[] = [];
	let next = 0;
	let hasEnded = false;
	const readers: ((result: IteratorResult<JsonLine, undefined>) => void)[] = [];

	function take(): IteratorResult<JsonLine, undefined> | undefined {
		const value = waiting[next];
		if (value === undefined) return hasEnded ? {done: true, value: undefined} : undefined;
		next += 1;
		if (next === waiting.length) [waiting, next] = [[], 0];
		return {done: false, value};
	}

	function end(): void {
		hasEnded = true;
		for (const reader of readers.splice(0)) reader({done: true, value: undefined});
	}

	return {
		queue: {
			push(line) {
				const reader = readers.shift();
				if (reader) reader({done: false, value: line});
				else waiting.push(line);
			},
			end,
		},
		iterator: {
			next: () => {
				const taken = take();
				return taken ? Promise.resolve(taken) : new Promise(resolve => readers.push(resolve));
			},
			return: () => {
				onReturn();
				[waiting, next] = [[], 0];
				end();
				return Promise.resolve({done: true, value: undefined});
			},
			[Symbol.asyncIterator]() {
				return this;
			},
		},
	};
}
