/** What a node keeps on disk: its log, the identity's seed, the peers that were named. None of it is worth not chatting. */
import {hexOf} from '../codec/bytes.js';
import type {RoomKeys} from '../feed/room-keys.js';
import type {Address} from '../network/candidate.js';
import {systemRandom} from '../network/system-clock.js';
import {createBufferedLog, type SavingState} from '../storage/buffered-log.js';
import {type DataDir, makePrivateFolder} from '../storage/data-dir.js';
import {StorageError} from '../storage/errors.js';
import {openIdentitySeed} from '../storage/identity-file.js';
import type {LogHeader, OpenedLog} from '../storage/log.js';
import {createMemoryLog} from '../storage/memory-log.js';
import {readRememberedPeers, rememberPeer} from '../storage/remembered-peers.js';
import {openFreshLog, openRoomLog} from '../storage/room-log.js';
import type {Context} from './context.js';
import {placesHere} from './places.js';

const LOG_FORMAT = 1;

export interface NodeStorage {
	readonly opened: OpenedLog;
	readonly identitySeed?: Uint8Array;
	readonly rememberedTargets: readonly Address[];
	rememberTarget(address: Address): void;
	/** Told at once and at every change; `reason`: in words, when saving fails. */
	watchSaving(watch: (saving: boolean, reason?: string) => void): void;
}

export interface NodeStorageOptions {
	readonly context: Context;
	readonly keys: RoomKeys;
	/** False: no log on disk, whatever the options say. */
	readonly keep: boolean;
}

/** Throws StorageError only for a log that was named with --log. */
export function openNodeStorage({context, keys, keep}: NodeStorageOptions): NodeStorage {
	const {options, clock, complain, debug} = context;
	const places = placesHere(options.dataDir);
	if (keep && options.log.type === 'new' && places.notice !== undefined) complain(places.notice);
	const room = hexOf(keys.tag);
	const identitySeed = options.identity ? readSeed(places, complain) : undefined;
	const remembered = readRememberedPeers(places.peers);
	if (remembered.warning !== undefined) complain(remembered.warning);
	return {
		...openLog(context, keys, places, keep),
		...(identitySeed && {identitySeed}),
		rememberedTargets: remembered.peers.filter(peer => peer.room === room).map(({host, port}) => ({host, port})),
		rememberTarget({host, port}) {
			try {
				rememberPeer(places.peers, {room, host, port, worked: clock.now()});
			} catch (error) {
				debug('storage', 'a peer could not be remembered', {error});
			}
		},
	};
}

function readSeed(places: DataDir, complain: (text: string) => void): Uint8Array | undefined {
	try {
		makePrivateFolder(places.root);
		const {seed, warning} = openIdentitySeed(places.identity, () => systemRandom.bytes(32));
		if (warning !== undefined) complain(warning);
		return seed;
	} catch (error) {
		if (!(error instanceof StorageError)) throw error;
		complain(`you have no identity this time: ${error.path}: ${error.message}. ${error.advice}`);
		return undefined;
	}
}

function openLog(
	context: Context,
	keys: RoomKeys,
	places: DataDir,
	keep: boolean,
): Pick<NodeStorage, 'opened' | 'watchSaving'> {
	const {options, version, clock} = context;
	const header: LogHeader = {
		format: LOG_FORMAT,
		version,
		roomTag: keys.tag,
		roomName: options.room,
		created: clock.now(),
	};
	if (!keep || options.log.type === 'none') return {opened: createMemoryLog(header), watchSaving: () => {}};
	const path = options.log.type === 'file' ? options.log.path : undefined;
	const found = openFile(header, keys, places, path, clock);
	let state: SavingState = {saving: true, dropped: 0};
	let watch: (saving: boolean, reason?: string) => void = () => {};
	const log = createBufferedLog({
		log: found instanceof StorageError ? found : found.log,
		header,
		reopen: () => openFreshLog(places.logs, {...header, created: clock.now()}, clock),
		timer: clock,
		onSaving(changed) {
			state = changed;
			watch(state.saving, explain(state));
		},
	});
	return {
		opened:
			found instanceof StorageError
				? {log, records: nothing(), damage: []}
				: {log, records: found.records, damage: found.damage},
		watchSaving(told) {
			watch = told;
			watch(state.saving, explain(state));
		},
	};
}

function openFile(
	header: LogHeader,
	keys: RoomKeys,
	places: DataDir,
	path: string | undefined,
	timer: Context['clock'],
): (OpenedLog & {log: ReturnType<typeof openFreshLog>}) | StorageError {
	try {
		if (path === undefined) {
			makePrivateFolder(places.root);
			makePrivateFolder(places.logs);
		}
		return openRoomLog({
			folder: places.logs,
			header,
			hasSecret: keys.hasSecret,
			timer,
			...(path !== undefined && {path}),
		});
	} catch (error) {
		if (path === undefined && error instanceof StorageError) return error;
		throw error;
	}
}

function explain({reason, advice, path}: SavingState): string | undefined {
	if (reason === undefined) return undefined;
	return [`${reason}${path === undefined ? '' : ` (${path})`}`, advice].filter(part => part !== undefined).join('. ');
}

async function* nothing(): AsyncGenerator<never> {}
