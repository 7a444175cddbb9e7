/**
 * What the bundle takes in place of `Intl.Segmenter` (.bundle.mjs). Made at once and for nothing, since most programs make
 * one per module and few need it at the start; cuts texts of single units without asking ICU.
 */
import {isSingleUnits} from './single-units.js';

// Written so that the bundle leaves this one as it is.
const Segmenter: typeof Intl.Segmenter = Reflect.get(Intl, 'Segmenter');

export class QuickSegmenter implements Intl.Segmenter {
	readonly #locales: Intl.LocalesArgument;
	readonly #options: Intl.SegmenterOptions | undefined;
	#real: Intl.Segmenter | undefined;

	constructor(locales?: Intl.LocalesArgument, options?: Intl.SegmenterOptions) {
		this.#locales = locales;
		this.#options = options;
	}

	get [Symbol.toStringTag](): string {
		return 'Intl.Segmenter';
	}

	static supportedLocalesOf(...words: Parameters<typeof Intl.Segmenter.supportedLocalesOf>): string[] {
		return Segmenter.supportedLocalesOf(...words);
	}

	segment(text: string): Intl.Segments {
		const whole = (this.#options?.granularity ?? 'grapheme') === 'grapheme';
		return whole && isSingleUnits(text) ? cutUnits(text, () => this.#made()) : this.#made().segment(text);
	}

	resolvedOptions(): Intl.ResolvedSegmenterOptions {
		return this.#made().resolvedOptions();
	}

	#made(): Intl.Segmenter {
		this.#real ??= new Segmenter(this.#locales, this.#options);
		return this.#real;
	}
}

function cutUnits(input: string, made: () => Intl.Segmenter): Intl.Segments {
	return {
		containing: at => made().segment(input).containing(at),
		*[Symbol.iterator]() {
			for (let index = 0; index < input.length; index++) yield {segment: input.charAt(index), index, input};
			return undefined;
		},
	};
}
