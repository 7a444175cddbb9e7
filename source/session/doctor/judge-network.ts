import type {NetworkReport} from '../session.js';
import {allowIncoming} from './firewall-advice.js';
import {judgeInterfaces} from './judge-interfaces.js';
import {judgeOthers} from './judge-others.js';
import {judgePeers, ownRoom} from './judge-peers.js';
import {cleanLine, connectedPeers} from './name-peers.js';
import {type DoctorFacts, isBroken, type StartFailure, type Verdict, type VerdictLevel} from './verdict.js';

const RANK: Readonly<Record<VerdictLevel, number>> = {error: 0, warn: 1, info: 2, ok: 3};
/** Before this, nobody had the time to answer. */
const JUDGED_AFTER_MS = 2400;

/** What is wrong with this network and what to do, most important first; never empty. Pure. */
export function judgeNetwork(report: NetworkReport, facts: DoctorFacts = {}): Verdict[] {
	if (facts.startFailure) return [judgeStart(facts.startFailure)];
	const found = [...judgeInterfaces(report, facts), ...judgePeers(report, facts), ...judgeOthers(report)];
	const verdicts = found.some(isBroken) ? found : [...found, nothingBroken(report, facts)];
	return verdicts.sort((a, b) => RANK[a.level] - RANK[b.level]);
}

function judgeStart({protocol, port, code, text}: StartFailure): Verdict {
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

function nothingBroken(report: NetworkReport, facts: DoctorFacts): Verdict {
	const count = connectedPeers(report).length;
	if (count > 0) {
		const reached = count === 1 ? '1 peer is reached' : `${count} peers are reached`;
		return {code: 'all-well', level: 'ok', text: `all is well: ${reached} in room "${cleanLine(report.room)}"`};
	}

	if (report.loopbackOnly) {
		return {
			code: 'alone',
			level: 'ok',
			text: `nothing is broken, but nobody else on this computer was heard on UDP port ${report.udpPort}. ${ownRoom(report)}`,
			next: 'start it in another terminal with the same --room, --port and secret; leave out --interface lo (or P2PCHAT_INTERFACE) to meet other computers',
		};
	}

	const early = report.listeningMs < JUDGED_AFTER_MS ? ' so far' : '';
	return {
		code: 'alone',
		level: 'ok',
		text: `nothing is broken here, but nobody else was heard on this network on UDP port ${report.udpPort}${early}: nobody runs p2pchat-ink there now, their firewall drops that port, or the network keeps devices apart (guest Wi-Fi often does). ${ownRoom(report)}`,
		next: `start p2pchat-ink on another computer. If they still do not meet: run "npx p2pchat-ink doctor" there, ${allowIncoming('UDP', report.udpPort, facts.platform)}, or name one of them: --peer HOST:PORT`,
	};
}
