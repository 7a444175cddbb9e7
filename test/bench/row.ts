/** A row of the benchmark. The target of a figure applies to its ratio if it has one, else to the measured value. */
export interface Spread {
	readonly median: number;
	readonly low: number;
	readonly high: number;
}

export interface Figure {
	readonly what: string;
	readonly unit: string;
	readonly ours: number;
	/** The floor in the same unit, measured in the same run. */
	readonly floor?: number;
	readonly ratio?: Spread;
	readonly atMost?: number;
	readonly atLeast?: number;
	/** A short remark. */
	readonly note?: string;
}

export interface Row {
	readonly number: number;
	readonly name: string;
	/** The floor in words. */
	readonly against: string;
	/** Runs from the bundle, as users do (.config/build.mjs), in this process. */
	readonly bundled?: true;
	run(): Promise<readonly Figure[]>;
}

/** Whether the target is met; undefined if the figure has none. */
export function isMet({ours, ratio, atMost, atLeast}: Figure): boolean | undefined {
	if (atMost === undefined && atLeast === undefined) return undefined;
	const value = ratio?.median ?? ours;
	return value <= (atMost ?? Number.POSITIVE_INFINITY) && value >= (atLeast ?? Number.NEGATIVE_INFINITY);
}
