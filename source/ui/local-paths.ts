/**
 * Looks up paths on this computer, to complete a typed path and to recognise a pasted path. A folder that cannot be
 * read is treated as empty. A path that cannot be looked up is treated as if nothing were there.
 */
import {pathCandidates, type UnfinishedPath} from '../node/commands/typed-path.js';
import type {ScreenHooks} from './screen-hooks.js';

/** Files and folders that complete the last part of the path after `/share`. Never rejects. */
export async function findPathCandidates({listFolder}: ScreenHooks, path: UnfinishedPath): Promise<readonly string[]> {
	const entries = await listFolder?.(path.folder, path.prefix).catch(() => []);
	return pathCandidates(path, entries ?? []);
}

/** Size in bytes of the regular file at a path; undefined if there is none. Never rejects. */
export async function findFile(hooks: ScreenHooks, path: string): Promise<{readonly size: number} | undefined> {
	return hooks.findFile?.(path).catch(() => undefined);
}
