/** Error classes that several layers use. Every constructor takes the usual `{cause}` of `Error` as its last argument. */

/**
 * Error of a peer that broke the protocol. The connection to this peer is closed with the error code `code`
 * (protocol.md, Errors). Codes are short, in lower case with hyphens, and append-only.
 */
export class ProtocolError extends Error {
	override readonly name = 'ProtocolError';
	readonly code: string;
	/** Text that says which value is wrong and why. It never contains text that the peer chose, so it can be shown. */
	readonly detail: string;

	constructor(code: string, detail: string, options?: ErrorOptions) {
		super(`${code}: ${detail}`, options);
		this.code = code;
		this.detail = detail;
	}
}

/**
 * Error in the command line, the environment or the configuration. The message is one line with the wrong value and the
 * correct form. The program exits with code 2.
 */
export class UsageError extends Error {
	override readonly name = 'UsageError';
}

/** Message of any thrown value. */
export function errorMessage(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
