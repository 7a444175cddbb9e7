import {expect, test} from 'vitest';
import {addPart, emptyPartSet, fullPartSet} from '../../../source/core/part-set.js';
import {choosePart, type Holding} from '../../../source/network/files/choose-part.js';

const COUNT = 8;

function holding(parts: readonly number[] | 'all', isAvailable = true): Holding {
	const set = parts === 'all' ? fullPartSet(COUNT) : emptyPartSet(COUNT);
	if (parts !== 'all') for (const part of parts) addPart(set, part);
	return {parts: set, isComplete: parts === 'all', isAvailable};
}

/** All parts that `choosePart` can return, for random numbers from the whole range. */
function choices(holder: Holding, others: readonly Holding[], missing: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7]) {
	const found = new Set<number | undefined>();
	for (let step = 0; step < 64; step++) {
		const random = () => step / 64;
		found.add(choosePart({from: 0, to: COUNT, isMissing: part => missing.includes(part), holder, others, random}));
	}
	return [...found];
}

test('the part to request is chosen at random among the missing parts of the holder that the fewest other peers have', () => {
	expect(choices(holding([1, 2, 3, 5]), [holding([1, 2]), holding([2, 3])], [1, 2, 5, 7])).toEqual([5]);
	expect(choices(holding([1, 2, 3]), [holding([1, 2]), holding([2, 3])])).toEqual([1, 3]);
	expect(choices(holding('all'), [])).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test('a part is not requested from a holder of the whole file while an available holder of some parts can send it', () => {
	expect(choices(holding('all'), [holding([0, 1, 2, 3, 4])])).toEqual([5, 6, 7]);
	expect(choices(holding('all'), [holding([0, 1, 2, 3, 4])], [0, 1])).toEqual([undefined]);
	expect(choices(holding('all'), [holding([0, 1, 2, 3, 4], false)], [0, 1])).toEqual([0, 1]);
	expect(choices(holding('all'), [holding('all')], [0, 1])).toEqual([0, 1]);
});
