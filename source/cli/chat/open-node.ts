/** The real adapters around a session: TLS, UDP, the log, the system clock. */
import {networkInterfaces, userInfo} from 'node:os';
import {UsageError} from '../../core/errors.js';
import {cleanName} from '../../core/text.js';
import {deriveRoomKeys, type RoomKeys} from '../../feed/room-keys.js';
import {
	chooseInterfaces,
	describeMissing,
	isLoopbackOnly,
	listenHost,
} from '../../network/discovery/local-interfaces.js';
import {createUdpBeacon} from '../../network/discovery/udp-beacon.js';
import {systemRandom} from '../../network/system-clock.js';
import {createTlsTransport} from '../../network/transport/tls-transport.js';
import type {ChatNode, SelfInfo} from '../../node/chat-node.js';
import {describeNameTruncation} from '../../node/conversation.js';
import {createChatNode} from '../../node/create-chat-node.js';
import {resolveSystemDataDir} from '../../storage/data-dir.js';
import {findEarlierLog} from '../../storage/room-log.js';
import type {CliContext} from '../context.js';
import {askSecret, readSecret} from '../options/read-secret.js';
import {openNodeStorage} from './node-storage.js';

/** Below this an outsider can guess a secret from one captured datagram (design.md, 3). */
const MIN_SECRET_LENGTH = 12;
/** Reading earlier logs must not delay the first frame; nobody is told to be alone before this. */
const EARLIER_LOG_DELAY_MS = 500;

export interface OpenedNode {
	readonly chatNode: ChatNode;
	/** As we called ourselves at the start. */
	readonly name: string;
	/** Session.start, its errors in words. */
	start(): Promise<SelfInfo>;
}

export interface OpenNodeOptions {
	/** False: nothing on disk, whatever the options say. */
	readonly keepsLog: boolean;
	/** This computer woke on another network: what was said here is not for those it meets now. */
	relaunch?(): void;
}

/** Throws UsageError or StorageError. */
export async function openNode(context: CliContext, openOptions: OpenNodeOptions): Promise<OpenedNode> {
	const {options, version, clock, debug} = context;
	const interfaceSelection = options.interfaces.length > 0 ? options.interfaces : undefined;
	const missingInterfaces = describeMissing(chooseInterfaces(interfaceSelection, networkInterfaces()));
	if (missingInterfaces !== undefined) throw new UsageError(`--interface: ${missingInterfaces}`);
	const name = chooseName(options.name);
	const truncationWarning = options.name === undefined ? undefined : describeNameTruncation(options.name);
	if (truncationWarning !== undefined) context.printError(truncationWarning);
	const keys = await readRoomKeys(context);
	const storage = openNodeStorage({context, keys, keepsLog: openOptions.keepsLog});
	const log = (line: string) => debug('network', line);
	const host = listenHost(interfaceSelection, networkInterfaces());
	const chatNode = createChatNode(
		{
			name,
			room: options.room,
			keys,
			version,
			loopbackOnly: isLoopbackOnly(interfaceSelection),
			targetsRemembered: options.peers.length === 0,
			targets: options.peers.length > 0 ? options.peers : storage.rememberedTargets,
			...(storage.identitySeed && {identitySeed: storage.identitySeed}),
		},
		{
			clock,
			random: systemRandom,
			transport: createTlsTransport({
				psk: keys.psk,
				identity: keys.pskIdentity,
				port: options.tcpPort,
				clock,
				log,
				...(host !== undefined && {host}),
			}),
			beacon: createUdpBeacon({port: options.port, selection: interfaceSelection, clock, log}),
			openedLog: storage.opened,
			debug,
			rememberTarget: storage.rememberTarget,
			...(openOptions.relaunch && {relaunch: openOptions.relaunch}),
		},
	);
	storage.watchPersistence((saving, reason) =>
		chatNode.setPersistenceStatus({saving, ...(reason !== undefined && {reason})}),
	);
	return {
		chatNode,
		name,
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
					get earlierLog() {
						return earlierLog;
					},
				};
			} catch (error) {
				await chatNode.stop('quit').catch(() => {});
				throw toStartError(error, context);
			}
		},
	};
}

/** Only for a launch that keeps a log of its own. */
async function tryFindEarlierLog(
	{options, debug}: CliContext,
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
		debug('storage', 'the earlier logs could not be read', {error});
		return undefined;
	}
}

/** Flag, config, then the user's name at this computer. */
function chooseName(explicitName: string | undefined): string {
	if (explicitName !== undefined) {
		const name = cleanName(explicitName);
		if (name === '') throw new UsageError('--name needs at least one visible character');
		return name;
	}
	try {
		return cleanName(userInfo().username) || 'somebody';
	} catch {
		return 'somebody';
	}
}

/** Asks for the secret where that was chosen; throws UsageError. */
export async function readRoomKeys({options, stdin, printError}: CliContext): Promise<RoomKeys> {
	if (!options.secret) return deriveRoomKeys({room: options.room});
	const secret = await readSecret(options.secret, () => askSecret(stdin, text => process.stderr.write(text)));
	if ([...secret].length < MIN_SECRET_LENGTH) {
		printError(
			`the secret is short: use ${MIN_SECRET_LENGTH} characters or more, or whoever records one datagram can guess it`,
		);
	}
	return deriveRoomKeys({room: options.room, secret});
}

function toStartError(error: unknown, {options}: CliContext): unknown {
	if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return error;
	const udp = error.syscall === 'bind';
	const [kind, port, flag] = udp ? ['UDP', options.port, '--port'] : ['TCP', options.tcpPort, '--tcp-port'];
	if (error.code === 'EADDRINUSE')
		return new UsageError(`${kind} port ${port} is taken by another program; choose another with ${flag}`, {
			cause: error,
		});
	if (error.code === 'EACCES')
		return new UsageError(`${kind} port ${port} is not for ordinary users; choose one above 1023 with ${flag}`, {
			cause: error,
		});
	return error;
}
