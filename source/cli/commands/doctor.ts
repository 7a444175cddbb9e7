/** `doctor`: probes the network for a few seconds and prints findings. It does not join the room, so no peer lists it. */
import wrapAnsi from 'wrap-ansi';
import {bytesToHex} from '../../codec/bytes.js';
import {describeDiagnosis} from '../../doctor/describe-diagnosis.js';
import {diagnoseNetwork} from '../../doctor/diagnose-network.js';
import {type DiagnosisContext, isProblem} from '../../doctor/finding.js';
import {createProbe, type Probe} from '../../doctor/probe.js';
import {systemRandom} from '../../network/system-clock.js';
import {resolveSystemDataDir} from '../../storage/data-dir.js';
import {readRememberedPeers} from '../../storage/remembered-peers.js';
import {type CliContext, exitCodes} from '../context.js';
import {createExitRequest} from '../exit-request.js';
import {createNetworkAdapters} from '../network-adapters.js';
import {toJsonLine} from '../output/format-json.js';

const POLL_INTERVAL_MS = 100;

/** Resolves to the exit code: `failed` if a finding is a problem. */
export async function runDoctor(context: CliContext): Promise<number> {
	const {output, options, version, stdout, printError} = context;
	const probe = await openProbe(context);
	const exitRequest = createExitRequest(output);
	try {
		const startFailure = await probe.start();
		if (!startFailure) {
			if (stdout.isTTY && options.mode !== 'json') printError('Checking the network for a few seconds …');
			await Promise.race([waitUntilSettled(probe, context), exitRequest.requested]);
		}

		const facts: DiagnosisContext = {platform: process.platform, isProbe: true, ...(startFailure && {startFailure})};
		const report = probe.report();
		const findings = diagnoseNetwork(report, facts);
		const ok = !findings.some(isProblem);
		if (options.mode === 'json')
			output.write(`${toJsonLine({type: 'doctor', ok, version, verdicts: findings, report})}\n`);
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
	const {keys, transport, beacon, loopbackOnly} = await createNetworkAdapters(context);
	const roomTag = bytesToHex(keys.tag);
	const {peers} = readRememberedPeers(resolveSystemDataDir(options.dataDir).peers);
	return createProbe(
		{
			room: options.room,
			keys,
			loopbackOnly,
			targets: options.peers.length > 0 ? options.peers : peers.filter(({room}) => room === roomTag),
			targetsRemembered: options.peers.length === 0,
			udpPort: options.port,
			tcpPort: options.tcpPort,
		},
		{clock, random: systemRandom, debug, transport, beacon},
	);
}

function waitUntilSettled(probe: Probe, {clock}: CliContext): Promise<void> {
	return new Promise(resolve => {
		const poll = () => (probe.isSettled() ? resolve() : void clock.after(POLL_INTERVAL_MS, poll));
		poll();
	});
}

/** Lines are wrapped here even on a wider terminal, because longer lines are hard to read. */
const MAX_COLUMNS = 100;
const MIN_COLUMNS = 20;

/**
 * Wraps lines to `columns` and indents continuations by two more columns. If `columns` is undefined (no terminal), the
 * lines are not wrapped.
 */
export function wrapLines(lines: readonly string[], columns: number | undefined): string[] {
	if (columns === undefined) return [...lines];
	const width = Math.max(MIN_COLUMNS, Math.min(columns, MAX_COLUMNS));
	return lines.flatMap(line => {
		const indent = /^ */.exec(line)?.[0] ?? '';
		const first = wrapAnsi(line.slice(indent.length), width - indent.length - 2, {hard: true}).split('\n');
		return first.map((part, index) => (index === 0 ? indent : `${indent}  `) + part);
	});
}
