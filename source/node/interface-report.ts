/**
 * Report about the network interfaces of this computer: how many beacons were sent and received on each. It is a part
 * of the network report.
 */
import type {Beacon} from '../network/discovery/beacon.js';
import {beaconGroup} from '../network/discovery/beacon-sender.js';
import type {BeaconStats, RouteCounts} from '../network/discovery/beacon-stats.js';
import {announcingAddresses} from '../network/discovery/local-interfaces.js';
import {isInSubnet} from '../network/ip-address.js';

/** Numbers of beacons on one interface that were sent in one way, by broadcast or by multicast. */
export interface PathReport {
	/** Broadcast or multicast address; empty if no beacon is sent this way. */
	readonly destination: string;
	readonly sent: number;
	readonly failed: number;
	/** Number of beacons of this node that came back to it. */
	readonly echoes: number;
	/** Number of beacons that arrived from other nodes of this room. */
	readonly heard: number;
	readonly lastError?: string;
}

export interface InterfaceReport {
	readonly name: string;
	readonly address: string;
	/** Length of the prefix of the subnet, in bits. */
	readonly prefix: number;
	readonly loopback: boolean;
	readonly virtual: boolean;
	readonly beaconsSent: number;
	readonly beaconsFailed: number;
	/** Number of beacons of this node that came back to it. */
	readonly echoes: number;
	/** Number of beacons, including answers to beacons, that arrived from other nodes in this subnet. */
	readonly heard: number;
	readonly broadcast: PathReport;
	readonly multicast: PathReport;
	readonly lastError?: string;
}

export function reportInterfaceFailure(beacon: Beacon): {readonly interfaceFailure?: string} {
	const failure = beacon.interfaceFailure?.();
	return failure === undefined ? {} : {interfaceFailure: failure};
}

export function reportInterfaces(beacon: Beacon, beaconStats: BeaconStats): InterfaceReport[] {
	const announcing = announcingAddresses(beacon.interfaces());
	return beacon.interfaces().map(networkInterface => {
		const isIpv6Sender = networkInterface.family === 6 && announcing.includes(networkInterface);
		const planned = {
			broadcast: networkInterface.broadcast ?? '',
			multicast: isIpv6Sender ? beaconGroup(networkInterface) : '',
		};
		const sum = (counts: Iterable<readonly [string, RouteCounts]>) => {
			const total = {broadcast: 0, multicast: 0, answer: 0};
			for (const [address, {broadcast, multicast, answer}] of counts) {
				if (!isInSubnet(address, networkInterface.address, networkInterface.prefix)) continue;
				total.broadcast += broadcast;
				total.multicast += multicast;
				total.answer += answer;
			}

			return total;
		};
		const echoes = sum(beaconStats.echoesBySource());
		const heard = sum(beaconStats.beaconsBySource());
		const path = (kind: 'broadcast' | 'multicast'): PathReport => {
			const counter = beacon
				.counters()
				.find(found => found.address === networkInterface.address && found.kind === kind);
			return {
				destination: counter?.destination ?? planned[kind],
				sent: counter?.sent ?? 0,
				failed: counter?.failed ?? 0,
				echoes: echoes[kind],
				heard: heard[kind],
				...(counter?.lastError !== undefined && {lastError: counter.lastError}),
			};
		};
		const [broadcast, multicast] = [path('broadcast'), path('multicast')];
		const lastError = broadcast.lastError ?? multicast.lastError;
		return {
			name: networkInterface.name,
			address: networkInterface.address,
			prefix: networkInterface.prefix,
			loopback: networkInterface.loopback,
			virtual: networkInterface.virtual,
			beaconsSent: broadcast.sent + multicast.sent,
			beaconsFailed: broadcast.failed + multicast.failed,
			echoes: echoes.broadcast + echoes.multicast,
			heard: heard.broadcast + heard.multicast + heard.answer,
			broadcast,
			multicast,
			...(lastError !== undefined && {lastError}),
		};
	});
}
