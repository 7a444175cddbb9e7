/** Opens the store of the shared and fetched files of a room, in the data folder and the download folder. */
import {homedir} from 'node:os';
import {join} from 'node:path';
import {bytesToHex} from '../../codec/bytes.js';
import type {FileStore} from '../../core/file-content.js';
import {fileIdOf} from '../../feed/file-id.js';
import type {RoomKeys} from '../../feed/room-keys.js';
import {resolveSystemDataDir} from '../../storage/data-dir.js';
import {findDownloadFolder} from '../../storage/files/download-folder.js';
import {createDiskFileStore} from '../../storage/files/file-store.js';
import {markAsReceived, systemMarkEnvironment} from '../../storage/files/received-mark.js';
import {createMemorySharesFile, openSharesFile} from '../../storage/files/shares-file.js';
import type {NodeContext} from '../context.js';

export interface OpenFileStoreOptions {
	readonly context: Pick<NodeContext, 'options' | 'clock'>;
	readonly keys: RoomKeys;
	/** Whether the list of shared files is kept on disk, so that the files are still shared after a restart. */
	readonly keepsShares: boolean;
	/** Shows the user a warning about a shared file. */
	warn(text: string): void;
}

export function openFileStore({context, keys, keepsShares, warn}: OpenFileStoreOptions): FileStore {
	const {options, clock} = context;
	const {root} = resolveSystemDataDir(options.dataDir);
	const {platform, env: environment} = process;
	const {downloadDir = '--download-dir', output = '"directory"'} = options.sourceNames;
	const markEnvironment = systemMarkEnvironment(() => clock.now());
	return createDiskFileStore({
		idOf: (size, leaves) => fileIdOf(keys.tag, size, leaves),
		sharesFile: keepsShares ? openSharesFile(join(root, 'shares', bytesToHex(keys.tag))) : createMemorySharesFile(),
		now: () => clock.monotonic(),
		downloadFolder: () => options.downloadDir ?? findDownloadFolder(root, {platform, environment, home: readHome()}),
		downloadOption: downloadDir,
		// `--output -` names no folder: commands/fetch.ts creates a temporary folder for a file that goes to standard
		// output.
		directoryOption: options.output === '-' ? downloadDir : output,
		markAsReceived: path => markAsReceived(path, markEnvironment),
		warn,
	});
}

/** Returns '' if the user has no home folder. */
function readHome(): string {
	try {
		return homedir();
	} catch {
		return '';
	}
}
