/** What a row of the bench is made of. A figure is met by its ratio where it has one, else by what was measured. */
export interface Spread {
	readonly median: number;
	readonly low: number;
	readonly high: number;
}

export interface Figure {
	readonly what: string;
	readonly unit: string;
	readonly ours: number;
	/** The same unit, measured beside it in the same run. */
	readonly floor?: number;
	readonly ratio?: Spread;
	readonly atMost?: number;
	readonly atLeast?: number;
	/** What the numbers cannot say, a few words. */
	readonly note?: string;
}

export interface Row {
	readonly number: number;
	readonly name: string;
	/** What it is measured against. */
	readonly against: string;
	/** Runs from the bundle, as users do (.config/build.mjs), in this process. */
	readonly bundled?: true;
	run(): Promise<readonly Figure[]>;
}

/** Undefined: the figure has no target. */
export function isMet({ours, ratio, atMost, atLeast}: Figure): boolean | undefined {
	if (atMost === undefined && atLeast === undefined) return undefined;
	const value = ratio?.median ?? ours;
	return value <= (atMost ?? Number.POSITIVE_INFINITY) && value >= (atLeast ?? Number.NEGATIVE_INFINITY);
}
