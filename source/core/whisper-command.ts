/** The commands that whisper: `/msg NAME TEXT`, `/w NAME TEXT` and `/r TEXT`. */

const WHISPER_COMMAND = /^\s*\/(?:msg|w|r)(?=\s|$)/iu;

/**
 * Whether a text begins with a command that whispers, even after spaces. Such a text is meant for one person and must
 * never reach everybody. Where commands are not executed, for example in a script, the program therefore refuses to
 * send the text.
 */
export function beginsWithWhisperCommand(text: string): boolean {
	return WHISPER_COMMAND.test(text);
}

const WHISPER_COMMAND_REFUSED =
	'Not sent: the text begins with a command that whispers, and commands do not run here. Use the command "whisper" of --json or of the API.';

/**
 * Error text for the user if a script must not send this text to everybody; undefined if the script may send the text.
 */
export function refuseScriptText(text: string): string | undefined {
	return beginsWithWhisperCommand(text) ? WHISPER_COMMAND_REFUSED : undefined;
}
