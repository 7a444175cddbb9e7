/** `completion`: prints a completion script for a shell. */
import {UsageError} from '../../core/errors.js';
import {type CliContext, exitCodes} from '../context.js';
import {completionScript, completionShells} from '../options/completion-scripts.js';

/** Resolves to the exit code. Throws UsageError if the shell is missing or unknown. */
export async function runCompletion({options, output}: CliContext): Promise<number> {
	const [operand] = options.operands;
	const shell = completionShells.find(name => name === operand);
	if (shell === undefined)
		throw new UsageError(
			`Usage: p2pchat-ink completion SHELL. SHELL is ${completionShells.join(', ').replace(/, (\w+)$/, ' or $1')}.`,
		);
	output.write(`${completionScript(shell)}\n`);
	await output.flush();
	return exitCodes.done;
}
