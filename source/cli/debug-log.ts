import {closeSync, openSync, writeSync} from 'node:fs';
import type {Debug} from '../core/environment.js';
import {UsageError} from '../core/errors.js';

export interface DebugLog {
	readonly debug: Debug;
	close(): void;
}

/** Appends to a file that only its owner can read. Throws UsageError when it cannot be opened. */
export function openDebugLog(path: string, now: () => number): DebugLog {
	let file: number;
	try {
		file = openSync(path, 'a', 0o600);
	} catch (error) {
		throw new UsageError(`--debug ${path} cannot be written: ${error instanceof Error ? error.message : error}`, {
			cause: error,
		});
	}
	let isOpen = true;
	return {
		debug(scope, text, fields) {
			if (isOpen) writeSync(file, formatDebugLine(now(), scope, text, fields));
		},
		close() {
			if (isOpen) closeSync(file);
			isOpen = false;
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
	const fieldsText = fields === undefined ? '' : ` ${JSON.stringify(fields, redactSecrets)}`;
	const line = `${new Date(now).toISOString()} p2pchat:${scope.replace(/^p2pchat:/, '')} ${text}${fieldsText}`;
	return `${line.replace(/\p{Cc}|\p{Bidi_Control}|[\u2028\u2029]/gu, '\uFFFD')}\n`;
}

function redactSecrets(key: string, value: unknown): unknown {
	if (/secret|psk|private|seed|^key$|room-?key/i.test(key)) return '(left out)';
	if (value instanceof Uint8Array) return `(${value.length} bytes)`;
	if (value instanceof Error) return value.stack ?? value.message;
	if (typeof value === 'bigint') return String(value);
	return value;
}

/** Whether DEBUG asks for our lines on standard error, as `p2pchat*` or `p2pchat:mesh` among others. */
export function isDebugEnabled(debugVariable: string | undefined): boolean {
	return debugVariable?.split(/[\s,]+/).some(pattern => pattern.startsWith('p2pchat')) ?? false;
}
