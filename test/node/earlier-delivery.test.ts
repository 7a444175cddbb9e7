import {expect, test} from 'vitest';
import {selectEarlierHolders} from '../../source/core/select.js';
import {sliceTimeline} from '../../source/core/timeline.js';
import {deriveRoomKeys} from '../../source/feed/room-keys.js';
import {entryDetails} from '../../source/ui/overlays/details.js';
import {createMemoryRoom, type MemoryRoomNode} from '../helpers/memory-room.js';
import {createDisk} from '../simulation/disk.js';

const secret = 'correct horse battery staple';

/** Names of the peers that are known to have each message, and what its details say about the delivery. */
function holdersOf({chatNode}: MemoryRoomNode, names: ReadonlyMap<string, string>) {
	const state = chatNode.store.getState();
	return sliceTimeline(state.timeline, 0, state.timeline.length).flatMap(entry =>
		entry.type === 'posted'
			? [
					[
						entry.text,
						selectEarlierHolders(state, entry).map(peer => names.get(peer)),
						entryDetails(state, entry).find(([label]) => label === 'delivery')?.[1],
					],
				]
			: [],
	);
}

test('after a restart, the details of messages of the earlier launch name the connected peers that have them, and no other peers', async () => {
	const room = await createMemoryRoom({secret});
	const keys = await deriveRoomKeys({room: 'room', secret});
	const disk = createDisk({format: 1, version: '0', roomTag: keys.tag, roomName: 'room', created: 0});
	const ann = await room.launch('Ann', {openedLog: disk.open()});
	const bob = await room.launch('Bob');
	await room.clock.advance(3000);
	ann.chatNode.post('known to Bob');
	await room.clock.advance(1000);
	const stopped = bob.chatNode.stop();
	await room.clock.advance(1000);
	await stopped;
	ann.chatNode.post('known to nobody');
	const ended = ann.chatNode.stop();
	await room.clock.advance(1000);
	await ended;

	const again = await room.launch('Ann again', {openedLog: disk.open()});
	const unknown = 'sent by an earlier session of yours; no peer that has connected since then is known to have it';
	expect(holdersOf(again, new Map())).toEqual([
		['known to Bob', [], unknown],
		['known to nobody', [], unknown],
	]);
	// Carol fetches the history from Ann after Carol connected, so that no list that Carol sent contains the history.
	const carol = await room.launch('Carol');
	await room.clock.advance(3000);
	expect(holdersOf(again, new Map())).toEqual([
		['known to Bob', [], unknown],
		['known to nobody', [], unknown],
	]);
	const third = again.chatNode.stop();
	await room.clock.advance(1000);
	await third;
	const last = await room.launch('Ann a third time', {openedLog: disk.open()});
	await room.clock.advance(3000);
	expect(holdersOf(last, new Map([[carol.self.peer, 'Carol']]))).toEqual([
		['known to Bob', ['Carol'], 'stored by 1 peer: Carol'],
		['known to nobody', ['Carol'], 'stored by 1 peer: Carol'],
	]);
	await room.stop();
}, 30_000);
