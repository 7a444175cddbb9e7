/** `keep`: a node without a screen that stays in a room, so that the history of the room stays available. */
import {errorMessage} from '../../core/errors.js';
import {resolveSystemDataDir} from '../../storage/data-dir.js';
import {type OpenedNode, openNode} from '../chat/open-node.js';
import {type CliContext, exitCodes} from '../context.js';
import {createExitRequest} from '../exit-request.js';
import {ownProgramPath} from '../program-command.js';
import {attachCommand} from './attach-command.js';
import {type ClaimedRoom, claimRoom, removeDescription, saveDescription} from './keeper-place.js';
import {startKeeperServer} from './keeper-server.js';
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

/**
 * Runs one node until a signal arrives. In a room without a secret, the node also ends when the computer wakes in
 * another network.
 */
async function keepOnce(context: CliContext): Promise<'exited' | 'network-changed'> {
	const {options, output, printError} = context;
	const {root} = resolveSystemDataDir(options.dataDir);
	let outcome: 'exited' | 'network-changed' = 'exited';
	let claimed: ClaimedRoom | undefined;
	const exitRequest = createExitRequest(output);
	let node: OpenedNode | undefined;
	let closeAttach = async () => {};
	try {
		node = await openNode(context, {
			keepsLog: true,
			isKeeper: true,
			async checkRoom(tag) {
				claimed = claimRoom(root, {room: options.room, tag, version: context.version});
			},
			relaunch() {
				outcome = 'network-changed';
				exitRequest.request('quit');
			},
		});
		const {chatNode, name, start} = node;
		const self = await Promise.race([start(), exitRequest.requested]);
		if (typeof self === 'string') return 'exited';
		printError(`Keeping room ${options.room} as ${name}. Log: ${self.logPath ?? 'none'}`);
		if (!self.hasSecret)
			printError(
				`Room ${options.room} has no secret, so this keeper starts with an empty history after a restart. Use --secret-file FILE to keep the history.`,
			);
		if (claimed) closeAttach = await openAttach(context, root, {chatNode, self, description: claimed.description});
		await exitRequest.requested;
		return outcome;
	} finally {
		await closeAttach();
		await node?.chatNode.stop();
		claimed?.release();
		exitRequest.stop();
		context.stdin.destroy();
	}
}

/**
 * Opens the socket to which screens attach. If that fails, the keeper runs without a socket. Resolves to a function that
 * closes the socket.
 */
async function openAttach(
	{clock, options, printError}: CliContext,
	root: string,
	{description, ...node}: Omit<Parameters<typeof startKeeperServer>[0], 'clock'>,
): Promise<() => Promise<void>> {
	try {
		// The description is saved first, because a screen that connects to the new socket must be able to read the new
		// token.
		saveDescription(root, description);
		const server = await startKeeperServer({...node, clock, description});
		printError(`To open the screen: ${attachCommand(options.room)}`);
		return async () => {
			removeDescription(root, description);
			await server.stop();
		};
	} catch (error) {
		removeDescription(root, description);
		printError(errorMessage(error));
		return async () => {};
	}
}
