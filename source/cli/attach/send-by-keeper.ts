/**
 * Lets a running keeper of the room send the message of the command `send`. The keeper is already connected to the
 * peers, so they get the message at once.
 */
import {type CliContext, exitCodes} from '../context.js';
import type {KeeperMessage} from '../keep/keeper-messages.js';
import {openKeeperOfRoom} from './open-keeper.js';

type Answer = KeeperMessage & {readonly type: 'sent' | 'refused'};

/**
 * Sends the text through the keeper of the room with this room tag, under the name of the keeper. Resolves to the exit
 * code. Resolves to undefined if --no-identity is set, or if no keeper of the room runs with the requested name and
 * port. The caller then sends the message itself.
 */
export async function sendByKeeper(context: CliContext, tag: Uint8Array, text: string): Promise<number | undefined> {
	const {options, printError} = context;
	let settle: (answer: Answer | 'closed') => void = () => {};
	const answer = new Promise<Answer | 'closed'>(resolve => {
		settle = resolve;
	});
	const keeper = await openKeeperOfRoom(context, tag, {
		onMessage(message) {
			if (message.type === 'sent' || message.type === 'refused') settle(message);
		},
		onClosed: () => settle('closed'),
	});
	if (!keeper) return undefined;
	const {connection, opened} = keeper;
	const {name, udpPort} = opened.self;
	const isSuitable =
		(options.name === undefined || options.name === name) && options.port === udpPort && options.identity;
	if (!isSuitable) {
		connection.end();
		return undefined;
	}
	connection.send({type: 'send', text, waitMs: options.waitMs});
	const result = await answer;
	connection.end();
	if (result === 'closed')
		printError(
			'The keeper of this room ended before it answered. It may have saved the message. Before you send the message again, check the log: the command export prints it.',
		);
	else if (result.type === 'refused') printError(result.text);
	else if (result.isDelivered) return exitCodes.done;
	else
		printError(
			`Not delivered yet: nobody confirmed the message within ${options.waitMs / 1000} s. The keeper of this room has it and delivers it to peers that join later.`,
		);
	return exitCodes.failed;
}
