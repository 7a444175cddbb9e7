import type {StorageError} from './errors.js';

export interface SavingState {
	readonly saving: boolean;
	/** Why not, and what the user can do, in words. */
	readonly reason?: string;
	readonly advice?: string;
	/** The file that is, or was, written. */
	readonly path?: string;
	/** Records for which there was no room in memory: they will be missing in the file. */
	readonly dropped: number;
}

export function savingState(failure: StorageError | undefined, path: string | undefined, dropped: number): SavingState {
	const named = path ?? failure?.path;
	const why = failure && {reason: failure.message, advice: failure.advice};
	return {saving: failure === undefined, ...why, ...(named && {path: named}), dropped};
}
