/** A node with a screen. */
import type {ChatScreen} from '../ui/chat-screen.js';
import type {LinearScreenOptions} from '../ui/linear-screen.js';
import {type Context, exitCodes} from './context.js';
import {createLeaving} from './leaving.js';
import {openNode} from './open-node.js';
import {createScreenHooks} from './screen-machine.js';

/** `linear`: lines that are only ever appended, for screen readers. A launch that ends by waking elsewhere is followed by another. */
export async function runFullScreen(context: Context, linear = false): Promise<number> {
	const loading = loadScreen(linear);
	try {
		while ((await runLaunch(context, loading)) === 'woke elsewhere');
		return exitCodes.done;
	} finally {
		context.stdin.destroy();
	}
}

/** From start to stop of one node and its screen. */
async function runLaunch(context: Context, loading: ReturnType<typeof loadScreen>): Promise<'left' | 'woke elsewhere'> {
	const {options, clock, stdin, stdout, output} = context;
	let end: 'left' | 'woke elsewhere' = 'left';
	const leaving = createLeaving(output);
	const relaunch = () => {
		end = 'woke elsewhere';
		leaving.leave('quit');
	};
	const complaints: string[] = [];
	const complain = (text: string) => {
		complaints.push(text);
		context.complain(text);
	};
	const {session, start} = await openNode({...context, complain}, {keep: true, relaunch});
	try {
		const self = await Promise.race([start(), leaving.asked]);
		if (typeof self === 'string') return end;
		const common = {
			session,
			self,
			stdin,
			stdout,
			environment: process.env,
			bell: options.bell,
			nameFromSystem: options.name === undefined,
			complaints,
			...(context.visit && {visit: context.visit}),
			hooks: createScreenHooks(clock, process.env),
		};
		const run = await loading;
		const screen = run(common, options.mono);
		void leaving.asked.then(reason => screen.stop(reason === 'output-closed' ? reason : 'signal'));
		const reason = await screen.waitUntilExit();
		if (reason.type === 'crashed') throw reason.error;
		return reason.type === 'signal' ? end : 'left';
	} finally {
		await session.stop('quit');
		leaving.stop();
	}
}

/** Loads while the node starts: Ink takes longer than the network. */
async function loadScreen(linear: boolean): Promise<(common: LinearScreenOptions, mono: boolean) => ChatScreen> {
	if (linear) return (await import('../ui/linear-screen.js')).runLinearScreen;
	const {runChatScreen} = await import('../ui/chat-screen.js');
	return (common, mono) => runChatScreen({...common, stderr: process.stderr, mono});
}
