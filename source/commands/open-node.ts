/** The real adapters around a session: TLS, UDP, the log, the system clock. */
import {networkInterfaces, userInfo} from 'node:os';
import {cleanName} from '../core/text.js';
import {UsageError} from '../core/usage-error.js';
import {deriveRoomKeys, type RoomKeys} from '../feed/room-keys.js';
import type {Address} from '../network/candidate.js';
import {chooseInterfaces, describeMissing, isLoopbackOnly, listenHost} from '../network/local-interfaces.js';
import {systemRandom} from '../network/system-clock.js';
import {createTlsTransport} from '../network/tls-transport.js';
import {createUdpBeacon} from '../network/udp-beacon.js';
import {createSession} from '../session/create-session.js';
import {describeCutName} from '../session/cut-name.js';
import type {SelfInfo, Session} from '../session/session.js';
import {findEarlierLog} from '../storage/room-log.js';
import type {Context} from './context.js';
import {openNodeStorage} from './node-storage.js';
import {placesHere} from './places.js';
import {askSecret, readSecret} from './read-secret.js';

/** Where `--peer HOST` without a port looks: `--tcp-port 47474` over there. */
const DEFAULT_PEER_PORT = 47_474;
/** Below this an outsider can guess a secret from one captured datagram (design.md, 3). */
const MIN_SECRET_LENGTH = 12;
/** Reading earlier logs must not delay the first frame; nobody is told to be alone before this. */
const EARLIER_LOG_AFTER_MS = 500;

export interface Node {
	readonly session: Session;
	/** As we called ourselves at the start. */
	readonly name: string;
	/** Session.start, its errors in words. */
	start(): Promise<SelfInfo>;
}

export interface OpenNodeOptions {
	/** False: nothing on disk, whatever the options say. */
	readonly keep: boolean;
	/** This computer woke on another network: what was said here is not for those it meets now. */
	relaunch?(): void;
}

/** Throws UsageError or StorageError. */
export async function openNode(context: Context, how: OpenNodeOptions): Promise<Node> {
	const {options, version, clock, debug} = context;
	const selection = options.interfaces.length > 0 ? options.interfaces : undefined;
	const missing = describeMissing(chooseInterfaces(selection, networkInterfaces()));
	if (missing !== undefined) throw new UsageError(`--interface: ${missing}`);
	const name = chooseName(options.name);
	const cut = options.name === undefined ? undefined : describeCutName(options.name);
	if (cut !== undefined) context.complain(cut);
	const keys = await readKeys(context);
	const storage = openNodeStorage({context, keys, keep: how.keep});
	const log = (line: string) => debug('network', line);
	const host = listenHost(selection, networkInterfaces());
	const session = createSession(
		{
			name,
			room: options.room,
			keys,
			version,
			loopbackOnly: isLoopbackOnly(selection),
			targetsRemembered: options.peers.length === 0,
			targets: options.peers.length > 0 ? options.peers.map(parsePeerTarget) : storage.rememberedTargets,
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
			beacon: createUdpBeacon({port: options.port, selection, clock, log}),
			opened: storage.opened,
			debug,
			rememberTarget: storage.rememberTarget,
			...(how.relaunch && {relaunch: how.relaunch}),
		},
	);
	storage.watchSaving((saving, reason) => session.saving({saving, ...(reason !== undefined && {reason})}));
	return {
		session,
		name,
		async start() {
			try {
				const self = await session.start();
				let earlierLog: string | undefined;
				const look = async () => {
					earlierLog = await findEarlier(context, keys, self.logPath);
				};
				if (!keys.hasSecret) setTimeout(look, EARLIER_LOG_AFTER_MS).unref();
				return {
					...self,
					name,
					get earlierLog() {
						return earlierLog;
					},
				};
			} catch (error) {
				await session.stop('quit').catch(() => {});
				throw describeStartError(error, context);
			}
		},
	};
}

/** Only for a launch that keeps a log of its own. */
async function findEarlier(
	{options, debug}: Context,
	keys: RoomKeys,
	logPath: string | undefined,
): Promise<string | undefined> {
	if (logPath === undefined || options.log.type !== 'new') return undefined;
	try {
		return await findEarlierLog(placesHere(options.dataDir).logs, {roomName: options.room, roomTag: keys.tag}, logPath);
	} catch (error) {
		debug('storage', 'the earlier logs could not be read', {error});
		return undefined;
	}
}

/** Flag, config, then the user's name at this computer. */
function chooseName(given: string | undefined): string {
	if (given !== undefined) {
		const name = cleanName(given);
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
export async function readKeys({options, stdin, complain}: Context): Promise<RoomKeys> {
	if (!options.secret) return deriveRoomKeys({room: options.room});
	const secret = await readSecret(options.secret, () => askSecret(stdin, text => process.stderr.write(text)));
	if ([...secret].length < MIN_SECRET_LENGTH) {
		complain(
			`the secret is short: use ${MIN_SECRET_LENGTH} characters or more, or whoever records one datagram can guess it`,
		);
	}
	return deriveRoomKeys({room: options.room, secret});
}

/** HOST, HOST:PORT, IPv6 or [IPv6]:PORT, already checked. */
export function parsePeerTarget(target: string): Address {
	const bracketed = /^\[(.+)\](?::(\d+))?$/.exec(target);
	if (bracketed) return {host: bracketed[1] ?? '', port: Number(bracketed[2] ?? DEFAULT_PEER_PORT)};
	const plain = /^([^:]+):(\d+)$/.exec(target);
	return plain ? {host: plain[1] ?? '', port: Number(plain[2])} : {host: target, port: DEFAULT_PEER_PORT};
}

function describeStartError(error: unknown, {options}: Context): unknown {
	if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return error;
	const udp = error.syscall === 'bind';
	const [kind, port, flag] = udp ? ['UDP', options.port, '--port'] : ['TCP', options.tcpPort, '--tcp-port'];
	if (error.code === 'EADDRINUSE')
		return new UsageError(`${kind} port ${port} is taken by another program; choose another with ${flag}`, error);
	if (error.code === 'EACCES')
		return new UsageError(`${kind} port ${port} is not for ordinary users; choose one above 1023 with ${flag}`, error);
	return error;
}
