/**
 * Diagnosis of a network report. The findings about a failed start and about the interfaces of this computer are in
 * this file, all others in diagnose-environment.ts and diagnose-peers.ts.
 */
import {cleanLine} from '../core/text.js';
import {isIpv6} from '../network/ip-address.js';
import {FIRST_UNPRIVILEGED_PORT} from '../network/socket-failure.js';
import type {InterfaceReport, PathReport} from '../node/interface-report.js';
import type {NetworkReport} from '../node/network-report.js';
import {diagnoseEnvironment} from './diagnose-environment.js';
import {describeOwnRoom, diagnosePeers} from './diagnose-peers.js';
import {
	adviseAllowIncoming,
	connectedPeers,
	type DiagnosisContext,
	type Finding,
	type FindingLevel,
	isProblem,
	type StartFailure,
} from './finding.js';

const LEVEL_ORDER: Readonly<Record<FindingLevel, number>> = {error: 0, warn: 1, info: 2, ok: 3};
/** Maximum time until peers answer the first beacons, ms. Before that time, silence proves nothing. */
const CONCLUSIVE_AFTER_MS = 2400;

/** Returns all findings about a report, the most important first. If there is no problem, one finding says so. Pure. */
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
	const isPrivileged = port > 0 && port < FIRST_UNPRIVILEGED_PORT;
	if (code === 'EADDRINUSE') {
		return {
			code: 'port-taken',
			level: 'error',
			text: `${protocol} port ${port} is used by another program on this computer that does not share it.`,
			next: `End that program, or choose another port with ${flag}${everywhere}.`,
		};
	}

	if (code === 'EACCES') {
		return {
			code: 'port-not-permitted',
			level: 'error',
			text: isPrivileged
				? `${protocol} port ${port} is reserved for privileged users.`
				: `The system forbids this program to use ${protocol} port ${port}.`,
			next: `Choose ${isPrivileged ? 'a port above 1023' : 'another port'} with ${flag}${everywhere}.`,
		};
	}

	return {code: 'cannot-start', level: 'error', text: `${protocol} port ${port} cannot be used: ${cleanLine(text)}.`};
}

function reportNoProblem(report: NetworkReport, context: DiagnosisContext): Finding {
	const count = connectedPeers(report).length;
	if (count > 0) {
		const peers = count === 1 ? '1 peer is' : `${count} peers are`;
		return {
			code: 'all-well',
			level: 'ok',
			text: `Everything works: ${peers} connected in room "${cleanLine(report.room)}".`,
		};
	}

	if (report.loopbackOnly) {
		return {
			code: 'alone',
			level: 'ok',
			text: `No problem was found, but no other node on this computer was heard on UDP port ${report.udpPort}. ${describeOwnRoom(report)}`,
			next: 'Start p2pchat-ink in another terminal with the same --room, --port and secret. To meet other computers, leave out --interface lo and P2PCHAT_INTERFACE.',
		};
	}

	const soFar = report.listeningMs < CONCLUSIVE_AFTER_MS ? ' so far' : '';
	return {
		code: 'alone',
		level: 'ok',
		text: `No problem was found on this computer, but no other node was heard on UDP port ${report.udpPort}${soFar}. Possible causes: nobody else runs p2pchat-ink in this network, firewalls on the other computers drop that port, or the network isolates its clients (guest Wi-Fi often does). ${describeOwnRoom(report)}`,
		next: `Start p2pchat-ink on another computer. If they do not find each other, run "npx p2pchat-ink doctor" there, or name one of them: --peer HOST:PORT. ${adviseAllowIncoming('UDP', report.udpPort, context.platform)}`,
	};
}

/**
 * Maximum time until this node receives its own beacon back, ms. After this time the beacon is taken to be lost.
 * Usually it comes back within a millisecond.
 */
const ECHO_TIMEOUT_MS = 1000;
/**
 * Minimum number of beacons received by one of the two paths, broadcast or multicast. If as many arrived by one path
 * and none by the other, the other path is blocked.
 */
const MIN_PATH_EVIDENCE = 3;

/** Returns findings about the interfaces: whether they send beacons, and whether our own beacons are received back. */
function diagnoseInterfaces(report: NetworkReport, context: DiagnosisContext): Finding[] {
	if (report.loopbackOnly) return [];
	if (report.interfaceFailure !== undefined) return [interfacesUnreadable(report, report.interfaceFailure)];
	const all = report.interfaces.filter(one => !one.loopback);
	if (all.length === 0) return [noInterface(report)];
	const outside = all.filter(canAnnounce);
	if (outside.length === 0) return [noBroadcast(all, report)];
	const real = outside.filter(one => !one.virtual);
	const candidates = real.length > 0 ? real : outside;
	const findings = candidates.flatMap(one => diagnoseInterface(one, candidates, report, context));
	return real.length > 0 ? findings : [...findings, onlyVirtual(outside, report)];
}

function noInterface(report: NetworkReport): Finding {
	return {
		code: 'no-interface',
		level: connectedPeers(report).length > 0 ? 'warn' : 'error',
		text: 'No network is up: this computer has only the loopback address, so no other computer can be found.',
		next: 'Plug in the cable or join the Wi-Fi; a running chat notices it. "ip addr" (Linux), "ifconfig" (macOS) or "ipconfig" (Windows) lists the addresses.',
	};
}

function interfacesUnreadable(report: NetworkReport, reason: string): Finding {
	return {
		code: 'interfaces-unreadable',
		level: connectedPeers(report).length > 0 ? 'warn' : 'error',
		text: `The system does not list the network interfaces of this computer: ${cleanLine(reason)}. Other computers are found only on interfaces that were listed before.`,
		next: 'Name another computer: --peer HOST:PORT',
	};
}

function noBroadcast(interfaces: readonly InterfaceReport[], report: NetworkReport): Finding {
	const names = interfaces.map(one => `${cleanLine(one.name)} (${cleanLine(one.address)})`).join(', ');
	return {
		code: 'no-broadcast',
		level: connectedPeers(report).length > 0 ? 'info' : 'warn',
		text: `${names} cannot broadcast, as is usual for a VPN. Other computers there are found only by their address.`,
		next: 'Name another computer: --peer HOST:PORT. One connection is enough to find all peers.',
	};
}

function onlyVirtual(outside: readonly InterfaceReport[], report: NetworkReport): Finding {
	const names = outside.map(one => `${cleanLine(one.name)} (${cleanLine(one.address)})`).join(', ');
	return {
		code: 'only-virtual',
		level: connectedPeers(report).length > 0 ? 'info' : 'warn',
		text: `Only virtual networks are up: ${names}. They lead to containers, virtual machines or a VPN, not to the computers around you.`,
		next: 'Plug in the cable or join the Wi-Fi. If the others are behind the VPN, name one of them: --peer HOST:PORT',
	};
}

/**
 * Whether beacons are sent from this address. On a VPN there are none: over IPv4 no beacon is sent, and IPv6 multicast
 * fails.
 */
function canAnnounce({broadcast, multicast, virtual}: InterfaceReport): boolean {
	if (broadcast.destination !== '') return true;
	return multicast.destination !== '' && !(virtual && multicast.sent === 0);
}

/**
 * The other address family (IPv4 or IPv6) of the same interface, if beacons arrive by it. Then peers are found although
 * the family of this address does not work.
 */
function findWorkingFamily(
	{name, address}: InterfaceReport,
	candidates: readonly InterfaceReport[],
): InterfaceReport | undefined {
	return candidates.find(
		one => one.name === name && isIpv6(one.address) !== isIpv6(address) && one.echoes + one.heard > 0,
	);
}

function familyFiltered({name, address}: InterfaceReport): Finding {
	const [bad, good] = isIpv6(address) ? ['IPv6', 'IPv4'] : ['IPv4', 'IPv6'];
	return {
		code: bad === 'IPv6' ? 'ipv6-filtered' : 'ipv4-filtered',
		level: 'info',
		text: `${bad} beacons do not get through on ${cleanLine(name)}, but ${good} beacons do. That is enough to find peers.`,
	};
}

function diagnoseInterface(
	networkInterface: InterfaceReport,
	candidates: readonly InterfaceReport[],
	report: NetworkReport,
	context: DiagnosisContext,
): Finding[] {
	const name = `${cleanLine(networkInterface.name)} (${cleanLine(networkInterface.address)})`;
	const {broadcast, multicast} = networkInterface;
	const isSilent = networkInterface.echoes === 0 && networkInterface.heard === 0;
	const isConclusive = broadcast.sent + multicast.sent === 0 || report.listeningMs >= ECHO_TIMEOUT_MS;
	if (isSilent && isConclusive && findWorkingFamily(networkInterface, candidates))
		return [familyFiltered(networkInterface)];
	if (broadcast.sent + multicast.sent === 0)
		return broadcast.failed + multicast.failed > 0 ? [cannotSend(name, networkInterface, report)] : [];
	if (report.listeningMs < ECHO_TIMEOUT_MS) return [];
	if (isSilent) return [filtered(name, networkInterface, report, context)];
	if (isIpv6(networkInterface.address)) return [];
	const isOneSided = (bad: PathReport, good: PathReport) =>
		(bad.echoes === 0 && bad.heard === 0 && good.echoes >= MIN_PATH_EVIDENCE) ||
		(bad.heard === 0 && good.heard >= MIN_PATH_EVIDENCE);
	if (isOneSided(broadcast, multicast)) return [pathFiltered('broadcast', 'multicast', name, broadcast)];
	if (isOneSided(multicast, broadcast)) return [pathFiltered('multicast', 'broadcast', name, multicast)];
	return [];
}

function cannotSend(name: string, {broadcast, multicast}: InterfaceReport, {udpPort}: NetworkReport): Finding {
	const reason = cleanLine(broadcast.lastError ?? multicast.lastError ?? 'no reason given');
	return {
		code: 'cannot-send',
		level: 'error',
		text: `Nothing can be sent on ${name}: ${reason}.`,
		next: `Allow "node" to send to UDP port ${udpPort} in the firewall or VPN of this computer, or use another network: --interface NAME`,
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
		text: `A firewall on this computer drops incoming datagrams on UDP port ${udpPort}: ${networkInterface.beaconsSent} beacons were sent on ${name} and not even our own were received back, so no peer can be found.`,
		next: `Name one peer (--peer HOST:PORT), or open the port. ${adviseAllowIncoming('UDP', udpPort, platform)}`,
	};
}

function pathFiltered(
	bad: 'broadcast' | 'multicast',
	good: 'broadcast' | 'multicast',
	name: string,
	path: PathReport,
): Finding {
	const reason = path.sent === 0 && path.lastError !== undefined ? ` (${cleanLine(path.lastError)})` : '';
	return {
		code: `${bad}-filtered`,
		level: 'info',
		text: `${bad === 'broadcast' ? 'Broadcast' : 'Multicast'} does not get through on ${name}${reason}, but ${good} does. That is enough to find peers.`,
	};
}
