/** Acceptance suite of `Transport` (`source/network/transport/transport.ts`). The TLS and the memory implementation run it. */
import {afterEach, describe, expect, it} from 'vitest';
import {SEND_HIGH_WATER_BYTES} from '../../../source/core/limits.js';
import type {Connection, Transport} from '../../../source/network/transport/transport.js';

export interface TransportWorld {
	/** Creates a transport with the pre-shared key `psk`. All transports of one world can reach each other. */
	create(psk: Uint8Array, port?: number): Transport;
	/** Address of the transports that `create` returns. */
	readonly address: string;
	/** A port without a listener. */
	freePort(): Promise<number>;
	/** Advances time until the condition holds. */
	until(condition: () => boolean): Promise<void>;
	/** Advances time until the promise settles. */
	settled<Value>(promise: Promise<Value>): Promise<Value>;
	close(): Promise<void>;
}

/** Events that one end of a connection received, in order. */
export interface RecordedConnection {
	readonly connection: Connection;
	readonly calls: string[];
	bytes: number;
	text(): string;
	readonly closed: boolean;
	readonly error: string | undefined;
}

export function recordEvents(connection: Connection): RecordedConnection {
	const chunks: Uint8Array[] = [];
	const seen = {
		connection,
		calls: [] as string[],
		bytes: 0,
		text: () => Buffer.concat(chunks).toString(),
		closed: false,
		error: undefined as string | undefined,
	};
	connection.handle({
		data(chunk) {
			seen.calls.push('data');
			seen.bytes += chunk.length;
			chunks.push(chunk);
		},
		drain: () => void seen.calls.push('drain'),
		closed(error) {
			seen.calls.push('closed');
			seen.closed = true;
			seen.error = error;
		},
	});
	return seen;
}

const PSK = new Uint8Array(32).fill(7);

export function describeTransport(name: string, createWorld: () => Promise<TransportWorld>): void {
	describe(`a ${name} transport`, () => {
		const worlds: TransportWorld[] = [];
		afterEach(async () => {
			for (const world of worlds.splice(0)) await world.close();
		});

		async function createNewWorld(): Promise<TransportWorld> {
			const world = await createWorld();
			worlds.push(world);
			return world;
		}

		async function connectPair(world: TransportWorld): Promise<{dialled: Connection; accepted: Connection}> {
			const server = world.create(PSK);
			const arrived: Connection[] = [];
			const {port} = await server.listen(connection => void arrived.push(connection));
			const result = await world.settled(world.create(PSK).dial(world.address, port));
			if (!('connection' in result)) throw new Error(result.failure.text);
			await world.until(() => arrived.length === 1);
			return {dialled: result.connection, accepted: arrived[0]!};
		}

		it('a transport connects two ends with the same keying material, and each knows which one dialled', async () => {
			const world = await createNewWorld();
			const {dialled, accepted} = await connectPair(world);
			expect([dialled.dialled, accepted.dialled]).toEqual([true, false]);
			expect(dialled.keyingMaterial).toHaveLength(32);
			expect(Buffer.from(dialled.keyingMaterial)).toEqual(Buffer.from(accepted.keyingMaterial));
			expect(dialled.remoteAddress).toBe(world.address);
			expect(accepted.localAddress).toBe(world.address);
			expect(accepted.remotePort).not.toBe(dialled.remotePort);
		});

		it('a transport gives every connection different keying material', async () => {
			const world = await createNewWorld();
			const first = await connectPair(world);
			const second = await connectPair(world);
			expect(Buffer.from(first.dialled.keyingMaterial)).not.toEqual(Buffer.from(second.dialled.keyingMaterial));
		});

		it('a transport delivers bytes in both directions, once and in order, in chunks of any size', async () => {
			const world = await createNewWorld();
			const {dialled, accepted} = await connectPair(world);
			const [a, b] = [recordEvents(dialled), recordEvents(accepted)];
			const words = Array.from({length: 500}, (_, index) => `${index} `);
			for (const word of words) {
				dialled.send(Buffer.from(word));
				accepted.send(Buffer.from(word.toUpperCase()));
			}
			await world.until(() => a.text().length >= words.join('').length && b.text().length >= words.join('').length);
			expect([a.text(), b.text()]).toEqual([words.join(''), words.join('')]);
		});

		it('a transport keeps data that arrives before the handlers are set, and then passes the data to them in a buffer that is not reused', async () => {
			const world = await createNewWorld();
			const {dialled, accepted} = await connectPair(world);
			recordEvents(dialled).connection.send(Buffer.from('early '));
			const frame = Buffer.from('late');
			await world.until(() => dialled.queuedBytes === 0);
			const late = recordEvents(accepted);
			dialled.send(frame);
			await world.until(() => late.text() === 'early late');
		});

		it('a transport never calls a handler before the call of send, close, destroy or dial has returned', async () => {
			const world = await createNewWorld();
			const {dialled, accepted} = await connectPair(world);
			const [a, b] = [recordEvents(dialled), recordEvents(accepted)];
			let result: unknown;
			const dial = world.create(PSK).dial(world.address, 1);
			void dial.then(value => (result = value));
			dialled.send(new Uint8Array(10));
			dialled.close();
			accepted.destroy();
			expect([a.calls, b.calls, result]).toEqual([[], [], undefined]);
			await world.settled(dial);
			await world.until(() => a.closed && b.closed);
		});

		it('`send` of a transport returns false above the high-water mark, but queues the frame, and `drain` is called later', async () => {
			const world = await createNewWorld();
			const {dialled, accepted} = await connectPair(world);
			const [sender, reader] = [recordEvents(dialled), recordEvents(accepted)];
			accepted.pause();
			let sent = 0;
			const chunk = new Uint8Array(64 * 1024);
			for (let refusals = 0; refusals < 3 && sent < 64 * 1024 * 1024; sent += chunk.length) {
				if (!dialled.send(chunk)) refusals++;
				if (sent % (1024 * 1024) === 0) await world.settled(Promise.resolve());
			}
			expect(dialled.queuedBytes).toBeGreaterThanOrEqual(SEND_HIGH_WATER_BYTES);
			expect(sender.calls).toEqual([]);
			accepted.resume();
			await world.until(() => reader.bytes === sent);
			await world.until(() => sender.calls.includes('drain'));
			expect(sender.calls).toEqual(['drain']);
			expect(dialled.queuedBytes).toBe(0);
			expect(dialled.send(chunk)).toBe(true);
		});

		it('a transport stops reading from a connection while the connection is paused', async () => {
			const world = await createNewWorld();
			const {dialled, accepted} = await connectPair(world);
			const [, reader] = [recordEvents(dialled), recordEvents(accepted)];
			accepted.pause();
			dialled.send(new Uint8Array(8 * 1024 * 1024));
			const other = await connectPair(world);
			const probe = recordEvents(other.accepted);
			recordEvents(other.dialled).connection.send(Buffer.from('time has passed'));
			await world.until(() => probe.bytes > 0);
			expect(reader.bytes).toBeLessThan(4 * 1024 * 1024);
			accepted.resume();
			await world.until(() => reader.bytes === 8 * 1024 * 1024);
		});

		it('a transport sends queued data before a close, and then closes both ends without an error', async () => {
			const world = await createNewWorld();
			const {dialled, accepted} = await connectPair(world);
			const [a, b] = [recordEvents(dialled), recordEvents(accepted)];
			for (let index = 0; index < 100; index++) dialled.send(new Uint8Array(1000));
			dialled.close();
			expect(dialled.send(new Uint8Array(1000))).toBe(false);
			await world.until(() => a.closed && b.closed);
			expect(b.bytes).toBe(100_000);
			expect([a.error, b.error]).toEqual([undefined, undefined]);
			expect([a.calls.at(-1), b.calls.at(-1)]).toEqual(['closed', 'closed']);
			expect([...a.calls, ...b.calls].filter(call => call === 'closed')).toHaveLength(2);
		});

		it('a transport closes a connection although the peer does not read the queued data', async () => {
			const world = await createNewWorld();
			const {dialled, accepted} = await connectPair(world);
			const [a, b] = [recordEvents(dialled), recordEvents(accepted)];
			accepted.pause();
			for (let index = 0; index < 32; index++) dialled.send(new Uint8Array(1024 * 1024));
			dialled.close();
			await world.until(() => a.closed);
			expect(b.bytes).toBeLessThan(32 * 1024 * 1024);
		});

		it('a transport delivers no data to an end that has called `close`', async () => {
			const world = await createNewWorld();
			const {dialled, accepted} = await connectPair(world);
			const [a, b] = [recordEvents(dialled), recordEvents(accepted)];
			accepted.send(Buffer.from('too late'));
			dialled.close();
			await world.until(() => a.closed && b.closed);
			expect(a.calls).toEqual(['closed']);
		});

		it('a transport closes the other end of a connection that is destroyed', async () => {
			const world = await createNewWorld();
			const {dialled, accepted} = await connectPair(world);
			const [a, b] = [recordEvents(dialled), recordEvents(accepted)];
			accepted.destroy();
			accepted.destroy();
			accepted.close();
			await world.until(() => a.closed && b.closed);
			expect(b.calls).toEqual(['closed']);
			expect(a.calls).toEqual(['closed']);
			expect(accepted.send(Buffer.from('x'))).toBe(false);
		});

		it('a transport reports a close even to handlers that are set after the close', async () => {
			const world = await createNewWorld();
			const {dialled, accepted} = await connectPair(world);
			const a = recordEvents(dialled);
			dialled.destroy();
			accepted.destroy();
			await world.until(() => a.closed);
			const late = recordEvents(accepted);
			expect(late.calls).toEqual([]);
			await world.until(() => late.closed);
		});

		it('a transport reports why a dial failed', async () => {
			const world = await createNewWorld();
			const result = await world.settled(world.create(PSK).dial(world.address, await world.freePort()));
			expect(result).toMatchObject({failure: {code: 'refused'}});
		});

		it('a transport refuses a dial with another secret, reports the refusal to both ends, and continues to listen', async () => {
			const world = await createNewWorld();
			const server = world.create(PSK);
			const arrived: Connection[] = [];
			const {port} = await server.listen(connection => void arrived.push(connection));
			const outsider = world.create(new Uint8Array(32).fill(8));
			expect(await world.settled(outsider.dial(world.address, port))).toMatchObject({failure: {code: 'handshake'}});
			await world.until(() => server.refused === 1);
			expect(arrived).toEqual([]);
			const friend = await world.settled(world.create(PSK).dial(world.address, port));
			expect(friend).toHaveProperty('connection');
		});

		it('a transport cancels dials and closes connections when it closes, and can be closed twice', async () => {
			const world = await createNewWorld();
			const server = world.create(PSK);
			const arrived: Connection[] = [];
			const {port} = await server.listen(connection => void arrived.push(connection));
			const client = world.create(PSK);
			const result = await world.settled(client.dial(world.address, port));
			if (!('connection' in result)) throw new Error('not connected');
			await world.until(() => arrived.length === 1);
			const [a, b] = [recordEvents(result.connection), recordEvents(arrived[0]!)];
			const dial = client.dial(world.address, port);
			await world.settled(Promise.all([client.close(), client.close()]));
			expect(await world.settled(dial)).toMatchObject({failure: {code: 'cancelled'}});
			expect(await client.dial(world.address, port)).toMatchObject({failure: {code: 'cancelled'}});
			await world.until(() => a.closed && b.closed);
			await world.settled(server.close());
			const after = await world.settled(world.create(PSK).dial(world.address, port));
			expect(after).toMatchObject({failure: {code: 'refused'}});
		});

		it('a transport rejects a port that is in use, with the error code EADDRINUSE', async () => {
			const world = await createNewWorld();
			const {port} = await world.create(PSK).listen(() => {});
			await expect(world.create(PSK, port).listen(() => {})).rejects.toMatchObject({code: 'EADDRINUSE'});
		});
	});
}
