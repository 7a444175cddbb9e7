/** Creates a chat node with its production adapters: TLS, UDP, the log files and the system clock. */
import {userInfo} from 'node:os';
import {UsageError} from '../../core/errors.js';
import type {FileStore} from '../../core/file-content.js';
import {describeSystemError, systemErrorCode} from '../../core/system-error.js';
import {cleanName} from '../../core/text.js';
import type {RoomKeys} from '../../feed/room-keys.js';
import {FIRST_UNPRIVILEGED_PORT} from '../../network/socket-failure.js';
import {systemRandom} from '../../network/system-clock.js';
import type {ChatNode, SelfInfo} from '../../node/chat-node.js';
import {describeNameTruncation} from '../../node/conversation.js';
import {createChatNode} from '../../node/create-chat-node.js';
import type {Invitation, InvitationPorts} from '../../node/invitation.js';
import {resolveSystemDataDir} from '../../storage/data-dir.js';
import {findEarlierLog} from '../../storage/room-log.js';
import type {NodeContext} from '../context.js';
import {startHookProcess} from '../hook/hook-process.js';
import {withHook} from '../hook/with-hook.js';
import {createNetworkAdapters} from '../network-adapters.js';
import {ownProgramCommand} from '../program-command.js';
import {openNodeStorage} from './node-storage.js';
import {openFileStore} from './open-file-store.js';

/**
 * Delay from the start of the node to the search for the log of an earlier run, ms. The delay keeps the search from
 * slowing down the first frame of the screen.
 */
const EARLIER_LOG_DELAY_MS = 500;

export interface OpenedNode {
	readonly chatNode: ChatNode;
	/** Name of this node at the start. */
	readonly name: string;
	/** Store of the files that this node shares or fetches. */
	readonly files: FileStore;
	/** Starts the node. Rejects with UsageError if a port is taken or not permitted. */
	start(): Promise<SelfInfo>;
}

export interface OpenNodeOptions {
	/**
	 * False for a command that ends soon: nothing is logged to disk, whatever the options say, and the start fails if the
	 * system refuses a socket. If true, the node starts although a socket is refused, and opens this socket later.
	 */
	readonly keepsLog: boolean;
	/** Whether the node announces itself as a keeper. */
	readonly isKeeper?: boolean;
	/**
	 * Called with the tag of the room before a file is opened. If it rejects, `openNode` rejects too and opens nothing.
	 */
	checkRoom?(tag: Uint8Array): Promise<void>;
	/** Called when this computer wakes on another network, where people must not receive the history of this chat. */
	relaunch?(): void;
}

/** Creates a node from the options; `start` opens its sockets. Rejects with UsageError or StorageError. */
export async function openNode(context: NodeContext, openOptions: OpenNodeOptions): Promise<OpenedNode> {
	const {options, version, clock, debug} = context;
	const name = chooseName(options.name);
	const truncationWarning = options.name === undefined ? undefined : describeNameTruncation(options.name);
	if (truncationWarning !== undefined) context.printError(truncationWarning);
	const {keys, transport, beacon, loopbackOnly} = await createNetworkAdapters(context, {
		keepsTrying: openOptions.keepsLog,
	});
	await openOptions.checkRoom?.(keys.tag);
	let warn = context.printError;
	const files = openFileStore({
		context,
		keys,
		keepsShares: openOptions.keepsLog && options.log.type !== 'none',
		warn: text => warn(text),
	});
	const storage = openNodeStorage({context, keys, keepsLog: openOptions.keepsLog});
	const bareNode = createChatNode(
		{
			name,
			room: options.room,
			keys,
			version,
			loopbackOnly,
			takesWhispers: options.takesWhispers && openOptions.keepsLog,
			tracksReading: openOptions.keepsLog,
			isKeeper: openOptions.isKeeper ?? false,
			servesFiles: options.servesFiles,
			targetsRemembered: options.peers.length === 0,
			targets: options.peers.length > 0 ? options.peers : storage.rememberedTargets,
			...(storage.identitySeed && {identitySeed: storage.identitySeed}),
		},
		{
			clock,
			random: systemRandom,
			transport,
			beacon,
			openedLog: storage.opened,
			debug,
			...(storage.saveReadingPosition && {saveReadingPosition: storage.saveReadingPosition}),
			...(storage.contacts && {contacts: storage.contacts}),
			files,
			rememberTarget: storage.rememberTarget,
			createInvitation: createWindow,
			...(openOptions.relaunch && {relaunch: openOptions.relaunch}),
		},
	);
	warn = text => bareNode.notify('warn', 'file', text);
	const {hook} = options;
	const chatNode = hook === undefined ? bareNode : withHook(bareNode, clock, events => startHookProcess(hook, events));
	storage.watchPersistence((saving, reason) =>
		chatNode.setPersistenceStatus({saving, ...(reason !== undefined && {reason})}),
	);
	return {
		chatNode,
		name,
		files,
		async start() {
			try {
				const self = await chatNode.start();
				let earlierLog: string | undefined;
				const findEarlierLogLater = async () => {
					earlierLog = await tryFindEarlierLog(context, keys, self.logPath);
				};
				if (!keys.hasSecret) setTimeout(findEarlierLogLater, EARLIER_LOG_DELAY_MS).unref();
				return {
					...self,
					name,
					programCommand: ownProgramCommand(),
					get tcpPort() {
						return self.tcpPort;
					},
					get logPath() {
						return self.logPath;
					},
					get earlierLog() {
						return earlierLog;
					},
				};
			} catch (error) {
				await chatNode.stop().catch(() => {});
				throw toStartError(error, context);
			}
		},
	};
}

/**
 * Window for guests (a page of the room over HTTP). Its code is loaded when the window is opened for the first time.
 */
function createWindow(ports: InvitationPorts): Invitation {
	let invitation: Invitation | undefined;
	let loading: Promise<unknown> | undefined;
	const load = async () => {
		const {createInvitation, createPackageTarball, readPageAssets} = await import('../window-assets.js');
		invitation ??= createInvitation(ports, {page: readPageAssets, program: createPackageTarball});
		return invitation;
	};
	return {
		async open(options) {
			const opened = load().then(loaded => loaded.open(options));
			loading = opened.catch(() => {});
			return opened;
		},
		async close() {
			await loading;
			await invitation?.close();
		},
		kick: guest => invitation?.kick(guest) ?? false,
		info: () => invitation?.info(),
	};
}

/**
 * Path of the newest log that an earlier run wrote for this room. Undefined if there is none, or if this run does not
 * begin a new log.
 */
async function tryFindEarlierLog(
	{options, debug}: NodeContext,
	keys: RoomKeys,
	logPath: string | undefined,
): Promise<string | undefined> {
	if (logPath === undefined || options.log.type !== 'new') return undefined;
	try {
		return await findEarlierLog(
			resolveSystemDataDir(options.dataDir).logs,
			{roomName: options.room, roomTag: keys.tag},
			logPath,
		);
	} catch (error) {
		debug('storage', 'cannot read the earlier logs', {error});
		return undefined;
	}
}

/** Returns the configured name, by default the name of the OS user. */
function chooseName(explicitName: string | undefined): string {
	if (explicitName !== undefined) return cleanName(explicitName);
	try {
		return cleanName(userInfo().username) || 'somebody';
	} catch {
		return 'somebody';
	}
}

function toStartError(error: unknown, {options}: NodeContext): unknown {
	if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return error;
	const udp = error.syscall === 'bind';
	const [kind, port, flag] = udp ? ['UDP', options.port, '--port'] : ['TCP', options.tcpPort, '--tcp-port'];
	if (error.code === 'EADDRINUSE')
		return new UsageError(`${kind} port ${port} is used by another program. Choose another port with ${flag}.`, {
			cause: error,
		});
	if (error.code === 'EACCES' && port > 0 && port < FIRST_UNPRIVILEGED_PORT)
		return new UsageError(`${kind} port ${port} needs administrator rights. Choose a port above 1023 with ${flag}.`, {
			cause: error,
		});
	return new Error(`${kind} port ${port} cannot be opened: ${describeSystemError(error)}.${describeRemedy(error)}`, {
		cause: error,
	});
}

function describeRemedy(error: unknown): string {
	const code = systemErrorCode(error);
	return code === 'EMFILE' || code === 'ENFILE' ? ' Close some programs or raise the limit (ulimit -n).' : '';
}
