/** Types of a benchmark row. If a figure has a ratio, its target applies to the ratio unless `absolute` is set. */
export interface Spread {
	readonly median: number;
	readonly low: number;
	readonly high: number;
}

export interface Figure {
	readonly what: string;
	readonly unit: string;
	readonly ours: number;
	/** Value of the reference measurement, in the unit of the figure and from the same run. */
	readonly floor?: number;
	readonly ratio?: Spread;
	readonly atMost?: number;
	readonly atLeast?: number;
	/** Whether the target applies to the measured value although the figure has a ratio. */
	readonly absolute?: true;
	/** Short remark in the table. */
	readonly note?: string;
}

export interface Row {
	readonly number: number;
	readonly name: string;
	/** Description of the reference measurement, for the table. */
	readonly against: string;
	/** Whether the row measures the bundled program (.config/build.mjs), which users run. */
	readonly bundled?: true;
	run(): Promise<readonly Figure[]>;
}

/** Whether the target is met; undefined if the figure has no target. */
export function isMet({ours, ratio, atMost, atLeast, absolute}: Figure): boolean | undefined {
	if (atMost === undefined && atLeast === undefined) return undefined;
	const value = absolute ? ours : (ratio?.median ?? ours);
	return value <= (atMost ?? Number.POSITIVE_INFINITY) && value >= (atLeast ?? Number.NEGATIVE_INFINITY);
}
