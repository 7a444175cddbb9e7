import {expect, it} from 'vitest';
import {decodeMessage, type Message, type PeersMessage} from '../../../source/codec/message.js';
import type {PeerId} from '../../../source/core/event.js';
import {MAX_PEERS_LISTED, PEERS_INTERVAL_CROWD_MS, PEERS_INTERVAL_MS} from '../../../source/core/limits.js';
import type {PeerLink} from '../../../source/network/link/peer-link.js';
import {createPeerExchangeSender} from '../../../source/network/mesh/peer-exchange.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';
import {createFakeClock} from '../../helpers/fake-clock.js';

function createWorld() {
	const clock = createFakeClock();
	const links = new Map<PeerId, PeerLink>();
	const said = new Map<PeerId, PeersMessage[]>();
	const teller = createPeerExchangeSender(clock, () => [...links.values()]);
	const up = (peer: PeerId) => {
		const told: PeersMessage[] = [];
		said.set(peer, told);
		const sendFrame = (frame: Uint8Array) => {
			const message: Message | undefined = decodeMessage(frame.subarray(4));
			if (message?.type === 'peers') told.push(message);
			return true;
		};
		links.set(peer, {peer, remoteAddress: '10.0.0.1', hello: {port: 4000}, sendFrame} as unknown as PeerLink);
		teller.up(peer);
	};
	const down = (peer: PeerId) => {
		links.delete(peer);
		teller.down(peer);
	};
	const names = (peer: PeerId) =>
		said.get(peer)?.map(({all, added, removed}) => ({all, added: added.map(a => a.peer), removed}));
	return {clock, teller, up, down, names};
}

const [A, B, C, D] = [fakePeerId(1), fakePeerId(2), fakePeerId(3), fakePeerId(4)];

it('tells a newcomer all at once, and the others only of the newcomer', async () => {
	const {clock, up, names} = createWorld();
	up(A);
	await clock.advance(0);
	await clock.advance(PEERS_INTERVAL_MS);
	up(B);
	await clock.advance(0);
	expect(names(B)).toEqual([{all: true, added: [A, B], removed: []}]);
	expect(names(A)?.at(-1)).toEqual({added: [B], removed: []});
});

it('gathers what happens within the interval into one message to each', async () => {
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

it('tells of a crowd that comes ever more seldom, and a newcomer of all within the second', async () => {
	const world = createWorld();
	world.up(A);
	await startCrowd(world, 40);
	const told = world.names(A) ?? [];
	const listed = world.names(fakePeerId(139)) ?? [];
	await world.clock.advance(PEERS_INTERVAL_CROWD_MS);
	expect(told.length).toBeLessThan(10);
	expect(listed[0]?.added).toHaveLength(41);
	expect(new Set(world.names(A)?.flatMap(({added}) => added)).size).toBe(41);
});

it('tells of one that came within a second again when the crowd is in', async () => {
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

it('tells at once of one that came if somebody says to have lost it', async () => {
	const world = createWorld();
	world.up(A);
	await startCrowd(world, 9);
	world.up(B);
	await world.clock.advance(0);
	expect(world.names(A)?.at(-1)?.added).not.toContain(B);
	world.teller.expedite(B);
	await world.clock.advance(0);
	expect(world.names(A)?.at(-1)?.added).toContain(B);
});

it('tells of losses within the second, whatever crowd comes', async () => {
	const world = createWorld();
	world.up(A);
	world.up(B);
	await startCrowd(world, 9);
	world.down(B);
	await world.clock.advance(PEERS_INTERVAL_MS);
	expect(world.names(A)?.flatMap(({removed}) => removed)).toEqual([B]);
});

it('tells all anew on a connection that replaces another, and nobody else', async () => {
	const {clock, teller, up, names} = createWorld();
	for (const peer of [A, B]) up(peer);
	await clock.advance(0);
	teller.replaced(A);
	await clock.advance(PEERS_INTERVAL_MS);
	expect(names(A)).toHaveLength(2);
	expect(names(A)?.at(-1)?.all).toBe(true);
	expect(names(B)).toHaveLength(1);
});

it('cuts a list that is longer than one message may be', async () => {
	const {clock, up, names} = createWorld();
	for (let peer = 0; peer <= MAX_PEERS_LISTED; peer++) up(fakePeerId(peer));
	await clock.advance(0);
	expect(names(A)?.map(({all, added}) => [all, added.length])).toEqual([
		[true, MAX_PEERS_LISTED],
		[undefined, 1],
	]);
});

it('sets no timer after it was stopped', async () => {
	const {clock, teller, up, down} = createWorld();
	up(A);
	teller.stop();
	down(A);
	expect(clock.pending).toBe(0);
});
