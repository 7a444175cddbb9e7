/**
 * A peer's fault: what it sent breaks the protocol, so its connection closes with `code` (protocol.md, Errors). Codes are
 * short, in lower case with hyphens, and append-only.
 */
export class ProtocolError extends Error {
	override readonly name = 'ProtocolError';
	readonly code: string;
	/** What was wrong and where, in words; never text chosen by the peer. */
	readonly detail: string;

	constructor(code: string, detail: string, cause?: unknown) {
		super(`${code}: ${detail}`, cause === undefined ? undefined : {cause});
		this.code = code;
		this.detail = detail;
	}
}

/** The person who started the program can mend it: one line that names the thing and the right form; exit code 2. */
export class UsageError extends Error {
	override readonly name = 'UsageError';

	constructor(message: string, cause?: unknown) {
		super(message, cause === undefined ? undefined : {cause});
	}
}
