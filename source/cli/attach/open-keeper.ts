/** Opens a running keeper: connects to it and waits for its message `opened`, which describes its room and state. */
import {bytesToHex} from '../../codec/bytes.js';
import {resolveSystemDataDir} from '../../storage/data-dir.js';
import type {CliContext} from '../context.js';
import type {KeeperMessage, OpenedMessage} from '../keep/keeper-messages.js';
import {type KeeperDescription, listKeepers} from '../keep/keeper-place.js';
import {type ConnectFailure, connectToKeeper, type KeeperConnection} from './connect.js';

interface OpenKeeper {
	readonly description: KeeperDescription;
	readonly opened: OpenedMessage;
	readonly connection: KeeperConnection;
}

/** `unavailable`: nobody can attach to the keeper now, for the reason in `text`. */
export type OpenFailure = ConnectFailure | {readonly failed: 'unavailable'; readonly text: string};

interface KeeperEvents {
	/** Called with each message of the keeper after `opened`. */
	onMessage(message: KeeperMessage): void;
	/** Called when the connection to the keeper has closed. */
	onClosed(): void;
}

/**
 * Opens the keeper of the room with this room tag. Resolves to undefined if no keeper of the room runs, or if it cannot
 * be opened.
 */
export async function openKeeperOfRoom(
	context: CliContext,
	tag: Uint8Array,
	events: KeeperEvents,
): Promise<OpenKeeper | undefined> {
	const {root} = resolveSystemDataDir(context.options.dataDir);
	const description = listKeepers(root).find(one => one.tag === bytesToHex(tag));
	const keeper = description && (await openKeeper(context, description, events));
	return keeper && 'opened' in keeper ? keeper : undefined;
}

/**
 * Opens a keeper. If that keeper has ended since `description` was read, and another keeper of the room has started,
 * opens the new one.
 */
export async function openKeeper(
	context: Pick<CliContext, 'version' | 'clock' | 'options'>,
	description: KeeperDescription,
	events: KeeperEvents,
): Promise<OpenKeeper | OpenFailure> {
	const {version, clock, options} = context;
	let settle: (message: KeeperMessage | undefined) => void = () => {};
	const first = new Promise<KeeperMessage | undefined>(resolve => {
		settle = resolve;
	});
	const connection = await connectToKeeper(description, version, clock, {
		onMessage(message) {
			if (message.type === 'opened' || message.type === 'unavailable') settle(message);
			else events.onMessage(message);
		},
		onClosed() {
			settle(undefined);
			events.onClosed();
		},
	});
	if ('failed' in connection) {
		const {root} = resolveSystemDataDir(options.dataDir);
		const current = listKeepers(root).find(({tag}) => tag === description.tag);
		const isReplaced = current !== undefined && current.token !== description.token;
		return connection.failed === 'not-authentic' && isReplaced ? openKeeper(context, current, events) : connection;
	}
	const opened = await first;
	if (opened?.type === 'opened') return {description, opened, connection};
	connection.end();
	return opened?.type === 'unavailable' ? {failed: 'unavailable', text: opened.text} : {failed: 'not-running'};
}
