/** A node with the full screen. */
import {runChatScreen} from '../ui/chat-screen.js';
import {type Context, exitCodes} from './context.js';
import {createLeaving} from './leaving.js';
import {openNode} from './open-node.js';
import {createScreenHooks} from './screen-machine.js';

export async function runFullScreen(context: Context): Promise<number> {
	const {options, clock, stdin, stdout, output} = context;
	const {session, start} = await openNode(context, {keep: true});
	const leaving = createLeaving(output);
	try {
		const self = await Promise.race([start(), leaving.asked]);
		if (typeof self === 'string') return exitCodes.done;
		const screen = runChatScreen({
			session,
			self,
			stdin,
			stdout,
			stderr: process.stderr,
			environment: process.env,
			bell: options.bell,
			mono: options.mono,
			nameFromSystem: options.name === undefined,
			hooks: createScreenHooks(clock, process.env),
		});
		void leaving.asked.then(reason => screen.stop(reason === 'output-closed' ? reason : 'signal'));
		const reason = await screen.waitUntilExit();
		if (reason.type === 'crashed') throw reason.error;
		return exitCodes.done;
	} finally {
		await session.stop('quit');
		leaving.stop();
		stdin.destroy();
	}
}
