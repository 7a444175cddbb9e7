/**
 * Opens the files of a node: its log, the seed of its identity and the remembered peers. If one of these files cannot be
 * opened, the user is warned and the chat starts without the file.
 */
import {existsSync} from 'node:fs';
import {bytesToHex} from '../../codec/bytes.js';
import type {RoomKeys} from '../../feed/room-keys.js';
import type {HostAddress} from '../../network/ip-address.js';
import {systemRandom} from '../../network/system-clock.js';
import type {ContactStore} from '../../node/verification.js';
import {readContacts, removeContact, saveContact} from '../../storage/contacts-file.js';
import {type DataDir, resolveSystemDataDir} from '../../storage/data-dir.js';
import {ensurePrivateDirectory} from '../../storage/ensure-directory.js';
import {StorageError} from '../../storage/errors.js';
import {openIdentitySeed} from '../../storage/identity-file.js';
import type {LogHeader, LogPlace, OpenedLog} from '../../storage/log.js';
import {createMemoryLog, emptyRecords} from '../../storage/memory-log.js';
import {writeReadingPosition} from '../../storage/reading-position-file.js';
import {readRememberedPeers, rememberPeer} from '../../storage/remembered-peers.js';
import {createResilientLog, type PersistenceStatus} from '../../storage/resilient-log.js';
import {createRoomLog, type OpenedRoomLog, openRoomLog} from '../../storage/room-log.js';
import type {NodeContext} from '../context.js';

const LOG_FORMAT = 1;

export interface NodeStorage {
	readonly opened: OpenedLog;
	readonly identitySeed?: Uint8Array;
	readonly rememberedTargets: readonly HostAddress[];
	/** Verified people of the room. Undefined if this node keeps nothing on disk. */
	readonly contacts: ContactStore | undefined;
	/** Saves the reading position: the place in the log up to which the user has read. Undefined if later launches do not open this log again. */
	readonly saveReadingPosition: ((place: LogPlace) => Promise<void>) | undefined;
	rememberTarget(address: HostAddress): void;
	/**
	 * Calls the listener immediately and after every change of the persistence status. `saving`: whether the log is
	 * saved to disk. `reason`: why saving fails, as text for the user.
	 */
	watchPersistence(listener: (saving: boolean, reason?: string) => void): void;
}

interface NodeStorageOptions {
	readonly context: NodeContext;
	readonly keys: RoomKeys;
	/** If false, nothing is logged to disk, whatever the options say. */
	readonly keepsLog: boolean;
}

/** Opens the files. Throws StorageError if the file of --log cannot be opened; all other faults only cause warnings. */
export function openNodeStorage({context, keys, keepsLog}: NodeStorageOptions): NodeStorage {
	const {options, clock, printError, debug} = context;
	const dataDir = resolveSystemDataDir(options.dataDir);
	if (keepsLog && options.log.type === 'new' && dataDir.notice !== undefined) printError(dataDir.notice);
	const room = bytesToHex(keys.tag);
	const identitySeed = options.identity
		? readIdentitySeed(dataDir, options.log.type !== 'none', printError)
		: undefined;
	const rememberedPeers = readRememberedPeers(dataDir.peers);
	if (rememberedPeers.warning !== undefined) printError(rememberedPeers.warning);
	const opened = openLog(context, keys, dataDir, keepsLog);
	const {reading} = opened.opened;
	const isReopened = keepsLog && (options.log.type === 'file' || (options.log.type === 'new' && keys.hasSecret));
	if (isReopened && reading?.warning !== undefined) printError(reading.warning);
	return {
		...opened,
		saveReadingPosition: isReopened ? writeReadingPosition : undefined,
		...(identitySeed && {identitySeed}),
		rememberedTargets: rememberedPeers.peers.filter(peer => peer.room === room).map(({host, port}) => ({host, port})),
		contacts: keepsLog ? openContacts(context, dataDir, room) : undefined,
		rememberTarget({host, port}) {
			if (options.log.type === 'none') return;
			try {
				rememberPeer(dataDir.peers, {room, host, port, worked: clock.now()});
			} catch (error) {
				debug('storage', 'cannot remember a peer', {error});
			}
		},
	};
}

function openContacts({options, printError}: NodeContext, {root, contacts: path}: DataDir, room: string): ContactStore {
	const {warning} = readContacts(path);
	if (warning !== undefined) printError(warning);
	function change(run: () => void): void {
		if (options.log.type === 'none')
			throw new Error('Nothing is kept on disk (--no-log), so nobody can be marked as verified.');
		try {
			ensurePrivateDirectory(root);
			run();
		} catch (error) {
			if (!(error instanceof StorageError)) throw error;
			throw new Error(`Not saved in ${error.path}: ${error.message}. ${error.advice}`, {cause: error});
		}
	}

	return {
		list: () => readContacts(path).contacts.filter(contact => contact.room === room),
		add: contact => change(() => saveContact(path, {room, ...contact})),
		remove: key => change(() => removeContact(path, room, key)),
	};
}

/**
 * Reads the seed of the durable identity, or creates the seed and its file. If `mayCreate` is false (`--no-log`: write
 * nothing to disk) and there is no file, the seed is for this launch only.
 */
function readIdentitySeed(
	dataDir: DataDir,
	mayCreate: boolean,
	printError: (text: string) => void,
): Uint8Array | undefined {
	try {
		if (!mayCreate && !existsSync(dataDir.identity)) return systemRandom.bytes(32);
		ensurePrivateDirectory(dataDir.root);
		const {seed, warning} = openIdentitySeed(dataDir.identity, () => systemRandom.bytes(32));
		if (warning !== undefined) printError(warning);
		return seed;
	} catch (error) {
		if (!(error instanceof StorageError)) throw error;
		printError(`This chat starts without your identity: ${error.path}: ${error.message}. ${error.advice}`);
		return undefined;
	}
}

function openLog(
	context: NodeContext,
	keys: RoomKeys,
	dataDir: DataDir,
	keepsLog: boolean,
): Pick<NodeStorage, 'opened' | 'watchPersistence'> {
	const {options, version, clock} = context;
	const header: LogHeader = {
		format: LOG_FORMAT,
		version,
		roomTag: keys.tag,
		roomName: options.room,
		created: clock.now(),
	};
	if (!keepsLog || options.log.type === 'none') return {opened: createMemoryLog(header), watchPersistence: () => {}};
	const path = options.log.type === 'file' ? options.log.path : undefined;
	const openResult = openLogFile(header, keys, dataDir, path, context);
	// If the user mistypes the path of an old log, a new empty log is created. The message says so, because the history
	// would otherwise seem lost.
	if (path !== undefined && !(openResult instanceof StorageError) && !openResult.reopened)
		context.printError(`New log: ${path}`);
	let status: PersistenceStatus = {isSaving: true, dropped: 0};
	let notify: (saving: boolean, reason?: string) => void = () => {};
	const log = createResilientLog({
		log: openResult instanceof StorageError ? openResult : openResult.log,
		header,
		createReplacement: () => createRoomLog(dataDir.logs, {...header, created: clock.now()}, clock),
		timer: clock,
		onPersistenceChange(newStatus) {
			status = newStatus;
			notify(status.isSaving, describePersistence(status));
		},
	});
	return {
		opened:
			openResult instanceof StorageError
				? {log, records: emptyRecords(), damage: []}
				: {
						log,
						records: openResult.records,
						damage: openResult.damage,
						...(openResult.reading && {reading: openResult.reading}),
					},
		watchPersistence(listener) {
			notify = listener;
			notify(status.isSaving, describePersistence(status));
		},
	};
}

function openLogFile(
	header: LogHeader,
	keys: RoomKeys,
	dataDir: DataDir,
	path: string | undefined,
	{clock: timer, printError}: Pick<NodeContext, 'clock' | 'printError'>,
): OpenedRoomLog | StorageError {
	try {
		if (path === undefined) {
			ensurePrivateDirectory(dataDir.root);
			ensurePrivateDirectory(dataDir.logs);
		}
		const opened = openRoomLog({
			folder: dataDir.logs,
			header,
			hasSecret: keys.hasSecret,
			timer,
			...(path !== undefined && {path}),
		});
		for (const {path: skippedPath, message} of opened.skipped)
			printError(`A newer log of this room cannot be opened, so its history is missing: ${skippedPath}: ${message}`);
		return opened;
	} catch (error) {
		if (path === undefined && error instanceof StorageError) return error;
		throw error;
	}
}

function describePersistence({reason, advice, path}: PersistenceStatus): string | undefined {
	if (reason === undefined) return undefined;
	return [`${reason}${path === undefined ? '' : ` (${path})`}`, advice].filter(part => part !== undefined).join('. ');
}
