import {array, asyncProperty, assert as check, constantFrom, integer, oneof, record} from 'fast-check';
import {expect, it} from 'vitest';
import type {Message} from '../../../source/codec/message-types.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';
import {createFakeClock, type FakeClock} from '../../helpers/fake-clock.js';
import {batchOf, createFakeLink, createSyncNode, type SyncNode} from './sync-node.js';

const NODES = 4;

type Step =
	| {readonly type: 'post'; readonly node: number; readonly count: number}
	/**
	 * Opens a new connection of a pair. Messages in transit on the old one are lost. `both`: both ends see the old
	 * connection close. Otherwise only the second node of the pair does.
	 */
	| {readonly type: 'connect'; readonly pair: number; readonly both: boolean}
	| {readonly type: 'disconnect'; readonly pair: number}
	| {readonly type: 'wait'; readonly ms: number};

const node = integer({min: 0, max: NODES - 1});
const pair = integer({min: 0, max: (NODES * (NODES - 1)) / 2 - 1});
const steps = array(
	oneof(
		record({type: constantFrom('post' as const), node, count: integer({min: 1, max: 40})}),
		record({type: constantFrom('connect' as const), pair, both: constantFrom(true, false)}),
		record({type: constantFrom('disconnect' as const), pair}),
		record({type: constantFrom('wait' as const), ms: integer({min: 0, max: 2000})}),
	),
	{maxLength: 40},
);

/** Creates nodes whose connections delay messages. When a connection closes, the messages in transit on it are lost. */
function createRoom(clock: FakeClock, latencyMs: number) {
	const nodes = Array.from({length: NODES}, (_, index) => createSyncNode(index + 1, clock));
	const pairs = nodes.flatMap((a, index) => nodes.slice(index + 1).map((b): [SyncNode, SyncNode] => [a, b]));
	/** The open connection of each pair. */
	const open = new Map<number, {isOpen: boolean}>();
	const faults: string[] = [];

	function connect(index: number, both: boolean): void {
		const [a, b] = pairs[index] as [SyncNode, SyncNode];
		const before = open.get(index);
		const wire = {isOpen: true};
		open.set(index, wire);
		const carry = (to: SyncNode, end: () => ReturnType<typeof createFakeLink>) => (message: Message) =>
			void clock.after(latencyMs, () => wire.isOpen && to.sync.message(end().link, message));
		const atA: ReturnType<typeof createFakeLink> = createFakeLink(
			b.self,
			carry(b, () => atB),
		);
		const atB: ReturnType<typeof createFakeLink> = createFakeLink(
			a.self,
			carry(a, () => atA),
		);
		a.sync.up(atA.link);
		b.sync.up(atB.link);
		if (!before) return;
		before.isOpen = false;
		// An end that sees the older connection close compares inventories again.
		if (both) a.sync.replaced(atA.link);
		b.sync.replaced(atB.link);
		faults.push(...atA.faults, ...atB.faults);
	}

	function disconnect(index: number): void {
		const wire = open.get(index);
		if (!wire) return;
		wire.isOpen = false;
		open.delete(index);
		const [a, b] = pairs[index] as [SyncNode, SyncNode];
		a.sync.down(b.self);
		b.sync.down(a.self);
	}

	return {nodes, pairs, connect, disconnect, faults};
}

it('connected nodes end up with the same events, without duplicates, whatever is posted and whichever connections close', async () => {
	await check(
		asyncProperty(steps, integer({min: 0, max: 400}), async (script: readonly Step[], latencyMs) => {
			const clock = createFakeClock();
			const {nodes, pairs, connect, disconnect, faults} = createRoom(clock, latencyMs);
			for (const step of script) {
				if (step.type === 'post') nodes[step.node]?.post(step.count);
				else if (step.type === 'connect') connect(step.pair, step.both);
				else if (step.type === 'disconnect') disconnect(step.pair);
				else await clock.advance(step.ms);
			}

			// Connecting the nodes in a chain is enough, because nodes relay feeds.
			for (const [index, [a, b]] of pairs.entries()) {
				disconnect(index);
				if (nodes.indexOf(b) === nodes.indexOf(a) + 1) connect(index, true);
			}

			await clock.advance(15_000 + latencyMs * 40);
			const written = Object.fromEntries(
				nodes.flatMap((one, index) => Object.entries(one.held()).filter(([number]) => Number(number) === index + 1)),
			);
			for (const one of nodes) {
				expect(one.held()).toEqual(written);
				const ingested = one.reports.filter(line => line.startsWith('ingested')).map(line => line.split(' ')[1]);
				expect(new Set(ingested).size).toBe(ingested.length);
				one.sync.stop();
			}

			expect(faults).toEqual([]);
		}),
		{numRuns: 60},
	);
});

it('two nodes whose inventories differ permanently compare them only once per connection', async () => {
	for (const latencyMs of [0, 1, 40, 300]) {
		const clock = createFakeClock();
		const [a, b] = [1, 2].map(number => createSyncNode(number, clock)) as [SyncNode, SyncNode];
		let digests = 0;
		const carry = (to: SyncNode, end: () => ReturnType<typeof createFakeLink>) => (message: Message) => {
			if (message.type === 'have' && message.kind === 'digest') digests += 1;
			clock.after(latencyMs, () => to.sync.message(end().link, message));
		};
		const atA: ReturnType<typeof createFakeLink> = createFakeLink(
			b.self,
			carry(b, () => atB),
		);
		const atB: ReturnType<typeof createFakeLink> = createFakeLink(
			a.self,
			carry(a, () => atA),
		);
		a.hold(batchOf(fakePeerId(9), 1, 5));
		b.ignored.add(fakePeerId(9));
		a.sync.up(atA.link);
		b.sync.up(atB.link);
		for (let round = 0; round < 3; round++) {
			await clock.advance(latencyMs);
			a.sync.replaced(atA.link);
			await clock.advance(latencyMs / 3);
			b.sync.replaced(atB.link);
		}

		await clock.advance(10_000);
		expect(digests).toBeLessThanOrEqual(16);
	}
});
