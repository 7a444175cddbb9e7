import type {CliContext} from '../context.js';
import {runFullScreen} from './full-screen.js';
import {runHeadless} from './headless.js';

type ChatMode = 'json' | 'plain' | 'screen-reader' | 'screen';

/** Chat in the mode that was asked for, or that the terminal allows (interface.md, 1, Modes). */
export async function runChat(context: CliContext): Promise<number> {
	const mode = chooseMode(context);
	if (mode === 'screen') return runFullScreen(context);
	const {stdin, stdout} = context;
	if (mode === 'screen-reader' && stdin.isTTY && stdout.isTTY) {
		return runFullScreen(context, true);
	}
	return runHeadless(context, mode === 'json' ? 'json' : 'plain');
}

/** Ink throws on a piped standard input, so the mode is chosen before it loads. */
function chooseMode({options, stdin, stdout}: CliContext): ChatMode {
	if (options.mode) return options.mode;
	return stdin.isTTY && stdout.isTTY && process.env.TERM !== 'dumb' ? 'screen' : 'plain';
}
