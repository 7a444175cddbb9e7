import type {Context} from './context.js';
import {runHeadless} from './headless.js';

/** Chat in the mode that was asked for, or that the terminal allows (interface.md, 1, Modes). */
export async function runChat(context: Context): Promise<number> {
	const mode = chooseMode(context);
	return runHeadless(context, mode === 'json' ? 'json' : 'plain');
}

function chooseMode({options, stdin, stdout}: Context): 'json' | 'plain' | 'screen-reader' | 'screen' {
	if (options.mode) return options.mode;
	return stdin.isTTY && stdout.isTTY && process.env.TERM !== 'dumb' ? 'screen' : 'plain';
}
