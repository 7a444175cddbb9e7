/** A malicious peer, over a real connection to a node, that says it has the whole of a file and answers requests for it. */
import type {FileWantMessage} from '../../source/codec/message-types.js';
import {type FileId, partCount, partLength, partSize} from '../../source/core/shared-file.js';
import {fileIdOf, leafOf} from '../../source/feed/file-id.js';
import {deriveRoomKeys} from '../../source/feed/room-keys.js';
import {createTlsTransport} from '../../source/network/transport/tls-transport.js';
import {answerWant, connectMalicious, type MaliciousPeer, openHistory} from './malicious-peer.js';

export interface HolderOptions {
	/** TCP port of the node on the loopback interface. */
	readonly port: number;
	readonly content: Uint8Array;
	/** Name under which the peer shares the file. Default: the peer shares nothing. */
	readonly fileName?: string;
	/** Called for each slice that the node requests. `bytes`: the right answer. */
	onWant(want: FileWantMessage, bytes: Uint8Array, peer: MaliciousPeer): void;
}

export interface MaliciousHolder {
	readonly peer: MaliciousPeer;
	/** Id of the content in the room `lan`. */
	readonly file: FileId;
	/** If true, the peer answers no other request, because it is still sending an answer that must not be interrupted. */
	isBusy: boolean;
}

export async function connectMaliciousHolder({
	port,
	content,
	fileName,
	onWant,
}: HolderOptions): Promise<MaliciousHolder> {
	const keys = await deriveRoomKeys({room: 'lan'});
	const size = content.length;
	const partOf = (part: number) => content.subarray(part * partSize(size)).subarray(0, partLength(size, part));
	const leaves = Buffer.concat(Array.from({length: partCount(size)}, (_, part) => leafOf(partOf(part))));
	const file = fileIdOf(keys.tag, size, leaves);
	const peer = await connectMalicious({
		transport: createTlsTransport({psk: keys.psk, identity: keys.pskIdentity, hosts: {ipv4: '127.0.0.1'}}),
		host: '127.0.0.1',
		port,
		keys,
		now: Date.now,
		hello: {features: ['files']},
		onMessage(message, self) {
			if (holder.isBusy) return;
			if (message.type === 'want') answerWant(self, message, history);
			if (message.type === 'ping')
				self.send({type: 'pong', id: message.id, clock: Date.now(), hlc: {ms: Date.now(), counter: 0}});
			if (message.type === 'file-ask') self.send({type: 'file-info', id: message.id, leaves, have: true});
			if (message.type !== 'file-want') return;
			onWant(message, partOf(message.part).subarray(message.offset, message.offset + message.length), self);
		},
	});
	const holder = {peer, file, isBusy: false};
	const batches = fileName === undefined ? [] : [peer.write([{type: 'shared', fileName, size, file}])];
	const history = new Map(batches.map(batch => [peer.peer, batch]));
	openHistory(peer, batches);
	return holder;
}
