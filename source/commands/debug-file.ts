import {closeSync, openSync, writeSync} from 'node:fs';
import {UsageError} from '../core/usage-error.js';
import type {Debug} from '../network/debug.js';

export interface DebugSink {
	readonly debug: Debug;
	close(): void;
}

/** Appends to a file that only its owner can read. Throws UsageError when it cannot be opened. */
export function openDebugFile(path: string, now: () => number): DebugSink {
	let file: number;
	try {
		file = openSync(path, 'a', 0o600);
	} catch (error) {
		throw new UsageError(`--debug ${path} cannot be written: ${error instanceof Error ? error.message : error}`, {
			cause: error,
		});
	}
	let open = true;
	return {
		debug(scope, text, fields) {
			if (open) writeSync(file, formatDebugLine(now(), scope, text, fields));
		},
		close() {
			if (open) closeSync(file);
			open = false;
		},
	};
}

/** One line: time, scope, text, fields as JSON. Bytes are counted, never shown: any of them may be a key. */
export function formatDebugLine(
	now: number,
	scope: string,
	text: string,
	fields?: Readonly<Record<string, unknown>>,
): string {
	const rest = fields === undefined ? '' : ` ${JSON.stringify(fields, withoutSecrets)}`;
	const line = `${new Date(now).toISOString()} p2pchat:${scope.replace(/^p2pchat:/, '')} ${text}${rest}`;
	return `${line.replace(/\p{Cc}|\p{Bidi_Control}|[\u2028\u2029]/gu, '\uFFFD')}\n`;
}

function withoutSecrets(key: string, value: unknown): unknown {
	if (/secret|psk|private|seed|^key$|room-?key/i.test(key)) return '(left out)';
	if (value instanceof Uint8Array) return `(${value.length} bytes)`;
	if (value instanceof Error) return value.stack ?? value.message;
	if (typeof value === 'bigint') return String(value);
	return value;
}

/** Whether DEBUG asks for our lines on standard error, as `p2pchat*` or `p2pchat:mesh` among others. */
export function isDebugAsked(variable: string | undefined): boolean {
	return variable?.split(/[\s,]+/).some(pattern => pattern.startsWith('p2pchat')) ?? false;
}
