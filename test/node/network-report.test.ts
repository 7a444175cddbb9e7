import {expect, test} from 'vitest';
import type {FeedEvent, PeerId} from '../../source/core/event.js';
import type {DialReport} from '../../source/network/dial/dialler.js';
import {createNetworkReport, type NetworkReportSources} from '../../source/node/network-report.js';
import {createStore} from '../../source/node/store.js';
import {feedEvent, joined, learn, observation, observe, peerId} from '../core/make-events.js';

const [me, bob] = [peerId('01'), peerId('b1')];
const NOW = 1_000_000;

/**
 * Reports on a node with one candidate that is not connected, and returns the names of the peers in the report.
 * `heardAgoMs`: age of the newest beacon of the candidate.
 */
function reported(dial: Partial<DialReport>, {heardAgoMs, events = []}: {heardAgoMs?: number; events?: FeedEvent[]}) {
	const store = createStore();
	store.commit([observe(observation(me, 0, {type: 'launched', version: '1'}))]);
	store.commit([learn(5, [joined(bob, 1, 'Bob'), ...events])]);
	const candidate = {addresses: [{host: '10.0.0.2', port: 1}], sources: [], failures: 0, lastFailure: undefined};
	const stats = {
		peer: (peer: PeerId) => (heardAgoMs === undefined ? undefined : {peer, at: NOW - heardAgoMs, paths: new Set()}),
		echoesBySource: () => [],
		beaconsBySource: () => [],
		otherVersions: () => [],
		foreignNodes: () => 0,
		offLinkAddresses: () => [],
	};
	return createNetworkReport({
		beacon: {interfaces: () => [], counters: () => []},
		transport: {refused: 0},
		dialler: {reports: () => [{peer: bob, ...candidate, ...dial}]},
		mesh: {links: () => []},
		discovery: {stats},
		self: {peer: me, udpPort: 1, tcpPort: 2},
		store,
		room: 'lan',
		hasSecret: false,
		loopbackOnly: true,
		now: NOW,
		startedAt: 0,
		clockCorrectionMs: 0,
	} as unknown as NetworkReportSources).peers.map(({name}) => name);
}

const left = [feedEvent(bob, 2, 2, {type: 'left'})];
const lost = [joined(peerId('c1'), 1, 'Cleo'), feedEvent(peerId('c1'), 2, 3, {type: 'lost', subject: bob, absence: 0})];

test.each<[string, Partial<DialReport>, {heardAgoMs?: number; events?: FeedEvent[]}, string[]]>([
	['a peer that is dialled for the first time', {failures: 1}, {}, ['Bob']],
	['a peer whose beacons arrive but whose dials fail', {failures: 9}, {heardAgoMs: 1000}, ['Bob']],
	['a peer that others reach but we do not', {failures: 9, sources: ['exchange']}, {}, ['Bob']],
	['a target of the user', {failures: 9, sources: ['peer-flag']}, {events: left}, ['Bob']],
	['a peer that left', {failures: 5, sources: ['exchange']}, {heardAgoMs: 60_000, events: left}, []],
	['a peer that was reported as lost', {failures: 2}, {events: lost}, []],
	['a peer that is neither heard nor reached', {failures: 5}, {heardAgoMs: 60_000}, []],
])(
	'the network pane lists the peers that this node may still reach, and no peer that left, was lost or is silent: %s',
	(_, dial, room, expected) => {
		expect(reported(dial, room)).toEqual(expected);
	},
);
