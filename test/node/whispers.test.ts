import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {PeerId, Whisper} from '../../source/core/event.js';
import {selectWhisperDelivery} from '../../source/core/select.js';
import {sliceTimeline} from '../../source/core/timeline.js';
import {createMemoryRoom, type MemoryRoom, type MemoryRoomNode} from '../helpers/memory-room.js';

let room: MemoryRoom;
let ann: MemoryRoomNode;
let bob: MemoryRoomNode;
let eve: MemoryRoomNode;

beforeEach(async () => {
	room = await createMemoryRoom();
	ann = await room.launch('Ann');
	bob = await room.launch('Bob');
	eve = await room.launch('Eve');
	await room.clock.advance(3000);
});
afterEach(() => room.stop());

const peerOf = ({chatNode}: MemoryRoomNode): PeerId => chatNode.store.getState().launch?.peer as PeerId;

function whispersOf({chatNode}: MemoryRoomNode): Whisper[] {
	const {timeline} = chatNode.store.getState();
	return sliceTimeline(timeline, 0, timeline.length).flatMap(entry => (entry.type === 'whisper' ? [entry] : []));
}

const textsOf = (node: MemoryRoomNode) => whispersOf(node).map(({text}) => text);
const whisper = (from: MemoryRoomNode, to: MemoryRoomNode, text: string) => from.chatNode.whisper(peerOf(to), text);
const deliveriesOf = (node: MemoryRoomNode) =>
	whispersOf(node).map(one => selectWhisperDelivery(node.chatNode.store.getState(), one));

describe('whispers', () => {
	it('a whisper is only in the timelines of its sender and its addressee, and the sender learns that it arrived', async () => {
		expect(whisper(ann, bob, 'only for Bob')).toEqual({id: 1});
		expect(deliveriesOf(ann)).toEqual(['waiting']);
		await room.clock.advance(1000);
		expect(whispersOf(ann)).toMatchObject([{own: true, id: 1, subject: peerOf(bob), text: 'only for Bob'}]);
		expect(whispersOf(bob)).toMatchObject([{own: false, id: 1, subject: peerOf(ann), text: 'only for Bob'}]);
		expect(deliveriesOf(ann)).toEqual(['delivered']);
		expect(textsOf(eve)).toEqual([]);
	});

	it('whispers arrive once and in order through connections that break and are replaced', async () => {
		const sent: string[] = [];
		for (let round = 0; round < 30; round++) {
			for (const end of ['a', 'b']) {
				sent.push(`${end}${round}`);
				expect(whisper(ann, bob, `${end}${round}`)).toHaveProperty('id');
			}
			if (round % 3 === 0) room.network.reset('Ann', 'Bob');
			await room.clock.advance(round % 3 === 0 ? 4000 : 3);
		}
		await room.clock.advance(15_000);
		expect(textsOf(bob)).toEqual(sent);
		expect(new Set(deliveriesOf(ann))).toEqual(new Set(['delivered']));
	});

	it('whispers over a cut connection wait until both ends are connected again', async () => {
		room.network.cut('Ann', 'Bob');
		whisper(ann, bob, 'during the cut');
		await room.clock.advance(8000);
		expect(deliveriesOf(ann)).toEqual(['waiting']);
		room.network.heal('Ann', 'Bob');
		await room.clock.advance(60_000);
		expect([textsOf(bob), deliveriesOf(ann)]).toEqual([['during the cut'], ['delivered']]);
	});

	it('the refusal is the same for an addressee who ignores the sender and for one who has switched whispers off', async () => {
		const off = await room.launch('Off', {takesWhispers: false});
		await room.clock.advance(3000);
		bob.chatNode.ignore([peerOf(ann)]);
		await room.clock.advance(1000);
		const normal = (result: object) => JSON.stringify(result).replace(/Bob|Off/, 'NAME');
		const results = [bob, off].map(node => whisper(ann, node, 'hello'));
		expect(new Set(results.map(normal)).size).toBe(1);
		expect(results[0]).toHaveProperty('refused');
		expect(whispersOf(ann)).toEqual([]);
		bob.chatNode.unignore([peerOf(ann)]);
		await room.clock.advance(1000);
		expect(whisper(ann, bob, 'again')).toEqual({id: 1});
	});

	it('a whisper that was on its way when the addressee began to ignore the sender is refused, and no later whisper gets its number', async () => {
		whisper(ann, bob, 'too late');
		bob.chatNode.ignore([peerOf(ann)]);
		await room.clock.advance(1000);
		expect([textsOf(bob), deliveriesOf(ann)]).toEqual([[], ['refused']]);
		bob.chatNode.unignore([peerOf(ann)]);
		await room.clock.advance(1000);
		expect(whisper(ann, bob, 'welcome')).toEqual({id: 2});
		await room.clock.advance(1000);
		expect([textsOf(bob), deliveriesOf(ann)]).toEqual([['welcome'], ['refused', 'delivered']]);
	});

	it('a peer that is not connected, this node itself and a hidden person get no whisper, and nothing is logged', async () => {
		expect(whisper(ann, ann, 'me')).toEqual({refused: expect.stringContaining('yourself')});
		expect(ann.chatNode.whisper('f'.repeat(64) as PeerId, 'x')).toHaveProperty('refused');
		ann.chatNode.ignore([peerOf(eve)]);
		expect(whisper(ann, eve, 'x')).toEqual({refused: expect.stringContaining('hidden')});
		expect(whisper(ann, bob, ' \n')).toHaveProperty('refused');
		expect(whisper(ann, bob, 'x'.repeat(16_385))).toHaveProperty('refused');
		void bob.chatNode.stop();
		await room.clock.advance(2000);
		expect(whisper(ann, bob, 'x')).toEqual({refused: expect.stringContaining('not connected')});
		expect(whispersOf(ann)).toEqual([]);
	});

	it('at most 64 whispers to a peer wait for an answer, further ones are refused, and all waiting whispers arrive', async () => {
		room.network.cut('Ann', 'Bob');
		const results = Array.from({length: 70}, (_, index) => whisper(ann, bob, `${index}`));
		expect(results.filter(result => 'refused' in result)).toHaveLength(6);
		room.network.heal('Ann', 'Bob');
		await room.clock.advance(90_000);
		expect(textsOf(bob)).toEqual(Array.from({length: 64}, (_, index) => `${index}`));
	});

	it('a whisper stays after the earlier whispers in the timeline when the clock of the node is set back', async () => {
		const late = await room.launch('Late', {skewMs: 3 * 60 * 60 * 1000});
		await room.clock.advance(3000);
		whisper(ann, late, 'first');
		await room.clock.advance(200);
		whisper(ann, late, 'second');
		await room.clock.advance(5000);
		whisper(ann, late, 'third');
		await room.clock.advance(1000);
		expect(textsOf(late)).toEqual(['first', 'second', 'third']);
	});
});
