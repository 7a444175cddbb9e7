import {mkdtempSync, rmSync, truncateSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {PeerId} from '../../source/core/event.js';
import {deriveRoomKeys} from '../../source/feed/room-keys.js';
import {openFileLog} from '../../source/storage/file-log.js';
import type {OpenedLog} from '../../source/storage/log.js';
import {openLogReader} from '../../source/storage/log-reader.js';
import {emptyRecords} from '../../source/storage/memory-log.js';
import {createResilientLog} from '../../source/storage/resilient-log.js';
import {createMemoryRoom, type MemoryRoom, type MemoryRoomNode} from '../helpers/memory-room.js';

let room: MemoryRoom;
let folder: string;
let saving: (isSaving: boolean, reason?: string) => void;

beforeEach(async () => {
	room = await createMemoryRoom();
	folder = mkdtempSync(join(tmpdir(), 'p2pchat-recovery-'));
});
afterEach(async () => {
	await room.stop();
	rmSync(folder, {recursive: true});
});

/** Starts a node whose log is in a file, as `node-storage.ts` does. */
async function launchWithFile(name: string): Promise<MemoryRoomNode> {
	const {tag: roomTag} = await deriveRoomKeys({room: 'room'});
	const create = {version: '0', roomTag, roomName: 'room', created: 0};
	let files = 0;
	const open = () => openFileLog(join(folder, `${++files}.p2plog`), {create}).log;
	const log = createResilientLog({
		log: open(),
		header: {...create, format: 1},
		createReplacement: open,
		timer: room.clock,
		onPersistenceChange: status => saving(status.isSaving, status.reason),
	});
	const openedLog: OpenedLog = {log, records: emptyRecords(), damage: []};
	const node = await room.launch(name, {openedLog});
	saving = (isSaving, reason) =>
		node.chatNode.setPersistenceStatus({saving: isSaving, ...(reason !== undefined && {reason})});
	saving(true);
	return node;
}

const peerOf = ({chatNode}: MemoryRoomNode): PeerId => chatNode.store.getState().launch?.peer as PeerId;

/** Advances the fake clock, and lets the file system answer, until the condition holds. */
async function until(condition: () => boolean): Promise<void> {
	const advanceAndCheck = async () => {
		await room.clock.advance(100);
		return condition();
	};
	await expect.poll(advanceAndCheck, {interval: 5, timeout: 18_000}).toBe(true);
}

describe('a node whose log another program empties while it runs', () => {
	test('a node whose log another program empties still sends all its messages to a peer that joins later, and reports what is missing', async () => {
		const ann = await launchWithFile('Ann');
		const bob = await room.launch('Bob');
		await room.clock.advance(2000);
		ann.chatNode.post('first');
		bob.chatNode.post('of Bob');
		await room.clock.advance(1000);
		truncateSync(ann.log.path ?? '', 0);
		ann.chatNode.post('second');
		await until(() => ann.notices().some(text => text.includes('saved again')));
		expect(ann.notices().at(-1)).toMatch(/it lacks 2 events of 1 peer/);
		expect(ann.notices().join()).not.toMatch(/nothing is missing|no event is missing/i);
		await room.clock.advance(2000);
		const carol = await room.launch('Carol');
		await room.clock.advance(3000);
		ann.chatNode.post('third');
		await room.clock.advance(1000);
		expect(carol.texts()).toEqual(['first', 'of Bob', 'second', 'third']);
	});

	test('a node whose log another program empties requests the lost events of others again, saves them, and shows each only once', async () => {
		const ann = await launchWithFile('Ann');
		const bob = await room.launch('Bob');
		await room.clock.advance(2000);
		bob.chatNode.post('of Bob');
		await room.clock.advance(1000);
		truncateSync(ann.log.path ?? '', 0);
		ann.chatNode.post('second');
		await until(() => ann.notices().some(text => text.includes('saved again')));
		await until(() => ann.log.savedSeq(peerOf(bob)) === 2);
		expect(ann.texts()).toEqual(['of Bob', 'second']);
		bob.chatNode.post('later');
		await room.clock.advance(1000);
		expect([ann.texts(), ann.log.savedSeq(peerOf(bob))]).toEqual([['of Bob', 'second', 'later'], 3]);
	});

	test('a node whose log another program empties does not list lost events of a peer that left, so that a newcomer does not wait for them', async () => {
		const ann = await launchWithFile('Ann');
		const bob = await room.launch('Bob');
		await room.clock.advance(2000);
		bob.chatNode.post('of Bob');
		await room.clock.advance(1000);
		const left = bob.chatNode.stop();
		await room.clock.advance(2000);
		await left;
		truncateSync(ann.log.path ?? '', 0);
		ann.chatNode.post('second');
		await until(() => ann.notices().some(text => text.includes('saved again')));
		const carol = await room.launch('Carol');
		const synced: string[] = [];
		carol.chatNode.store.subscribe((_, inputs) => {
			for (const input of inputs)
				if (input.type === 'ephemeral' && input.event.type === 'synced') synced.push(input.event.peer);
		});
		await room.clock.advance(5000);
		expect([carol.texts(), synced]).toEqual([['second'], [peerOf(ann)]]);
	});
});

describe('whispers and the log', () => {
	test('a node whose log another program empties writes the whispers of this launch to the new file, each once and in order', async () => {
		const ann = await launchWithFile('Ann');
		const bob = await room.launch('Bob');
		await room.clock.advance(2000);
		const [first, second] = [1, 2].map(number => `whisper ${number}`) as [string, string];
		ann.chatNode.whisper(peerOf(bob), first);
		bob.chatNode.whisper(peerOf(ann), second);
		await room.clock.advance(500);
		const path = ann.log.path as string;
		truncateSync(path, 0);
		ann.chatNode.whisper(peerOf(bob), 'whisper 3');
		await until(() => ann.log.path !== path);
		await until(() => ann.log.isSaved);
		ann.chatNode.whisper(peerOf(bob), 'whisper 4');
		await room.clock.advance(500);
		expect(await whispersInFile(ann.log.path as string)).toEqual([first, second, 'whisper 3', 'whisper 4']);
	});

	test('a whisper is answered only after the log has saved it, so that the sender never takes an unsaved whisper for delivered', async () => {
		const ann = await launchWithFile('Ann');
		const bob = await room.launch('Bob');
		await room.clock.advance(2000);
		truncateSync(ann.log.path as string, 0);
		bob.chatNode.whisper(peerOf(ann), 'into a broken log');
		await room.clock.advance(200);
		const delivered = () => bob.chatNode.store.getState().ephemeral.whispered[peerOf(ann)]?.id ?? 0;
		expect([ann.log.isSaved, delivered()]).toEqual([false, 0]);
		bob.chatNode.whisper(peerOf(ann), 'while it is broken');
		await until(() => delivered() === 2);
		expect(await whispersInFile(ann.log.path as string)).toEqual(['into a broken log', 'while it is broken']);
	});
});

async function whispersInFile(path: string): Promise<string[]> {
	const reader = openLogReader(path);
	const texts: string[] = [];
	for await (const records of reader.read())
		for (const record of records)
			if (record.type === 'observation' && record.observation.type === 'whisper') texts.push(record.observation.text);
	reader.close();
	return texts;
}
