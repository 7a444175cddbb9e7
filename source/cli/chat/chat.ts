import type {CliContext} from '../context.js';
import {runFullScreen} from './full-screen.js';
import {runHeadless} from './headless.js';

type ChatMode = 'json' | 'plain' | 'screen-reader' | 'screen';

/**
 * Runs the chat in the requested mode. Without a request, uses the full screen if the terminal supports it, otherwise
 * plain lines. Resolves to the exit code.
 */
export async function runChat(context: CliContext): Promise<number> {
	const mode = chooseMode(context);
	if (mode === 'screen') return runFullScreen(context);
	const {stdin, stdout} = context;
	if (mode === 'screen-reader' && stdin.isTTY && stdout.isTTY) {
		return runFullScreen(context, true);
	}
	return runHeadless(context, mode === 'json' ? 'json' : 'plain');
}

/**
 * Runs the chat without a screen, with an open window for guests (a page of the room over HTTP), until Ctrl+C. Resolves
 * to the exit code.
 */
export function runInvitation(context: CliContext): Promise<number> {
	return runHeadless(context, context.options.mode === 'json' ? 'json' : 'plain');
}

/** Chooses the mode. Ink is loaded only after that, because it throws an error if standard input is a pipe. */
function chooseMode({options, stdin, stdout}: CliContext): ChatMode {
	if (options.mode) return options.mode;
	return stdin.isTTY && stdout.isTTY && process.env.TERM !== 'dumb' ? 'screen' : 'plain';
}
