/**
 * Temporary folders of one command. They are removed when the command ends, and also when a second Ctrl+C ends the
 * process immediately.
 */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

export interface TemporaryFolders {
	/** Creates a folder that only this user can read. `parent`: by default the folder of the system for temporary files. */
	create(parent?: string): string;
	/** Removes the folders with all they contain. */
	remove(): void;
}

/** `prefix`: beginning of the names of the folders. */
export function createTemporaryFolders(prefix: string): TemporaryFolders {
	const folders: string[] = [];
	function removeAll(): void {
		for (const folder of folders.splice(0)) {
			try {
				rmSync(folder, {recursive: true, force: true});
			} catch {
				// Removing fails if another program has a file of the folder open (Windows), or if the disk fails. Sooner or later
				// the system removes the folder.
			}
		}
	}
	process.once('exit', removeAll);
	return {
		create(parent = tmpdir()) {
			const folder = mkdtempSync(join(parent, prefix));
			folders.push(folder);
			return folder;
		},
		remove() {
			process.off('exit', removeAll);
			removeAll();
		},
	};
}
