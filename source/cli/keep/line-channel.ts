/** A connection that carries lines of JSON in both directions. */
import type {Socket} from 'node:net';
import {StringDecoder} from 'node:string_decoder';

/** Maximum length of a line before the other side has proven that it is authentic. */
const MAX_UNPROVEN_BYTES = 4096;
/** Maximum length of a line between authentic sides, and of the queue for a side that does not read. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

export interface LineChannel {
	send(line: string): void;
	/** Allows long lines, once the other side is authentic. */
	trust(): void;
	/** Sends the lines that still wait, and closes the connection. */
	end(): void;
	destroy(): void;
}

export interface LineEvents {
	onLine(line: string): void;
	/** Called once. */
	onClosed(): void;
}

export function createLineChannel(socket: Socket, {onLine, onClosed}: LineEvents): LineChannel {
	const decoder = new StringDecoder('utf8');
	let maxBytes = MAX_UNPROVEN_BYTES;
	let parts: string[] = [];
	let length = 0;
	socket.on('data', chunk => {
		const lines = decoder.write(chunk).split('\n');
		for (const [index, part] of lines.entries()) {
			if (socket.destroyed) return;
			parts.push(part);
			length += part.length;
			if (length > maxBytes) return void socket.destroy();
			if (index === lines.length - 1) return;
			const line = parts.join('');
			parts = [];
			length = 0;
			onLine(line);
		}
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
