/** What goes out of this computer and comes back into it. */
import type {InterfaceReport, NetworkReport, PathReport} from '../session.js';
import {allowIncoming} from './firewall-advice.js';
import {cleanLine, connectedPeers} from './name-peers.js';
import type {DoctorFacts, Verdict} from './verdict.js';

/** An echo takes less than a millisecond; what was sent this long ago is back or lost. */
const ECHO_AFTER_MS = 1000;
/** So many of one kind and none of the other: no accident. */
const ENOUGH = 3;

export function judgeInterfaces(report: NetworkReport, facts: DoctorFacts): Verdict[] {
	if (report.loopbackOnly) return [];
	const outside = report.interfaces.filter(one => !one.loopback);
	const real = outside.filter(one => !one.virtual);
	if (outside.length === 0) return [noInterface(report)];
	const judged = real.length > 0 ? real : outside;
	const verdicts = judged.flatMap(one => judgeOne(one, report, facts));
	return real.length > 0 ? verdicts : [...verdicts, onlyVirtual(outside, report)];
}

function noInterface(report: NetworkReport): Verdict {
	return {
		code: 'no-interface',
		level: connectedPeers(report).length > 0 ? 'warn' : 'error',
		text: 'no network is up: this computer has no address but its own (loopback), so only programs on it can be found',
		next: 'plug the cable in or join the Wi-Fi; a running chat notices by itself. "ip addr" (Linux), "ifconfig" (macOS) or "ipconfig" (Windows) lists addresses',
	};
}

function onlyVirtual(outside: readonly InterfaceReport[], report: NetworkReport): Verdict {
	const names = outside.map(one => `${cleanLine(one.name)} (${cleanLine(one.address)})`).join(', ');
	return {
		code: 'only-virtual',
		level: connectedPeers(report).length > 0 ? 'info' : 'warn',
		text: `only virtual networks are up: ${names}. They lead to containers, virtual machines or a VPN, not to the computers around you`,
		next: 'plug the cable in or join the Wi-Fi; or, when the others are behind the VPN, name one of them: --peer HOST:PORT',
	};
}

function judgeOne(one: InterfaceReport, report: NetworkReport, facts: DoctorFacts): Verdict[] {
	const name = `${cleanLine(one.name)} (${cleanLine(one.address)})`;
	const {broadcast, multicast} = one;
	if (broadcast.sent + multicast.sent === 0) return broadcast.failed > 0 ? [cannotSend(name, one, report)] : [];
	if (report.listeningMs < ECHO_AFTER_MS) return [];
	if (one.echoes === 0 && one.heard === 0) return [filtered(name, one, report, facts)];
	const lame = (bad: PathReport, good: PathReport) =>
		(bad.echoes === 0 && bad.heard === 0 && good.echoes >= ENOUGH) || (bad.heard === 0 && good.heard >= ENOUGH);
	if (lame(broadcast, multicast)) return [oneWay('broadcast', 'multicast', name, broadcast)];
	if (lame(multicast, broadcast)) return [oneWay('multicast', 'broadcast', name, multicast)];
	return [];
}

function cannotSend(name: string, {broadcast, multicast}: InterfaceReport, {udpPort}: NetworkReport): Verdict {
	const why = cleanLine(broadcast.lastError ?? multicast.lastError ?? 'no reason given');
	return {
		code: 'cannot-send',
		level: 'error',
		text: `nothing can be sent on ${name}: ${why}`,
		next: `let "node" send to UDP port ${udpPort} in the firewall or VPN of this computer, or use another network: --interface NAME`,
	};
}

function filtered(name: string, one: InterfaceReport, {udpPort}: NetworkReport, {platform}: DoctorFacts): Verdict {
	return {
		code: 'filtered',
		level: 'error',
		text: `a firewall on this computer drops what comes in on UDP port ${udpPort}: ${one.beaconsSent} announcements went out on ${name} and not even our own came back, so nobody is ever found`,
		next: `${allowIncoming('UDP', udpPort, platform)}. Until then name one peer: --peer HOST:PORT`,
	};
}

function oneWay(
	bad: 'broadcast' | 'multicast',
	good: 'broadcast' | 'multicast',
	name: string,
	path: PathReport,
): Verdict {
	const sent = path.sent === 0 && path.lastError !== undefined ? ` (${cleanLine(path.lastError)})` : '';
	return {
		code: `${bad}-filtered`,
		level: 'info',
		text: `${bad} does not get through on ${name}${sent}, ${good} does: that is enough to be found`,
	};
}
