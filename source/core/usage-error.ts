/** The person who started the program can mend it: one line that names the thing and the right form; exit code 2. */
export class UsageError extends Error {
	override readonly name = 'UsageError';

	constructor(message: string, cause?: unknown) {
		super(message, cause === undefined ? undefined : {cause});
	}
}
