import {describe, expect, it} from 'vitest';
import type {Contact, FeedEvent, PeerId} from '../../source/core/event.js';
import {computeSafetyNumber} from '../../source/feed/safety-number.js';
import {createNotices} from '../../source/node/notices.js';
import {createStore} from '../../source/node/store.js';
import {type ContactStore, createVerification} from '../../source/node/verification.js';
import {feedEvent, joined, learn, observation, observe, peerId} from '../core/make-events.js';

const [me, ann, bob] = [peerId('01'), peerId('aa'), peerId('bb')];
const ownKey = '05'.repeat(32);
const keyOf = (hex: string) => hex.padEnd(64, '0');
const join = (peer: PeerId, name: string, key?: string): FeedEvent =>
	({
		...joined(peer, 1, name),
		...(key && {identity: {key: keyOf(key), fingerprint: key.padEnd(16, '0')}}),
	}) as FeedEvent;

function setUp(options: {ownKey?: string | undefined; contacts?: ContactStore | undefined; stored?: Contact[]} = {}) {
	const stored: Contact[] = options.stored ?? [];
	const contacts: ContactStore = {
		list: () => [...stored],
		add: contact => void stored.push(contact),
		remove: key => void stored.splice(0, stored.length, ...stored.filter(contact => contact.key !== key)),
	};
	const store = createStore();
	const notices: string[] = [];
	let monotonic = 0;
	const verification = createVerification({
		ownKey: 'ownKey' in options ? options.ownKey : ownKey,
		contacts: 'contacts' in options ? options.contacts : contacts,
		store,
		notices: createNotices(
			() => monotonic,
			(level, code, text) => notices.push(`${level} ${code} ${text}`),
		),
		now: () => 42,
		publish: published => store.commit([{type: 'ephemeral', event: {type: 'contacts', contacts: published}}]),
	});
	store.commit([observe(observation(me, 0, {type: 'launched', version: '1'}))]);
	const commit = (...events: FeedEvent[]) => store.commit([learn(5, events)]);
	const lastDigits = (key: string) => computeSafetyNumber(ownKey, keyOf(key)).slice(-5);
	return {verification, store, stored, notices, commit, lastDigits, wait: (ms: number) => (monotonic += ms)};
}

describe('verification of a person', () => {
	it('a verification is stored after the last five digits of the shown safety number were typed', () => {
		const {verification, store, stored, commit, lastDigits} = setUp();
		verification.start();
		commit(join(ann, 'Ann', 'a1'));
		expect(verification.showNumber(ann)).toEqual({number: computeSafetyNumber(ownKey, keyOf('a1'))});
		expect(verification.confirm(ann, '00000')).toEqual({refused: expect.stringContaining('last five digits')});
		expect(stored).toEqual([]);
		expect(verification.confirm(ann, lastDigits('a1'))).toBeUndefined();
		expect(stored).toEqual([{key: keyOf('a1'), name: 'Ann', verified: 42}]);
		expect(store.getState().ephemeral.contacts).toEqual(stored);
		expect(verification.forget(ann)).toBeUndefined();
		expect(store.getState().ephemeral.contacts).toEqual([]);
		expect(verification.forget(ann)).toMatchObject({refused: expect.any(String)});
	});

	it('a verification is refused for a key whose number was not shown, because an attacker can find a key with the same last five digits', () => {
		const {verification, stored, commit, lastDigits} = setUp();
		commit(join(ann, 'Ann', 'a1'), join(bob, 'Ann', 'b2'));
		verification.showNumber(ann);
		expect(verification.confirm(bob, lastDigits('b2'))).toMatchObject({refused: expect.stringContaining('not shown')});
		expect(stored).toEqual([]);
	});

	it('a verification is refused for ourselves, without an identity at either end, and for our own identity at another node', () => {
		const {verification, commit} = setUp();
		commit(join(me, 'Me'), join(ann, 'Ann'), {
			...join(bob, 'Bob'),
			identity: {key: ownKey, fingerprint: 'f'},
		} as FeedEvent);
		for (const peer of [me, ann, bob]) expect(verification.showNumber(peer)).toHaveProperty('refused');
		const anonymous = setUp({ownKey: undefined});
		anonymous.commit(join(ann, 'Ann', 'a1'));
		expect(anonymous.verification.showNumber(ann)).toMatchObject({refused: expect.stringContaining('--no-identity')});
	});

	it('nobody can be marked as verified if nothing is kept on disk (--no-log) or if the file cannot be written; the refusal names the reason', () => {
		const nothingKept = setUp({contacts: undefined});
		nothingKept.commit(join(ann, 'Ann', 'a1'));
		nothingKept.verification.showNumber(ann);
		expect(nothingKept.verification.confirm(ann, nothingKept.lastDigits('a1'))).toMatchObject({
			refused: expect.stringContaining('--no-log'),
		});
		const fail = () => {
			throw new Error('disk full');
		};
		const broken = setUp({contacts: {list: () => [], add: fail, remove: fail}});
		broken.commit(join(ann, 'Ann', 'a1'));
		broken.verification.showNumber(ann);
		expect(broken.verification.confirm(ann, broken.lastDigits('a1'))).toEqual({refused: 'disk full'});
	});
});

describe('the warning about the name of a verified person', () => {
	const stored = () => [{key: keyOf('a1'), name: 'Ann', verified: 1}];

	it('the warning about a verified name appears once for each peer that joins with this name, takes this name later or connects with it', () => {
		const {verification, notices, commit, store} = setUp({stored: stored()});
		commit(join(peerId('dd'), 'Ann', 'd4'));
		verification.start();
		expect(notices.splice(0)).toEqual([expect.stringMatching(/^error verified-name .*"Ann".*#d4000000/)]);
		commit(join(ann, 'Ann', 'a1'), join(bob, 'Bob', 'b2'));
		expect(notices).toEqual([]);
		commit(feedEvent(bob, 2, 2, {type: 'renamed', name: 'ANN'}));
		commit(feedEvent(bob, 3, 3, {type: 'renamed', name: 'Bob'}), feedEvent(bob, 4, 4, {type: 'renamed', name: 'ANN'}));
		store.commit([observe(observation(me, 9, {type: 'peer-connected', subject: bob, address: '10.0.0.2'}))]);
		expect(notices).toEqual([expect.stringMatching(/"ANN".*"Ann".*#b2000000/)]);
	});

	it('a peer about which a warning was left out, because many others took verified names, is warned about when it connects later', () => {
		const {verification, notices, commit, store, wait} = setUp({stored: stored()});
		verification.start();
		for (let decoy = 0; decoy < 20; decoy++) commit(join(peerId(`${decoy + 20}`), 'Ann', `${decoy + 20}`));
		commit(join(bob, 'Ann', 'b2'));
		expect(notices.filter(text => text.includes('#b2000000'))).toEqual([]);
		wait(60_000);
		store.commit([observe(observation(me, 9, {type: 'peer-connected', subject: bob, address: '10.0.0.2'}))]);
		expect(notices.filter(text => text.includes('#b2000000'))).toHaveLength(1);
	});

	it('the warning about a verified name does not appear for people who left', () => {
		const {verification, notices, commit} = setUp({stored: stored()});
		verification.start();
		commit(join(bob, 'Ann', 'b2'), feedEvent(bob, 2, 2, {type: 'left'}));
		expect(notices).toEqual([]);
	});

	it('the warning about a verified name is not suppressed by a flood of other notices, and the number of these warnings is limited too', () => {
		const store = setUp({stored: stored()});
		store.verification.start();
		const notices: string[] = [];
		const limited = createNotices(
			() => 0,
			(_, code) => notices.push(code),
		);
		for (let index = 0; index < 100; index++) limited.notify('warn', 'flood', `${index}`);
		for (let index = 0; index < 100; index++)
			limited.verifiedNameTaken({name: 'Ann', fingerprint: `${index}`, verifiedName: 'Ann'});
		expect(notices.filter(code => code === 'verified-name')).toHaveLength(20);
	});
});
