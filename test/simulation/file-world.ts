/**
 * Simulated transfers of files: the transfer code of several nodes on a fake clock, joined by links with a bandwidth
 * and a latency. It has no feeds and no handshakes, so that a room of ten nodes and hundreds of parts runs in a second.
 */
import type {FileMessage, Message} from '../../source/codec/message-types.js';
import type {PeerId} from '../../source/core/event.js';
import type {FileSink, NamedFile} from '../../source/core/file-content.js';
import type {FileTransfer} from '../../source/core/file-transfer.js';
import type {FileId} from '../../source/core/shared-file.js';
import {createFiles, type Files} from '../../source/network/files/files.js';
import type {PeerLink} from '../../source/network/link/peer-link.js';
import {fakePeerId} from '../helpers/fake-chat-node.js';
import {createFakeClock, type FakeClock} from '../helpers/fake-clock.js';
import {createMemoryFiles, type MemoryFiles} from '../helpers/memory-files.js';
import {createSeededRandom, type SeededRandom} from '../helpers/seeded-random.js';

export const ROOM_TAG = new Uint8Array(8).fill(7);

export interface NodeOptions {
	/** Bytes per second that the node can send, on all links together. */
	readonly uplink?: number;
	readonly latencyMs?: number;
	/**
	 * Whether sent bytes wait in the buffer of the operating system. By default they wait in the send queue of the
	 * program.
	 */
	readonly hasSystemBuffer?: boolean;
	/** Changes or drops messages that the node sends, as a hostile program does. */
	readonly send?: (message: FileMessage, reply: (message: FileMessage) => void) => void;
	/** Answers messages in place of the program. */
	readonly receive?: (message: FileMessage, reply: (message: FileMessage) => void) => void;
}

export interface WorldNode {
	readonly peer: PeerId;
	readonly files: Files;
	readonly store: MemoryFiles;
	/** Newest progress report about each file. */
	readonly reports: Map<FileId, FileTransfer>;
	/** Number of received messages, by type. */
	readonly received: Map<string, number>;
	/** Codes of the faults for which this node closed a connection. */
	readonly faults: string[];
	/** Bytes of slices sent to all peers. */
	sentBytes: number;
	/** Largest size of a send queue at the moment when file data was added to it, in bytes. */
	mostQueued: number;
	named: Set<FileId>;
	/** Fetches a file. The progress reports of the fetch are added to `reports`. */
	fetch(file: NamedFile): void;
	/** Sends a message of a hostile program to another node. */
	ask(to: WorldNode, message: FileMessage): void;
	/** Ends the node: its connections close. */
	leave(): void;
	readonly isGone: boolean;
}

export interface FileWorld {
	readonly clock: FakeClock;
	readonly random: SeededRandom;
	/** Adds a node that is connected to all others. */
	add(options?: NodeOptions): WorldNode;
	/** Gives a file to a node. Every node then knows a timeline row that names the file. */
	share(node: WorldNode, content: Uint8Array): Promise<NamedFile>;
	/** Closes the connection of two nodes and opens another one at once. */
	reconnect(a: WorldNode, b: WorldNode): void;
	/**
	 * Adds a message of `bytes` bytes that contains no file data to the send queue of a link. Resolves to the time
	 * until it has arrived, ms.
	 */
	sendWord(from: WorldNode, to: WorldNode, bytes: number): Promise<number>;
	stop(): Promise<void>;
}

interface Wire {
	readonly link: PeerLink;
	isOpen: boolean;
	queued: number;
	push(bytes: number, arrived: () => void): void;
}

interface Member extends WorldNode {
	readonly options: NodeOptions;
	/** Links on which this node sends, by peer. */
	readonly wires: Map<Member, Wire>;
	/** Time until which the uplink is busy. */
	busyUntil: number;
	isGone: boolean;
}

const WORD_BYTES = 60;

function sizeOf(message: FileMessage): number {
	if (message.type === 'file-data') return WORD_BYTES + message.bytes.length;
	if (message.type !== 'file-info') return WORD_BYTES;
	return WORD_BYTES + (message.leaves?.length ?? 0) + (message.have === true ? 0 : message.have.length);
}

function isFileMessage(message: Message): message is FileMessage {
	return message.type.startsWith('file-');
}

export function createFileWorld(seed = 1): FileWorld {
	const clock = createFakeClock();
	const random = createSeededRandom(seed);
	const members: Member[] = [];
	const named = new Set<FileId>();

	function connect(from: Member, to: Member): void {
		const wire: Wire = {
			isOpen: true,
			queued: 0,
			push(bytes, arrived) {
				wire.queued += bytes;
				const leftAt = from.options.hasSystemBuffer ? clock.monotonic() : undefined;
				const start = Math.max(clock.monotonic(), from.busyUntil);
				const sent = start + (bytes * 1000) / (from.options.uplink ?? 100e6);
				from.busyUntil = sent;
				clock.after((leftAt ?? sent) - clock.monotonic(), () => {
					wire.queued -= bytes;
					if (wire.isOpen && wire.queued === 0) from.files.idle(wire.link);
				});
				clock.after(sent - clock.monotonic() + (from.options.latencyMs ?? 1), () => wire.isOpen && arrived());
			},
			link: {
				peer: to.peer,
				features: new Set(['files'] as const),
				get queuedBytes() {
					return wire.queued;
				},
				send(message: Message) {
					if (!wire.isOpen || !isFileMessage(message)) return false;
					if (message.type === 'file-data' || message.type === 'file-info')
						from.mostQueued = Math.max(from.mostQueued, wire.queued);
					const {send} = from.options;
					if (send) send(message, changed => transmit(from, to, changed));
					else transmit(from, to, message);
					return true;
				},
				noteWanted() {},
				fail(code: string) {
					from.faults.push(code);
					disconnect(from, to);
				},
			} as unknown as PeerLink,
		};
		from.wires.set(to, wire);
	}

	function transmit(from: Member, to: Member, message: FileMessage): void {
		const wire = from.wires.get(to);
		wire?.push(sizeOf(message), () => {
			if (message.type === 'file-data') from.sentBytes += message.bytes.length;
			to.received.set(message.type, (to.received.get(message.type) ?? 0) + 1);
			const back = to.wires.get(from);
			if (!back?.isOpen || to.isGone) return;
			if (to.options.receive) to.options.receive(message, reply => transmit(to, from, reply));
			else to.files.message(back.link, message);
		});
	}

	function disconnect(a: Member, b: Member): void {
		for (const [from, to] of [
			[a, b],
			[b, a],
		] as const) {
			const wire = from.wires.get(to);
			if (!wire?.isOpen) continue;
			wire.isOpen = false;
			from.wires.delete(to);
			from.files.down(wire.link);
		}
	}

	function join(a: Member, b: Member): void {
		connect(a, b);
		connect(b, a);
		for (const [from, to] of [
			[a, b],
			[b, a],
		] as const)
			from.files.up(from.wires.get(to)!.link);
	}

	const memberOf = (node: WorldNode) => members.find(member => member === node)!;

	return {
		clock,
		random,
		add(options = {}) {
			const store = createMemoryFiles(ROOM_TAG);
			const reports = new Map<FileId, FileTransfer>();
			const own = random.fork();
			const peer = fakePeerId(members.length + 1);
			const member: Member = {
				peer,
				store,
				reports,
				received: new Map(),
				faults: [],
				sentBytes: 0,
				mostQueued: 0,
				named,
				options,
				wires: new Map(),
				busyUntil: 0,
				isGone: false,
				files: createFiles({
					self: peer,
					clock,
					roomTag: ROOM_TAG,
					random: () => own.fraction(),
					isServing: true,
					isNamed: file => member.named.has(file),
					findFile: store.find,
					report: transfer => void reports.set(transfer.id, transfer),
				}),
				fetch: file => member.files.fetch(file, (leaves): Promise<FileSink> => store.receive(file, leaves)),
				ask: (to, message) => transmit(member, memberOf(to), message),
				leave() {
					member.isGone = true;
					for (const other of [...member.wires.keys()]) disconnect(member, other);
				},
			};
			for (const other of members) if (!other.isGone) join(other, member);
			members.push(member);
			return member;
		},
		async share(node, content) {
			const path = `/files/${node.store.disk.size}`;
			node.store.disk.set(path, content);
			const file = await node.store.share(path);
			named.add(file.id);
			return file;
		},
		reconnect(a, b) {
			disconnect(memberOf(a), memberOf(b));
			join(memberOf(a), memberOf(b));
		},
		sendWord(from, to, bytes) {
			const at = clock.monotonic();
			return new Promise(resolve => {
				memberOf(from)
					.wires.get(memberOf(to))!
					.push(bytes, () => resolve(clock.monotonic() - at));
			});
		},
		async stop() {
			for (const {files} of members) await files.stop();
		},
	};
}
