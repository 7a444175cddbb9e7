/** A node with a screen. */
import type {ChatScreen, ChatScreenOptions} from '../../ui/screen-contract.js';
import {type CliContext, exitCodes} from '../context.js';
import {createDesktopHooks} from '../desktop-integration.js';
import {createExitRequest} from '../exit-request.js';
import {openNode} from './open-node.js';

/** `linear`: lines that are only ever appended, for screen readers. A launch that ends by waking elsewhere is followed by another. */
export async function runFullScreen(context: CliContext, isLinear = false): Promise<number> {
	const screenModule = loadScreen(isLinear);
	try {
		while ((await runLaunch(context, screenModule)) === 'woke elsewhere');
		return exitCodes.done;
	} finally {
		context.stdin.destroy();
	}
}

/** From start to stop of one node and its screen. */
async function runLaunch(
	context: CliContext,
	screenModule: ReturnType<typeof loadScreen>,
): Promise<'left' | 'woke elsewhere'> {
	const {options, clock, stdin, stdout, output} = context;
	let outcome: 'left' | 'woke elsewhere' = 'left';
	const exitRequest = createExitRequest(output);
	const relaunch = () => {
		outcome = 'woke elsewhere';
		exitRequest.request('quit');
	};
	const complaints: string[] = [];
	const printError = (text: string) => {
		complaints.push(text);
		context.printError(text);
	};
	const {chatNode, start} = await openNode({...context, printError}, {keepsLog: true, relaunch});
	try {
		const self = await Promise.race([start(), exitRequest.requested]);
		if (typeof self === 'string') return outcome;
		const screenOptions = {
			chatNode: chatNode,
			self,
			stdin,
			stdout,
			environment: process.env,
			bell: options.bell,
			nameFromSystem: options.name === undefined,
			startupWarnings: complaints,
			...(context.demoVisit && {demoVisit: context.demoVisit}),
			hooks: createDesktopHooks(clock, process.env),
		};
		const runScreen = await screenModule;
		const screen = runScreen(screenOptions, options.mono);
		void exitRequest.requested.then(reason => screen.stop(reason === 'output-closed' ? reason : 'signal'));
		const reason = await screen.waitUntilExit();
		if (reason.type === 'crashed') throw reason.error;
		return reason.type === 'signal' ? outcome : 'left';
	} finally {
		await chatNode.stop('quit');
		exitRequest.stop();
	}
}

/** Loads while the node starts: Ink takes longer than the network. */
async function loadScreen(isLinear: boolean): Promise<(common: ChatScreenOptions, mono: boolean) => ChatScreen> {
	if (isLinear) return (await import('../../ui/linear/linear-screen.js')).runLinearScreen;
	const {runChatScreen} = await import('../../ui/chat/chat-screen.js');
	return (common, mono) => runChatScreen({...common, stderr: process.stderr, mono});
}
