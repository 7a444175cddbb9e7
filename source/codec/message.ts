/**
 * Codec of the messages between two peers (protocol.md, Messages). A message is a MessagePack map with a `type`; a
 * frame contains one message. Later versions can add types, but never change one. Decoders skip unknown types and
 * ignore unknown fields. The fields are read in message-fields.ts.
 */

import {MAX_FRAME_BYTES} from '../core/limits.js';
import {sizeOfBatch, writeBatch} from './batch.js';
import {hexToBytes} from './bytes.js';
import {failField, readMap} from './field-readers.js';
import {
	readFileAsk,
	readFileData,
	readFileInfo,
	readFileNone,
	readFileWant,
	sizeOfFileData,
	writeFileData,
} from './file-messages.js';
import {createFrame, encodeFrame, FRAME_HEADER_BYTES} from './frame.js';
import {
	readAlive,
	readBye,
	readError,
	readEvents,
	readHave,
	readHello,
	readPeers,
	readPing,
	readPong,
	readWant,
	readWhisper,
	readWhisperAck,
} from './message-fields.js';
import type {EventsMessage, FileDataMessage, Message} from './message-types.js';
import {pack, unpack} from './msgpack.js';
import {
	type MsgpackWriter,
	sizeOfListHeader,
	sizeOfUint,
	writeBoolean,
	writeListHeader,
	writeMapHeader,
	writeShortString,
	writeUint,
} from './msgpack-writer.js';

/**
 * Encodes a message as a frame with its header, in a buffer of its own. Throws RangeError if the frame would exceed
 * MAX_FRAME_BYTES; callers make sure that it does not.
 */
export function encodeMessageFrame(message: Message): Uint8Array {
	if (message.type === 'file-data') return encodeSliceFrame(message);
	if (message.type !== 'events') return encodeFrame(pack(toWireValue(message)));
	const frame = createFrame(sizeOfEvents(message));
	writeEvents({bytes: frame, position: FRAME_HEADER_BYTES}, message);
	return frame;
}

/** Encodes a slice of a file as a frame with its header. The frame is stored in `memory` if it fits. */
export function encodeSliceFrame(message: FileDataMessage, memory?: Uint8Array): Uint8Array {
	const frame = createFrame(sizeOfFileData(message), MAX_FRAME_BYTES, memory);
	writeFileData({bytes: frame, position: FRAME_HEADER_BYTES}, message);
	return frame;
}

/** Encodes a message as the payload of a frame. */
export function encodeMessage(message: Message): Uint8Array {
	return encodeMessageFrame(message).subarray(FRAME_HEADER_BYTES);
}

/**
 * Decodes the payload of a frame. Returns undefined for an unknown type or kind. Throws ProtocolError for a malformed
 * message. Names and texts are sanitised. Byte strings in the message share the memory of `payload`.
 */
export function decodeMessage(payload: Uint8Array): Message | undefined {
	const fields = readMap(unpack(payload), 'message');
	switch (fields.type) {
		case 'hello':
			return readHello(fields);
		case 'have':
			return readHave(fields);
		case 'want':
			return readWant(fields);
		case 'events':
			return readEvents(fields);
		case 'peers':
			return readPeers(fields);
		case 'ping':
			return readPing(fields);
		case 'pong':
			return readPong(fields);
		case 'alive':
			return readAlive(fields);
		case 'file-ask':
			return readFileAsk(fields);
		case 'file-info':
			return readFileInfo(fields);
		case 'file-want':
			return readFileWant(fields);
		case 'file-data':
			return readFileData(fields);
		case 'file-none':
			return readFileNone(fields);
		case 'typing':
			return {type: 'typing'};
		case 'whisper':
			return readWhisper(fields);
		case 'whisper-ack':
			return readWhisperAck(fields);
		case 'bye':
			return readBye(fields);
		case 'error':
			return readError(fields);
		default:
			return typeof fields.type === 'string' ? undefined : failField('type', 'a text');
	}
}

/**
 * Converts a message to the value that `pack` encodes: peer ids become 32 bytes, and the objects in lists become
 * arrays of their fields.
 */
function toWireValue(message: Exclude<Message, EventsMessage | FileDataMessage>): unknown {
	switch (message.type) {
		case 'hello':
			return {...message, peer: hexToBytes(message.peer), hlc: [message.hlc.ms, message.hlc.counter]};
		case 'pong':
			return {...message, hlc: [message.hlc.ms, message.hlc.counter]};
		case 'have':
			if (message.kind === 'digest') return message;
			return {...message, feeds: message.feeds.map(feed => [hexToBytes(feed.peer), feed.seq, feed.hash])};
		case 'want':
			return {...message, ranges: message.ranges.map(range => [hexToBytes(range.peer), range.from])};
		case 'peers':
			return {
				...message,
				added: message.added.map(({peer, addresses}) => [
					hexToBytes(peer),
					addresses.map(({host, port}) => [host, port]),
				]),
				removed: message.removed.map(hexToBytes),
			};
		case 'alive':
			return {...message, peers: message.peers.map(({peer, ageMs}) => [hexToBytes(peer), ageMs])};
		case 'file-ask':
		case 'file-want':
			return {...message, file: hexToBytes(message.file)};
		case 'file-info':
		case 'file-none':
		case 'ping':
		case 'typing':
		case 'whisper':
		case 'whisper-ack':
		case 'bye':
		case 'error':
			return message;
		default:
			return message satisfies never;
	}
}

// Most transferred bytes are in `events` and `file-data`, so a faster encoder writes these two messages. It writes
// the same bytes as `pack`.

/** Number of bytes that `writeEvents` writes for this message. */
function sizeOfEvents({batches, answer, done}: EventsMessage): number {
	let size = 1 + 5 + 7 + 8 + sizeOfListHeader(batches.length);
	if (answer !== undefined) size += 7 + sizeOfUint(answer);
	if (done !== undefined) size += 6;
	for (const batch of batches) size += sizeOfBatch(batch);
	return size;
}

function writeEvents(writer: MsgpackWriter, {batches, answer, done}: EventsMessage): void {
	writeMapHeader(writer, 2 + (answer === undefined ? 0 : 1) + (done === undefined ? 0 : 1));
	writeShortString(writer, 'type');
	writeShortString(writer, 'events');
	if (answer !== undefined) {
		writeShortString(writer, 'answer');
		writeUint(writer, answer);
	}
	if (done !== undefined) {
		writeShortString(writer, 'done');
		writeBoolean(writer, done);
	}
	writeShortString(writer, 'batches');
	writeListHeader(writer, batches.length);
	for (const batch of batches) writeBatch(writer, batch);
}
