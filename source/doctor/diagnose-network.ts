import type {InterfaceReport, NetworkReport, PathReport} from '../node/chat-node.js';
import {diagnoseEnvironment} from './diagnose-environment.js';
import {describeOwnRoom, diagnosePeers} from './diagnose-peers.js';
import {
	adviseAllowIncoming,
	cleanLine,
	connectedPeers,
	type DiagnosisContext,
	type Finding,
	type FindingLevel,
	isProblem,
	type StartFailure,
} from './finding.js';

const LEVEL_ORDER: Readonly<Record<FindingLevel, number>> = {error: 0, warn: 1, info: 2, ok: 3};
/** Before this, nobody had the time to answer. */
const CONCLUSIVE_AFTER_MS = 2400;

/** What is wrong with this network and what to do, most important first; never empty. Pure. */
export function diagnoseNetwork(report: NetworkReport, context: DiagnosisContext = {}): Finding[] {
	if (context.startFailure) return [diagnoseStart(context.startFailure)];
	const found = [
		...diagnoseInterfaces(report, context),
		...diagnosePeers(report, context),
		...diagnoseEnvironment(report),
	];
	const findings = found.some(isProblem) ? found : [...found, reportNoProblem(report, context)];
	return findings.sort((a, b) => LEVEL_ORDER[a.level] - LEVEL_ORDER[b.level]);
}

function diagnoseStart({protocol, port, code, text}: StartFailure): Finding {
	const flag = protocol === 'UDP' ? '--port' : '--tcp-port';
	const everywhere = protocol === 'UDP' ? ', the same on every computer' : '';
	if (code === 'EADDRINUSE') {
		return {
			code: 'port-taken',
			level: 'error',
			text: `${protocol} port ${port} is taken by another program on this computer that does not share it`,
			next: `end that program, or choose another port with ${flag}${everywhere}`,
		};
	}

	if (code === 'EACCES') {
		return {
			code: 'port-not-permitted',
			level: 'error',
			text: `${protocol} port ${port} is not for ordinary users`,
			next: `choose a port above 1023 with ${flag}${everywhere}`,
		};
	}

	return {code: 'cannot-start', level: 'error', text: `${protocol} port ${port} cannot be used: ${cleanLine(text)}`};
}

function reportNoProblem(report: NetworkReport, context: DiagnosisContext): Finding {
	const count = connectedPeers(report).length;
	if (count > 0) {
		const reached = count === 1 ? '1 peer is reached' : `${count} peers are reached`;
		return {code: 'all-well', level: 'ok', text: `all is well: ${reached} in room "${cleanLine(report.room)}"`};
	}

	if (report.loopbackOnly) {
		return {
			code: 'alone',
			level: 'ok',
			text: `nothing is broken, but nobody else on this computer was heard on UDP port ${report.udpPort}. ${describeOwnRoom(report)}`,
			next: 'start it in another terminal with the same --room, --port and secret; leave out --interface lo (or P2PCHAT_INTERFACE) to meet other computers',
		};
	}

	const early = report.listeningMs < CONCLUSIVE_AFTER_MS ? ' so far' : '';
	return {
		code: 'alone',
		level: 'ok',
		text: `nothing is broken here, but nobody else was heard on this network on UDP port ${report.udpPort}${early}: nobody runs p2pchat-ink there now, their firewall drops that port, or the network keeps devices apart (guest Wi-Fi often does). ${describeOwnRoom(report)}`,
		next: `start p2pchat-ink on another computer. If they still do not meet: run "npx p2pchat-ink doctor" there, ${adviseAllowIncoming('UDP', report.udpPort, context.platform)}, or name one of them: --peer HOST:PORT`,
	};
}

/** What goes out of this computer and comes back into it. */

/** An echo takes less than a millisecond; what was sent this long ago is back or lost. */
const ECHO_TIMEOUT_MS = 1000;
/** So many of one kind and none of the other: no accident. */
const MIN_PATH_EVIDENCE = 3;

export function diagnoseInterfaces(report: NetworkReport, context: DiagnosisContext): Finding[] {
	if (report.loopbackOnly) return [];
	const outside = report.interfaces.filter(one => !one.loopback);
	const real = outside.filter(one => !one.virtual);
	if (outside.length === 0) return [noInterface(report)];
	const candidates = real.length > 0 ? real : outside;
	const findings = candidates.flatMap(one => diagnoseInterface(one, report, context));
	return real.length > 0 ? findings : [...findings, onlyVirtual(outside, report)];
}

function noInterface(report: NetworkReport): Finding {
	return {
		code: 'no-interface',
		level: connectedPeers(report).length > 0 ? 'warn' : 'error',
		text: 'no network is up: this computer has no address but its own (loopback), so only programs on it can be found',
		next: 'plug the cable in or join the Wi-Fi; a running chat notices by itself. "ip addr" (Linux), "ifconfig" (macOS) or "ipconfig" (Windows) lists addresses',
	};
}

function onlyVirtual(outside: readonly InterfaceReport[], report: NetworkReport): Finding {
	const names = outside.map(one => `${cleanLine(one.name)} (${cleanLine(one.address)})`).join(', ');
	return {
		code: 'only-virtual',
		level: connectedPeers(report).length > 0 ? 'info' : 'warn',
		text: `only virtual networks are up: ${names}. They lead to containers, virtual machines or a VPN, not to the computers around you`,
		next: 'plug the cable in or join the Wi-Fi; or, when the others are behind the VPN, name one of them: --peer HOST:PORT',
	};
}

function diagnoseInterface(
	networkInterface: InterfaceReport,
	report: NetworkReport,
	context: DiagnosisContext,
): Finding[] {
	const name = `${cleanLine(networkInterface.name)} (${cleanLine(networkInterface.address)})`;
	const {broadcast, multicast} = networkInterface;
	if (broadcast.sent + multicast.sent === 0)
		return broadcast.failed > 0 ? [cannotSend(name, networkInterface, report)] : [];
	if (report.listeningMs < ECHO_TIMEOUT_MS) return [];
	if (networkInterface.echoes === 0 && networkInterface.heard === 0)
		return [filtered(name, networkInterface, report, context)];
	const isOneSided = (bad: PathReport, good: PathReport) =>
		(bad.echoes === 0 && bad.heard === 0 && good.echoes >= MIN_PATH_EVIDENCE) ||
		(bad.heard === 0 && good.heard >= MIN_PATH_EVIDENCE);
	if (isOneSided(broadcast, multicast)) return [pathFiltered('broadcast', 'multicast', name, broadcast)];
	if (isOneSided(multicast, broadcast)) return [pathFiltered('multicast', 'broadcast', name, multicast)];
	return [];
}

function cannotSend(name: string, {broadcast, multicast}: InterfaceReport, {udpPort}: NetworkReport): Finding {
	const why = cleanLine(broadcast.lastError ?? multicast.lastError ?? 'no reason given');
	return {
		code: 'cannot-send',
		level: 'error',
		text: `nothing can be sent on ${name}: ${why}`,
		next: `let "node" send to UDP port ${udpPort} in the firewall or VPN of this computer, or use another network: --interface NAME`,
	};
}

function filtered(
	name: string,
	networkInterface: InterfaceReport,
	{udpPort}: NetworkReport,
	{platform}: DiagnosisContext,
): Finding {
	return {
		code: 'filtered',
		level: 'error',
		text: `a firewall on this computer drops what comes in on UDP port ${udpPort}: ${networkInterface.beaconsSent} announcements went out on ${name} and not even our own came back, so nobody is ever found`,
		next: `${adviseAllowIncoming('UDP', udpPort, platform)}. Until then name one peer: --peer HOST:PORT`,
	};
}

function pathFiltered(
	bad: 'broadcast' | 'multicast',
	good: 'broadcast' | 'multicast',
	name: string,
	path: PathReport,
): Finding {
	const sent = path.sent === 0 && path.lastError !== undefined ? ` (${cleanLine(path.lastError)})` : '';
	return {
		code: `${bad}-filtered`,
		level: 'info',
		text: `${bad} does not get through on ${name}${sent}, ${good} does: that is enough to be found`,
	};
}
