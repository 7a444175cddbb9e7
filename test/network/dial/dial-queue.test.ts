import {expect, it} from 'vitest';
import {DIALS_AT_FIRST} from '../../../source/core/limits.js';
import {createCandidate} from '../../../source/network/dial/candidate.js';
import {createDialQueue} from '../../../source/network/dial/dial-queue.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';

/** Number of dials that start at once if each of these addresses announced one peer. */
function startAll(owners: readonly string[]): number {
	const queue = createDialQueue();
	for (const [index, owner] of owners.entries()) queue.add(createCandidate(fakePeerId(index + 1), false, owner));
	let started = 0;
	for (let next = queue.next(); next; next = queue.next()) {
		queue.start(next);
		started++;
	}
	return started;
}

it('at most half of the concurrent dials are to peers that were announced from addresses of one IPv6 prefix', () => {
	const numbers = Array.from({length: 2 * DIALS_AT_FIRST}, (_, index) => index + 1);
	const started = [`10.0.0.`, 'fd00:1::', 'fe80::'].map(prefix => startAll(numbers.map(n => `${prefix}${n}`)));
	expect(started).toEqual([DIALS_AT_FIRST, DIALS_AT_FIRST / 2, DIALS_AT_FIRST / 2]);
});
