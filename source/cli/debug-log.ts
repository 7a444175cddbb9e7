/** Debug messages as lines of text, in a file or on standard error, without secrets. */
import {closeSync, openSync, writeSync} from 'node:fs';
import type {Debug} from '../core/environment.js';
import {UsageError} from '../core/errors.js';
import {describeSystemError} from '../core/system-error.js';

export interface DebugLog {
	readonly debug: Debug;
	close(): void;
}

/** Opens a file for appending that only its owner can read. Throws UsageError. */
export function openDebugLog(path: string, now: () => number): DebugLog {
	let file: number;
	try {
		file = openSync(path, 'a', 0o600);
	} catch (error) {
		throw new UsageError(`Cannot write --debug ${path}: ${describeSystemError(error)}.`, {cause: error});
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

/** One line: time, scope, text, and fields as JSON. Byte arrays show only their length, because they may be keys. */
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
	if (/secret|psk|private|seed|^key$|room-?key/i.test(key)) return '(omitted)';
	if (value instanceof Uint8Array) return `(${value.length} bytes)`;
	if (value instanceof Error) return value.stack ?? value.message;
	if (typeof value === 'bigint') return String(value);
	return value;
}

/** Whether the DEBUG variable selects our messages: a list of patterns that contains `p2pchat*` or `p2pchat:mesh`. */
export function isDebugEnabled(debugVariable: string | undefined): boolean {
	return debugVariable?.split(/[\s,]+/).some(pattern => pattern.startsWith('p2pchat')) ?? false;
}
