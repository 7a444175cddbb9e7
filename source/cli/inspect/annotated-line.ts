/** Lines of `inspect`: offset, length and kind of a part of the input, and its fields as `name=value`. */
import {bytesToHex} from '../../codec/bytes.js';
import {cleanLine} from '../../ui/text/clean-for-screen.js';

/** Maximum number of bytes of a byte string that are printed. A longer byte string ends in `…` and its length. */
const MAX_SHOWN_BYTES = 32;

const OFFSET_DIGITS = 8;
const LENGTH_DIGITS = 6;

/** Formats one line. `fields` are printed in their order; undefined ones are left out. */
export function annotatedLine(
	offset: number,
	length: number,
	kind: string,
	fields: Readonly<Record<string, unknown>> = {},
): string {
	const position = `${String(offset).padStart(OFFSET_DIGITS)} ${String(length).padStart(LENGTH_DIGITS)}`;
	return `${position}  ${cleanLine([kind, formatFields(fields)].join(' ').trim())}`;
}

/** Formats a line that continues the line above it and therefore has no offset and length. */
export function detailLine(kind: string, fields: Readonly<Record<string, unknown>> = {}): string {
	const indent = ' '.repeat(OFFSET_DIGITS + LENGTH_DIGITS + 5);
	return `${indent}${cleanLine([kind, formatFields(fields)].join(' ').trim())}`;
}

function formatFields(fields: Readonly<Record<string, unknown>>): string {
	return Object.entries(fields)
		.filter(([, value]) => value !== undefined)
		.map(([name, value]) => `${name}=${formatValue(value)}`)
		.join(' ');
}

/**
 * Formats bytes as hexadecimal digits and texts in quotes. A text of 64 hexadecimal digits, for example a key, has no
 * quotes. The values inside a list or object are formatted by the same rules.
 */
function formatValue(value: unknown): string {
	if (value instanceof Uint8Array) return formatBytes(value);
	if (typeof value === 'string') return /^[0-9a-f]{64}$/.test(value) ? value : JSON.stringify(value);
	if (Array.isArray(value)) return `[${value.map(formatValue).join(' ')}]`;
	if (typeof value === 'object' && value !== null)
		return `{${formatFields(Object.fromEntries(Object.entries(value)))}}`;
	return String(value);
}

function formatBytes(bytes: Uint8Array): string {
	if (bytes.length <= MAX_SHOWN_BYTES) return bytesToHex(bytes);
	return `${bytesToHex(bytes.subarray(0, MAX_SHOWN_BYTES))}…(${bytes.length} bytes)`;
}
