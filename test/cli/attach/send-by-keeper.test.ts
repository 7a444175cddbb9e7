/** `send` through a keeper that ends at different moments. */
import {createServer} from 'node:net';
import {afterEach, expect, it} from 'vitest';
import {sendByKeeper} from '../../../source/cli/attach/send-by-keeper.js';
import type {CliContext} from '../../../source/cli/context.js';
import {createKeeperHandshake} from '../../../source/cli/keep/keeper-handshake.js';
import {claimRoom, saveDescription} from '../../../source/cli/keep/keeper-place.js';
import {createLineChannel} from '../../../source/cli/keep/line-channel.js';
import {makeHome} from '../../helpers/data-home.js';
import {liveClock} from '../../helpers/launch-chat.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
	for (const clean of cleanups.splice(0).reverse()) await clean();
});

/**
 * Sends a text through a fake keeper. The fake keeper sends `onHandshake` after the handshake and answers the text with
 * `onSend`. If the next of these two is missing, the fake keeper closes the connection instead.
 */
async function send(answer: {onHandshake?: object; onSend?: object}) {
	const dataDir = makeHome();
	const tag = new Uint8Array(8).fill(7);
	const {description, release} = claimRoom(dataDir, {room: 'crew', tag, version: '1.1.0'});
	cleanups.push(release);
	saveDescription(dataDir, description);
	const server = createServer(socket => {
		const handshake = createKeeperHandshake(description);
		let isDone = false;
		const channel = createLineChannel(socket, {
			onLine(line) {
				const step = isDone ? undefined : handshake.receive(line);
				if (step?.type === 'failed') return channel.destroy();
				if (step?.send !== undefined) channel.send(step.send);
				const next = isDone ? answer.onSend : step?.done ? answer.onHandshake : {};
				isDone ||= step?.done ?? false;
				if (next === undefined) channel.end();
				else if (isDone) channel.send(JSON.stringify(next));
			},
			onClosed() {},
		});
	});
	await new Promise<void>(resolve => server.listen(description.socket, resolve));
	cleanups.push(() => new Promise(resolve => server.close(resolve)));
	const printed: string[] = [];
	const options = {dataDir, port: 47_474, identity: true, waitMs: 1000};
	const context = {options, version: '1.1.0', clock: liveClock, printError: (text: string) => printed.push(text)};
	const code = await sendByKeeper(context as unknown as CliContext, tag, 'hello');
	return {code, printed};
}

const opened = {type: 'opened', self: {name: 'Ann', udpPort: 47_474}};

it('`send` joins the room itself if the keeper ends before it gets the text; if the keeper ends afterwards, `send` says that the text may be saved', async () => {
	expect(await send({})).toEqual({code: undefined, printed: []});
	const unanswered = await send({onHandshake: opened});
	expect(unanswered).toEqual({code: 1, printed: [expect.stringContaining('It may have saved the message')]});
	expect(unanswered.printed[0]).not.toContain('Try again');
	expect(await send({onHandshake: opened, onSend: {type: 'sent', isDelivered: true}})).toEqual({code: 0, printed: []});
	const refused = await send({onHandshake: opened, onSend: {type: 'refused', text: 'Too long.'}});
	expect(refused).toEqual({code: 1, printed: ['Too long.']});
});
