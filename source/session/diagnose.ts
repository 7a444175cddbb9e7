import {nameOf} from '../core/select-peers.js';
import type {Beacon} from '../network/beacon.js';
import type {Dialler} from '../network/dialler.js';
import type {Discovery} from '../network/discovery.js';
import type {Mesh} from '../network/mesh.js';
import {isInSubnet} from '../network/subnets.js';
import type {Transport} from '../network/transport.js';
import type {InterfaceReport, NetworkReport, PeerReport, SelfInfo} from './session.js';
import type {Store} from './store.js';

export interface DiagnosisSources {
	readonly beacon: Beacon;
	readonly transport: Transport;
	readonly dialler: Dialler;
	readonly mesh: Mesh;
	readonly discovery: Discovery | undefined;
	readonly info: SelfInfo | undefined;
	readonly store: Store;
}

/** What the doctor and the network pane show, as of now. */
export function diagnose(sources: DiagnosisSources): NetworkReport {
	const {discovery, info, transport} = sources;
	return {
		interfaces: sources.beacon.interfaces().map(one => reportInterface(one, sources)),
		peers: reportPeers(sources),
		udpPort: info?.udpPort ?? 0,
		tcpPort: info?.tcpPort ?? 0,
		strangers: discovery?.strangers() ?? 0,
		otherVersions: discovery?.otherVersions() ?? 0,
		refusedConnections: transport.refused,
	};
}

function reportInterface(one: ReturnType<Beacon['interfaces']>[number], sources: DiagnosisSources): InterfaceReport {
	const counters = sources.beacon.counters().filter(counter => counter.address === one.address);
	const sum = (counts: Iterable<readonly [string, number]>) => {
		let total = 0;
		for (const [address, count] of counts) if (isInSubnet(address, one.address, one.prefix)) total += count;
		return total;
	};
	const lastError = counters.find(counter => counter.lastError !== undefined)?.lastError;
	return {
		name: one.name,
		address: one.address,
		loopback: one.loopback,
		virtual: one.virtual,
		beaconsSent: counters.reduce((total, counter) => total + counter.sent, 0),
		beaconsFailed: counters.reduce((total, counter) => total + counter.failed, 0),
		echoes: sum(sources.discovery?.echoes() ?? []),
		heard: sum(sources.discovery?.heardFrom() ?? []),
		...(lastError === undefined ? {} : {lastError}),
	};
}

function reportPeers({dialler, mesh, store}: DiagnosisSources): PeerReport[] {
	const state = store.getState();
	const reports = new Map<string, PeerReport>();
	for (const {peer, addresses, heardBy, lastError} of dialler.reports()) {
		reports.set(peer ?? addresses.map(one => `${one.host}:${one.port}`).join(), {
			addresses: addresses.map(({host, port}) => `${host}:${port}`),
			heardBy,
			connected: false,
			...(peer === undefined ? {} : {peer, name: nameOf(state, peer)}),
			...(lastError === undefined ? {} : {lastError}),
		});
	}

	for (const link of mesh.links()) {
		const known = reports.get(link.peer);
		const {roundTripMs, clockOffsetMs} = link;
		reports.set(link.peer, {
			peer: link.peer,
			name: nameOf(state, link.peer),
			addresses: known?.addresses ?? [`${link.remoteAddress}:${link.hello.port}`],
			heardBy: known?.heardBy ?? [],
			connected: true,
			direction: link.dialled ? 'dialled' : 'accepted',
			version: link.hello.program,
			queuedBytes: link.queuedBytes,
			...(roundTripMs === undefined ? {} : {roundTripMs}),
			...(clockOffsetMs === undefined ? {} : {clockOffsetMs}),
		});
	}

	return [...reports.values()];
}
