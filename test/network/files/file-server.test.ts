import {expect, test} from 'vitest';
import type {Message} from '../../../source/codec/message-types.js';
import {MAX_FILE_ASKS, MIN_PART_BYTES} from '../../../source/core/limits.js';
import {type FileId, LEAF_BYTES} from '../../../source/core/shared-file.js';
import {createFileServer} from '../../../source/network/files/file-server.js';
import type {PeerLink} from '../../../source/network/link/peer-link.js';
import {createFakeClock} from '../../helpers/fake-clock.js';

test('of the files that a peer asks about on one connection, only the last MAX_FILE_ASKS are remembered', async () => {
	const server = createFileServer({
		clock: createFakeClock(),
		find: () => undefined,
		hasAll: () => false,
		leafOf: part => part,
	});
	const link = {queuedBytes: 0, send() {}} as unknown as PeerLink;
	const fileOf = (index: number) => index.toString(16).padStart(64, 'f') as FileId;
	for (let id = 0; id < 2 * MAX_FILE_ASKS; id++) {
		server.message(link, {type: 'file-ask', id, file: fileOf(id), leaves: true});
		await Promise.resolve();
		server.idle(link);
	}
	for (let turn = 0; turn < 10 * MAX_FILE_ASKS; turn++) {
		await Promise.resolve();
		server.idle(link);
	}
	const remembered = Array.from({length: 2 * MAX_FILE_ASKS}, (_, index) => server.hasAsked(link, fileOf(index)));
	expect(remembered).toEqual(remembered.map((_, index) => index >= MAX_FILE_ASKS));
	server.stop();
});

test('a file is wanted while a connected peer that asked about it lacks a part', async () => {
	const complete = new Set<PeerLink>();
	const server = createFileServer({
		clock: createFakeClock(),
		find: () => undefined,
		hasAll: link => complete.has(link),
		leafOf: part => part,
	});
	const file = 'f'.repeat(64) as FileId;
	const [author, fetcher] = [0, 1].map(() => ({queuedBytes: 0, send() {}}) as unknown as PeerLink);
	complete.add(author!);
	expect(server.isWanted(file)).toBe(false);
	for (const link of [author!, fetcher!]) {
		server.message(link, {type: 'file-ask', id: 1, file, leaves: false});
		expect(server.isWanted(file)).toBe(link === fetcher);
	}
	server.closed(fetcher!);
	expect(server.isWanted(file)).toBe(false);
	server.stop();
});

test('a sent part stays in memory while another peer fetches the file, and else until its last slice is sent', async () => {
	const file = 'f'.repeat(64) as FileId;
	const reads: number[] = [];
	const content = {
		id: file,
		size: 2 * MIN_PART_BYTES,
		have: true as const,
		leaves: async () => new Uint8Array(2 * LEAF_BYTES),
		async read(part: number) {
			reads.push(part);
			return new Uint8Array(MIN_PART_BYTES);
		},
	};
	const server = createFileServer({
		clock: createFakeClock(),
		find: () => content,
		hasAll: () => false,
		leafOf: () => new Uint8Array(LEAF_BYTES),
	});
	const sent: Message[] = [];
	const linkOf = () => ({queuedBytes: 0, send: (message: Message) => sent.push(message)}) as unknown as PeerLink;
	const [link, other] = [linkOf(), linkOf()];
	const half = MIN_PART_BYTES / 2;
	async function want(part: number, offset: number): Promise<void> {
		const before = sent.length;
		server.message(link, {type: 'file-want', id: 1, file, part, offset, length: half});
		while (sent.length === before) await Promise.resolve();
	}
	for (const offset of [0, half, 0, half]) await want(0, offset);
	expect(reads).toEqual([0, 0]);
	server.message(other, {type: 'file-ask', id: 1, file, leaves: false});
	for (const offset of [0, half, 0, half]) await want(1, offset);
	expect(reads).toEqual([0, 0, 1]);
	server.stop();
});
