import {expect, test} from 'vitest';
import {FILE_REST_MS} from '../../../source/core/limits.js';
import {createFetchShares} from '../../../source/network/files/fetch-shares.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';

const PARTS = Array.from({length: 1000}, (_, part) => part);
const peers = [1, 2, 3, 4].map(fakePeerId);
const sharesOf = (self: number) => createFetchShares(fakePeerId(self));
const othersOf = (self: number) => peers.filter(peer => peer !== fakePeerId(self));

test('nodes that fetch one file and know of each other divide all parts among themselves, about equally', () => {
	const owned = [1, 2, 3, 4].map(self => PARTS.filter(part => sharesOf(self).isForUs(part, othersOf(self), 0)));
	expect(owned.flat().sort((a, b) => a - b)).toEqual(PARTS);
	for (const parts of owned) expect(Math.abs(parts.length - 250)).toBeLessThan(60);
});

test('a node that fetches a file alone requests every part itself', () => {
	expect(PARTS.every(part => sharesOf(1).isForUs(part, [], 0))).toBe(true);
});

test('when a node starts or stops fetching the file, no part is reassigned from one of the other nodes to another one', () => {
	const shares = sharesOf(1);
	const [, two, three, four] = peers;
	const before = PARTS.filter(part => shares.isForUs(part, [two!, three!], 0));
	const after = PARTS.filter(part => shares.isForUs(part, [two!, three!, four!], 0));
	expect(after.filter(part => !before.includes(part))).toEqual([]);
	expect(after.length).toBeLessThan(before.length);
});

test('an idle node does not request the parts that are assigned to other nodes until as much time has passed as a holder needs for two parts; then it requests them itself for a while', () => {
	const shares = sharesOf(1);
	const others = othersOf(1);
	const parts = PARTS.slice(0, 8).filter(part => !shares.isForUs(part, others, 0));
	expect(parts.length).toBeGreaterThan(2);
	const idle = {isIdle: true, partMs: 1000, parts};
	expect(shares.isTooLate(idle, others, 0)).toBe(false);
	expect(shares.isTooLate({...idle, isIdle: false}, others, 1500)).toBe(false);
	expect(shares.isTooLate(idle, others, 2000)).toBe(false);
	expect(shares.isTooLate(idle, others, 3999)).toBe(false);
	expect(shares.isTooLate(idle, others, 4000)).toBe(true);
	expect(parts.every(part => shares.isForUs(part, [others[0]!], 4001) || shares.isForUs(part, others, 4001))).toBe(
		true,
	);
	expect(parts.some(part => shares.isForUs(part, others, 4000 + FILE_REST_MS))).toBe(false);
});
