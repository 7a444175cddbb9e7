import {describe, expect, it} from 'vitest';
import type {Input, PeerId} from '../../source/core/event.js';
import {findPeersByName, matchesAuthor} from '../../source/core/find-peers.js';
import {initialState, reduceInputs} from '../../source/core/reduce.js';
import {addressOf, fingerprintOf, nameOf, selectPeer, selectPeers, statusOf} from '../../source/core/select-peers.js';
import {selectConnectedCount, selectKnownCount} from '../../source/core/select-people.js';
import {feedEvent, joined, learn, observation, observe, peerId, posted} from './make-events.js';

const me = peerId('01');
const ann = peerId('aa');
const bob = peerId('bb');
const cat = peerId('cc');
const dan = peerId('dd');
const launch = observe(observation(me, 0, {type: 'launched', version: '1'}));
const connect = (subject: PeerId, ms = 10, address = '10.0.0.2') =>
	observe(observation(me, ms, {type: 'peer-connected', subject, address}));
const join = (peer: PeerId, name: string, addresses: readonly string[] = []) =>
	learn(1, [joined(peer, 1, name, addresses)]);
const leave = (peer: PeerId) => learn(30, [feedEvent(peer, 9, 30, {type: 'left'})]);
const identity = {key: 'k'.repeat(64), fingerprint: 'f00dcafe'};
const reduce = (...inputs: Input[]) => reduceInputs(initialState, inputs);

describe('nameOf', () => {
	const rename = (seq: number, name: string) => learn(seq, [feedEvent(ann, seq, seq, {type: 'renamed', name})]);
	const state = reduce(rename(9, 'Anne'), join(ann, 'Ann'), rename(5, 'Annie'));

	it('nameOf returns the name in effect at a seq, or the newest name without a seq', () => {
		expect([1, 4, 5, 8, 9, 99].map(seq => nameOf(state, ann, seq))).toEqual([
			'Ann',
			'Ann',
			'Annie',
			'Annie',
			'Anne',
			'Anne',
		]);
		expect(nameOf(state, ann)).toBe('Anne');
	});

	it('nameOf returns the short peer id of a peer without a name', () => {
		expect(nameOf(state, bob)).toBe('bb000000');
		expect(nameOf(reduce(join(bob, '')), bob)).toBe('bb000000');
	});
});

describe('statusOf', () => {
	it('statusOf derives the status of a peer from its events and its link', () => {
		const link: Input = {type: 'ephemeral', event: {type: 'link-measured', peer: ann, status: 'suspect'}};
		const state = reduce(
			launch,
			join(ann, 'A'),
			join(bob, 'B'),
			join(cat, 'C'),
			connect(ann),
			connect(bob),
			leave(dan),
			link,
		);
		expect([me, ann, bob, cat, dan].map(peer => statusOf(state, peer))).toEqual([
			'self',
			'suspect',
			'connected',
			'unreachable',
			'left',
		]);
	});

	it('statusOf returns `left` for our own peer ids of earlier launches', () => {
		const next = observe(observation(bob, 50, {type: 'launched', version: '1'}));
		expect(statusOf(reduce(launch, join(me, 'Me'), next), me)).toBe('left');
	});
});

describe('addressOf', () => {
	it('addressOf returns the address of our connection, or the first claimed address marked as unverified', () => {
		const state = reduce(launch, join(ann, 'A', ['10.0.0.9', '10.1.0.9']), join(bob, 'B', ['10.0.0.8']), connect(bob));
		expect(addressOf(state, ann)).toEqual({address: '10.0.0.9', isUnverified: true});
		expect(addressOf(state, bob)).toEqual({address: '10.0.0.2', isUnverified: false});
		expect(addressOf(state, cat)).toBeUndefined();
	});

	it('addressOf returns our own claimed address as verified', () => {
		expect(addressOf(reduce(launch, join(me, 'Me', ['10.0.0.7'])), me)).toEqual({
			address: '10.0.0.7',
			isUnverified: false,
		});
	});
});

describe('selectPeers', () => {
	const named = (state: ReturnType<typeof reduce>) => selectPeers(state).map(({name, status}) => `${name} ${status}`);

	it('selectPeers lists self, then reachable, unreachable and departed peers, each group by name', () => {
		const state = reduce(
			...[launch, join(me, 'Zoe'), join(ann, 'bert'), join(bob, 'Anna'), connect(ann), connect(bob)],
			...[join(cat, 'Carl'), join(dan, 'Abel'), leave(dan)],
		);
		expect(named(state)).toEqual(['Zoe self', 'Anna connected', 'bert connected', 'Carl unreachable', 'Abel left']);
		expect([selectConnectedCount(state), selectKnownCount(state)]).toEqual([2, 3]);
	});

	it('selectPeers lists our own peer before its joined event is written', () => {
		expect(named(reduce(launch))).toEqual(['01000000 self']);
	});

	it('selectPeers does not list peers that are known only from `lost` events of others', () => {
		const report = learn(5, [feedEvent(ann, 4, 5, {type: 'lost', subject: dan, absence: 0})]);
		expect(named(reduce(launch, join(ann, 'Ann'), report))).toEqual(['01000000 self', 'Ann unreachable']);
	});

	it('selectPeers marks names that another person uses or used, even in different case', () => {
		const state = reduce(
			launch,
			join(ann, 'Ann'),
			join(bob, 'ANN'),
			join(cat, 'Ann'),
			connect(ann),
			connect(bob),
			leave(cat),
		);
		expect(selectPeers(state).map(({name, status, hasNameCollision}) => [name, status, hasNameCollision])).toEqual([
			['01000000', 'self', false],
			['Ann', 'connected', true],
			['ANN', 'connected', true],
			['Ann', 'left', true],
		]);
		expect(selectPeer(reduceInputs(state, [leave(bob)]), ann)?.hasNameCollision).toBe(true);
	});

	it('selectPeers marks names that look like the name of another person', () => {
		const state = reduce(
			launch,
			join(ann, 'Carol'),
			join(bob, 'C\u0430rol'),
			join(cat, 'Carl'),
			connect(ann),
			connect(bob),
		);
		expect([ann, bob, cat].map(peer => selectPeer(state, peer)?.hasNameCollision)).toEqual([true, true, false]);
		expect([ann, bob].map(peer => selectPeer(reduceInputs(state, [leave(bob)]), peer)?.hasNameCollision)).toEqual([
			true,
			true,
		]);
	});

	it('selectPeers treats peers of one identity as one person, even after one of them has left', () => {
		const as = (peer: PeerId, key: string) =>
			learn(1, [{...joined(peer, 1, 'Ann'), identity: {...identity, key}} as ReturnType<typeof joined>]);
		const state = reduce(launch, as(ann, 'k1'), as(bob, 'k1'), connect(ann), leave(bob));
		expect([ann, bob].map(peer => selectPeer(state, peer)?.hasNameCollision)).toEqual([false, false]);
		const other = reduceInputs(state, [as(cat, 'k2')]);
		expect([ann, bob, cat].map(peer => selectPeer(other, peer)?.hasNameCollision)).toEqual([true, true, true]);
	});

	it('selectPeers includes measurements and the times of connection, loss and departure', () => {
		const lost = learn(40, [feedEvent(ann, 4, 40, {type: 'lost', subject: bob, absence: 0})]);
		const link: Input = {
			type: 'ephemeral',
			event: {
				type: 'link-measured',
				peer: ann,
				status: 'connected',
				roundTripMs: 4,
				clockOffsetMs: 7,
				direction: 'dialled',
			},
		};
		const state = reduce(launch, join(ann, 'Ann'), join(bob, 'Bob'), connect(ann), link, lost);
		expect(selectPeer(state, ann)).toMatchObject({
			roundTripMs: 4,
			clockOffsetMs: 7,
			direction: 'dialled',
			version: '1.0.0',
		});
		expect(selectPeer(state, ann)?.connectedSince).toBe(state.launch!.ms + 10);
		expect(selectPeer(state, bob)?.lostAt).toBe(state.launch!.ms + 40);
		expect(selectPeer(reduceInputs(state, [leave(bob)]), bob)).toMatchObject({
			leftAt: state.launch!.ms + 30,
			status: 'left',
		});
	});

	it('selectPeers returns the same array until a peer changes', () => {
		const state = reduce(launch, join(ann, 'Ann'));
		const peers = selectPeers(state);
		expect(selectPeers(reduceInputs(state, [learn(9, [posted(ann, 2, 9)])]))).toBe(peers);
		expect(selectPeers(reduceInputs(state, [connect(ann)]))).not.toBe(peers);
	});
});

describe('findPeersByName', () => {
	const state = reduce(
		...[launch, join(ann, 'Ann'), join(bob, 'ann'), join(cat, 'C#1'), join(dan, 'Ann'), connect(ann), connect(bob)],
		learn(1, [{...joined(peerId('ee'), 1, 'Ann'), identity} as ReturnType<typeof joined>]),
	);
	const find = (name: string) => findPeersByName(state, name).map(({peer}) => peer.slice(0, 2));

	it('findPeersByName prefers exact matches to names in different case, and present peers to absent ones', () => {
		expect(find('Ann')).toEqual(['aa']);
		expect(find('ann')).toEqual(['bb']);
	});

	it('findPeersByName finds everybody whose name matches in any case, present or absent, for a whisper', () => {
		const found = findPeersByName(state, 'Ann', 'anybody').map(({peer}) => peer.slice(0, 2));
		expect(found.toSorted()).toEqual(['aa', 'bb', 'dd', 'ee']);
	});

	it('findPeersByName ignores case if no name matches exactly', () => {
		expect(find('ANN')).toEqual(['aa', 'bb']);
	});

	it('findPeersByName finds peers by the beginning of a fingerprint or peer id', () => {
		expect(find('Ann#f00d')).toEqual(['ee']);
		expect(find('Ann#DD')).toEqual(['dd']);
		expect(find('#f00dcafe')).toEqual(['ee']);
		expect(fingerprintOf(state, peerId('ee'))).toBe('f00dcafe');
		expect(fingerprintOf(state, ann)).toBe('aa000000');
	});

	it('findPeersByName and matchesAuthor find a name as it is shown: without check marks and parentheses at its end, or in quotes', () => {
		const [eve, fay] = [peerId('e1'), peerId('f1')];
		const odd = reduce(launch, join(eve, 'Eve ✓ (admin)'), join(fay, 'Fay, the "cook"'));
		const rowOf = (peer: PeerId) => ({peer, seq: 1, at: 5, ms: 5, counter: 0, type: 'posted' as const, text: 'x'});
		for (const typed of ['Eve', 'eve', 'Eve ✓ (admin)', `Eve#${fingerprintOf(odd, eve)}`]) {
			expect([typed, findPeersByName(odd, typed).map(({peer}) => peer)]).toEqual([typed, [eve]]);
			expect([typed, matchesAuthor(odd, rowOf(eve), typed)]).toEqual([typed, true]);
			expect(matchesAuthor(odd, rowOf(fay), typed)).toBe(false);
		}
		expect(findPeersByName(odd, `"Fay, the 'cook'"`).map(({peer}) => peer)).toEqual([fay]);
		expect(findPeersByName(reduce(launch, join(eve, '✓')), '')).toEqual([]);
	});

	it('findPeersByName accepts a name that contains #', () => {
		expect(find('C#1')).toEqual(['cc']);
	});

	it('findPeersByName finds no peer for an unknown or empty name', () => {
		expect([find('Zed'), find(''), find('Ann#'), find('#'), find('Ann#99')]).toEqual([[], [], [], [], []]);
	});
});
