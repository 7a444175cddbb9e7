import {foldText} from './fold-text.js';

/**
 * The one of `candidates` with the smallest edit distance (number of wrong letters) to a mistyped word. A candidate
 * that begins with the word is preferred. Returns undefined if all candidates differ in more than a third of the
 * letters. `candidates` are folded texts.
 */
export function findClosest(word: string, candidates: readonly string[]): string | undefined {
	const wanted = foldText(word);
	let best: string | undefined;
	let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
	for (const candidate of candidates) {
		const distance =
			candidate.startsWith(wanted) && wanted.length > 2 ? 0.5 : editDistance(wanted, candidate, bestDistance);
		if (distance < bestDistance) {
			bestDistance = distance;
			best = candidate;
		}
	}
	return best;
}

/**
 * Number of insertions, deletions, substitutions and swaps of neighbouring letters that turn `a` into `b` (optimal
 * string alignment distance). The result is exact below `limit`; for a greater distance it is any number that is at
 * least `limit`.
 */
function editDistance(a: string, b: string, limit: number): number {
	if (Math.abs(a.length - b.length) >= limit) return limit;
	let rowBeforePrevious: number[] = [];
	let previousRow = Array.from({length: b.length + 1}, (_, index) => index);
	for (let i = 1; i <= a.length; i++) {
		const row = [i];
		for (let j = 1; j <= b.length; j++) {
			const isSame = a[i - 1] === b[j - 1];
			const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
			row[j] = Math.min(
				(previousRow[j] ?? limit) + 1,
				(row[j - 1] ?? limit) + 1,
				(previousRow[j - 1] ?? limit) + (isSame ? 0 : 1),
				isSwapped ? (rowBeforePrevious[j - 2] ?? limit) + 1 : limit,
			);
		}
		rowBeforePrevious = previousRow;
		previousRow = row;
	}
	return previousRow[b.length] ?? limit;
}
