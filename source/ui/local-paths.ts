/** Files of this computer, for the completion of a path and for a pasted path. A folder that cannot be read has none. */
import {pathCandidates, type UnfinishedPath} from '../node/commands/typed-path.js';
import type {ScreenHooks} from './screen-hooks.js';

/** Candidates for the last part of the path of a `/share`. Never rejects. */
export async function findPathCandidates({listFolder}: ScreenHooks, path: UnfinishedPath): Promise<readonly string[]> {
	const entries = await listFolder?.(path.folder, path.prefix).catch(() => []);
	return pathCandidates(path, entries ?? []);
}

/** The regular file at a path. Never rejects. */
export async function findFile(hooks: ScreenHooks, path: string): Promise<{readonly size: number} | undefined> {
	return hooks.findFile?.(path).catch(() => undefined);
}
