import {expect, it} from 'vitest';
import {createFrameDecoder} from '../../source/codec/frame.js';
import {decodeMessage} from '../../source/codec/message.js';
import {deriveRoomKeys} from '../../source/feed/room-keys.js';
import {createTlsTransport} from '../../source/network/transport/tls-transport.js';
import type {Connection} from '../../source/network/transport/transport.js';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {startNode} from '../helpers/run-node.js';

/** Forwards all bytes of one connection to the other one, and records them in `seen`. */
function relay(from: Connection, to: Connection, seen: Uint8Array[]): void {
	from.handle({
		data(chunk) {
			seen.push(chunk);
			to.send(chunk);
		},
		drain() {},
		closed: () => to.close(),
	});
}

it('a member in the middle who relays both TLS connections with the known key is refused by both ends and sees no whisper', async () => {
	const keys = await deriveRoomKeys({room: 'lan'});
	const hosts = {ipv4: '127.0.0.1'};
	const mallory = createTlsTransport({psk: keys.psk, identity: keys.pskIdentity, hosts});
	const bob = await startNode({home: makeHome(), port: await findFreeUdpPort(), name: 'Bob'});
	const {peer: bobId, tcpPort} = bob.lines[0] as {peer: string; tcpPort: number};
	const seen: Uint8Array[] = [];
	let relayed = 0;
	const {port} = await mallory.listen(fromAnn => {
		void mallory.dial('127.0.0.1', tcpPort).then(result => {
			if (!('connection' in result)) return;
			relayed++;
			relay(fromAnn, result.connection, seen);
			relay(result.connection, fromAnn, seen);
		});
	});
	// Ann cannot discover Bob: her beacons go to another port. She reaches him only through Mallory.
	const args = ['--peer', `127.0.0.1:${port}`];
	const ann = await startNode({home: makeHome(), port: await findFreeUdpPort(), name: 'Ann', args});
	const isRefusal = ({type, text}: Readonly<Record<string, unknown>>) =>
		type === 'notice' && String(text).includes('not signed for this connection');
	await ann.waitFor('the refusal', isRefusal);
	await bob.waitFor('the refusal', isRefusal);
	ann.write(`${JSON.stringify({type: 'whisper', to: bobId, text: 'the secret text'})}\n`);
	const refused = await ann.waitFor('the error', ({type}) => type === 'error');
	expect(refused).toMatchObject({code: 'refused', text: expect.stringContaining('not connected')});
	expect(relayed).toBeGreaterThan(0);
	expect(Buffer.concat(seen).includes('the secret text')).toBe(false);
	const messages = createFrameDecoder().push(seen[0] ?? new Uint8Array());
	expect(messages.map(frame => decodeMessage(frame)?.type)).toContain('hello');
	expect([ann, bob].flatMap(({lines}) => lines.filter(({type}) => type === 'peer'))).toEqual([]);
	await mallory.close();
});
