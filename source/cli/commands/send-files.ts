/** `send --file PATH…`: shares files, and exits as soon as other peers have fetched all of them. */
import {createWriteStream} from 'node:fs';
import {join} from 'node:path';
import {pipeline} from 'node:stream/promises';
import type {FileTransfer} from '../../core/file-transfer.js';
import {formatBytes} from '../../core/format-quantity.js';
import {MAX_NOTE_BYTES} from '../../core/limits.js';
import {utf8Length} from '../../core/text.js';
import type {ChatNode} from '../../node/chat-node.js';
import {describeFileError} from '../../node/commands/typed-files.js';
import {nextValue} from '../../node/when-state.js';
import {cleanLine} from '../../ui/text/clean-for-screen.js';
import {type CliContext, exitCodes} from '../context.js';
import {createTemporaryFolders, type TemporaryFolders} from '../temporary-folders.js';
import {createProgressLine, type ProgressLine} from './file-progress.js';
import {createIdleTimer, type IdleTimer} from './idle-timer.js';

/**
 * Shares the files of the option `--file` on a running node. Resolves to the exit code. `exited` resolves when the user
 * leaves.
 */
export async function sendFiles(
	context: CliContext,
	chatNode: ChatNode,
	text: string,
	exited: Promise<unknown>,
): Promise<number> {
	const {options, clock, printError} = context;
	const progress = createProgressLine(process.stderr, () => clock.monotonic());
	let idle: IdleTimer | undefined;
	const folders = createTemporaryFolders('p2pchat-ink-');
	const stopReading = new AbortController();
	const interrupted = exited.then(() => 'interrupted' as const);
	try {
		// A text that is too long for a note is sent as a separate message.
		const isNote = utf8Length(text) <= MAX_NOTE_BYTES;
		if (text !== '' && !isNote) {
			const posted = chatNode.post(text);
			if ('refused' in posted) throw new Error(posted.refused);
		}
		for (const [index, path] of options.files.entries()) {
			const note = index === 0 && isNote ? text : '';
			const sharing = shareFile(context, chatNode, {path, note}, progress, {folders, signal: stopReading.signal});
			// The whole file is read before it is offered, which can take minutes. An interrupt during this time ends
			// the command.
			if ((await Promise.race([sharing, interrupted])) === 'interrupted') {
				progress.clear();
				printError(`Interrupted: ${cleanLine(path === '-' ? 'standard input' : path)} was not shared.`);
				return exitCodes.failed;
			}
		}
		progress.clear();
		const timer = createIdleTimer(clock, options.waitMs);
		idle = timer;
		const end = await Promise.race([
			waitForHolders(chatNode, transfers => {
				progress.show(describeProgress(transfers));
				timer.restart(String(transfers.reduce((sum, {sentBytes}) => sum + sentBytes, 0)));
			}),
			timer.expired,
			interrupted,
		]);
		progress.clear();
		if (end !== undefined && end !== 'interrupted') {
			for (const transfer of end) if (transfer.sentBytes < transfer.of) printError(describeClaim(transfer));
			return exitCodes.done;
		}
		const missing = listTransfers(chatNode).filter(({completeHolders}) => completeHolders === 0);
		const names = missing.map(({name}) => cleanLine(name)).join(', ') || options.files.join(', ');
		printError(
			end === 'interrupted'
				? `Interrupted: nobody has fetched all of ${names}.`
				: `Nobody has fetched all of ${names} within ${options.waitMs / 1000} s without progress.`,
		);
		return exitCodes.failed;
	} catch (error) {
		printError(describeFileError(error));
		return exitCodes.failed;
	} finally {
		progress.clear();
		idle?.stop();
		stopReading.abort();
		folders.remove();
	}
}

async function shareFile(
	context: CliContext,
	chatNode: ChatNode,
	{path, note}: {readonly path: string; readonly note: string},
	progress: ProgressLine,
	input: InputOptions,
): Promise<void> {
	const {fileName} = context.options;
	const isInput = path === '-';
	const source = isInput ? await saveInput(context, progress, input) : path;
	const result = await chatNode.shareFile(source, {
		...(note !== '' && {note}),
		...(isInput && fileName !== undefined && {name: fileName}),
		onProgress: (bytes, of) =>
			progress.show(`reading ${cleanLine(path)}: ${Math.floor((100 * bytes) / Math.max(1, of))} %`),
	});
	if ('refused' in result) throw new Error(result.refused);
}

/** Where standard input is saved, and the signal that stops the reading. */
interface InputOptions {
	readonly folders: TemporaryFolders;
	readonly signal: AbortSignal;
}

/**
 * Saves standard input in a temporary file, because the event that offers a file contains its length and hashes, which
 * are known only at its end.
 */
async function saveInput(
	{stdin}: CliContext,
	progress: ProgressLine,
	{folders, signal}: InputOptions,
): Promise<string> {
	const path = join(folders.create(), 'input');
	let bytes = 0;
	stdin.on('data', (chunk: Uint8Array) => {
		bytes += chunk.length;
		progress.show(`reading standard input: ${formatBytes(bytes)}`);
	});
	await pipeline(stdin, createWriteStream(path, {mode: 0o600, flags: 'wx'}), {signal});
	return path;
}

/**
 * Resolves when, for each file, some peer has reported that it has the whole file. Resolves to the transfers as they
 * were at these reports.
 */
function waitForHolders(
	chatNode: ChatNode,
	onChange: (transfers: readonly FileTransfer[]) => void,
): Promise<FileTransfer[]> {
	// Files that a peer has fetched. They are kept here, because that peer may leave before the other files are
	// fetched.
	const fetched = new Map<string, FileTransfer>();
	return nextValue(chatNode.store, () => {
		const transfers = listTransfers(chatNode);
		onChange(transfers);
		for (const one of transfers) if (one.completeHolders > 0 && !fetched.has(one.id)) fetched.set(one.id, one);
		const isEnd = transfers.length > 0 && transfers.every(({id}) => fetched.has(id));
		return isEnd ? [...fetched.values()] : undefined;
	}).value;
}

function listTransfers({store}: ChatNode): FileTransfer[] {
	return Object.values(store.getState().ephemeral.files).filter(({state}) => state === 'sharing');
}

/**
 * Warning that a peer reports to have a whole file, although this node has not sent all of it. The report cannot be
 * verified.
 */
function describeClaim({name, sentBytes, of, completeHolders: count}: FileTransfer): string {
	const sent = `${cleanLine(name)}: ${formatBytes(sentBytes)} of ${formatBytes(of)} were sent from here`;
	return `${sent}, but ${count === 1 ? '1 peer says that it has' : `${count} peers say that they have`} all of it.`;
}

function describeProgress(transfers: readonly FileTransfer[]): string {
	const open = transfers.filter(({completeHolders}) => completeHolders === 0);
	const sent = open.reduce((sum, {sentBytes}) => sum + sentBytes, 0);
	const of = open.reduce((sum, transfer) => sum + transfer.of, 0);
	const names = open.map(({name}) => cleanLine(name)).join(', ');
	return sent === 0
		? `${names}: shared, nobody fetches it yet`
		: `${names}: ${formatBytes(sent)} of ${formatBytes(of)} sent`;
}
