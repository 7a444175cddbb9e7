/** Measures a candidate and a reference (`floor`) alternately, so that a slow phase of the machine affects both. */
import {type IntervalHistogram, monitorEventLoopDelay} from 'node:perf_hooks';
import type {Spread} from './row.js';

export function percentile(values: readonly number[], part: number): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

export function median(values: readonly number[]): number {
	return percentile(values, 0.5);
}

export function spreadOf(values: readonly number[]): Spread {
	return {median: median(values), low: Math.min(...values), high: Math.max(...values)};
}

export interface Compared {
	readonly ours: number;
	readonly floor: number;
	/** Ratios of the candidate to the reference, one for each pair of measurements. */
	readonly ratio: Spread;
}

type Measurement = () => number | Promise<number>;

/** Measures candidate and reference alternately. The first `warmup` pairs are not counted. */
export async function compare(
	ours: Measurement,
	floor: Measurement,
	{runs = 5, warmup = 1}: {readonly runs?: number; readonly warmup?: number} = {},
): Promise<Compared> {
	const a: number[] = [];
	const b: number[] = [];
	for (let run = -warmup; run < runs; run++) {
		const one = await ours();
		const other = await floor();
		if (run < 0) continue;
		a.push(one);
		b.push(other);
	}
	return {ours: median(a), floor: median(b), ratio: spreadOf(a.map((value, index) => value / (b[index] ?? 1)))};
}

/** Time that `run` takes, in ms. */
export async function timed(run: () => unknown): Promise<number> {
	const start = performance.now();
	await run();
	return performance.now() - start;
}

/** Total bytes of live objects and buffers. Needs --expose-gc. */
export function liveBytes(): number {
	for (let pass = 0; pass < 3; pass++) globalThis.gc?.();
	const {heapUsed, arrayBuffers} = process.memoryUsage();
	return heapUsed + arrayBuffers;
}

export interface LoopDelay {
	/** 99.9th percentile in ms. */
	readonly p999: number;
	readonly max: number;
}

const RESOLUTION_MS = 1;

export function watchLoop(): IntervalHistogram {
	const histogram = monitorEventLoopDelay({resolution: RESOLUTION_MS});
	histogram.enable();
	return histogram;
}

/** Delay of the event loop according to `histogram`, minus the sampling interval, which the histogram includes. */
export function loopDelay(histogram: IntervalHistogram): LoopDelay {
	const delay = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
	return {p999: delay(histogram.percentile(99.9)), max: delay(histogram.max)};
}

export const sleep = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms));

/** Polls every few ms until the condition is true. Throws after `limitMs`. */
export async function until(what: string, holds: () => boolean, limitMs = 60_000): Promise<void> {
	const end = performance.now() + limitMs;
	while (!holds()) {
		if (performance.now() > end) throw new Error(`it did not happen within ${limitMs} ms: ${what}`);
		await sleep(2);
	}
}
