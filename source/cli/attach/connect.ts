/** Opens the connection to a running keeper and shakes hands with it. */
import {connect} from 'node:net';
import type {Clock} from '../../core/environment.js';
import {createAttachHandshake, HANDSHAKE_TIMEOUT_MS} from '../keep/keeper-handshake.js';
import type {AttachRequest, KeeperMessage} from '../keep/keeper-messages.js';
import type {KeeperDescription} from '../keep/keeper-place.js';
import {createLineChannel} from '../keep/line-channel.js';

export interface KeeperConnection {
	send(request: AttachRequest): void;
	/** Sends the queued messages, and closes the connection. */
	end(): void;
}

export type ConnectFailure =
	/** No program listens at the socket: the keeper has ended. */
	| {readonly failed: 'not-running'}
	/** The program that listens at this address is not the keeper. */
	| {readonly failed: 'not-authentic'}
	| {readonly failed: 'other-version'; readonly version: string};

/**
 * Connects to a keeper. `onMessage` gets the messages of the keeper in order, and `onClosed` is called once when the
 * connection of an authentic keeper has closed.
 */
export function connectToKeeper(
	description: KeeperDescription,
	version: string,
	clock: Clock,
	events: {onMessage(message: KeeperMessage): void; onClosed(): void},
): Promise<KeeperConnection | ConnectFailure> {
	return new Promise(resolve => {
		const handshake = createAttachHandshake({token: description.token, version});
		const socket = connect(description.socket);
		let isAuthentic = false;
		let failure: ConnectFailure = {failed: 'not-running'};
		const timer = clock.after(HANDSHAKE_TIMEOUT_MS, () => socket.destroy());
		const channel = createLineChannel(socket, {
			onLine(line) {
				if (isAuthentic) {
					// The form of the line is not checked, because the keeper is authentic and has the same version.
					const message: KeeperMessage = JSON.parse(line);
					return events.onMessage(message);
				}
				const step = handshake.receive(line);
				if (step.type === 'failed') {
					failure =
						step.reason === 'other-version'
							? {failed: step.reason, version: step.version ?? ''}
							: {failed: 'not-authentic'};
					return channel.destroy();
				}
				if (step.send !== undefined) channel.send(step.send);
				isAuthentic = true;
				timer.cancel();
				channel.trust();
				resolve({send: request => channel.send(JSON.stringify(request)), end: channel.end});
			},
			onClosed() {
				timer.cancel();
				if (isAuthentic) events.onClosed();
				else resolve(failure);
			},
		});
		socket.on('connect', () => {
			// A program that accepts the connection but does not complete the handshake is not our keeper.
			failure = {failed: 'not-authentic'};
			if (handshake.first !== undefined) channel.send(handshake.first);
		});
	});
}
