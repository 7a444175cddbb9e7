/** A member tries to change the row that says that the room is shown to guests (protocol.md, Entries). */
import {expect, it} from 'vitest';
import type {EntryBody} from '../../source/codec/entry.js';
import type {PostedEvent} from '../../source/core/event.js';
import {textOf} from '../../source/core/text-of.js';
import {sliceTimeline} from '../../source/core/timeline.js';
import {openHistory} from '../hostile/malicious-peer.js';
import {createAttackRoom} from './attack-room.js';

it('an author can correct a message, but nobody can correct or withdraw the row about a window for guests', {
	timeout: 60_000,
}, async () => {
	const room = await createAttackRoom(5, 3);
	const host = room.addHost(0);
	const [here, , late] = room.world.nodes;
	here!.launch();
	room.world.nodes[1]!.launch();
	await room.world.clock.advance(3000);
	const author = await room.connect(host, 0);
	const helper = await room.connect(host, 1);
	const row = (seq: number) => ({peer: author.peer, seq});
	const opened: EntryBody = {type: 'posted', text: 'shows this room', action: true, window: 'opened'};
	openHistory(author);
	const written: readonly EntryBody[][] = [
		[{type: 'joined', name: 'Mallory', addresses: [], version: '1.0.0'}, opened, {type: 'posted', text: 'a message'}],
		[2, 3].map(seq => ({type: 'corrected', target: row(seq), text: 'nothing to see'})),
		[{type: 'withdrawn', target: row(2)}],
	];
	author.send({type: 'events', batches: written.map(bodies => author.write(bodies))});
	openHistory(helper);
	const forged = [2, 3].flatMap((seq): EntryBody[] => [
		{type: 'corrected', target: row(seq), text: 'forged'},
		{type: 'withdrawn', target: row(seq)},
	]);
	helper.send({type: 'events', batches: [helper.write(forged)]});
	await room.world.clock.advance(3000);
	// A node that joins later gets all these events as history.
	late!.launch();
	await room.world.clock.advance(5000);
	for (const index of [0, 1, 2]) {
		const state = room.life(index).chatNode.store.getState();
		const posts = sliceTimeline(state.timeline, 0, state.timeline.length).filter(
			(entry): entry is PostedEvent => entry.type === 'posted',
		);
		expect(posts.map(post => [post.text, textOf(state, post)])).toEqual([
			['shows this room', 'shows this room'],
			['a message', 'nothing to see'],
		]);
	}
	await room.world.stopAll();
});
