/** Attacks that fill the limits of files (protocol.md, Shares). */
import type {EntryBody} from '../../source/codec/entry.js';
import {MAX_ACTIVE_FETCHES, MAX_WANTED_FILE_BYTES, MIN_PART_BYTES} from '../../source/core/limits.js';
import type {FileId} from '../../source/core/shared-file.js';
import {fileIdOf} from '../../source/feed/file-id.js';
import {leavesOf, makeContent} from '../helpers/memory-files.js';
import type {Brim} from './brims.js';
import type {MaliciousPeer} from './malicious-peer.js';

const FILES: Partial<{readonly features: readonly string[]}> = {features: ['files']};

export const fileBrims: readonly Brim[] = [
	{
		title: 'bytes of files that a peer has requested and does not read',
		limits: ['MAX_WANTED_FILE_BYTES'],
		async attack(room) {
			room.ann.files.disk.set('/plan', makeContent(4 * MIN_PART_BYTES));
			const {file} = await room.share('/plan');
			const peer = await room.connect(room.attackerHost(1), {hello: FILES});
			peer.connection.pause();
			let id = 0;
			const want = () => {
				id += 1;
				peer.send({type: 'file-want', id, file, part: id % 4, offset: 0, length: MIN_PART_BYTES});
			};
			while ((id + 1) * MIN_PART_BYTES <= MAX_WANTED_FILE_BYTES) want();
			let ticks = 0;
			return {
				repeat() {
					// The peer does not read, so it cannot answer the pings of Ann. Its own pings keep it from counting as silent.
					if (ticks++ % 30 === 0) peer.send({type: 'ping', id: ticks});
				},
				async fills() {
					const wasOpen = room.isLinked(peer.peer);
					for (let index = 0; index < 20; index++) want();
					await room.clock.advance(2000);
					return [
						{what: 'connected at the limit', value: Number(wasOpen), atLeast: 1, atMost: 1},
						{what: 'connected above the limit', value: Number(room.isLinked(peer.peer)), atLeast: 0, atMost: 0},
					];
				},
			};
		},
	},
	{
		title: 'fetches from a peer that sends no part',
		limits: ['MAX_ACTIVE_FETCHES'],
		async attack(room) {
			const contents = Array.from({length: MAX_ACTIVE_FETCHES + 4}, (_, index) =>
				makeContent(2 * MIN_PART_BYTES, index + 1),
			);
			const leaves = new Map<FileId, Uint8Array>();
			for (const content of contents)
				leaves.set(fileIdOf(room.keys.tag, content.length, leavesOf(content)), leavesOf(content));
			const wanted = new Set<FileId>();
			let inTime = 0;
			let ticks = 0;
			const peers: MaliciousPeer[] = [];
			for (let index = 0; index < contents.length; index++)
				peers.push(
					await room.connect(room.attackerHost(index), {
						hello: FILES,
						onMessage(message, self) {
							if (message.type === 'file-want') wanted.add(message.file);
							if (message.type !== 'file-ask') return;
							const hashes = leaves.get(message.file) ?? new Uint8Array();
							self.send({type: 'file-info', id: message.id, have: true, leaves: hashes});
						},
					}),
				);
			const [peer] = peers;
			if (!peer) throw new Error('no peer');
			const bodies = Array.from(leaves.keys(), (file, index): EntryBody => {
				return {type: 'shared', fileName: `file ${index}`, size: 2 * MIN_PART_BYTES, file};
			});
			peer.send({type: 'events', batches: [peer.write(bodies)]});
			await room.clock.advance(500);
			for (let seq = 1; seq <= bodies.length; seq++) room.ann.chatNode.fetchFile({peer: peer.peer, seq});
			return {
				repeat() {
					// After ten seconds the peers that hold these files count as silent. Then Ann starts other fetches.
					if (++ticks === 50) inTime = wanted.size;
				},
				fills: () => [
					{what: 'files requested', value: inTime, atLeast: MAX_ACTIVE_FETCHES, atMost: MAX_ACTIVE_FETCHES},
				],
			};
		},
	},
];
