/**
 * Lets a running keeper of the room send the message of `send`. The keeper is already connected to the peers, so they get
 * the message at once.
 */
import {bytesToHex} from '../../codec/bytes.js';
import {resolveSystemDataDir} from '../../storage/data-dir.js';
import {type CliContext, exitCodes} from '../context.js';
import type {KeeperMessage, OpenedMessage} from '../keep/keeper-messages.js';
import {listKeepers} from '../keep/keeper-place.js';
import {connectToKeeper} from './connect.js';

/** Answer of the keeper to a `send`, or the reason why there is none. */
type Outcome =
	| (KeeperMessage & {readonly type: 'sent' | 'refused'})
	/** The keeper does not have the name, port or identity that the options ask for, or nobody can attach to it now. */
	| 'unsuitable'
	| 'closed';

/**
 * Sends the text as the keeper of the room with this tag. Resolves to the exit code, or to undefined if there is no keeper
 * that has the requested name and port; the caller then sends the message itself.
 */
export async function sendByKeeper(context: CliContext, tag: Uint8Array, text: string): Promise<number | undefined> {
	const {options, version, clock, printError} = context;
	const keeper = listKeepers(resolveSystemDataDir(options.dataDir).root).find(one => one.tag === bytesToHex(tag));
	if (!keeper) return undefined;
	let settle: (outcome: Outcome) => void = () => {};
	const outcome = new Promise<Outcome>(resolve => {
		settle = resolve;
	});
	let onOpened: (message: OpenedMessage) => void = () => {};
	const whenOpened = new Promise<OpenedMessage>(resolve => {
		onOpened = resolve;
	});
	const connection = await connectToKeeper(keeper, version, clock, {
		onMessage(message) {
			if (message.type === 'opened') onOpened(message);
			else if (message.type === 'unavailable') settle('unsuitable');
			else if (message.type === 'sent' || message.type === 'refused') settle(message);
		},
		onClosed: () => settle('closed'),
	});
	if ('failed' in connection) return undefined;
	void whenOpened.then(({self}) => {
		const isSuitable =
			(options.name === undefined || options.name === self.name) && options.port === self.udpPort && options.identity;
		if (isSuitable) connection.send({type: 'send', text, waitMs: options.waitMs});
		else settle('unsuitable');
	});
	const result = await outcome;
	connection.end();
	if (result === 'unsuitable') return undefined;
	if (result === 'closed') printError('Not sent: the keeper of this room has ended. Try again.');
	else if (result.type === 'refused') printError(result.text);
	else if (result.isDelivered) return exitCodes.done;
	else
		printError(
			`Not delivered yet: nobody confirmed the message within ${options.waitMs / 1000} s. The keeper of this room has it and delivers it to peers that join later.`,
		);
	return exitCodes.failed;
}
