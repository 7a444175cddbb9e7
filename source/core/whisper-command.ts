/** The commands that whisper: `/msg NAME TEXT`, `/w NAME TEXT` and `/r TEXT`. */

const WHISPER_COMMAND = /^\s*\/(?:msg|w|r)(?=\s|$)/iu;

/**
 * Whether a text begins with a command that whispers, also behind spaces. Where commands do not run, such a text is refused:
 * its writer means it for one person, so it must never be sent to everybody.
 */
export function beginsWithWhisperCommand(text: string): boolean {
	return WHISPER_COMMAND.test(text);
}

/** Reason why such a text is refused where it would be sent as a message, as a sentence for the user. */
export const WHISPER_COMMAND_REFUSED =
	'Not sent: the text begins with a command that whispers, and commands do not run here. --json has "whisper".';
