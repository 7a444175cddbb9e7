/** Reads a log file into a history, in chunks that keep the screen responsive, and then polls the file for new records. */

import type {Clock} from '../../core/environment.js';
import type {History} from '../../core/history.js';
import {createFeedTips} from '../../feed/feed-tips.js';
import type {LogReader} from '../../storage/log-reader.js';
import {recordsToInputs} from '../saved-log.js';

/** Interval between two reads of a file that is still being written, ms. */
const FOLLOW_INTERVAL_MS = 400;

export interface LogFollower {
	/** Reads the file up to the end that it has now. Rejects with StorageError. */
	readToEnd(): Promise<void>;
	/** Turns the regular reading of new records on or off. */
	follow(on: boolean): void;
	stop(): void;
}

interface LogFollowerOptions {
	readonly reader: LogReader;
	readonly history: History;
	readonly clock: Pick<Clock, 'after'>;
	/** Called when the history has grown and when the end of the file is reached. `loadedFraction`: 0 to 1. */
	onProgress(loadedFraction: number): void;
	/** Called when a read failed. The file is then no longer polled. */
	onFailure(error: unknown): void;
}

export function createLogFollower({reader, history, clock, onProgress, onFailure}: LogFollowerOptions): LogFollower {
	const tips = createFeedTips({roomTag: reader.header.roomTag});
	let reading: Promise<void> | undefined;
	let isFollowing = false;
	let isStopped = false;
	let timer: {cancel(): void} | undefined;

	async function read(): Promise<void> {
		for await (const records of reader.read()) {
			if (isStopped) return;
			history.append(recordsToInputs(records, tips));
			onProgress(Math.min(0.99, reader.position / Math.max(1, reader.size)));
		}
		if (!isStopped) onProgress(1);
	}

	function readToEnd(): Promise<void> {
		reading ??= read().finally(() => {
			reading = undefined;
		});
		return reading;
	}

	function poll(): void {
		if (!isFollowing || isStopped) return;
		readToEnd().then(
			() => {
				if (isFollowing && !isStopped) timer = clock.after(FOLLOW_INTERVAL_MS, poll);
			},
			error => {
				isFollowing = false;
				onFailure(error);
			},
		);
	}

	return {
		readToEnd,
		follow(on) {
			timer?.cancel();
			isFollowing = on;
			poll();
		},
		stop() {
			isStopped = true;
			timer?.cancel();
		},
	};
}
