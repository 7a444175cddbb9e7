import {describe, expect, it} from 'vitest';
import {RACE_DELAY_MS} from '../../../source/core/limits.js';
import {alternateFamilies, raceConnections} from '../../../source/network/transport/connection-race.js';
import type {DialFailure} from '../../../source/network/transport/transport.js';
import {createFakeClock} from '../../helpers/fake-clock.js';

const at = (host: string) => ({host, port: 9});

/** Plan of one address: after how many ms it connects, or fails with a code. Without either it never answers. */
type Plan = {readonly connects?: number; readonly fails?: readonly [number, DialFailure['code']]};

function startRace(plans: Readonly<Record<string, Plan>>) {
	const clock = createFakeClock();
	const events: string[] = [];
	const note = (text: string) => void events.push(`${clock.monotonic()} ${text}`);
	const cancel = raceConnections<string>({
		clock,
		addresses: Object.keys(plans).map(at),
		connect({host}, connected, failed) {
			note(`start ${host}`);
			const {connects, fails} = plans[host] ?? {};
			const timer =
				connects === undefined
					? fails && clock.after(fails[0], () => failed({code: fails[1], text: host}))
					: clock.after(connects, () => connected(host));
			return () => {
				timer?.cancel();
				note(`cancel ${host}`);
			};
		},
		won: ({host}) => note(`won ${host}`),
		lost: ({host}, {code}) => note(`lost ${host} ${code}`),
	});
	return {clock, events, cancel};
}

describe('a dial to several addresses', () => {
	it('a dial to a peer with several addresses tries only the first address if that address answers in time', async () => {
		const {clock, events} = startRace({a: {connects: RACE_DELAY_MS - 1}, b: {connects: 1}});
		await clock.advance(10_000);
		expect(events).toEqual(['0 start a', '249 won a']);
	});

	it('a dial to a peer with several addresses tries the second address too after RACE_DELAY_MS, keeps the connection that opens first, and cancels the other attempt', async () => {
		const {clock, events} = startRace({a: {connects: 5000}, b: {connects: 10}});
		await clock.advance(10_000);
		expect(events).toEqual(['0 start a', '250 start b', '260 cancel a', '260 won b']);
	});

	it('a dial to a peer with several addresses tries the second address as soon as the first one has failed', async () => {
		const {clock, events} = startRace({a: {fails: [3, 'unreachable']}, b: {connects: 10}});
		await clock.advance(10_000);
		expect(events).toEqual(['0 start a', '3 start b', '13 won b']);
	});

	it('a dial to a peer whose addresses all fail reports the failure that tells the user most', async () => {
		const {clock, events} = startRace({
			a: {fails: [300, 'refused']},
			b: {fails: [100, 'unreachable']},
			c: {fails: [1, 'timeout']},
		});
		await clock.advance(10_000);
		expect(events).toEqual(['0 start a', '250 start b', '300 start c', '350 lost a refused']);
	});

	it('a dial to several addresses calls no callback after it is cancelled', async () => {
		const {clock, events, cancel} = startRace({a: {connects: 400}, b: {connects: 500}, c: {connects: 1}});
		await clock.advance(300);
		cancel();
		await clock.advance(10_000);
		expect(events).toEqual(['0 start a', '250 start b', '300 cancel a', '300 cancel b']);
	});
});

it('the addresses of a host name are put in an order that alternates between IPv4 and IPv6 and begins with IPv4', () => {
	const hosts = ['fd00::1', 'fd00::2', 'fd00::3', '10.0.0.1', '10.0.0.2'];
	expect(alternateFamilies(hosts.map(at)).map(({host}) => host)).toEqual([
		...['10.0.0.1', 'fd00::1', '10.0.0.2', 'fd00::2', 'fd00::3'],
	]);
	expect(alternateFamilies([])).toEqual([]);
});
