/** `send TEXT…`: sends one message and exits as soon as one peer has received it. `send --file` shares files instead. */

import {UsageError} from '../../core/errors.js';
import {MAX_TEXT_BYTES} from '../../core/limits.js';
import {selectSessionCount} from '../../core/select-people.js';
import {withoutByteOrderMark} from '../../core/text.js';
import {refuseScriptText} from '../../core/whisper-command.js';
import {sendByKeeper} from '../attach/send-by-keeper.js';
import {openNode} from '../chat/open-node.js';
import {type CliContext, exitCodes} from '../context.js';
import {createExitRequest} from '../exit-request.js';
import {ownProgramCommand} from '../program-command.js';
import {sendFiles} from './send-files.js';

/** Resolves to the exit code: `failed` if no peer confirms the message within `--wait`. */
export async function runSend(context: CliContext): Promise<number> {
	const {options, output} = context;
	if (options.files.includes('-') && options.operands.includes('-'))
		throw new UsageError('Standard input can be the text or the file, not both.');
	const text =
		options.operands.length === 1 && options.operands[0] === '-'
			? await readStandardInput(context)
			: options.operands.join(' ');
	const sharesFiles = options.files.length > 0;
	if (text.trim() === '' && !sharesFiles) throw new UsageError('Nothing to send: standard input is empty.');
	const refused = refuseScriptText(text);
	if (refused !== undefined) throw new UsageError(refused);
	let codeOfKeeper: number | undefined;
	const opened = await openNode(context, {
		// A log file for one message would clutter the list of saved logs.
		keepsLog: false,
		async checkRoom(tag) {
			// Files are sent by the node that shares them. So this command shares its files itself, even if a keeper
			// runs.
			if (sharesFiles) return;
			codeOfKeeper = await sendByKeeper(context, tag, text);
			if (codeOfKeeper !== undefined) throw new SentByKeeper();
		},
	}).catch((error: unknown) => {
		if (error instanceof SentByKeeper) return undefined;
		throw error;
	});
	if (!opened) {
		context.stdin.destroy();
		return codeOfKeeper ?? exitCodes.failed;
	}
	const {chatNode, start} = opened;
	const exitRequest = createExitRequest(output);
	try {
		const started = await Promise.race([start(), exitRequest.requested]);
		if (typeof started === 'string') return exitCodes.failed;
		if (sharesFiles) return await sendFiles(context, chatNode, text.trim(), exitRequest.requested);
		const posted = chatNode.post(text);
		if ('refused' in posted) {
			context.printError(posted.refused);
			return exitCodes.failed;
		}
		const isDelivered = await Promise.race([
			chatNode.whenDelivered(options.waitMs),
			exitRequest.requested.then(() => false),
		]);
		if (isDelivered) return exitCodes.done;
		context.printError(
			describeFailure(context, selectSessionCount(chatNode.store.getState()), chatNode.reportNetwork().strangers),
		);
		return exitCodes.failed;
	} finally {
		await chatNode.stop();
		exitRequest.stop();
		context.stdin.destroy();
	}
}

/** Thrown inside `checkRoom` when a running keeper has sent the message, so that this command does not open a node. */
class SentByKeeper extends Error {
	override readonly name = 'SentByKeeper';
}

function describeFailure({options}: CliContext, connected: number, strangers: number): string {
	const waitText = `within ${options.waitMs / 1000} s`;
	if (connected > 0)
		return `Not delivered: ${connected === 1 ? '1 peer is' : `${connected} peers are`} connected, but none confirmed the message ${waitText}.`;
	if (strangers > 0)
		return `Not delivered: nobody in room ${options.room} answered ${waitText}. ${strangers === 1 ? '1 other node' : `${strangers} other nodes`} nearby: check --room and the secret.`;
	return `Not delivered: nobody answered ${waitText} on UDP port ${options.port}. To find out why, run: ${ownProgramCommand()} doctor`;
}

/** Reads all of standard input, without one final newline. Rejects with UsageError if it is too long. */
async function readStandardInput({stdin}: CliContext): Promise<string> {
	const chunks: Uint8Array[] = [];
	let bytes = 0;
	for await (const chunk of stdin) {
		const part = Buffer.from(chunk);
		bytes += part.length;
		if (bytes > 2 * MAX_TEXT_BYTES)
			throw new UsageError(`Too long: the limit for a message is ${MAX_TEXT_BYTES} bytes.`);
		chunks.push(part);
	}
	return withoutByteOrderMark(Buffer.concat(chunks).toString('utf8')).replace(/\r?\n$/, '');
}
