import {describe, expect, it} from 'vitest';
import type {FeedEvent, PeerId} from '../../source/core/event.js';
import {startIdentityMonitor} from '../../source/node/identity-monitor.js';
import {createNotices} from '../../source/node/notices.js';
import {createStore} from '../../source/node/store.js';
import {feedEvent, joined, learn, observation, observe, peerId} from '../core/make-events.js';

const me = peerId('01');

function setUp() {
	const store = createStore();
	const codes: string[] = [];
	const notices = createNotices(
		() => 0,
		(level, code, text) => codes.push(`${level} ${code} ${text}`),
	);
	let now = 0;
	// Each call advances the clock by ten seconds, so that every check is due.
	const monotonic = () => {
		now += 10_000;
		return now;
	};
	startIdentityMonitor({store, notices, clock: {monotonic}});
	const identity = (key: string) => ({key: key.repeat(64), fingerprint: key.repeat(16)});
	store.commit([observe(observation(me, 0, {type: 'launched', version: '1'}))]);
	store.commit([learn(1, [{...joined(me, 1, 'Carol'), identity: identity('c')} as FeedEvent])]);
	let ms = 2;
	return {
		codes,
		come(peer: PeerId, name: string, key: string) {
			const event = {...joined(peer, ms++, name), identity: identity(key)} as FeedEvent;
			store.commit([learn(ms, [event])]);
			store.commit([observe(observation(me, ms++, {type: 'peer-connected', subject: peer, address: '10.0.0.2'}))]);
		},
		leave: (peer: PeerId) => store.commit([learn(ms, [feedEvent(peer, 9, ms++, {type: 'left'})])]),
	};
}

describe('notices about identities', () => {
	it('notices about identities report another session with our identity, under our name and under another name', () => {
		const {codes, come} = setUp();
		come(peerId('a1'), 'Carol', 'c');
		come(peerId('a2'), 'Dave', 'c');
		expect(codes).toEqual([
			expect.stringMatching(/^info own-session .*10\.0\.0\.2/),
			expect.stringMatching(/^info own-identity "Dave" \(10\.0\.0\.2\)/),
		]);
	});

	it('two people who share an identity cause one notice, and two sessions under one name cause none', () => {
		const {codes, come, leave} = setUp();
		come(peerId('a1'), 'Ann', 'a');
		come(peerId('a2'), 'Ann', 'a');
		expect(codes).toEqual([]);
		come(peerId('a3'), 'Bob', 'a');
		expect(codes).toEqual([expect.stringMatching(/^info shared-identity "Ann" and "Bob"/)]);
		leave(peerId('a3'));
		come(peerId('a4'), 'Bob', 'a');
		expect(codes).toHaveLength(1);
	});

	it('notices about identities do not appear when a person starts again under another name', () => {
		const {codes, come, leave} = setUp();
		come(peerId('a1'), 'Ann', 'a');
		leave(peerId('a1'));
		come(peerId('a2'), 'Annie', 'a');
		expect(codes).toEqual([]);
	});
});
