/** Debug messages as lines of text without secrets, for `--debug FILE` and for the DEBUG variable. */
import {closeSync, constants, openSync, writeSync} from 'node:fs';
import type {Debug} from '../core/environment.js';
import {UsageError} from '../core/errors.js';
import {describeSystemError} from '../core/system-error.js';

/** Flags for opening the file. Without O_NONBLOCK, the program would hang if the file is a FIFO that nobody reads. */
const APPEND_WITHOUT_WAITING =
	constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NONBLOCK ?? 0);

export interface DebugLog {
	readonly debug: Debug;
	/** Message for the user after a failed write, for example on a full disk. Nothing more is then logged. */
	readonly failure: string | undefined;
	close(): void;
}

/**
 * Opens the debug log for appending. A new file is readable only by its owner. `option`: name under which the user has
 * set the file. Throws UsageError.
 */
export function openDebugLog(path: string, now: () => number, option = '--debug'): DebugLog {
	let file: number;
	try {
		file = openSync(path, APPEND_WITHOUT_WAITING, 0o600);
	} catch (error) {
		throw new UsageError(`Cannot write ${option} ${path}: ${describeSystemError(error)}.`, {cause: error});
	}
	let isOpen = true;
	let failure: string | undefined;
	const close = () => {
		if (isOpen) closeSync(file);
		isOpen = false;
	};
	return {
		debug(scope, text, fields) {
			if (!isOpen) return;
			try {
				writeSync(file, formatDebugLine(now(), scope, text, fields));
			} catch (error) {
				failure = `The debug log ${path} is incomplete: ${describeSystemError(error)}.`;
				close();
			}
		},
		get failure() {
			return failure;
		},
		close,
	};
}

/**
 * Formats one line: time, scope, text, and fields as JSON. Of a byte array only the length is shown, because the bytes
 * may be a key.
 */
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

/** Whether the DEBUG variable, a list of patterns, selects messages of this program, for example `p2pchat*`. */
export function isDebugEnabled(debugVariable: string | undefined): boolean {
	return debugVariable?.split(/[\s,]+/).some(pattern => pattern.startsWith('p2pchat')) ?? false;
}
