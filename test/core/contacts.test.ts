import {describe, expect, it} from 'vitest';
import {contactOf, impersonatedContact, trustOf} from '../../source/core/contacts.js';
import type {Contact, FeedEvent, PeerId} from '../../source/core/event.js';
import {initialState, reduceInputs} from '../../source/core/reduce.js';
import {formatPeerName, selectPeer} from '../../source/core/select-peers.js';
import {feedEvent, joined, learn, observation, observe, peerId} from './make-events.js';

const [me, ann, bob, cat] = [peerId('01'), peerId('aa'), peerId('bb'), peerId('cc')];
const launch = observe(observation(me, 0, {type: 'launched', version: '1'}));
const keyOf = (hex: string) => hex.padEnd(64, '0');
const verified = (hex: string, name: string): Contact => ({key: keyOf(hex), name, verified: 5});

function join(peer: PeerId, name: string, key?: string): FeedEvent {
	const event = joined(peer, 1, name);
	return key === undefined
		? event
		: ({...event, identity: {key: keyOf(key), fingerprint: key.padEnd(16, '0')}} as FeedEvent);
}

function reduce(contacts: readonly Contact[], ...events: FeedEvent[]) {
	return reduceInputs(initialState, [
		launch,
		{type: 'ephemeral', event: {type: 'contacts', contacts}},
		learn(5, events),
	]);
}

describe('trust in a peer', () => {
	it('trust in a peer is "verified" for every launch with a verified key, under whatever name', () => {
		const state = reduce([verified('a1', 'Carol')], join(ann, 'Carol', 'a1'), join(bob, 'Karla', 'a1'));
		expect([ann, bob].map(peer => trustOf(state, peer))).toEqual(['verified', 'verified']);
		expect(contactOf(state, bob)?.name).toBe('Carol');
		expect(selectPeer(state, ann)?.trust).toBe('verified');
	});

	it.each([
		['another key', 'Carol', 'b2'],
		['no identity', 'Carol', undefined],
		['another case', 'CAROL', 'b2'],
		['letters that look alike', 'C\u0430r0l', 'b2'],
	])(
		'a peer that has the name of a verified person, but with %s, gets the trust "impostor", even if that person is not in this log',
		(_, name, key) => {
			const state = reduce([verified('a1', 'Carol')], join(bob, name, key));
			expect(trustOf(state, bob)).toBe('impostor');
			expect(formatPeerName(state, bob)).toMatch(/#[0-9a-f]{8}$/);
			expect(selectPeer(state, bob)).toMatchObject({trust: 'impostor', hasNameCollision: true});
		},
	);

	it('trust in a peer is "impostor" for a name that the verified person took later', () => {
		const renamed = feedEvent(ann, 2, 2, {type: 'renamed', name: 'Karla'});
		const state = reduce([verified('a1', 'Carol')], join(ann, 'Carol', 'a1'), renamed, join(bob, 'Karla', 'b2'));
		expect(impersonatedContact(state, bob)?.key).toBe(keyOf('a1'));
	});

	it('trust in a peer is not "impostor" for a name that the verified person has given up', () => {
		const borrowed = feedEvent(ann, 2, 2, {type: 'renamed', name: 'Bob'});
		const back = feedEvent(ann, 3, 3, {type: 'renamed', name: 'Ann'});
		const state = reduce([verified('a1', 'Ann')], join(ann, 'Ann', 'a1'), borrowed, back, join(bob, 'Bob', 'b2'));
		expect(trustOf(state, bob)).toBe('unknown');
	});

	it('trust in a peer depends on the name that the peer had at the time of a message', () => {
		const renamed = feedEvent(bob, 2, 2, {type: 'renamed', name: 'Carol'});
		const back = feedEvent(bob, 4, 4, {type: 'renamed', name: 'Bob'});
		const state = reduce([verified('a1', 'Carol')], join(bob, 'Bob', 'b2'), renamed, back);
		expect([1, 2, 3, 4].map(seq => trustOf(state, bob, seq))).toEqual(['unknown', 'impostor', 'impostor', 'unknown']);
	});

	it('trust in a peer is "verified" for two verified people with the same name, and "unknown" for other names and for ourselves', () => {
		const contacts = [verified('a1', 'Carol'), verified('b2', 'Carol')];
		const state = reduce(
			contacts,
			join(ann, 'Carol', 'a1'),
			join(bob, 'Carol', 'b2'),
			join(cat, 'Dave', 'c3'),
			join(me, 'Carol'),
		);
		expect([ann, bob, cat, me].map(peer => trustOf(state, peer))).toEqual([
			'verified',
			'verified',
			'unknown',
			'unknown',
		]);
	});

	it('trust in a peer changes with the contacts, and is "unknown" for everybody if there are no contacts, as in a replay', () => {
		const state = reduce([], join(ann, 'Carol', 'a1'), join(bob, 'Carol', 'b2'));
		expect([ann, bob].map(peer => selectPeer(state, peer)?.trust)).toEqual(['unknown', 'unknown']);
		const later = reduceInputs(state, [
			{type: 'ephemeral', event: {type: 'contacts', contacts: [verified('a1', 'Carol')]}},
		]);
		expect([ann, bob].map(peer => selectPeer(later, peer)?.trust)).toEqual(['verified', 'impostor']);
	});
});
