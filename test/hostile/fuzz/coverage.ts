/** Counts the blocks of the program that inputs reach, with the precise coverage of V8. */
import {Session} from 'node:inspector';

export interface Coverage {
	/** Number of blocks that were reached for the first time since the previous call. */
	takeNew(): number;
	readonly blocks: number;
	stop(): void;
}

interface Taken {
	readonly result: readonly {
		readonly url: string;
		readonly functions: readonly {
			readonly ranges: readonly {startOffset: number; endOffset: number; count: number}[];
		}[];
	}[];
}

export function startCoverage(isIncluded: (url: string) => boolean): Coverage {
	const session = new Session();
	session.connect();
	session.post('Profiler.enable');
	session.post('Profiler.startPreciseCoverage', {callCount: true, detailed: true});
	const seen = new Set<string>();

	return {
		takeNew() {
			let newBlocks = 0;
			session.post('Profiler.takePreciseCoverage', (error, taken) => {
				if (error) return;
				for (const {url, functions} of (taken as unknown as Taken).result) {
					if (!isIncluded(url)) continue;
					for (const {ranges} of functions)
						for (const {startOffset, endOffset, count} of ranges) {
							const block = `${url}:${startOffset}-${endOffset}:${Math.min(3, Math.ceil(Math.log10(count + 1)))}`;
							if (count === 0 || seen.has(block)) continue;
							seen.add(block);
							newBlocks++;
						}
				}
			});
			return newBlocks;
		},
		get blocks() {
			return seen.size;
		},
		stop() {
			session.post('Profiler.stopPreciseCoverage');
			session.disconnect();
		},
	};
}
