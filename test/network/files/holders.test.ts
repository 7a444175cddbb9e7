import {expect, test, vi} from 'vitest';
import type {PeerId} from '../../../source/core/event.js';
import {FILE_REST_MS, MAX_PART_REFUSALS} from '../../../source/core/limits.js';
import {addPart, emptyPartSet, fullPartSet} from '../../../source/core/part-set.js';
import {createHolders} from '../../../source/network/files/holders.js';
import type {LinkPipe} from '../../../source/network/files/link-pipe.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';

const COUNT = 8192;
const pipeOf = (peer: PeerId) => ({link: {peer}}) as LinkPipe;

function partsOf(...parts: number[]) {
	const set = emptyPartSet(COUNT);
	for (const part of parts) addPart(set, part);
	return set;
}

test('a holder can contribute to a file if it has a part that is missing here, did not refuse this part, and is not excluded', () => {
	const holders = createHolders(COUNT, () => 0);
	const holder = holders.add(pipeOf(fakePeerId(1)));
	const have = partsOf(3);
	const answers = [holders.canAddTo(have)];
	holders.update(holder, partsOf(3));
	answers.push(holders.canAddTo(have));
	holders.update(holder, partsOf(3, 4, 5));
	answers.push(holders.canAddTo(have));
	addPart(have, 4);
	answers.push(holders.canAddTo(have));
	holders.refused(holder, 5, 0);
	answers.push(holders.canAddTo(have));
	holders.update(holder, true);
	answers.push(holders.canAddTo(have));
	holders.exclude(holder);
	answers.push(holders.canAddTo(have));
	expect(answers).toEqual([false, false, true, true, false, true, false]);
});

test('the parts of 200 peers that have no missing part are compared at most once, however often a node checks whether a holder can contribute to the file', () => {
	const holders = createHolders(COUNT, () => 0);
	const have = fullPartSet(COUNT);
	for (let number = 1; number <= 200; number++) {
		const holder = holders.add(pipeOf(fakePeerId(number)));
		if (number % 2 === 0) holders.update(holder, have);
	}
	const comparisons = vi.spyOn(Object.getPrototypeOf(Uint8Array.prototype), 'some');
	for (let asked = 0; asked < 50; asked++) expect(holders.canAddTo(have)).toBe(false);
	expect(comparisons).toHaveBeenCalledTimes(100);
	comparisons.mockRestore();
});

test('a holder that refuses more than MAX_PART_REFUSALS of the parts that it announced is not used for a while', () => {
	let now = 0;
	const holders = createHolders(COUNT, () => now);
	const holder = holders.add(pipeOf(fakePeerId(1)));
	holders.update(holder, true);
	for (let part = 0; part < MAX_PART_REFUSALS; part++) holders.refused(holder, part, now);
	expect(holders.isUsable(holder, now)).toBe(true);
	holders.refused(holder, MAX_PART_REFUSALS, now);
	expect(holders.isUsable(holder, now)).toBe(false);
	now = FILE_REST_MS;
	expect(holders.isUsable(holder, now)).toBe(true);
});

test('a holder that is not used for FILE_REST_MS, because it refused parts, is not excluded for longer by refusals of parts that were requested before', () => {
	let now = 0;
	const holders = createHolders(COUNT, () => now);
	const holder = holders.add(pipeOf(fakePeerId(1)));
	holders.update(holder, true);
	for (let part = 0; part < 4 * (MAX_PART_REFUSALS + 1); part++) holders.refused(holder, part, now);
	now = FILE_REST_MS;
	expect(holders.isUsable(holder, now)).toBe(true);
});

test('while a holder is not used because it failed, it cannot contribute to a file, and it is asked again which parts it has', () => {
	let now = 0;
	const holders = createHolders(COUNT, () => now);
	const holder = holders.add(pipeOf(fakePeerId(1)));
	holder.askId = 7;
	holders.update(holder, true);
	holders.rest(holder, now);
	expect(holder.askId).toBeUndefined();
	expect(holders.canAddTo(partsOf(3))).toBe(false);
	expect(holders.describeAbsence('it')).toBe('nobody who is connected has it, except 1 peer that did not send it');
	now = FILE_REST_MS;
	expect(holders.expire(now, () => false)).toBe(true);
	expect(holders.canAddTo(partsOf(3))).toBe(true);
	expect(holders.expire(now, () => true)).toBe(false);
});

test('if no part can be requested from anybody, only the holders that refused parts are not used for a while, and the user reads how many holders failed in which way', () => {
	const holders = createHolders(COUNT, () => 0);
	const [refusing, silent, lying, willing] = [1, 2, 3, 4].map(number => holders.add(pipeOf(fakePeerId(number))));
	for (const holder of [refusing!, silent!, lying!, willing!]) holders.update(holder, true);
	holders.refused(refusing!, 5, 0);
	expect(holders.expire(0, () => false)).toBe(false);
	expect(holders.isUsable(refusing!, 0)).toBe(true);
	expect(holders.expire(0, () => true)).toBe(true);
	expect([refusing!, willing!].map(holder => holders.isUsable(holder, 0))).toEqual([false, true]);
	holders.rest(silent!, 0);
	holders.exclude(lying!);
	expect(holders.describeAbsence('it')).toBe(
		'nobody who is connected has it, except 1 peer that sent wrong data and 2 peers that did not send it',
	);
});
