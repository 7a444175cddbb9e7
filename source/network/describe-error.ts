import {describeSystemError, hasSystemErrorText, systemErrorCode} from '../core/system-error.js';

/** Describes a network error for people. The text is never empty and never contains a stack trace. */
export function describeError(error: unknown): string {
	const code = systemErrorCode(error) ?? '';
	if (code === 'EPERM') return 'not permitted: a firewall on this computer may forbid it';
	if (code.startsWith('ERR_SSL_')) return 'the encryption failed';
	if (code !== '' && !hasSystemErrorText(error)) return `failed (${code})`;
	return describeSystemError(error) || 'failed';
}
