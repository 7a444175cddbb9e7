/** `send TEXT…`: say one thing and leave; done once a peer has it. */
import {MAX_TEXT_BYTES} from '../core/limits.js';
import {selectConnectedCount} from '../core/select-people.js';
import {UsageError} from '../core/usage-error.js';
import {type Context, exitCodes} from './context.js';
import {createLeaving} from './leaving.js';
import {openNode} from './open-node.js';

export async function runSend(context: Context): Promise<number> {
	const {options, output} = context;
	const text =
		options.words.length === 1 && options.words[0] === '-' ? await readText(context) : options.words.join(' ');
	if (text.trim() === '') throw new UsageError('there is nothing to send: standard input is empty');
	// What is said once needs no log of its own.
	const {session, start} = await openNode(context, {keep: false});
	const leaving = createLeaving(output);
	try {
		const started = await Promise.race([start(), leaving.asked]);
		if (typeof started === 'string') return exitCodes.failed;
		const said = session.post(text);
		if ('refused' in said) {
			context.complain(said.refused);
			return exitCodes.failed;
		}
		const held = await Promise.race([session.whenDelivered(options.waitMs), leaving.asked.then(() => false)]);
		if (held) return exitCodes.done;
		context.complain(whyNot(context, selectConnectedCount(session.store.getState()), session.diagnose().strangers));
		return exitCodes.failed;
	} finally {
		await session.stop('quit');
		leaving.stop();
		context.stdin.destroy();
	}
}

function whyNot({options}: Context, connected: number, strangers: number): string {
	const waited = `within ${options.waitMs / 1000} s`;
	if (connected > 0) return `not sent: ${connected} connected, but nobody confirmed it ${waited}`;
	if (strangers > 0)
		return `not sent: nobody in room ${options.room} answered ${waited}; ${strangers} here are in another room or use another secret`;
	return `not sent: nobody answered ${waited} on UDP port ${options.port}; "npx p2pchat-ink doctor" tells why`;
}

/** The whole of standard input, without the newline at its end. */
async function readText({stdin}: Context): Promise<string> {
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
