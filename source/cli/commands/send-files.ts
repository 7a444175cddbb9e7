/** `send --file PATH…`: shares files, and exits as soon as other peers have fetched all of them. */
import {createWriteStream} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pipeline} from 'node:stream/promises';
import type {FileTransfer} from '../../core/file-transfer.js';
import {formatBytes} from '../../core/format-quantity.js';
import {MAX_NOTE_BYTES} from '../../core/limits.js';
import {utf8Length} from '../../core/text.js';
import type {ChatNode} from '../../node/chat-node.js';
import {describeFileError} from '../../node/commands/typed-files.js';
import {cleanLine} from '../../ui/text/clean-for-screen.js';
import {type CliContext, exitCodes} from '../context.js';
import {createProgressLine, type ProgressLine} from './file-progress.js';
import {createIdleTimer, type IdleTimer} from './idle-timer.js';

/** Shares the files of the options on a running node. Resolves to the exit code. `exited` resolves when the user leaves. */
export async function sendFiles(
	context: CliContext,
	chatNode: ChatNode,
	text: string,
	exited: Promise<unknown>,
): Promise<number> {
	const {options, clock, printError} = context;
	const progress = createProgressLine(process.stderr, () => clock.monotonic());
	let idle: IdleTimer | undefined;
	const temporaryFolders: string[] = [];
	try {
		// A text that is too long for a note becomes a message of its own.
		const isNote = utf8Length(text) <= MAX_NOTE_BYTES;
		if (text !== '' && !isNote) {
			const posted = chatNode.post(text);
			if ('refused' in posted) throw new Error(posted.refused);
		}
		for (const [index, path] of options.files.entries()) {
			const note = index === 0 && isNote ? text : '';
			await shareFile(context, chatNode, {path, note}, progress, temporaryFolders);
		}
		progress.clear();
		const timer = createIdleTimer(clock, options.waitMs);
		idle = timer;
		const isFetched = await Promise.race([
			waitForHolders(chatNode, transfers => {
				progress.show(describeProgress(transfers));
				timer.restart(String(transfers.reduce((sum, {sentBytes}) => sum + sentBytes, 0)));
			}),
			timer.expired,
			exited.then(() => undefined),
		]);
		progress.clear();
		if (isFetched) return exitCodes.done;
		const missing = listTransfers(chatNode).filter(({completeHolders}) => completeHolders === 0);
		const names = missing.map(({name}) => cleanLine(name)).join(', ');
		printError(
			`Nobody has fetched all of ${names || options.files.join(', ')} within ${options.waitMs / 1000} s without progress.`,
		);
		return exitCodes.failed;
	} catch (error) {
		printError(describeFileError(error));
		return exitCodes.failed;
	} finally {
		progress.clear();
		idle?.stop();
		for (const folder of temporaryFolders) await rm(folder, {recursive: true, force: true}).catch(() => {});
	}
}

async function shareFile(
	context: CliContext,
	chatNode: ChatNode,
	{path, note}: {readonly path: string; readonly note: string},
	progress: ProgressLine,
	temporaryFolders: string[],
): Promise<void> {
	const {fileName} = context.options;
	const isInput = path === '-';
	const source = isInput ? await saveInput(context, progress, temporaryFolders) : path;
	const result = await chatNode.shareFile(source, {
		...(note !== '' && {note}),
		...(isInput && fileName !== undefined && {name: fileName}),
		onProgress: (bytes, of) =>
			progress.show(`reading ${cleanLine(path)}: ${Math.floor((100 * bytes) / Math.max(1, of))} %`),
	});
	if ('refused' in result) throw new Error(result.refused);
}

/** Saves standard input in a temporary file, because its length and its hashes are part of the event. */
async function saveInput({stdin}: CliContext, progress: ProgressLine, temporaryFolders: string[]): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), 'p2pchat-ink-'));
	temporaryFolders.push(folder);
	const path = join(folder, 'input');
	let bytes = 0;
	stdin.on('data', (chunk: Uint8Array) => {
		bytes += chunk.length;
		progress.show(`reading standard input: ${formatBytes(bytes)}`);
	});
	await pipeline(stdin, createWriteStream(path, {mode: 0o600, flags: 'wx'}));
	return path;
}

/** Resolves to true when each file is complete at another peer. */
function waitForHolders(chatNode: ChatNode, onChange: (transfers: readonly FileTransfer[]) => void): Promise<true> {
	// A peer that has fetched one file may leave before the other files are fetched.
	const fetched = new Set<string>();
	return new Promise(resolve => {
		function check(): void {
			const transfers = listTransfers(chatNode);
			onChange(transfers);
			for (const {id, completeHolders} of transfers) if (completeHolders > 0) fetched.add(id);
			if (transfers.length === 0 || transfers.some(({id}) => !fetched.has(id))) return;
			unsubscribe();
			resolve(true);
		}
		const unsubscribe = chatNode.store.subscribe(check);
		check();
	});
}

function listTransfers({store}: ChatNode): FileTransfer[] {
	return Object.values(store.getState().ephemeral.files).filter(({state}) => state === 'sharing');
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
