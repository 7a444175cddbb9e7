/** A member who shares 10,000 files, with the longest names and notes that an entry may have. */
import {afterEach, beforeEach, expect, it} from 'vitest';
import type {EntryBody} from '../../source/codec/entry.js';
import type {Message} from '../../source/codec/message-types.js';
import {findShared, listShared} from '../../source/core/find-shared.js';
import {
	LIVE_BURST_SECONDS,
	MAX_ANSWER_BYTES,
	MAX_BATCH_ENTRIES,
	MAX_EVENT_MEMORY_BYTES,
	MAX_FILE_NAME_BYTES,
	MAX_LIVE_BYTES_PER_SECOND,
	MAX_NOTE_BYTES,
} from '../../source/core/limits.js';
import type {FileId} from '../../source/core/shared-file.js';
import {overlayTextOf} from '../../source/ui/overlays/overlay-text.js';
import {createTheme} from '../../source/ui/theme.js';
import {fileLines} from '../../source/ui/timeline/message-lists.js';
import {haveOf, type MaliciousPeer} from './malicious-peer.js';
import {createHostileRoom, expectChat, type HonestNode, type HostileRoom} from './room.js';

const SHARES = 10_000;
const BATCHES_PER_ANSWER = 4;
const theme = createTheme({unicode: true, depth: 0});

let room: HostileRoom;
beforeEach(async () => {
	room = await createHostileRoom();
});
afterEach(() => room.stop());

const nameOf = (index: number) => `${index} `.padEnd(MAX_FILE_NAME_BYTES, 'x');
const idOf = (index: number) => index.toString(16).padStart(8, '0').padEnd(64, 'f') as FileId;
const shareOf = (index: number): EntryBody => ({
	type: 'shared',
	fileName: nameOf(index),
	size: 1,
	file: idOf(index),
	note: 'x'.repeat(MAX_NOTE_BYTES),
});

it('10,000 files that a member shares take bounded memory, cause no request, and can be listed and found', async () => {
	const {ann, bob} = room;
	const answer = (message: Message, peer: MaliciousPeer) => {
		if (message.type !== 'want') return;
		const from = message.ranges.find(range => range.peer === peer.peer)?.from ?? Number.POSITIVE_INFINITY;
		// One answer has at most the bytes of one frame.
		const next = batches.filter(({firstSeq}) => firstSeq >= from).slice(0, BATCHES_PER_ANSWER);
		for (const batch of next) peer.send({type: 'events', batches: [batch], answer: message.id});
		peer.send({type: 'events', batches: [], answer: message.id, done: true});
	};
	const mallory = await room.attack({onMessage: answer, hello: {features: ['files']}});
	const batches = Array.from({length: Math.ceil(SHARES / MAX_BATCH_ENTRIES)}, (_, number) => {
		const first = number * MAX_BATCH_ENTRIES;
		const count = Math.min(MAX_BATCH_ENTRIES, SHARES - first);
		return mallory.write(Array.from({length: count}, (__, index) => shareOf(first + index)));
	});
	const before = ann.chatNode.store.getState().memoryBytes;
	mallory.send({type: 'have', kind: 'digest', digest: new Uint8Array(256 * 8)});
	mallory.send({type: 'have', kind: 'page', feeds: batches.slice(-1).map(haveOf), last: true});
	const countOf = (node: HonestNode) => listShared(node.chatNode.store.getState()).length;
	await room.until('Ann has all events', () => ann.chatNode.store.getState().timeline.length >= SHARES);
	await room.clock.advance(100);
	expect(countOf(ann)).toBe(SHARES);
	// Bob is connected only to Ann, who passes the events on. Events of an author whom Bob did not know are live, so
	// MAX_LIVE_BYTES_PER_SECOND limits them.
	await room.clock.advance(5000);
	expect(countOf(bob)).toBeGreaterThan(0);
	expect(countOf(bob) * (MAX_FILE_NAME_BYTES + MAX_NOTE_BYTES)).toBeLessThan(
		MAX_LIVE_BYTES_PER_SECOND * (LIVE_BURST_SECONDS + 8) + MAX_ANSWER_BYTES,
	);
	await expectChat(room, 'chat continues');

	const state = ann.chatNode.store.getState();
	expect(state.memoryBytes - before).toBeLessThan(MAX_EVENT_MEMORY_BYTES / 20);
	expect(state.ephemeral.files).toEqual({});
	expect([mallory.received.get('file-ask'), mallory.received.get('file-want')]).toEqual([undefined, undefined]);
	expect(mallory.isClosed).toBe(false);

	const files = listShared(state);
	expect(findShared(files, '')?.file).toBe(idOf(SHARES - 1));
	expect(findShared(files, nameOf(77))?.file).toBe(idOf(77));
	expect(findShared(files, idOf(5000).slice(0, 8))?.file).toBe(idOf(5000));
	const overlay = {type: 'text', title: 'Shared files', lines: fileLines(state), scroll: 0} as const;
	const textOf = (scroll: number) =>
		overlayTextOf({
			overlay: {...overlay, scroll},
			state,
			self: {} as never,
			view: {} as never,
			width: 80,
			theme,
			diagnose: () => ({}) as never,
		});
	const first = textOf(0);
	expect(overlay.lines).toHaveLength(SHARES);
	expect(first.lines.length).toBeGreaterThan(SHARES);
	// The lines of the list are wrapped only once, and not again for each drawn frame. So scrolling takes no longer with
	// more lines.
	expect(textOf(20).lines).toBe(first.lines);
});
