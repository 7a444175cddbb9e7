import {markOf} from '../core/label.js';
import {nameOf} from '../core/select-peers.js';
import type {Beacon} from '../network/beacon.js';
import type {Dialler, DialReport} from '../network/dialler.js';
import type {Discovery} from '../network/discovery.js';
import type {HeardCounts, HeardPeer, Hearing} from '../network/hearing.js';
import type {Mesh} from '../network/mesh.js';
import type {PeerLink} from '../network/peer-link.js';
import {isInSubnet} from '../network/subnets.js';
import type {Transport} from '../network/transport.js';
import type {InterfaceReport, NetworkReport, PathReport, PeerReport, SelfInfo} from './session.js';
import type {Store} from './store.js';

export interface DiagnosisSources {
	readonly beacon: Beacon;
	readonly transport: Transport;
	readonly dialler: Dialler;
	readonly mesh: Mesh;
	readonly discovery: Discovery | undefined;
	readonly info: SelfInfo | undefined;
	readonly store: Store;
	readonly room: string;
	readonly hasSecret: boolean;
	readonly loopbackOnly: boolean;
	/** Monotonic, ms. */
	readonly now: number;
	readonly startedAt: number;
	readonly clockCorrectionMs: number;
}

/** What the doctor and the network pane show, as of now. */
export function diagnose(sources: DiagnosisSources): NetworkReport {
	const {beacon, discovery, info, now, room, hasSecret, loopbackOnly, clockCorrectionMs} = sources;
	const hearing = discovery?.hearing;
	return {
		room,
		hasSecret,
		loopbackOnly,
		listeningMs: info ? now - sources.startedAt : 0,
		interfaces: reportInterfaces(beacon, hearing),
		peers: reportPeers(sources),
		udpPort: info?.udpPort ?? 0,
		tcpPort: info?.tcpPort ?? 0,
		...reportOthers(hearing, now),
		refusedConnections: sources.transport.refused,
		clockCorrectionMs,
	};
}

/** Who is there and not of our room; `now` in monotonic ms. */
export function reportOthers(
	hearing: Hearing | undefined,
	now: number,
): Pick<NetworkReport, 'strangers' | 'otherVersions' | 'otherVersionNumbers' | 'offLink'> {
	const versions = hearing?.otherVersions(now) ?? [];
	return {
		strangers: hearing?.strangers(now) ?? 0,
		otherVersions: versions.length,
		otherVersionNumbers: [...new Set(versions)].sort((a, b) => a - b),
		offLink: hearing?.offLinkAddresses(now) ?? [],
	};
}

export function reportInterfaces(beacon: Beacon, hearing: Hearing | undefined): InterfaceReport[] {
	return beacon.interfaces().map(one => {
		const sum = (counts: Iterable<readonly [string, HeardCounts]>) => {
			const total = {broadcast: 0, multicast: 0, answer: 0};
			for (const [address, {broadcast, multicast, answer}] of counts) {
				if (!isInSubnet(address, one.address, one.prefix)) continue;
				total.broadcast += broadcast;
				total.multicast += multicast;
				total.answer += answer;
			}

			return total;
		};
		const echoes = sum(hearing?.echoes() ?? []);
		const heard = sum(hearing?.heardFrom() ?? []);
		const path = (kind: 'broadcast' | 'multicast'): PathReport => {
			const counter = beacon.counters().find(found => found.address === one.address && found.kind === kind);
			return {
				destination: counter?.destination ?? (kind === 'broadcast' ? one.broadcast : ''),
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
			name: one.name,
			address: one.address,
			prefix: one.prefix,
			loopback: one.loopback,
			virtual: one.virtual,
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

function reportPeers(sources: DiagnosisSources): PeerReport[] {
	const reports = new Map<string, PeerReport>();
	for (const dial of sources.dialler.reports()) {
		const key = dial.peer ?? dial.addresses.map(one => `${one.host}:${one.port}`).join();
		reports.set(key, merge(reports.get(key), reportDial(dial, sources)));
	}

	for (const link of sources.mesh.links()) reports.set(link.peer, reportLink(link, reports.get(link.peer), sources));
	return [...reports.values()];
}

/** A `--peer` target and a beacon may lead to the same peer. */
function merge(known: PeerReport | undefined, more: PeerReport): PeerReport {
	if (!known) return more;
	return {
		...known,
		...more,
		addresses: [...new Set([...known.addresses, ...more.addresses])],
		heardBy: [...new Set([...known.heardBy, ...more.heardBy])],
	};
}

function lastHeard(heard: HeardPeer | undefined, now: number): Pick<PeerReport, 'lastHeardMs'> {
	return heard ? {lastHeardMs: Math.round(now - heard.at)} : {};
}

function reportDial(dial: DialReport, {store, discovery, info, now}: DiagnosisSources): PeerReport {
	const {peer, addresses, heardBy, lastFailure: failed} = dial;
	const isSelf = peer !== undefined && peer === info?.peer;
	const heard = peer === undefined ? undefined : discovery?.hearing.of(peer);
	const name = peer && (heard?.name ?? nameOf(store.getState(), peer));
	const mark = peer && markOf(store.getState(), peer);
	return {
		addresses: addresses.map(({host, port}) => `${host}:${port}`),
		heardBy: [...new Set([...(heard?.paths ?? []), ...heardBy])],
		connected: false,
		...lastHeard(heard, now),
		...(peer !== undefined && {peer}),
		...(name !== undefined && {name}),
		...(mark && {mark}),
		...(failed &&
			!isSelf && {
				lastError: `${failed.address.host}:${failed.address.port}: ${failed.text}`,
				lastFailure: {...failed.address, code: failed.code, text: failed.text},
			}),
	};
}

function reportLink(
	link: PeerLink,
	known: PeerReport | undefined,
	{store, discovery, now}: DiagnosisSources,
): PeerReport {
	const {roundTripMs, clockOffsetMs} = link;
	const heard = discovery?.hearing.of(link.peer);
	const mark = markOf(store.getState(), link.peer);
	return {
		...known,
		...lastHeard(heard, now),
		peer: link.peer,
		name: nameOf(store.getState(), link.peer),
		...(mark && {mark}),
		addresses: known?.addresses ?? [`${link.remoteAddress}:${link.hello.port}`],
		heardBy: known?.heardBy ?? heard?.paths ?? [],
		connected: true,
		direction: link.dialled ? 'dialled' : 'accepted',
		version: link.hello.program,
		queuedBytes: link.queuedBytes,
		...(roundTripMs !== undefined && {roundTripMs}),
		...(clockOffsetMs !== undefined && {clockOffsetMs}),
	};
}
