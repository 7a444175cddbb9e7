/** `fetch [NAME]`: fetches one shared file to a folder or to standard output, and exits when it is complete. */
import {resolve} from 'node:path';
import type {SharedEvent} from '../../core/event.js';
import type {FileStore} from '../../core/file-content.js';
import {type FileTransfer, hasFailed} from '../../core/file-transfer.js';
import {findShared, listShared} from '../../core/find-shared.js';
import type {ChatNode} from '../../node/chat-node.js';
import {nextValue} from '../../node/when-state.js';
import {createStreamSink} from '../../storage/files/stream-sink.js';
import {cleanLine} from '../../ui/text/clean-for-screen.js';
import {summarizeTransfer} from '../../ui/timeline/format-file.js';
import {openNode} from '../chat/open-node.js';
import {type CliContext, exitCodes} from '../context.js';
import {createExitRequest} from '../exit-request.js';
import {createTemporaryFolders, type TemporaryFolders} from '../temporary-folders.js';
import {createProgressLine} from './file-progress.js';
import {createIdleTimer} from './idle-timer.js';

/**
 * Time for which the node stays connected after the fetch, ms. During this time the node tells its peers that it has
 * the file.
 */
const TELL_MS = 1000;

/**
 * Resolves to the exit code: `failed` if the time of `--wait` passes without progress before the file is found and
 * complete.
 */
export async function runFetch(context: CliContext): Promise<number> {
	const {options, output, clock, printError} = context;
	const {chatNode, files, start} = await openNode(context, {keepsLog: false});
	const folders = createTemporaryFolders('p2pchat-ink-');
	const exitRequest = createExitRequest(output);
	const idle = createIdleTimer(clock, options.waitMs);
	const progress = createProgressLine(process.stderr, () => clock.monotonic());
	try {
		const interrupted = exitRequest.requested.then(() => 'interrupted' as const);
		if ((await Promise.race([start(), interrupted])) === 'interrupted') return exitCodes.failed;
		const file = await Promise.race([waitForFile(context, chatNode), idle.expired, interrupted]);
		if (file === undefined || file === 'interrupted') {
			printError(file ? 'Interrupted: no file was fetched.' : describeMissing(context));
			return exitCodes.failed;
		}
		const result = chatNode.fetchFile(file, destinationOf(context, files, folders));
		if ('refused' in result) {
			printError(result.refused);
			return exitCodes.failed;
		}
		const end = await Promise.race([
			waitForEnd(chatNode, file, transfer => {
				progress.show(`${cleanLine(file.fileName)}: ${summarizeTransfer(transfer)}`);
				idle.restart(progressOf(transfer));
			}),
			idle.expired,
			interrupted,
		]);
		progress.clear();
		if (end !== undefined && end !== 'interrupted' && end.state === 'done') {
			// The node stays connected for TELL_MS, so that its peers are notified that it has the file. A waiting `send --file`
			// then ends too.
			await Promise.race([new Promise<void>(done => clock.after(TELL_MS, done)), interrupted]);
			if (options.output !== '-' && end.path !== undefined) output.write(`${end.path}\n`);
			return exitCodes.done;
		}
		const last = chatNode.store.getState().ephemeral.files[file.file];
		const name = cleanLine(file.fileName);
		printError(last ? `${name} is not complete: ${summarizeTransfer(last)}` : `${name} is not complete.`);
		return exitCodes.failed;
	} finally {
		progress.clear();
		idle.stop();
		await chatNode.stop();
		exitRequest.stop();
		folders.remove();
		context.stdin.destroy();
	}
}

/**
 * Value that changes when a fetch makes progress. An alternation between the states `waiting` and `fetching` is no
 * progress, because it also happens when the peers send nothing.
 */
export function progressOf({bytes, state}: Pick<FileTransfer, 'bytes' | 'state'>): string {
	return `${bytes} ${state === 'waiting' ? 'fetching' : state}`;
}

/**
 * Options of fetchFile that say where the file is written. `folders` creates the temporary folder of a file that goes
 * to standard output.
 */
function destinationOf(
	{options, output, stdout}: CliContext,
	files: FileStore,
	folders: TemporaryFolders,
): Parameters<ChatNode['fetchFile']>[1] {
	if (options.output === undefined) return {};
	if (options.output !== '-') return {directory: resolve(options.output)};
	return {
		async openSink(file, leaves) {
			const folder = folders.create(options.downloadDir);
			return createStreamSink(file, await files.receive(file, leaves, folder), bytes => {
				if (!output.isClosed) stdout.write(bytes);
				return output.whenWritable();
			});
		},
	};
}

/**
 * Waits until one peer has sent its whole history, and then until the file that the user has named is known. Resolves
 * with the file.
 */
function waitForFile({options}: CliContext, {store}: ChatNode): Promise<SharedEvent> {
	const [name = ''] = options.operands;
	let isSynced = false;
	return nextValue(store, (state, inputs) => {
		isSynced ||= inputs.some(input => input.type === 'ephemeral' && input.event.type === 'synced');
		const isOther = ({peer}: SharedEvent) => peer !== state.launch?.peer;
		return isSynced ? findShared(listShared(state, options.filter.author).filter(isOther), name) : undefined;
	}).value;
}

/** Resolves when the fetch is complete or has failed. */
function waitForEnd(
	{store}: ChatNode,
	{file}: SharedEvent,
	onChange: (transfer: FileTransfer) => void,
): Promise<FileTransfer> {
	let last: FileTransfer | undefined;
	return nextValue(store, state => {
		const transfer = state.ephemeral.files[file];
		if (!transfer || transfer === last) return undefined;
		last = transfer;
		onChange(transfer);
		return transfer.state === 'done' || hasFailed(transfer) ? transfer : undefined;
	}).value;
}

function describeMissing({options}: CliContext): string {
	const [name] = options.operands;
	const what = name === undefined ? 'a file' : `a file called “${cleanLine(name)}”`;
	const by = options.filter.author === undefined ? 'Nobody' : `Nobody called ${cleanLine(options.filter.author)}`;
	return `${by} in room ${cleanLine(options.room)} has shared ${what}. The search took ${options.waitMs / 1000} s.`;
}
