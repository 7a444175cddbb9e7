import {describe, expect, it} from 'vitest';
import {formatPlain} from '../../source/cli/output/format-text.js';
import {selectPeers} from '../../source/core/select-peers.js';
import {describePresenceGroup} from '../../source/ui/timeline/describe-presence.js';
import {joinParts} from '../../source/ui/timeline/text-parts.js';
import {createMemoryRoom, type MemoryRoomNode} from '../helpers/memory-room.js';

const HOUR_MS = 60 * 60 * 1000;

async function talk(room: Awaited<ReturnType<typeof createMemoryRoom>>, isKept: boolean): Promise<MemoryRoomNode> {
	const {clock} = room;
	if (isKept) await room.launch('Keeper', {isKeeper: true});
	const ann = await room.launch('Ann');
	const bob = await room.launch('Bob');
	await clock.advance(3000);
	for (let number = 1; number <= 20; number++) {
		(number % 2 ? ann : bob).chatNode.post(`message ${number}`);
		await clock.advance(100);
	}
	for (const {chatNode} of [ann, bob]) {
		const stopped = chatNode.stop();
		await clock.advance(1000);
		await stopped;
	}
	// Running all timers of a day would take half a minute, so the computers of the room sleep for most of the day.
	await clock.advance(HOUR_MS);
	await clock.sleep(22 * HOUR_MS);
	await clock.advance(HOUR_MS);
	const back = await room.launch('Ann again');
	await clock.advance(5000);
	return back;
}

describe('a room with a secret whose people all leave and come back a day later', () => {
	it('a room with a secret whose people all leave and come back a day later has its whole history if a keeper stayed, and says who the keeper is', async () => {
		const room = await createMemoryRoom({secret: 'correct horse battery staple'});
		const back = await talk(room, true);
		expect(back.texts()).toEqual(Array.from({length: 20}, (_, index) => `message ${index + 1}`));
		const state = back.chatNode.store.getState();
		const views = selectPeers(state);
		expect(views.filter(({isKeeper}) => isKeeper).map(({name, status}) => [name, status])).toEqual([
			['Keeper', 'connected'],
		]);
		const joined = state.timeline.pages.flat().filter(({type}) => type === 'joined');
		expect(joined.map(entry => formatPlain(state, entry).replace(/^\S+ /, ''))).toContain('* Keeper joined as keeper');
		expect(joinParts(describePresenceGroup(state, joined))).toContain('Keeper joined as keeper');
		await room.stop();
	}, 60_000);

	it('a room with a secret whose people all leave and come back a day later is empty if nobody stayed', async () => {
		const room = await createMemoryRoom({secret: 'correct horse battery staple'});
		expect((await talk(room, false)).texts()).toEqual([]);
		await room.stop();
	}, 60_000);
});
