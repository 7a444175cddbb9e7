/** The report and its verdicts as lines for people: of `doctor`, `/doctor` and the network pane. Pure. */
import {formatRoundTrip} from '../core/select-peers.js';
import type {DiscoverySource} from '../network/dial/candidate.js';
import type {InterfaceReport, NetworkReport, PeerReport} from '../node/chat-node.js';
import {diagnoseNetwork} from './diagnose-network.js';
import type {DiagnosisContext, Finding} from './finding.js';
import {cleanLine, formatPeer} from './finding.js';

const HEARD_BY_TEXTS: Readonly<Record<DiscoverySource, string>> = {
	broadcast: 'broadcast',
	multicast: 'multicast',
	answer: 'its answers',
	exchange: 'another peer',
	'peer-flag': '--peer',
	remembered: 'an earlier --peer',
};

/** What is done, heard and tried, then the verdicts. Every line is safe to draw. */
export function describeDiagnosis(report: NetworkReport, context: DiagnosisContext = {}): string[] {
	return [...describeReport(report, context), 'Verdict', ...diagnoseNetwork(report, context).flatMap(describeFinding)];
}

/** The verdicts alone, as `describeDoctor` ends. */
export function describeFinding({level, text, next}: Finding): string[] {
	const mark = {error: 'BROKEN', warn: 'WARNING', info: 'note', ok: 'ok'}[level];
	return [`  ${mark}: ${cleanLine(text)}.`, ...(next === undefined ? [] : [`    What to do: ${cleanLine(next)}.`])];
}

/** All but the verdicts. */
export function describeReport(report: NetworkReport, context: DiagnosisContext = {}): string[] {
	if (context.startFailure) return [];
	const {udpPort, tcpPort, room, hasSecret, listeningMs} = report;
	const tcp = context.isProbe
		? `TCP ${tcpPort} for this look (a chat takes any free one unless --tcp-port says which)`
		: `TCP ${tcpPort} for the connections`;
	const lines = [
		`Room "${cleanLine(room)}", ${hasSecret ? 'with a secret' : 'without a secret: anybody here may join'}`,
		`Ports: UDP ${udpPort} to find each other, ${tcp}; listening for ${Math.round(listeningMs / 1000)} s`,
		'',
		'Networks of this computer',
	];
	if (report.interfaces.length === 0) lines.push('  none');
	for (const networkInterface of report.interfaces) lines.push(...describeInterface(networkInterface));
	lines.push('', 'Peers');
	if (report.peers.length === 0) lines.push(`  nobody of this room was heard${describeForeignNodes(report)}`);
	for (const peer of report.peers) lines.push(...describePeer(peer));
	lines.push('');
	return lines;
}

function describeForeignNodes({strangers, otherVersions}: NetworkReport): string {
	return strangers + otherVersions === 0 ? '' : `; of others: ${strangers + otherVersions}`;
}

function describeInterface(networkInterface: InterfaceReport): string[] {
	const kind = networkInterface.loopback ? ', this computer only' : networkInterface.virtual ? ', virtual' : '';
	const lines = [
		`  ${cleanLine(networkInterface.name)} ${cleanLine(networkInterface.address)}/${networkInterface.prefix}${kind}`,
	];
	for (const [word, path] of [
		['broadcast', networkInterface.broadcast] as const,
		['multicast', networkInterface.multicast] as const,
	]) {
		const failed = path.failed > 0 ? `, failed ${path.failed} (${cleanLine(path.lastError ?? 'no reason given')})` : '';
		lines.push(
			`    ${word} ${cleanLine(path.destination)}: sent ${path.sent}${failed}, own heard back ${path.echoes}, others of this room heard ${path.heard}`,
		);
	}

	return lines;
}

function describePeer(peer: PeerReport): string[] {
	const others = peer.addresses.slice(1).map(cleanLine);
	const heard = peer.heardBy.map(by => HEARD_BY_TEXTS[by]);
	const parts = [
		describeState(peer),
		...(heard.length > 0 ? [`known by ${heard.join(', ')}`] : []),
		...(others.length > 0 ? [`also at ${others.join(', ')}`] : []),
		...(peer.version === undefined ? [] : [`version ${cleanLine(peer.version)}`]),
		...(peer.roundTripMs === undefined ? [] : [`answers in ${formatRoundTrip(peer.roundTripMs)}`]),
		...(peer.clockOffsetMs === undefined ? [] : [`clock ${describeSeconds(peer.clockOffsetMs)}`]),
		...(peer.queuedBytes ? [`${peer.queuedBytes} bytes waiting`] : []),
	];
	const lines = [`  ${formatPeer(peer)}: ${parts.join('; ')}`];
	if (peer.lastError !== undefined) lines.push(`    last error: ${cleanLine(peer.lastError)}`);
	return lines;
}

function describeState({connected, direction, reachesUs, connectMs, lastError}: PeerReport): string {
	if (!connected) return lastError === undefined ? 'not tried yet' : 'NOT reached';
	const time = connectMs === undefined ? '' : ` in ${round(connectMs)} ms`;
	const state = direction === 'accepted' ? 'it connected to us' : `we connected to it${time}`;
	if (reachesUs === undefined || direction === 'accepted') return state;
	return `${state}, ${reachesUs ? 'it reaches us too' : 'it did not reach us'}`;
}

const round = (ms: number) => (ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms));

/** "+0.2 s": theirs minus ours; "0.0 s" has no sign. */
function describeSeconds(ms: number): string {
	const seconds = Math.abs(ms / 1000).toFixed(1);
	const sign = Number(seconds) === 0 ? '' : ms < 0 ? '-' : '+';
	return `${sign}${seconds} s`;
}
