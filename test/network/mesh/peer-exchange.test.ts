import {expect, test} from 'vitest';
import type {PeerLink} from '../../../source/network/link/peer-link.js';
import {dialableAddresses} from '../../../source/network/mesh/peer-exchange.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';

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
	'x',
];

function believed(reporter: string): string[] {
	const named = {peer: fakePeerId(9), addresses: HOSTS.map(host => ({host, port: 9}))};
	return dialableAddresses({remoteAddress: reporter} as PeerLink, named).map(({host}) => host);
}

test('of the addresses that a peer on another computer reports, only private ones may be dialled', () => {
	expect(believed('10.0.0.1')).toEqual(['10.0.0.9', '192.168.1.9', 'fd00::9']);
});

test('loopback addresses may be dialled if a peer on this computer reports them', () => {
	expect(believed('127.0.0.1')).toEqual(['10.0.0.9', '192.168.1.9', 'fd00::9', '127.0.0.1', '::1']);
});
