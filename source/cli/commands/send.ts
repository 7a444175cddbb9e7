/** `send TEXT…`: say one thing and leave; done once a peer has it. */

import {UsageError} from '../../core/errors.js';
import {MAX_TEXT_BYTES} from '../../core/limits.js';
import {selectConnectedCount} from '../../core/select-people.js';
import {openNode} from '../chat/open-node.js';
import {type CliContext, exitCodes} from '../context.js';
import {createExitRequest} from '../exit-request.js';

export async function runSend(context: CliContext): Promise<number> {
	const {options, output} = context;
	const text =
		options.operands.length === 1 && options.operands[0] === '-'
			? await readStandardInput(context)
			: options.operands.join(' ');
	if (text.trim() === '') throw new UsageError('there is nothing to send: standard input is empty');
	// What is said once needs no log of its own.
	const {chatNode, start} = await openNode(context, {keepsLog: false});
	const exitRequest = createExitRequest(output);
	try {
		const started = await Promise.race([start(), exitRequest.requested]);
		if (typeof started === 'string') return exitCodes.failed;
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
			describeFailure(context, selectConnectedCount(chatNode.store.getState()), chatNode.reportNetwork().strangers),
		);
		return exitCodes.failed;
	} finally {
		await chatNode.stop('quit');
		exitRequest.stop();
		context.stdin.destroy();
	}
}

function describeFailure({options}: CliContext, connected: number, strangers: number): string {
	const waitText = `within ${options.waitMs / 1000} s`;
	if (connected > 0) return `not sent: ${connected} connected, but nobody confirmed it ${waitText}`;
	if (strangers > 0)
		return `not sent: nobody in room ${options.room} answered ${waitText}; ${strangers} here are in another room or use another secret`;
	return `not sent: nobody answered ${waitText} on UDP port ${options.port}; "npx p2pchat-ink doctor" tells why`;
}

/** The whole of standard input, without the newline at its end. */
async function readStandardInput({stdin}: CliContext): Promise<string> {
	const chunks: Uint8Array[] = [];
	let bytes = 0;
	for await (const chunk of stdin) {
		const part = Buffer.from(chunk);
		bytes += part.length;
		if (bytes > 2 * MAX_TEXT_BYTES) throw new UsageError(`standard input is longer than ${MAX_TEXT_BYTES} bytes`);
		chunks.push(part);
	}
	return Buffer.concat(chunks)
		.toString('utf8')
		.replace(/\r?\n$/, '');
}
