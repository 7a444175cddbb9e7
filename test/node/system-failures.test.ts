import {expect, it} from 'vitest';
import type {Beacon} from '../../source/network/discovery/beacon.js';
import type {SocketFailure} from '../../source/network/socket-failure.js';
import type {Transport} from '../../source/network/transport/transport.js';
import {createNotices} from '../../source/node/notices.js';
import {createSystemFailureReporter} from '../../source/node/system-failures.js';

it('refused sockets cause one notice for each set of reasons, and one notice when all sockets work again', () => {
	const lines: string[] = [];
	const notices = createNotices(
		() => 0,
		(level, code, text) => lines.push(`${level} ${code} ${text}`),
	);
	let [ofTransport, ofBeacon]: SocketFailure[][] = [[], []];
	const report = createSystemFailureReporter({
		beacon: {socketFailures: () => ofBeacon} as Partial<Beacon> as Beacon,
		transport: {socketFailures: () => ofTransport} as Partial<Transport> as Transport,
		notices,
	});
	report();
	ofBeacon = [{socket: 'UDP on 10.0.0.1', reason: 'the network buffers are full'}];
	report();
	report();
	ofTransport = [{socket: 'TCP to others', reason: 'the network buffers are full'}];
	report();
	ofTransport = [{socket: 'TCP over IPv4', reason: 'permission denied'}];
	report();
	[ofTransport, ofBeacon] = [[], []];
	report();
	report();
	expect(lines).toEqual([
		expect.stringMatching(/^warn sockets-unusable .*the network buffers are full \(UDP on 10\.0\.0\.1\)/),
		expect.stringMatching(/^warn sockets-unusable .*permission denied \(TCP over IPv4\); the network buffers are full/),
		expect.stringMatching(/^info sockets-usable /),
	]);
});
