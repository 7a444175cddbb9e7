/** Opens a keeper over a real socket. The keeper is a server that only does the handshake. */
import {createServer} from 'node:net';
import {createInterface} from 'node:readline';
import {expect, it, onTestFinished} from 'vitest';
import {openKeeper} from '../../../source/cli/attach/open-keeper.js';
import {createKeeperHandshake} from '../../../source/cli/keep/keeper-handshake.js';
import {type ClaimedRoom, claimRoom, saveDescription} from '../../../source/cli/keep/keeper-place.js';
import type {Options} from '../../../source/cli/options/options.js';
import {createSystemClock} from '../../../source/network/system-clock.js';
import {makeHome} from '../../helpers/data-home.js';

const version = '1.0.0';

/** Claims the room for a new keeper with a new token. */
function claim(root: string): ClaimedRoom['description'] {
	const claimed = claimRoom(root, {room: 'crew', tag: new Uint8Array(8).fill(7), version});
	claimed.release();
	return claimed.description;
}

it('if a new keeper replaces the keeper just after `attach` has read the token of the old one, `attach` connects to the new keeper and does not report a forged keeper', async () => {
	const root = makeHome();
	const killed = claim(root);
	const running = claim(root);
	saveDescription(root, running);
	const server = createServer(socket => {
		const handshake = createKeeperHandshake({token: running.token, version});
		createInterface(socket).on('line', line => {
			const step = handshake.receive(line);
			if (step.type === 'failed') socket.destroy();
			else if (step.done) socket.write(`${JSON.stringify({type: 'unavailable', text: 'authentic'})}\n`);
			else socket.write(`${step.send}\n`);
		});
		socket.on('error', () => {});
	});
	await new Promise<void>(resolve => server.listen(running.socket, resolve));
	onTestFinished(() => void server.close());
	const context = {version, clock: createSystemClock(), options: {dataDir: root} as Options};
	const events = {onMessage: () => {}, onClosed: () => {}};
	expect(await openKeeper(context, killed, events)).toEqual({failed: 'unavailable', text: 'authentic'});
});
