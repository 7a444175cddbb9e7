/** Runs a node together with a screen: the full screen, or lines that are only appended, for screen readers. */
import type {ChatScreen, ChatScreenOptions, FullScreenOptions} from '../../ui/screen-contract.js';
import {type CliContext, exitCodes} from '../context.js';
import {createDesktopHooks} from '../desktop-integration.js';
import {createExitRequest} from '../exit-request.js';
import {openNode} from './open-node.js';

type LaunchResult = 'exited' | 'network-changed';

/**
 * Runs the chat. Whenever the computer wakes on another network, a new node and a new screen replace the old ones.
 * `isLinear`: whether to open the screen for screen readers.
 */
export async function runFullScreen(context: CliContext, isLinear = false): Promise<number> {
	const screenModule = loadScreen(isLinear);
	try {
		while ((await runLaunch(context, screenModule)) === 'network-changed');
		return exitCodes.done;
	} finally {
		context.stdin.destroy();
	}
}

/** Runs one node and its screen until one of them stops. */
async function runLaunch(context: CliContext, screenModule: ReturnType<typeof loadScreen>): Promise<LaunchResult> {
	const {options, clock, stdin, stdout, output} = context;
	let outcome: LaunchResult = 'exited';
	const exitRequest = createExitRequest(output);
	const relaunch = () => {
		outcome = 'network-changed';
		exitRequest.request('quit');
	};
	const startupWarnings: string[] = [];
	const printError = (text: string) => {
		startupWarnings.push(text);
		context.printError(text);
	};
	const {chatNode, start} = await openNode({...context, printError}, {keepsLog: true, relaunch});
	try {
		const self = await Promise.race([start(), exitRequest.requested]);
		if (typeof self === 'string') return outcome;
		const screenOptions = {
			chatNode,
			self,
			stdin,
			stdout,
			environment: process.env,
			bell: options.bell,
			nameFromSystem: options.name === undefined,
			startupWarnings,
			...(context.demoVisit && {demoVisit: context.demoVisit}),
			hooks: createDesktopHooks(clock, process.env, options.room),
		};
		const runScreen = await screenModule;
		const screen = runScreen(screenOptions, options);
		void exitRequest.requested.then(reason => screen.stop(reason === 'output-closed' ? reason : 'signal'));
		const reason = await screen.waitUntilExit();
		if (reason.type === 'crashed') throw reason.error;
		return reason.type === 'signal' ? outcome : 'exited';
	} finally {
		await chatNode.stop();
		exitRequest.stop();
	}
}

/** Imports the screen module while the node starts, because loading Ink takes longer than opening the network. */
export async function loadScreen(
	isLinear: boolean,
): Promise<(common: ChatScreenOptions, look: Pick<FullScreenOptions, 'mono' | 'theme'>) => ChatScreen> {
	if (isLinear) return (await import('../../ui/linear/linear-screen.js')).runLinearScreen;
	const {runChatScreen} = await import('../../ui/chat/chat-screen.js');
	return (common, {mono, theme}) => runChatScreen({...common, stderr: process.stderr, mono, ...(theme && {theme})});
}
