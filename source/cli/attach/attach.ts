/**
 * `attach`: opens the screen on a keeper that runs on this computer. The keeper keeps running after the screen has
 * closed.
 */
import {DEFAULT_ROOM} from '../../core/defaults.js';
import {errorMessage, UsageError} from '../../core/errors.js';
import {resolveSystemDataDir} from '../../storage/data-dir.js';
import type {ChatScreen, ScreenNotes} from '../../ui/screen-contract.js';
import {loadScreen} from '../chat/full-screen.js';
import {type CliContext, exitCodes} from '../context.js';
import {createDesktopHooks} from '../desktop-integration.js';
import {createExitRequest} from '../exit-request.js';
import {attachCommand, keepCommand} from '../keep/attach-command.js';
import type {KeeperMessage, OpenedMessage} from '../keep/keeper-messages.js';
import {type KeeperDescription, listKeepers} from '../keep/keeper-place.js';
import {type AttachedNode, createAttachedNode, readKeptState} from './attached-node.js';
import {type OpenFailure, openKeeper} from './open-keeper.js';

const RETRY_INTERVAL_MS = 500;

/** Runs screens on the keeper until the user leaves. Resolves to the exit code. */
export async function runAttach(context: CliContext): Promise<number> {
	const {options, stdin, stdout, output, printError, clock} = context;
	const isLinear = options.mode === 'screen-reader';
	if (!stdin.isTTY || !stdout.isTTY) throw new UsageError('attach needs a terminal.');
	const screenModule = loadScreen(isLinear);
	const exitRequest = createExitRequest(output);
	let hasExited = false;
	void exitRequest.requested.then(() => {
		hasExited = true;
	});
	let notes: ScreenNotes | undefined;
	try {
		for (;;) {
			const keeper = findKeeper(context);
			const result: AttachResult = keeper
				? await attachOnce(context, keeper, screenModule, exitRequest.requested, notes)
				: {type: 'absent'};
			if (result.type === 'left') return exitCodes.done;
			if (result.type === 'failed' || (result.type === 'absent' && notes === undefined)) {
				printError(result.type === 'failed' ? result.text : describeMissing(context));
				return exitCodes.failed;
			}
			if (result.type === 'ended') {
				({notes} = result);
				printError(`The keeper of room ${keeper?.room} has ended. Waiting until it runs again; Ctrl+C ends the wait.`);
			}
			const pause = new Promise<void>(resolve => clock.after(RETRY_INTERVAL_MS, resolve));
			await Promise.race([pause, exitRequest.requested]);
			if (hasExited) return exitCodes.done;
		}
	} finally {
		exitRequest.stop();
		stdin.destroy();
	}
}

type AttachResult =
	| {readonly type: 'left'}
	/** No program listens at the socket: the keeper does not run. */
	| {readonly type: 'absent'}
	/** The keeper ended while the screen was open. */
	| {readonly type: 'ended'; readonly notes: ScreenNotes}
	| {readonly type: 'failed'; readonly text: string};

/** Opens one screen on the keeper, and keeps it open until the user leaves or the keeper ends. */
async function attachOnce(
	context: CliContext,
	keeper: KeeperDescription,
	screenModule: ReturnType<typeof loadScreen>,
	exitRequested: Promise<string>,
	carriedNotes: ScreenNotes | undefined,
): Promise<AttachResult> {
	const {options, clock, version, stdin, stdout} = context;
	let node: AttachedNode | undefined;
	let screen: ChatScreen | undefined;
	let hasEnded = false;
	/**
	 * Messages of the keeper that arrive while its log is still being read. They are applied after that, in their
	 * order.
	 */
	const early: KeeperMessage[] = [];
	const openedKeeper = await openKeeper(context, keeper, {
		onMessage(message) {
			if (node) node.receive(message);
			else early.push(message);
		},
		onClosed() {
			hasEnded = true;
			screen?.stop('signal');
		},
	});
	if ('failed' in openedKeeper) return describeFailure(openedKeeper, keeper, version);
	const {connection, opened} = openedKeeper;
	const state = await readKeptState(opened).catch((error: unknown) => errorMessage(error));
	if (typeof state === 'string') {
		connection.end();
		return {type: 'failed', text: `The log of the keeper cannot be read: ${state}`};
	}
	let notes = carriedNotes ?? opened.screen;
	const attached = createAttachedNode(state, {
		opened,
		clock,
		send: connection.send,
		onRefused: (text, draft) => screen?.showMessage(text, draft),
		detach: connection.end,
	});
	node = attached;
	for (const message of early.splice(0)) attached.receive(message);
	attached.chatNode.readWhispers();
	const runScreen = await screenModule;
	screen = runScreen(
		{
			chatNode: attached.chatNode,
			self: opened.self,
			stdin,
			stdout,
			environment: process.env,
			bell: options.bell,
			hooks: createDesktopHooks(clock, process.env),
			exitText: exitTextOf(opened),
			notes: {
				initial: notes,
				save(next) {
					notes = next;
					connection.send({type: 'screen', notes: next});
				},
			},
		},
		options,
	);
	const opensNow = screen;
	if (hasEnded) opensNow.stop('signal');
	void exitRequested.then(reason => opensNow.stop(reason === 'output-closed' ? reason : 'signal'));
	const reason = await screen.waitUntilExit();
	await attached.chatNode.stop();
	if (reason.type === 'crashed') throw reason.error;
	return hasEnded ? {type: 'ended', notes} : {type: 'left'};
}

function exitTextOf({self}: OpenedMessage): string {
	return `The keeper keeps running. To attach again: ${attachCommand(self.room)}`;
}

/** Finds the keeper of the room. Without --room it also finds a keeper of another room, if exactly one keeper runs. */
function findKeeper({options}: CliContext): KeeperDescription | undefined {
	const keepers = listKeepers(resolveSystemDataDir(options.dataDir).root);
	const ofRoom = keepers.filter(({room}) => room === options.room);
	if (ofRoom.length > 1)
		throw new UsageError(
			`${ofRoom.length} keepers of room ${options.room} run with different secrets. Stop all but one, or use --data-dir.`,
		);
	return ofRoom[0] ?? (options.room === DEFAULT_ROOM && keepers.length === 1 ? keepers[0] : undefined);
}

function describeMissing({options}: CliContext): string {
	return `No keeper of room ${options.room} runs on this computer. To start one: ${keepCommand(options.room)}`;
}

function describeFailure(failure: OpenFailure, {socket}: KeeperDescription, version: string): AttachResult {
	switch (failure.failed) {
		case 'not-running':
			return {type: 'absent'};
		case 'unavailable':
			return {type: 'failed', text: failure.text};
		case 'not-authentic':
			return {
				type: 'failed',
				text: `The program that answers at ${socket} is not your keeper: it does not know the keeper's token. Nothing was sent to it.`,
			};
		case 'other-version':
			return {
				type: 'failed',
				text: `The keeper runs version ${failure.version}, and this program is version ${version}. Restart the keeper, then attach again.`,
			};
	}
}
