import {expect, it} from 'vitest';
import {decodeMessage} from '../../../source/codec/message.js';
import type {Message, PeersMessage} from '../../../source/codec/message-types.js';
import type {PeerId} from '../../../source/core/event.js';
import {MAX_PEERS_LISTED, PEERS_INTERVAL_CROWD_MS, PEERS_INTERVAL_MS} from '../../../source/core/limits.js';
import {createMessageRateLimiter} from '../../../source/network/link/message-rate-limiter.js';
import type {PeerLink} from '../../../source/network/link/peer-link.js';
import {createPeerExchangeSender} from '../../../source/network/mesh/peer-exchange.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';
import {createFakeClock} from '../../helpers/fake-clock.js';

function createWorld() {
	const clock = createFakeClock();
	const links = new Map<PeerId, PeerLink>();
	const sent = new Map<PeerId, PeersMessage[]>();
	const sender = createPeerExchangeSender(
		clock,
		() => [...links.values()],
		() => [],
	);
	const up = (peer: PeerId) => {
		const messages: PeersMessage[] = [];
		sent.set(peer, messages);
		const sendFrame = (frame: Uint8Array) => {
			const message: Message | undefined = decodeMessage(frame.subarray(4));
			if (message?.type === 'peers') messages.push(message);
			return true;
		};
		links.set(peer, {peer, remoteAddress: '10.0.0.1', hello: {port: 4000}, sendFrame} as unknown as PeerLink);
		sender.up(peer);
	};
	const down = (peer: PeerId) => {
		links.delete(peer);
		sender.down(peer);
	};
	const names = (peer: PeerId) =>
		sent.get(peer)?.map(({all, added, removed}) => ({all, added: added.map(a => a.peer), removed}));
	const messagesOf = (peer: PeerId) => sent.get(peer) ?? [];
	return {clock, sender, up, down, names, messagesOf};
}

const [A, B, C, D] = [fakePeerId(1), fakePeerId(2), fakePeerId(3), fakePeerId(4)];

it('a new peer receives the full list of connected peers, and other peers receive only the entry of the new peer', async () => {
	const {clock, up, names} = createWorld();
	up(A);
	await clock.advance(0);
	await clock.advance(PEERS_INTERVAL_MS);
	up(B);
	await clock.advance(0);
	expect(names(B)).toEqual([{all: true, added: [A, B], removed: []}]);
	expect(names(A)?.at(-1)).toEqual({added: [B], removed: []});
});

it('changes of the list of connected peers within one interval are combined into one message to each peer', async () => {
	const {clock, up, down, names} = createWorld();
	for (const peer of [A, B]) up(peer);
	await clock.advance(0);
	for (const peer of [C, D]) up(peer);
	down(B);
	down(C);
	await clock.advance(PEERS_INTERVAL_MS - 1);
	expect(names(A)).toHaveLength(1);
	await clock.advance(1);
	expect(names(A)?.slice(1)).toEqual([
		{added: [D], removed: []},
		{added: [], removed: [B, C]},
	]);
	expect(names(D)).toEqual([
		{all: true, added: [A, D], removed: []},
		{added: [], removed: [B, C]},
	]);
});

async function startCrowd(world: ReturnType<typeof createWorld>, seconds: number): Promise<void> {
	for (let second = 0; second < seconds; second++) {
		world.up(fakePeerId(100 + second));
		await world.clock.advance(1000);
	}
}

it('changes of the list of connected peers are sent less often while many peers connect, but a new peer receives the full list within a second', async () => {
	const world = createWorld();
	world.up(A);
	await startCrowd(world, 40);
	const messages = world.names(A) ?? [];
	const listed = world.names(fakePeerId(139)) ?? [];
	await world.clock.advance(PEERS_INTERVAL_CROWD_MS);
	expect(messages.length).toBeLessThan(10);
	expect(listed[0]?.added).toHaveLength(41);
	expect(new Set(world.names(A)?.flatMap(({added}) => added)).size).toBe(41);
});

it('some time after many peers have connected, a new peer is announced within a second again', async () => {
	const world = createWorld();
	world.up(A);
	await startCrowd(world, 20);
	await world.clock.advance(2 * PEERS_INTERVAL_CROWD_MS);
	world.up(B);
	await world.clock.advance(0);
	world.up(C);
	await world.clock.advance(PEERS_INTERVAL_MS);
	expect(world.names(A)?.at(-1)?.added).toEqual([C]);
});

it('a new peer is announced immediately if another peer reports the loss of its connection to the new peer', async () => {
	const world = createWorld();
	world.up(A);
	await startCrowd(world, 9);
	world.up(B);
	await world.clock.advance(0);
	expect(world.names(A)?.at(-1)?.added).not.toContain(B);
	world.sender.expedite(B);
	await world.clock.advance(0);
	expect(world.names(A)?.at(-1)?.added).toContain(B);
});

it('lost connections are announced within a second, even while many peers connect', async () => {
	const world = createWorld();
	world.up(A);
	world.up(B);
	await startCrowd(world, 9);
	world.down(B);
	await world.clock.advance(PEERS_INTERVAL_MS);
	expect(world.names(A)?.flatMap(({removed}) => removed)).toEqual([B]);
});

it('the full list of connected peers is sent again to a peer whose connection replaces another, but not to other peers', async () => {
	const {clock, sender, up, names} = createWorld();
	for (const peer of [A, B]) up(peer);
	await clock.advance(0);
	sender.replaced(A);
	await clock.advance(PEERS_INTERVAL_MS);
	expect(names(A)).toHaveLength(2);
	expect(names(A)?.at(-1)?.all).toBe(true);
	expect(names(B)).toHaveLength(1);
});

it('a list of connected peers that exceeds MAX_PEERS_LISTED is split into several messages', async () => {
	const {clock, up, names} = createWorld();
	for (let peer = 0; peer <= MAX_PEERS_LISTED; peer++) up(fakePeerId(peer));
	await clock.advance(0);
	expect(names(A)?.map(({all, added}) => [all, added.length])).toEqual([
		[true, MAX_PEERS_LISTED],
		[undefined, 1],
	]);
});

it('a stopped peer exchange sender sets no timer', async () => {
	const {clock, sender, up, down} = createWorld();
	up(A);
	sender.stop();
	down(A);
	expect(clock.pending).toBe(0);
});

it('peers that connect and disconnect never make a node list more peers per second than its neighbours accept, and the lists are correct in the end', async () => {
	const {clock, sender, up, down, messagesOf, names} = createWorld();
	up(A);
	up(B);
	await clock.advance(10_000);
	const limiter = createMessageRateLimiter();
	const violations: string[] = [];
	const listed = new Set<PeerId>();
	function check() {
		for (const message of messagesOf(A).splice(0)) {
			if (message.all) listed.clear();
			for (const {peer} of message.added) listed.add(peer);
			for (const peer of message.removed) listed.delete(peer);
			const violation = limiter.violation(message, clock.monotonic());
			if (violation) violations.push(violation);
		}
	}

	check();
	const puppets = Array.from({length: 120}, (_, index) => fakePeerId(1000 + index));
	for (let round = 0; round < 30; round++) {
		for (const puppet of puppets) up(puppet);
		await clock.advance(500);
		for (const puppet of puppets.slice(round)) down(puppet);
		await clock.advance(500);
		check();
	}

	up(C);
	down(B);
	await clock.advance(60_000);
	check();
	expect(violations).toEqual([]);
	expect([...listed].sort()).toEqual([A, C, ...puppets.slice(0, 29)].sort());
	expect(names(C)?.[0]?.all).toBe(true);
	sender.stop();
});
