/** Connection to the running keeper of a room, for commands without a screen. */
import {bytesToHex} from '../../codec/bytes.js';
import {resolveSystemDataDir} from '../../storage/data-dir.js';
import type {CliContext} from '../context.js';
import type {KeeperMessage, OpenedMessage} from '../keep/keeper-messages.js';
import {type KeeperDescription, listKeepers} from '../keep/keeper-place.js';
import {connectToKeeper, type KeeperConnection} from './connect.js';

export interface OpenKeeper {
	readonly description: KeeperDescription;
	readonly opened: OpenedMessage;
	readonly connection: KeeperConnection;
}

/**
 * Connects to the keeper of the room with this tag. Resolves to undefined if no keeper runs, if the keeper has another
 * version, or if nobody can attach to it now. After the connection, `onMessage` gets the messages of the keeper, and
 * `onClosed` is called when the keeper ends.
 */
export async function openKeeper(
	{options, version, clock}: CliContext,
	tag: Uint8Array,
	events: {onMessage(message: KeeperMessage): void; onClosed(): void},
): Promise<OpenKeeper | undefined> {
	const description = listKeepers(resolveSystemDataDir(options.dataDir).root).find(one => one.tag === bytesToHex(tag));
	if (!description) return undefined;
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
	if ('failed' in connection) return undefined;
	const opened = await first;
	if (opened?.type === 'opened') return {description, opened, connection};
	connection.end();
	return undefined;
}
