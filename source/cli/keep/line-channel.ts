/** A connection that carries lines of JSON in both directions. */
import type {Socket} from 'node:net';
import {createLineCollector} from '../chat/input-lines.js';

/** Maximum length of a line, in bytes, until the other side has proven that it is authentic. */
const MAX_UNPROVEN_BYTES = 4096;
/**
 * Maximum length of a line between authentic sides, in bytes. Also the maximum number of bytes that wait for a side
 * that does not read.
 */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

export interface LineChannel {
	send(line: string): void;
	/** Raises the maximum length of a line. Must be called when the other side has proven that it is authentic. */
	trust(): void;
	/** Sends the queued lines, and closes the connection. */
	end(): void;
	destroy(): void;
}

export interface LineEvents {
	onLine(line: string): void;
	/** Called once, when the connection has closed. */
	onClosed(): void;
}

export function createLineChannel(socket: Socket, {onLine, onClosed}: LineEvents): LineChannel {
	let maxBytes = MAX_UNPROVEN_BYTES;
	const lines = createLineCollector(() => maxBytes);
	socket.on('data', (chunk: Uint8Array) => {
		for (const line of lines.push(chunk)) {
			if (socket.destroyed) return;
			if (line.type === 'too-long') return void socket.destroy();
			onLine(line.text);
		}
		if (lines.bytes > maxBytes) socket.destroy();
	});
	socket.on('error', () => {});
	socket.on('close', () => onClosed());
	return {
		send(line) {
			if (socket.destroyed || socket.writableEnded) return;
			socket.write(`${line}\n`);
			if (socket.writableLength > MAX_LINE_BYTES) socket.destroy();
		},
		trust() {
			maxBytes = MAX_LINE_BYTES;
		},
		end: () => socket.end(),
		destroy: () => socket.destroy(),
	};
}
