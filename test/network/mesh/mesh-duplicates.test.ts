import {describe, expect, it} from 'vitest';
import type {HelloMessage} from '../../../source/codec/message-types.js';
import {MAX_LINKS_PER_PEER} from '../../../source/core/limits.js';
import type {PeerLink} from '../../../source/network/link/peer-link.js';
import {createMesh} from '../../../source/network/mesh/mesh.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';
import {createFakeClock} from '../../helpers/fake-clock.js';
import {createFakeConnection} from '../link/fake-connection.js';

const [LOWER, HIGHER] = [fakePeerId(1), fakePeerId(2)];
const proven = {signature: new Uint8Array(64), mac: new Uint8Array(32)};

/** Creates a node whose peer can open several connections. */
function createNode({isLower}: {readonly isLower: boolean}) {
	const clock = createFakeClock();
	const self = isLower ? LOWER : HIGHER;
	const other = isLower ? HIGHER : LOWER;
	const events: string[] = [];
	const preferred: PeerLink[] = [];
	const ownHello = () => ({
		versions: [1, 1] as const,
		peer: self,
		name: 'x',
		port: 4000,
		features: [],
		program: '1',
		clock: 0,
		hlc: {ms: 0, counter: 0},
	});
	const prefer = (link: PeerLink) => void preferred.push(link);
	const mesh = createMesh(
		{self, clock, debug: () => {}, proof: {prove: () => proven, verify: () => true}, ownHello},
		{
			up: prefer,
			replaced: prefer,
			down: () => events.push('down'),
			message: (_, {type}) => events.push(type),
			metricsChanged() {},
			drained() {},
			rejected() {},
			overloaded: link => events.push(`overloaded ${link.peer}`),
			stalled() {},
		},
	);
	const hello: HelloMessage = {...ownHello(), ...proven, type: 'hello', peer: other};
	/** Opens a verified connection. */
	const open = () => {
		const far = createFakeConnection();
		mesh.adopt(far.connection);
		far.say(hello);
		far.sent.length = 0;
		return far;
	};
	return {mesh, events, preferred, open, other};
}

describe('several connections between two peers', () => {
	it('several connections between two peers carry outgoing messages only on the newest connection, at both ends', () => {
		for (const isLower of [true, false]) {
			const {mesh, open, other, preferred} = createNode({isLower});
			const [older, newer] = [open(), open()];
			mesh.linkOf(other)?.send({type: 'typing'});
			for (const link of mesh.links()) link.send({type: 'typing'});
			preferred.at(-1)?.send({type: 'typing'});
			const typed = [older, newer].map(far => far.sent.filter(({type}) => type === 'typing').length);
			expect(typed).toEqual([0, 3]);
		}
	});

	it('several connections between two peers are reduced to the newest by the peer with the lower id, after a message has followed the hello on the newest', () => {
		const {open} = createNode({isLower: true});
		const [older, newer] = [open(), open()];
		expect(older.calls).toEqual([]);
		newer.say({type: 'typing'});
		expect([older.sent.at(-1), newer.calls]).toEqual([{type: 'bye', reason: 'duplicate'}, []]);
	});

	it('several connections between two peers are all read and kept open by the peer with the higher id', () => {
		const {open, events} = createNode({isLower: false});
		const [older, newer] = [open(), open()];
		newer.say({type: 'typing'});
		older.say({type: 'typing'});
		expect([events, older.calls, newer.calls]).toEqual([['typing', 'typing'], [], []]);
	});

	it('of more than MAX_LINKS_PER_PEER connections between two peers the oldest is closed, also by the peer with the higher id', () => {
		const {open} = createNode({isLower: false});
		const links = Array.from({length: MAX_LINKS_PER_PEER + 1}, open);
		expect(links.map(({calls}) => calls.length)).toEqual(links.map((_, index) => (index === 0 ? 1 : 0)));
	});

	it('when the newest of several connections between two peers closes, messages are sent on an older one, and the peer counts as disconnected only when the last one closes', () => {
		const {open, events, preferred, mesh, other} = createNode({isLower: false});
		const [older, newer] = [open(), open()];
		newer.end();
		expect(events).toEqual([]);
		expect([preferred.length, preferred.at(-1)]).toEqual([3, mesh.linkOf(other)]);
		mesh.linkOf(other)?.send({type: 'typing'});
		expect(older.sent.at(-1)).toEqual({type: 'typing'});
		older.end();
		expect([events, mesh.size]).toEqual([['down'], 0]);
	});
});
