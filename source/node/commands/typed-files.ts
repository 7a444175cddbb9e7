/** The commands about files: /share, /fetch and /cancel. */
import {UsageError} from '../../core/errors.js';
import type {SharedEvent} from '../../core/event.js';
import {hasFailed, isFetching} from '../../core/file-transfer.js';
import {findShared, listShared} from '../../core/find-shared.js';
import {formatBytes} from '../../core/format-quantity.js';
import {systemErrorCode} from '../../core/system-error.js';
import {cleanLine} from '../../core/text.js';
import {StorageError} from '../../storage/errors.js';
import {describeStorageError} from '../../storage/files/file-error.js';
import type {ChatNode} from '../chat-node.js';
import type {PostResult} from '../conversation.js';
import type {TypedPath} from './typed-path.js';

/** Result of a command about files. */
export type FileCommandResult =
	| {readonly type: 'done'; readonly text: string; readonly seq?: number}
	| {readonly type: 'error'; readonly text: string};

/**
 * Shares a file. The path is the first word of the argument and the rest a note. If there is no such file, the whole
 * argument is tried as the path. Never rejects.
 */
export async function shareTypedFile(chatNode: ChatNode, typed: TypedPath): Promise<FileCommandResult> {
	const {path, note, whole} = typed;
	try {
		const result = await chatNode.shareFile(path, note === '' ? {} : {note});
		return describeShare(result, path);
	} catch (error) {
		if (whole !== path && isMissing(error)) return shareTypedFile(chatNode, {path: whole, note: '', whole});
		return {type: 'error', text: describeFileError(error)};
	}
}

function isMissing(error: unknown): boolean {
	return error instanceof StorageError && systemErrorCode(error.cause) === 'ENOENT';
}

function describeShare(result: PostResult, path: string): FileCommandResult {
	if ('refused' in result) return {type: 'error', text: result.refused};
	return {type: 'done', text: `Shared ${cleanLine(path)}.`, seq: result.seq};
}

/** Error about a file as one line of text for the user. */
export function describeFileError(error: unknown): string {
	if (error instanceof StorageError) return describeStorageError(error);
	if (error instanceof UsageError || error instanceof Error) return error.message;
	return String(error);
}

/**
 * Fetches the shared file that the user has named. Without a name, fetches the newest file of another person that this
 * node does not have yet.
 */
export function fetchTypedFile(chatNode: ChatNode, typed: string): FileCommandResult {
	const state = chatNode.store.getState();
	const files = listShared(state);
	const isNew = ({peer, file}: SharedEvent) => {
		const transfer = state.ephemeral.files[file];
		return peer !== state.launch?.peer && (!transfer || hasFailed(transfer));
	};
	const found = findShared(typed === '' ? files.filter(isNew) : files, typed);
	if (!found) return {type: 'error', text: typed === '' ? 'There is no new file to fetch. See /files.' : noSuch(typed)};
	const result = chatNode.fetchFile(found);
	if ('refused' in result) return {type: 'error', text: result.refused};
	return {
		type: 'done',
		text: `The fetch of ${cleanLine(found.fileName)} (${formatBytes(found.size)}) has begun. /cancel stops it.`,
	};
}

/**
 * Cancels the fetch of the file that the user has named. Without a name, cancels the running fetch if there is only
 * one.
 */
export function cancelTypedFile(chatNode: ChatNode, typed: string): FileCommandResult {
	const state = chatNode.store.getState();
	const running = listShared(state).filter(({file}) => {
		const transfer = state.ephemeral.files[file];
		return transfer !== undefined && isFetching(transfer);
	});
	if (running.length === 0) return {type: 'error', text: 'No file is being fetched.'};
	if (typed === '' && running.length > 1)
		return {type: 'error', text: `${running.length} files are being fetched. Use /cancel FILE.`};
	const found = findShared(running, typed);
	if (!found || !chatNode.cancelFile(found.file)) return {type: 'error', text: noSuch(typed)};
	return {type: 'done', text: `The fetch of ${cleanLine(found.fileName)} is cancelled.`};
}

function noSuch(typed: string): string {
	return `There is no file called “${cleanLine(typed)}”. /files lists the files.`;
}
