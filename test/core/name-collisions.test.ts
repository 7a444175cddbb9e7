import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {FeedEvent, Input, PeerId} from '../../source/core/event.js';
import {foldText} from '../../source/core/fold-text.js';
import {initialState, reduceInputs} from '../../source/core/reduce.js';
import {listPeers} from '../../source/core/roster.js';
import {fingerprintOf, formatFingerprintSuffix, formatPeerName, selectPeers} from '../../source/core/select-peers.js';
import type {State} from '../../source/core/state.js';
import {feedEvent, joined, learn, observation, observe, peerId} from './make-events.js';

const [me, ann, bob, cat] = [peerId('01'), peerId('aa'), peerId('bb'), peerId('cc')];
const launch = observe(observation(me, 0, {type: 'launched', version: '1'}));

function join(peer: PeerId, name: string, key?: string, ms = 1): FeedEvent {
	const event = joined(peer, ms, name);
	const fingerprint = key?.padEnd(16, '0').slice(0, 16);
	return key === undefined || fingerprint === undefined || event.type !== 'joined'
		? event
		: {...event, identity: {key: key.padEnd(64, '0'), fingerprint}};
}

function rename(peer: PeerId, seq: number, name: string): FeedEvent {
	return feedEvent(peer, seq, seq, {type: 'renamed', name});
}

function reduce(...events: FeedEvent[]): State {
	return reduceInputs(initialState, [launch, learn(5, events)]);
}

describe('formatPeerName', () => {
	it('formatPeerName adds the fingerprint to a name that two people use, even in different case', () => {
		const state = reduce(join(ann, 'Dave', 'a1'), join(bob, 'DAVE', 'b2'), join(cat, 'Cat', 'c3'));
		expect([ann, bob, cat].map(peer => formatPeerName(state, peer))).toEqual(['Dave#a1000000', 'DAVE#b2000000', 'Cat']);
	});

	it('formatPeerName adds the fingerprint to a name of mixed scripts, which can look like any other name', () => {
		const state = reduce(join(ann, 'Carol', 'a1'), join(bob, 'Caro\u0be6l', 'b2'));
		expect([ann, bob].map(peer => formatPeerName(state, peer))).toEqual(['Carol', 'Caro\u0be6l#b2000000']);
	});

	it('formatPeerName adds the fingerprint to names that look alike', () => {
		const state = reduce(join(ann, 'Carol', 'a1'), join(bob, 'C\u0430rol', 'b2'));
		expect(formatPeerName(state, ann)).toBe('Carol#a1000000');
		expect(formatPeerName(state, bob)).toBe('C\u0430rol#b2000000');
	});

	it('formatPeerName adds the fingerprint to a name that another person used earlier, even after that person left', () => {
		const left = feedEvent(bob, 3, 9, {type: 'left'});
		const state = reduce(join(ann, 'Dave', 'a1'), join(bob, 'Dave', 'b2'), rename(bob, 2, 'Eve'), left);
		expect([formatPeerName(state, ann), formatPeerName(state, bob), formatPeerName(state, bob, 1)]).toEqual([
			'Dave#a1000000',
			'Eve',
			'Dave#b2000000',
		]);
	});

	it('formatPeerName adds 16 digits if two people have the same first 8 digits, and 8 digits to everybody else', () => {
		const state = reduce(join(ann, 'Dave', 'aabbccdd1'), join(bob, 'Dave', 'aabbccdd2'), join(cat, 'Dave', 'c3'));
		expect([ann, bob, cat].map(peer => formatPeerName(state, peer))).toEqual([
			'Dave#aabbccdd10000000',
			'Dave#aabbccdd20000000',
			'Dave#c3000000',
		]);
		expect(selectPeers(state).map(({fingerprint}) => fingerprint.length)).toEqual(expect.arrayContaining([16, 16, 8]));
		const restarted = reduceInputs(reduce(join(ann, 'Dave', 'aabbccdd1')), [
			learn(9, [join(bob, 'Dave', 'aabbccdd1')]),
		]);
		expect(fingerprintOf(restarted, bob)).toBe('aabbccdd');
	});

	it('formatPeerName compares the fingerprint of an identity with the peer ids of peers without an identity', () => {
		const state = reduce(join(ann, 'Dave', 'bb000000f'), join(bob, 'Dave'));
		expect([ann, bob].map(peer => fingerprintOf(state, peer))).toEqual(['bb000000f0000000', 'bb00000000000000']);
	});

	it('formatPeerName adds no fingerprint to launches of one identity or to our own peers', () => {
		const state = reduce(
			join(ann, 'Dave', 'a1'),
			join(bob, 'Dave', 'a1'),
			join(me, 'Cat', 'd4'),
			join(cat, 'Cat', 'c3'),
		);
		expect([ann, bob, me].map(peer => formatFingerprintSuffix(state, peer))).toEqual(['', '', '']);
		expect(formatPeerName(state, cat)).toBe('Cat#c3000000');
	});

	it('formatPeerName adds no fingerprint to our own earlier launches without an identity', () => {
		const again = observe(observation(cat, 100, {type: 'launched', version: '1'}));
		const state = reduceInputs(reduce(join(me, 'Dave')), [again, learn(101, [join(cat, 'Dave', undefined, 101)])]);
		expect([formatFingerprintSuffix(state, me), formatFingerprintSuffix(state, cat)]).toEqual(['', '']);
		const other = reduceInputs(state, [learn(102, [join(ann, 'Dave', 'a1', 102)])]);
		expect([
			formatFingerprintSuffix(other, me),
			formatFingerprintSuffix(other, cat),
			formatFingerprintSuffix(other, ann),
		]).toEqual(['', '', '#a1000000']);
	});
});

describe('the index of name collisions', () => {
	/** The fingerprint suffix of a peer's name according to a full scan of the roster. */
	function expected(state: State, peer: PeerId): string {
		const people = listPeers(state.roster);
		const own = people.find(known => known.peer === peer);
		const name = foldText(own?.names.at(-1)?.name ?? '');
		const others = people.filter(known => known.names.some(nameChange => foldText(nameChange.name) === name));
		const person = (known: (typeof people)[number]) => known.identity?.key ?? known.peer;
		return new Set(others.map(person)).size > 1 ? `#${fingerprintOf(state, peer)}` : '';
	}

	it('the index of name collisions returns the results of a full scan for all states, in whatever order they are queried', () => {
		const peers = [0, 1, 2, 3, 4, 5].map(number => peerId(`${number % 2}a${number}`));
		const step = fc.record({peer: fc.nat(5), name: fc.constantFrom('Xu', 'Yo', 'xu', 'Bo'), key: fc.nat(3)});
		fc.assert(
			fc.property(fc.array(step, {minLength: 1, maxLength: 30}), steps => {
				const states = [initialState];
				const seqs = new Map<PeerId, number>();
				for (const {peer: index, name, key} of steps) {
					const peer = peers[index] ?? ann;
					const seq = (seqs.get(peer) ?? 0) + 1;
					seqs.set(peer, seq);
					const event = seq === 1 ? join(peer, name, key === 0 ? undefined : `f${key}`, seq) : rename(peer, seq, name);
					const input: Input = learn(seq, [event]);
					states.push(reduceInputs(states.at(-1) ?? initialState, [input]));
				}
				for (const state of [...states, ...states.slice(0, 5)]) {
					for (const peer of seqs.keys()) {
						const isKnown = listPeers(state.roster).some(known => known.peer === peer);
						if (isKnown) expect(formatFingerprintSuffix(state, peer)).toBe(expected(state, peer));
					}
				}
			}),
			{numRuns: 200},
		);
	});
});
