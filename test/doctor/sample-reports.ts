/** Sample network reports without a problem. Tests pass `changes` that add a problem. */
import type {PeerId} from '../../source/core/event.js';
import type {InterfaceReport, PathReport} from '../../source/node/interface-report.js';
import type {NetworkReport, PeerReport} from '../../source/node/network-report.js';

export function fakePeerId(byte: string): PeerId {
	return byte.repeat(32) as PeerId;
}

export function path(destination: string, changes: Partial<PathReport> = {}): PathReport {
	return {destination, sent: 5, failed: 0, echoes: 5, heard: 0, ...changes};
}

export function anInterface(changes: Partial<InterfaceReport> = {}): InterfaceReport {
	const broadcast = changes.broadcast ?? path('10.0.0.255');
	const multicast = changes.multicast ?? path('239.255.71.74');
	return {
		name: 'eth0',
		address: '10.0.0.1',
		prefix: 24,
		loopback: false,
		virtual: false,
		beaconsSent: broadcast.sent + multicast.sent,
		beaconsFailed: broadcast.failed + multicast.failed,
		echoes: broadcast.echoes + multicast.echoes,
		heard: broadcast.heard + multicast.heard,
		broadcast,
		multicast,
		...changes,
	};
}

export function anIpv6Interface(
	multicast: Partial<PathReport> = {},
	changes: Partial<InterfaceReport> = {},
): InterfaceReport {
	return anInterface({
		address: 'fe80::1%eth0',
		prefix: 64,
		broadcast: path('', {sent: 0, echoes: 0}),
		multicast: path('ff12::f032:7069', multicast),
		...changes,
	});
}

export function aPeer(changes: Partial<PeerReport> = {}): PeerReport {
	return {
		peer: fakePeerId('ab'),
		name: 'Carol',
		addresses: ['10.0.0.2:4000'],
		heardBy: ['broadcast', 'multicast', 'answer'],
		connected: true,
		direction: 'dialled',
		lastHeardMs: 1000,
		...changes,
	};
}

/** A peer whose beacons arrive and to which the newest dial failed. */
export function aFailure(code: string, text: string, changes: Partial<PeerReport> = {}): PeerReport {
	const {direction: _, ...peer} = aPeer();
	const [host = '', port = ''] = (changes.addresses?.[0] ?? '10.0.0.2:4000').split(':');
	const lastFailure = {host, port: Number(port), code, text};
	return {...peer, connected: false, lastFailure, lastError: `${host}:${port}: ${text}`, ...changes};
}

export const LOOPBACK: InterfaceReport = anInterface({
	name: 'lo',
	address: '127.0.0.1',
	prefix: 8,
	loopback: true,
	broadcast: path('127.255.255.255'),
});

export function aReport(changes: Partial<NetworkReport> = {}): NetworkReport {
	return {
		room: 'lan',
		hasSecret: false,
		loopbackOnly: false,
		listeningMs: 60_000,
		interfaces: [LOOPBACK, anInterface()],
		peers: [aPeer()],
		udpPort: 47_474,
		tcpPort: 50_123,
		strangers: 0,
		otherVersions: 0,
		otherVersionNumbers: [],
		offLink: [],
		refusedConnections: 0,
		clockCorrectionMs: 0,
		...changes,
	};
}
