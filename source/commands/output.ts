/** Standard output as this program needs it: a closed one is a leave, not a crash. */
import type {Writable} from 'node:stream';

export interface Output {
	/** Takes whole lines; dropped once closed. */
	write(text: string): void;
	/** Resolves when it is worth writing more: the reader keeps pace, or is gone. */
	ready(): Promise<void>;
	/** Resolves when all was handed over, nobody reads any more, or `ms` passed. */
	flush(ms?: number): Promise<void>;
	/** True while the reader lags behind: wait for `ready`. */
	readonly full: boolean;
	/** The reader closed its end. */
	readonly ended: boolean;
	/** Called at most once. */
	onEnded(run: () => void): void;
}

export function createOutput(stream: Writable): Output {
	let ended = false;
	const waiting = new Set<() => void>();

	function end(): void {
		if (ended) return;
		ended = true;
		for (const run of [...waiting]) run();
		waiting.clear();
	}

	/** Resolves at `event`, at the end, or after `ms`. */
	function until(subscribe: (done: () => void) => void, ms?: number): Promise<void> {
		if (ended) return Promise.resolve();
		return new Promise(resolve => {
			const timer = ms === undefined ? undefined : setTimeout(done, ms);
			function done(): void {
				clearTimeout(timer);
				waiting.delete(done);
				resolve();
			}
			waiting.add(done);
			subscribe(done);
		});
	}

	stream.on('error', () => end());
	stream.on('close', () => end());
	return {
		write(text) {
			if (!ended) stream.write(text);
		},
		ready: () => (stream.writableNeedDrain ? until(done => stream.once('drain', done)) : Promise.resolve()),
		flush: ms => (stream.writableLength === 0 ? Promise.resolve() : until(done => stream.write('', done), ms)),
		get full() {
			return !ended && stream.writableNeedDrain;
		},
		get ended() {
			return ended;
		},
		onEnded(run) {
			if (ended) run();
			else waiting.add(run);
		},
	};
}
