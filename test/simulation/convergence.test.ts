/**
 * Mutation results: each rule of the program was broken once in a copy of the code. The second column shows the first
 * failed room of the run `npm run simulate -- --seed 2000 --runs 200 --nodes 2..6`, and a unit test that failed. `node
 * test/simulation/mutate.mjs [WORD...]` repeats the run. Rooms caught all 55 mutations on 28 November 2026. The room
 * numbers change with the scenarios. A high number means that few rooms can show the fault.
 *
 * | broken rule | caught by |
 * |---|---|
 * | Only the peer with the lower id closes a duplicate connection. | room 18: closed both connections |
 * | The peer with the lower id closes a duplicate only after the other end has verified the new connection. | room 27: closed both connections |
 * | One of two peers closes a duplicate connection. | room 1: 2 connections |
 * | Both ends send on the newest connection. | room 2: no digest after a hello, mesh-duplicates.test.ts |
 * | History is compared again after one of two connections closed. | room 4: last event after the goodbye, mesh-duplicates.test.ts |
 * | History is compared again when a connection is replaced. | room 2: no digest after a hello, mesh-duplicates.test.ts |
 * | The digest is sent once for each connection, not for each peer. | room 1: no digest after a hello, sync.test.ts |
 * | A request that arrived on the older of two connections is answered. | room 24: request never answered, sync.test.ts |
 * | The peer with the higher id dials too. | room 34: 0 connections |
 * | Peers exchange the addresses of other peers. | room 26: 0 connections |
 * | Beacons continue after the burst. | room 23: 0 connections, discovery.test.ts |
 * | A beacon is answered. | room 23: histories differ, discovery.test.ts |
 * | A replayed beacon is ignored. | room 2: dialled a replayed address, discovery.test.ts |
 * | Every known address of a peer is dialled in turn. | room 25: histories differ, dialler.test.ts |
 * | A peer is dialled again on a new report after too many failures. | room 85: 0 connections, dialler.test.ts |
 * | A peer that others are connected to is dialled again after too many failures. | room 70: 0 connections, dialler.test.ts |
 * | A peer whose connection broke does not wait for a dial that nobody answers. | seed 60601 of 3..5: never away but lost, dial-concurrency.test.ts |
 * | A lost target is dialled again. | room 21: 0 connections, dialler-targets.test.ts |
 * | Peers report a lost peer one after another, by rank. | room 31: many reports |
 * | A peer that others are connected to is not reported lost. | room 3: never away but lost |
 * | A peer that returned is announced at once if another peer reported it lost. | room 3: never away but lost |
 * | A peer is reported lost only after a grace period. | room 1: lost without grace, failure-detector.test.ts |
 * | A peer that vanished while nobody was connected to it is reported lost. | room 14: crashed but not lost, failure-detector.test.ts |
 * | A peer answers a report that it is lost. | room 4: here but lost |
 * | A peer writes that it returned only if it is reported lost. | room 1: returned from an unreported absence |
 * | A peer writes that it left when it stops. | room 1: never away but lost |
 * | The last events of a peer are read before its goodbye is noted. | room 1: last event after the goodbye |
 * | Silence while our own timers stood still closes no connection. | room 4: suspected with unread bytes |
 * | Silence while our own timers stood still leads to no report. | room 4: lost right after a stall, failure-detector.test.ts |
 * | Silence ends a connection. | room 5: connection to an unused address, keepalive.test.ts |
 * | A silent connection is pinged. | room 1: declared a running peer dead, peer-link.test.ts |
 * | The lateness of our own timers does not count as silence of a peer. | room 5: suspected with unread bytes, keepalive.test.ts |
 * | A peer that only listens sends pings. | room 2: declared a running peer dead, peer-link.test.ts |
 * | A batch that starts after a gap is not accepted. | room 2: histories differ, feed-tips.test.ts |
 * | Buckets whose digests differ are compared feed by feed. | room 1: histories differ, sync-convergence.test.ts |
 * | A digest that differs is answered with our own digest. | room 118: histories differ, sync.test.ts |
 * | A digest is not answered while our own digest is under way. | room 1: histories differ, sync-convergence.test.ts |
 * | Peers relay the feeds of others. | room 13: histories differ, sync-convergence.test.ts |
 * | The author of a feed receives an acknowledgement even if it holds the feed. | room 1: not acknowledged, sync.test.ts |
 * | An author whose list names its own feed receives an acknowledgement. | room 19: not acknowledged, sync.test.ts |
 * | Claims about our own feed beyond its end are ignored. | room 32: acknowledged more than exists, sync.test.ts |
 * | New own events are pushed to every connected peer. | room 1: histories differ, sync.test.ts |
 * | The queue of pushed events is bounded for each connection. | room 49: queue too long, sync.test.ts |
 * | A slow reader receives the end of our feed when it reads again. | room 49: histories differ, sync.test.ts |
 * | The events before a batch that arrives too early are requested. | room 48: histories differ, sync.test.ts |
 * | History that was not requested is refused. | room 111: not disconnected, sync.test.ts |
 * | A request has a timeout. | room 1: histories differ, sync.test.ts |
 * | A request that timed out is closed. | room 1: histories differ, sync.test.ts |
 * | A peer that does not deliver what it claims is not asked for it again. | room 32: requested again in vain, sync.test.ts |
 * | A peer that answered late is asked last. | room 7: late peer asked first, sync.test.ts |
 * | A range is requested from one peer at a time. | room 1: requested twice, sync.test.ts |
 * | An event that its author is about to push is not requested yet. | room 47: requested during the push, sync.test.ts |
 * | The clocks of other peers are merged into ours. | room 1: sorts before a known event, node-clock.test.ts |
 * | Clocks are followed up to 23 h ahead of our wall clock, not of our last reading. | room 8: clock dragged ahead, node-clock.test.ts |
 * | No timer is left after a stop. | room 1: timers left, sync.test.ts |
 */
import {describe, expect, it} from 'vitest';
import {runSeed} from './simulate.js';

const LIMIT_MS = 120_000;

/** Faults of all seeds. `npm run simulate -- --seed S --runs 1 --nodes LOW..HIGH --trace` prints the trace of one seed. */
async function faultsOf(seeds: readonly number[], low: number, high: number): Promise<string[]> {
	const faults: string[] = [];
	for (const seed of seeds) {
		const result = await runSeed(seed, {low, high});
		if (result.faults.length > 0)
			faults.push(`--seed ${seed} --runs 1 --nodes ${low}..${high}\n${result.faults.join('\n')}`);
	}
	return faults;
}

const count = (from: number, length: number) => Array.from({length}, (_, index) => from + index);

describe('a room with random faults', () => {
	it('a room of 2 to 5 nodes with random faults converges to one history and one presence list', {
		timeout: LIMIT_MS,
	}, async () => {
		expect(await faultsOf(count(10, 10), 2, 5)).toEqual([]);
	});

	it('a room of 6 to 10 nodes with random faults converges to one history and one presence list', {
		timeout: LIMIT_MS,
	}, async () => {
		expect(await faultsOf(count(101, 2), 6, 10)).toEqual([]);
	});

	it('a room with random faults converges if the first clock that a joining node measures is two days ahead', {
		timeout: LIMIT_MS,
	}, async () => {
		expect(await faultsOf([990_026], 2, 10)).toEqual([]);
	});

	it('a room with random faults produces the same trace for the same seed', {timeout: LIMIT_MS}, async () => {
		const lines: string[][] = [[], []];
		for (const trace of lines) await runSeed(7, {low: 3, high: 3}, line => trace.push(line));
		expect(lines[1]).toEqual(lines[0]);
		expect(lines[0]?.length).toBeGreaterThan(50);
	});
});
