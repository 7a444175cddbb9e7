/** Relay of TCP connections on loopback, with which a test stops or cuts the connection between two real nodes. */
import {once} from 'node:events';
import {type AddressInfo, connect, createServer, type Socket} from 'node:net';
import {onTestFinished} from 'vitest';

/** Direction of bytes: to the node that was dialled, or from it. */
type Direction = 'toTarget' | 'fromTarget';

export interface TcpRelay {
	/** Port to dial in place of the port of the target. */
	readonly port: number;
	/** Number of connections that are open at both ends. */
	readonly open: number;
	/** Number of bytes that the relay has passed on in each direction. */
	readonly passed: Readonly<Record<Direction, number>>;
	/** Passes on no further bytes in one direction. They wait in the relay. */
	hold(direction: Direction): void;
	/** Passes on the bytes that wait, and all later ones. */
	release(direction: Direction): void;
	/** Resets all connections, so that the bytes that wait are lost, and accepts no others. */
	cut(): void;
}

/** Relays connections to `targetPort` on loopback. The end of the test closes the relay. */
export async function startTcpRelay(targetPort: number): Promise<TcpRelay> {
	const passed = {toTarget: 0, fromTarget: 0};
	const held = new Set<Direction>();
	/** Sockets from which the relay reads the bytes of each direction. */
	const sources = {toTarget: new Set<Socket>(), fromTarget: new Set<Socket>()};

	function pass(direction: Direction, from: Socket, to: Socket): void {
		sources[direction].add(from);
		if (held.has(direction)) from.pause();
		from.on('data', chunk => {
			passed[direction] += chunk.length;
			to.write(chunk);
		});
		from.on('error', () => {});
		from.on('close', () => {
			sources[direction].delete(from);
			to.destroy();
		});
	}

	const server = createServer({noDelay: true}, dialler => {
		const target = connect({host: '127.0.0.1', port: targetPort, noDelay: true});
		pass('toTarget', dialler, target);
		pass('fromTarget', target, dialler);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');

	function cut(): void {
		server.close();
		for (const socket of [...sources.toTarget, ...sources.fromTarget]) socket.resetAndDestroy();
	}
	onTestFinished(cut);

	return {
		port: (server.address() as AddressInfo).port,
		get open() {
			return Math.min(sources.toTarget.size, sources.fromTarget.size);
		},
		passed,
		hold(direction) {
			held.add(direction);
			for (const socket of sources[direction]) socket.pause();
		},
		release(direction) {
			held.delete(direction);
			for (const socket of sources[direction]) socket.resume();
		},
		cut,
	};
}
