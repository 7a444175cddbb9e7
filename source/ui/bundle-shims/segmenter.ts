/**
 * Replaces `Intl.Segmenter` in the bundle (`define` and `inject` in .config/build.mjs). It returns the same segments,
 * but splits plain text (plain-text.ts) without Unicode segmentation. When a line of the screen changes, Ink segments
 * the old line and the new line, unless they are pure ASCII. Most lines of the screen are not ASCII, because they
 * contain borders and dashes (performance.md, row 9).
 */
import {isPlain} from '../text/plain-text.js';

// `Intl.Segmenter` cannot be written here: the build replaces this expression by the class below. Destructuring gets
// the original class.
const {Segmenter} = Intl;

/**
 * Segmenter that splits plain text into graphemes without Unicode segmentation. All other work is left to the original
 * class.
 */
export class BundleSegmenter extends Segmenter {
	readonly #byGrapheme: boolean;

	constructor(locales?: Intl.LocalesArgument, options?: Intl.SegmenterOptions) {
		super(locales, options);
		this.#byGrapheme = (options?.granularity ?? 'grapheme') === 'grapheme';
	}

	override segment(input: string): Intl.Segments {
		return this.#byGrapheme && isPlain(input) ? plainSegments(input) : super.segment(input);
	}
}

/** Segments of a plain text: each UTF-16 unit is one grapheme. */
function plainSegments(input: string): Intl.Segments {
	const at = (index: number): Intl.SegmentData => ({segment: input[index] ?? '', index, input});
	function* all(): Generator<Intl.SegmentData> {
		for (let index = 0; index < input.length; index++) yield at(index);
	}
	return {
		containing: (index = 0) =>
			(index >= 0 && index < input.length ? at(Math.trunc(index)) : undefined) as Intl.SegmentData,
		[Symbol.iterator]: () => all() as Intl.SegmentIterator<Intl.SegmentData>,
	};
}
