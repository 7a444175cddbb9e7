/**
 * The socket of a keeper, to which screens attach. Only the user can open it: it is in a folder of the user, and both sides
 * prove that they know the token (keeper-handshake.ts).
 */
import {chmodSync, rmSync} from 'node:fs';
import {connect, createServer, type Socket} from 'node:net';
import type {Clock, Timer} from '../../core/environment.js';
import {describeSystemError, systemErrorCode} from '../../core/system-error.js';
import type {ChatNode, SelfInfo} from '../../node/chat-node.js';
import type {ScreenNotes} from '../../ui/screen-contract.js';
import {createKeeperHandshake, HANDSHAKE_TIMEOUT_MS} from './keeper-handshake.js';
import type {AttachRequest} from './keeper-messages.js';
import type {KeeperDescription} from './keeper-place.js';
import {type KeeperSession, startKeeperSession} from './keeper-session.js';
import {createLineChannel} from './line-channel.js';

/**
 * Maximum number of connections at one time: screens, and connections whose other side has not yet proven that it knows
 * the token.
 */
const MAX_CONNECTIONS = 16;

export interface KeeperServer {
	/** Closes the socket and all connections. */
	stop(): Promise<void>;
}

interface KeeperServerOptions {
	readonly chatNode: ChatNode;
	readonly self: SelfInfo;
	readonly clock: Clock;
	readonly description: KeeperDescription;
}

/**
 * Opens the socket. Rejects with an Error if another program already listens at the path, or if the system refuses the
 * socket.
 */
export async function startKeeperServer(options: KeeperServerOptions): Promise<KeeperServer> {
	const {chatNode, self, clock, description} = options;
	const notes: {current: ScreenNotes} = {current: {draft: '', ignored: []}};
	const sockets = new Set<Socket>();
	const server = createServer(socket => {
		sockets.add(socket);
		const handshake = createKeeperHandshake(description);
		let session: KeeperSession | undefined;
		const timer: Timer = clock.after(HANDSHAKE_TIMEOUT_MS, () => socket.destroy());

		function shakeHands(line: string): void {
			const step = handshake.receive(line);
			if (step.type === 'failed') return void socket.destroy();
			if (step.send !== undefined) channel.send(step.send);
			if (!step.done) return;
			timer.cancel();
			channel.trust();
			session = startKeeperSession({
				chatNode,
				self,
				clock,
				notes,
				send: message => channel.send(JSON.stringify(message)),
			});
			if (!session) channel.end();
		}

		const channel = createLineChannel(socket, {
			onLine(line) {
				if (!session) return shakeHands(line);
				// The form of the line is not checked, because the other side is authentic and has the same version.
				const request: AttachRequest = JSON.parse(line);
				session.handle(request);
			},
			onClosed() {
				timer.cancel();
				sockets.delete(socket);
				session?.stop();
			},
		});
	});
	server.maxConnections = MAX_CONNECTIONS;
	await listen(server, description.socket);
	return {
		async stop() {
			// The system removes the socket when the server closes.
			const closed = new Promise<void>(resolve => server.close(() => resolve()));
			for (const socket of sockets) socket.end();
			const timer = setTimeout(() => {
				for (const socket of sockets) socket.destroy();
			}, 100);
			await closed;
			clearTimeout(timer);
		},
	};
}

/**
 * Listens at the path. If the socket of a killed keeper is still there, removes it first. No keeper can be using it,
 * because this process has claimed the room.
 */
async function listen(server: ReturnType<typeof createServer>, path: string): Promise<void> {
	const tryOnce = () =>
		new Promise<unknown>(resolve => {
			server.once('error', resolve);
			server.listen(path, () => {
				server.off('error', resolve);
				resolve(undefined);
			});
		});
	let error = await tryOnce();
	if (systemErrorCode(error) === 'EADDRINUSE') {
		if (await isAnswered(path)) throw new Error(`Another program listens at ${path}.`);
		rmSync(path, {force: true});
		error = await tryOnce();
	}
	if (error !== undefined)
		throw new Error(`Nobody can attach: ${describeSystemError(error)} (${path}).`, {cause: error});
	if (process.platform !== 'win32') chmodSync(path, 0o600);
}

/** Whether a process listens at the path of a socket. */
function isAnswered(path: string): Promise<boolean> {
	return new Promise(resolve => {
		const socket = connect(path);
		socket.on('connect', () => {
			socket.destroy();
			resolve(true);
		});
		socket.on('error', () => resolve(false));
	});
}
