/** Formats a network report and its findings as lines of text, for `doctor`, `/doctor` and the network pane. Pure. */

import {formatRoundTrip} from '../core/select-peers.js';
import {cleanLine} from '../core/text.js';
import type {DiscoverySource} from '../network/dial/candidate.js';
import {isIpv6} from '../network/ip-address.js';
import type {InterfaceReport} from '../node/interface-report.js';
import type {NetworkReport, PeerReport} from '../node/network-report.js';
import {diagnoseNetwork} from './diagnose-network.js';
import {type DiagnosisContext, type Finding, formatPeer} from './finding.js';

const HEARD_BY_TEXTS: Readonly<Record<DiscoverySource, string>> = {
	broadcast: 'broadcast',
	multicast: 'multicast',
	answer: 'its answers',
	exchange: 'another peer',
	'peer-flag': '--peer',
	remembered: 'an earlier --peer',
};

/** Formats the report, then the findings. No line contains control characters. */
export function describeDiagnosis(report: NetworkReport, context: DiagnosisContext = {}): string[] {
	return [...describeReport(report, context), 'Findings', ...diagnoseNetwork(report, context).flatMap(describeFinding)];
}

/** Formats a finding as one line, and a second line if there is advice on what to do. */
export function describeFinding({level, text, next}: Finding): string[] {
	const mark = {error: 'ERROR', warn: 'WARNING', info: 'Note', ok: 'OK'}[level];
	return [`  ${mark}: ${cleanLine(text)}`, ...(next === undefined ? [] : [`    What to do: ${cleanLine(next)}`])];
}

/** Formats the report without the findings. The result is empty if the node could not start. */
export function describeReport(report: NetworkReport, context: DiagnosisContext = {}): string[] {
	if (context.startFailure) return [];
	const {udpPort, tcpPort, room, hasSecret, listeningMs} = report;
	const tcp = context.isProbe
		? `TCP ${tcpPort} for this check (a chat uses any free port unless --tcp-port sets one)`
		: `TCP ${tcpPort} for connections`;
	const lines = [
		`Room "${cleanLine(room)}", ${hasSecret ? 'with a secret' : 'without a secret: anybody in this network can join'}`,
		`Ports: UDP ${udpPort} for discovery, ${tcp}; listening for ${Math.round(listeningMs / 1000)} s`,
		'',
		'Network interfaces',
	];
	if (report.interfaces.length === 0) lines.push('  None');
	for (const networkInterface of report.interfaces) lines.push(...describeInterface(networkInterface));
	lines.push('', `Peers${countPeers(report.peers)}`);
	if (report.peers.length === 0) lines.push(`  No peer of this room was found${describeForeignNodes(report)}`);
	for (const peer of report.peers) lines.push(...describePeer(peer));
	lines.push('');
	return lines;
}

/**
 * Text after the word `Peers` in its heading, for example `: 2 connected, 1 not connected`; empty for no peers. The
 * report does not contain peers that have left.
 */
function countPeers(peers: readonly PeerReport[]): string {
	if (peers.length === 0) return '';
	const connected = peers.filter(peer => peer.connected).length;
	const rest = peers.length - connected;
	return `: ${connected} connected${rest > 0 ? `, ${rest} not connected` : ''}`;
}

function describeForeignNodes({strangers, otherVersions}: NetworkReport): string {
	const count = strangers + otherVersions;
	return count === 0 ? '' : `; ${count === 1 ? '1 other node is' : `${count} other nodes are`} nearby`;
}

function describeInterface(networkInterface: InterfaceReport): string[] {
	const remark = networkInterface.loopback ? ', this computer only' : networkInterface.virtual ? ', virtual' : '';
	const isSilent = networkInterface.broadcast.destination === '' && !isIpv6(networkInterface.address);
	const range = isSilent ? ', cannot broadcast' : '';
	const lines = [
		`  ${cleanLine(networkInterface.name)} ${cleanLine(networkInterface.address)}/${networkInterface.prefix}${remark}${range}`,
	];
	for (const [kind, path] of [
		['broadcast', networkInterface.broadcast] as const,
		['multicast', networkInterface.multicast] as const,
	]) {
		if (path.destination === '') continue;
		const failed = path.failed > 0 ? `, failed ${path.failed} (${cleanLine(path.lastError ?? 'no reason given')})` : '';
		lines.push(
			`    ${kind} ${cleanLine(path.destination)}: sent ${path.sent}${failed}, own received back ${path.echoes}, received from others ${path.heard}`,
		);
	}

	return lines;
}

function describePeer(peer: PeerReport): string[] {
	const others = peer.addresses.slice(1).map(address => cleanLine(address));
	const sources = peer.heardBy.map(by => HEARD_BY_TEXTS[by]);
	const parts = [
		describeState(peer),
		...(sources.length > 0 ? [`found by ${sources.join(', ')}`] : []),
		...(others.length > 0 ? [`also at ${others.join(', ')}`] : []),
		...(peer.version === undefined ? [] : [`version ${cleanLine(peer.version)}`]),
		...(peer.roundTripMs === undefined ? [] : [`answers in ${formatRoundTrip(peer.roundTripMs)}`]),
		...(peer.clockOffsetMs === undefined ? [] : [`clock ${describeSeconds(peer.clockOffsetMs)}`]),
		...(peer.queuedBytes ? [`${peer.queuedBytes} bytes queued`] : []),
	];
	const lines = [`  ${formatPeer(peer)}: ${parts.join('; ')}`];
	if (peer.lastError !== undefined) lines.push(`    last error: ${cleanLine(peer.lastError)}`);
	return lines;
}

function describeState({connected, direction, reachesUs, connectMs, lastError}: PeerReport): string {
	if (!connected) return lastError === undefined ? 'not tried yet' : 'NOT reachable';
	const time = connectMs === undefined ? '' : ` in ${round(connectMs)} ms`;
	const state = direction === 'accepted' ? 'it connected to this node' : `connected${time}`;
	if (reachesUs === undefined || direction === 'accepted') return state;
	return `${state}, ${reachesUs ? 'it reaches this node too' : 'it did not reach this node'}`;
}

const round = (ms: number) => (ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms));

/** Formats a clock offset (clock of the peer minus ours) as "+0.2 s". "0.0 s" has no sign. */
function describeSeconds(ms: number): string {
	const seconds = Math.abs(ms / 1000).toFixed(1);
	const sign = Number(seconds) === 0 ? '' : ms < 0 ? '-' : '+';
	return `${sign}${seconds} s`;
}
