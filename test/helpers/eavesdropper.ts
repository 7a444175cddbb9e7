/**
 * Source text of a program that joins the open room `lan` as a foreign peer. It records all beacons that a node sends,
 * and the content of all messages that the node sends on one connection. It requests every feed that the node lists,
 * and answers the messages that must be answered to keep the connection open. Its arguments: the address of the node
 * with its zone, the TCP port of the node, the UDP port of the beacons, and the name of the interface that receives
 * them. For each beacon and message it prints a JSON line: the type, and the bytes in hexadecimal.
 */
const DIST = new URL('../../dist/', import.meta.url);
const from = (file: string) => JSON.stringify(new URL(file, DIST).href);

export const EAVESDROPPER = `
	import {createSocket} from 'node:dgram';
	import {createFrameDecoder} from ${from('codec/frame.js')};
	import {decodeMessage, encodeMessageFrame} from ${from('codec/message.js')};
	import {createPeerKey} from ${from('feed/signing-keys.js')};
	import {deriveRoomKeys} from ${from('feed/room-keys.js')};
	import {createHelloProof, FEATURES} from ${from('network/link/handshake.js')};
	import {createTlsTransport} from ${from('network/transport/tls-transport.js')};

	const [host, tcpPort, udpPort, device] = process.argv.slice(1);
	const say = (type, bytes) => console.log(JSON.stringify({type, hex: Buffer.from(bytes).toString('hex')}));
	const udp4 = createSocket({type: 'udp4', reuseAddr: true}).on('message', bytes => say('beacon', bytes));
	udp4.bind(Number(udpPort));
	const udp6 = createSocket({type: 'udp6', reuseAddr: true, ipv6Only: true}).on('message', bytes => say('beacon', bytes));
	udp6.bind(Number(udpPort), '::', () => udp6.addMembership('ff12::f032:7069', '::%' + device));

	const keys = await deriveRoomKeys({room: 'lan'});
	const transport = createTlsTransport({psk: keys.psk, identity: keys.pskIdentity});
	const {connection, failure} = await transport.dial(host, Number(tcpPort));
	if (failure) throw new Error(failure.text);
	const key = createPeerKey();
	const send = message => connection.send(encodeMessageFrame(message));
	const decoder = createFrameDecoder();
	let wants = 0;
	connection.handle({
		data(chunk) {
			for (const payload of decoder.push(chunk)) {
				const message = decodeMessage(payload);
				say(message?.type ?? 'unknown', payload);
				if (message?.type === 'ping') send({type: 'pong', id: message.id, clock: Date.now(), hlc: {ms: Date.now(), counter: 0}});
				if (message?.type === 'have' && message.feeds?.length > 0)
					send({type: 'want', id: ++wants, ranges: message.feeds.map(({peer}) => ({peer, from: 1}))});
			}
		},
		drain() {},
		closed: reason => say('closed', Buffer.from(String(reason))),
	});
	const now = {ms: Date.now(), counter: 0};
	send({type: 'hello', versions: [1, 1], peer: key.peer, name: 'Mallory', port: 9, features: FEATURES, program: '1.0.0',
		clock: now.ms, hlc: now, ...createHelloProof(key, keys).prove(connection.keyingMaterial, 'dialler')});
	send({type: 'have', kind: 'digest', digest: new Uint8Array(2048)});
	send({type: 'have', kind: 'page', feeds: [], last: true});
`;
