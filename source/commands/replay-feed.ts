/** Brings a log file into a history, a chunk at a time so that a screen can live meanwhile; then what is added to it. */
import type {History} from '../core/history.js';
import {createFeedTips} from '../feed/feed-tips.js';
import type {Clock} from '../network/clock.js';
import type {LogReader} from '../storage/log-reader.js';
import {toInputs} from './open-log.js';

/** How often a followed file is looked at. */
const FOLLOW_MS = 400;

export interface ReplayFeed {
	/** Up to the present end of the file. Throws StorageError. */
	readOn(): Promise<void>;
	follow(on: boolean): void;
	stop(): void;
}

export interface ReplayFeedOptions {
	readonly reader: LogReader;
	readonly history: History;
	readonly clock: Pick<Clock, 'after'>;
	/** The history has grown, or its end is reached. `part`: 0 to 1 of the file. */
	grown(part: number): void;
	/** A followed file could not be read on. */
	failed(error: unknown): void;
}

export function createReplayFeed({reader, history, clock, grown, failed}: ReplayFeedOptions): ReplayFeed {
	const tips = createFeedTips({roomTag: reader.header.roomTag});
	let reading: Promise<void> | undefined;
	let following = false;
	let stopped = false;
	let timer: {cancel(): void} | undefined;

	async function read(): Promise<void> {
		for await (const records of reader.read()) {
			if (stopped) return;
			history.append(toInputs(records, tips));
			grown(Math.min(0.99, reader.position / Math.max(1, reader.size)));
		}
		if (!stopped) grown(1);
	}

	function readOn(): Promise<void> {
		reading ??= read().finally(() => {
			reading = undefined;
		});
		return reading;
	}

	function look(): void {
		if (!following || stopped) return;
		readOn().then(
			() => {
				if (following && !stopped) timer = clock.after(FOLLOW_MS, look);
			},
			error => {
				following = false;
				failed(error);
			},
		);
	}

	return {
		readOn,
		follow(on) {
			timer?.cancel();
			following = on;
			look();
		},
		stop() {
			stopped = true;
			timer?.cancel();
		},
	};
}
