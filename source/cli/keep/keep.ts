/** `keep`: a node without a screen that stays in a room, so that the history of the room stays too. */
import {openNode} from '../chat/open-node.js';
import {type CliContext, exitCodes} from '../context.js';
import {createExitRequest} from '../exit-request.js';
import {ownProgramPath} from '../program-command.js';
import {systemdUnit} from './systemd-unit.js';

/** Runs the keeper until a signal ends it. Resolves to the exit code. */
export async function runKeep(context: CliContext): Promise<number> {
	if (context.options.printUnit) {
		context.output.write(systemdUnit(context.options, {node: process.execPath, program: ownProgramPath()}));
		return exitCodes.done;
	}
	while ((await keepOnce(context)) === 'network-changed');
	return exitCodes.done;
}

/** Runs one node until a signal, or until the computer wakes in another network in a room without a secret. */
async function keepOnce(context: CliContext): Promise<'exited' | 'network-changed'> {
	const {options, output, printError} = context;
	let outcome: 'exited' | 'network-changed' = 'exited';
	const exitRequest = createExitRequest(output);
	const relaunch = () => {
		outcome = 'network-changed';
		exitRequest.request('quit');
	};
	const {chatNode, name, start} = await openNode(context, {keepsLog: true, isKeeper: true, relaunch});
	try {
		const self = await Promise.race([start(), exitRequest.requested]);
		if (typeof self === 'string') return 'exited';
		printError(`Keeping room ${options.room} as ${name}. Log: ${self.logPath ?? 'none'}`);
		if (!self.hasSecret)
			printError(
				`Room ${options.room} has no secret, so this keeper starts with an empty history after a restart. Use --secret-file FILE to keep it.`,
			);
		await exitRequest.requested;
		return outcome;
	} finally {
		await chatNode.stop();
		exitRequest.stop();
		context.stdin.destroy();
	}
}
