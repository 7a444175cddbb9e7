import {expect, test} from 'vitest';
import type {LocalInterface} from '../../../source/network/ip-address.js';
import {PORT_WITHOUT_LISTENER} from '../../../source/network/link/handshake.js';
import type {PeerLink} from '../../../source/network/link/peer-link.js';
import {addedMessages, dialableAddresses} from '../../../source/network/mesh/peer-exchange.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';

const INTERFACES: readonly LocalInterface[] = ['2001:db8:1::1', 'fd00:1::1', 'fe80::1%eth0'].map(address => ({
	name: 'eth0',
	family: 6,
	address,
	broadcast: undefined,
	prefix: 64,
	loopback: false,
	virtual: false,
}));
const HOSTS = [
	'10.0.0.9',
	'192.168.1.9',
	'fd00::9',
	'127.0.0.1',
	'::1',
	'169.254.1.9',
	'fe80::9',
	'8.8.8.8',
	'2001:db8::9',
	'2001:DB8:1:0::9',
	'x',
];

function believed(reporter: string): string[] {
	const named = {peer: fakePeerId(9), addresses: HOSTS.map(host => ({host, port: 9}))};
	return dialableAddresses({remoteAddress: reporter} as PeerLink, named, INTERFACES).map(({host}) => host);
}

test('of the addresses that a peer on another computer reports, only private addresses, and IPv6 addresses in a prefix of this computer, may be dialled', () => {
	expect(believed('10.0.0.1')).toEqual(['10.0.0.9', '192.168.1.9', 'fd00::9', '2001:db8:1::9']);
});

test('of the texts that a peer reports as addresses, only IP addresses without a zone may be dialled', () => {
	const texts = [
		'127.0.0.1%a.example',
		'10.0.0.1%b.example',
		'fd00:c.example',
		'::ffff:10.0.0.1%d.example',
		'fc00:%e.example',
		'plain.example',
		'192.168.0.1.example',
		'0x7f.1',
		'2130706433',
		'127.1',
		'010.0.0.1',
		'localhost',
		'fd00::1%eth0',
		'10.0.0.7',
	];
	const named = {peer: fakePeerId(9), addresses: texts.map(host => ({host, port: 9}))};
	const dialable = dialableAddresses({remoteAddress: '127.0.0.1'} as PeerLink, named, INTERFACES);
	expect(dialable.map(({host}) => host)).toEqual(['10.0.0.7']);
});

test.each([0, PORT_WITHOUT_LISTENER])(
	'a peer that does not listen and says so by port %i is listed without an address',
	port => {
		const link = (named: number) =>
			({peer: fakePeerId(3), remoteAddress: '10.0.0.3', hello: {port: named}}) as unknown as PeerLink;
		expect(addedMessages([link(port)], [])[0]?.added).toEqual([{peer: fakePeerId(3), addresses: []}]);
		expect(addedMessages([link(9)], [])[0]?.added).toEqual([
			{peer: fakePeerId(3), addresses: [{host: '10.0.0.3', port: 9}]},
		]);
	},
);

test('a reported address with the port of a peer that does not listen is not dialled', () => {
	const addresses = [PORT_WITHOUT_LISTENER, 9].map(port => ({host: '10.0.0.9', port}));
	const reporter = {remoteAddress: '10.0.0.1'} as PeerLink;
	expect(dialableAddresses(reporter, {peer: fakePeerId(9), addresses}, [])).toEqual([{host: '10.0.0.9', port: 9}]);
});

test('loopback addresses may be dialled if a peer on this computer reports them', () => {
	expect(believed('127.0.0.1')).toEqual(['10.0.0.9', '192.168.1.9', 'fd00::9', '127.0.0.1', '::1', '2001:db8:1::9']);
});

test.each([
	['fe80::3%eth0', false],
	['2001:db8:2::3', false],
	['fd00:2::3', false],
	['2001:db8:1::3', true],
	['fd00:1::3', true],
	['10.9.9.9', true],
])('a peer at %s is listed (with this address: %s)', (remoteAddress, expected) => {
	const link = {peer: fakePeerId(3), remoteAddress, hello: {port: 9}} as unknown as PeerLink;
	const addresses = expected ? [{host: remoteAddress, port: 9}] : [];
	expect(addedMessages([link], INTERFACES)[0]?.added).toEqual([{peer: fakePeerId(3), addresses}]);
});
