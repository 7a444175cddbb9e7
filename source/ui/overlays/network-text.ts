/** The network pane: what was sent, heard and tried, in plain words. Pure over a report. */
import type {InterfaceReport, NetworkReport, PeerReport} from '../../session/session.js';
import {cleanLine} from '../layout/clean-for-screen.js';

export function networkText(report: NetworkReport): string[] {
	const lines = [`Discovery on UDP port ${report.udpPort}; connections on TCP port ${report.tcpPort}.`, ''];
	lines.push('Interfaces');
	if (report.interfaces.length === 0) lines.push('  none is up: is the network on?');
	for (const item of report.interfaces) lines.push(...interfaceText(item));
	lines.push('', 'Peers');
	if (report.peers.length === 0) lines.push('  nobody was heard');
	for (const peer of report.peers) lines.push(...peerText(peer));
	lines.push('', ...countText(report));
	return lines;
}

function interfaceText(item: InterfaceReport): string[] {
	const kind = item.loopback ? ', this computer only' : item.virtual ? ', virtual' : '';
	const lines = [
		`  ${cleanLine(item.name)} ${cleanLine(item.address)}${kind}: announced ${item.beaconsSent} times` +
			`${item.beaconsFailed > 0 ? ` (${item.beaconsFailed} failed)` : ''}, heard ourselves ${item.echoes}, others ${item.heard}`,
	];
	if (item.lastError) lines.push(`    last error: ${cleanLine(item.lastError)}`);
	return lines;
}

const HEARD = {
	broadcast: 'heard by broadcast',
	multicast: 'heard by multicast',
	answer: 'it answers us',
	'peer-flag': 'named by --peer or /peer',
	remembered: 'named before',
	exchange: 'named by another peer',
};

function peerText(peer: PeerReport): string[] {
	const name = cleanLine(peer.name ?? peer.peer?.slice(0, 8) ?? 'unknown');
	const state = peer.connected ? `connected${peer.direction ? `, ${peer.direction}` : ''}` : 'not connected';
	const time = peer.roundTripMs === undefined ? '' : `, ${Math.round(peer.roundTripMs)} ms`;
	const queued = peer.queuedBytes ? `, ${peer.queuedBytes} bytes waiting` : '';
	const lines = [
		`  ${name} at ${peer.addresses.map(cleanLine).join(', ') || 'no known address'}: ${state}${time}${queued}` +
			`${peer.heardBy.length > 0 ? `; ${peer.heardBy.map(by => HEARD[by]).join(', ')}` : ''}`,
	];
	if (peer.lastError) lines.push(`    last error: ${cleanLine(peer.lastError)}`);
	return lines;
}

function countText(report: NetworkReport): string[] {
	const lines: string[] = [];
	if (report.strangers > 0) lines.push(`${report.strangers} nodes here are in another room or use another secret.`);
	if (report.otherVersions > 0)
		lines.push(`${report.otherVersions} beacons came from another version of this program: update one side.`);
	if (report.refusedConnections > 0)
		lines.push(
			`${report.refusedConnections} connections were refused before they were encrypted (a wrong secret, or a scan).`,
		);
	lines.push('p2pchat-ink doctor checks more, outside of the chat.');
	return lines;
}
