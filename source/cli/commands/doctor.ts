/**
 * `doctor`: what works and what does not on this network. It looks for a few seconds without joining the room
 * (session/doctor/probe.ts), so nobody sees it come or go.
 */
import {networkInterfaces} from 'node:os';
import wrapAnsi from 'wrap-ansi';
import {bytesToHex} from '../../codec/bytes.js';
import {UsageError} from '../../core/errors.js';
import {describeDiagnosis} from '../../doctor/describe-diagnosis.js';
import {diagnoseNetwork} from '../../doctor/diagnose-network.js';
import {type DiagnosisContext, isProblem} from '../../doctor/finding.js';
import {createProbe, type Probe} from '../../doctor/probe.js';
import {
	chooseInterfaces,
	describeMissing,
	isLoopbackOnly,
	listenHost,
} from '../../network/discovery/local-interfaces.js';
import {createUdpBeacon} from '../../network/discovery/udp-beacon.js';
import {systemRandom} from '../../network/system-clock.js';
import {createTlsTransport} from '../../network/transport/tls-transport.js';
import {resolveSystemDataDir} from '../../storage/data-dir.js';
import {readRememberedPeers} from '../../storage/remembered-peers.js';
import {readRoomKeys} from '../chat/open-node.js';
import {type CliContext, exitCodes} from '../context.js';
import {createExitRequest} from '../exit-request.js';
import {toJsonLine} from '../output/format-json.js';

const POLL_INTERVAL_MS = 100;

export async function runDoctor(context: CliContext): Promise<number> {
	const {output, options, version, stdout, printError} = context;
	const probe = await openProbe(context);
	const exitRequest = createExitRequest(output);
	try {
		const startFailure = await probe.start();
		if (!startFailure) {
			if (stdout.isTTY && options.mode !== 'json') printError('looking around for a few seconds …');
			await Promise.race([waitUntilSettled(probe, context), exitRequest.requested]);
		}

		const facts: DiagnosisContext = {platform: process.platform, isProbe: true, ...(startFailure && {startFailure})};
		const report = probe.report();
		const verdicts = diagnoseNetwork(report, facts);
		const ok = !verdicts.some(isProblem);
		if (options.mode === 'json') output.write(`${toJsonLine({type: 'doctor', ok, version, verdicts, report})}\n`);
		else
			output.write(
				`${wrapLines(describeDiagnosis(report, facts), stdout.isTTY ? stdout.columns : undefined).join('\n')}\n`,
			);
		await output.flush();
		return ok ? exitCodes.done : exitCodes.failed;
	} finally {
		await probe.stop();
		exitRequest.stop();
		context.stdin.destroy();
	}
}

async function openProbe(context: CliContext): Promise<Probe> {
	const {options, clock, debug} = context;
	const interfaceSelection = options.interfaces.length > 0 ? options.interfaces : undefined;
	const missingInterfaces = describeMissing(chooseInterfaces(interfaceSelection, networkInterfaces()));
	if (missingInterfaces !== undefined) throw new UsageError(`--interface: ${missingInterfaces}`);
	const keys = await readRoomKeys(context);
	const tag = bytesToHex(keys.tag);
	const rememberedPeers = readRememberedPeers(resolveSystemDataDir(options.dataDir).peers).peers.filter(
		peer => peer.room === tag,
	);
	const host = listenHost(interfaceSelection, networkInterfaces());
	const log = (line: string) => debug('network', line);
	return createProbe(
		{
			room: options.room,
			keys,
			loopbackOnly: isLoopbackOnly(interfaceSelection),
			targets: options.peers.length > 0 ? options.peers : rememberedPeers,
			targetsRemembered: options.peers.length === 0,
			udpPort: options.port,
			tcpPort: options.tcpPort,
		},
		{
			clock,
			random: systemRandom,
			debug,
			transport: createTlsTransport({
				psk: keys.psk,
				identity: keys.pskIdentity,
				port: options.tcpPort,
				clock,
				log,
				...(host !== undefined && {host}),
			}),
			beacon: createUdpBeacon({port: options.port, selection: interfaceSelection, clock, log}),
		},
	);
}

function waitUntilSettled(probe: Probe, {clock}: CliContext): Promise<void> {
	return new Promise(resolve => {
		const poll = () => (probe.isSettled() ? resolve() : void clock.after(POLL_INTERVAL_MS, poll));
		poll();
	});
}

/** Longer lines are hard to read, however wide the terminal is. */
const MAX_COLUMNS = 100;
const MIN_COLUMNS = 20;

/** Lines as they fit a terminal, each continued under its own indent. Anywhere else (undefined) they stay whole. */
export function wrapLines(lines: readonly string[], columns: number | undefined): string[] {
	if (columns === undefined) return [...lines];
	const width = Math.max(MIN_COLUMNS, Math.min(columns, MAX_COLUMNS));
	return lines.flatMap(line => {
		const indent = /^ */.exec(line)?.[0] ?? '';
		const first = wrapAnsi(line.slice(indent.length), width - indent.length - 2, {hard: true}).split('\n');
		return first.map((part, index) => (index === 0 ? indent : `${indent}  `) + part);
	});
}
