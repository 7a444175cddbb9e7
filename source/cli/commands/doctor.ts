/**
 * `doctor`: probes the network for a few seconds and prints findings. It does not join the room, so no peer lists it.
 * If a keeper of the room runs on this computer, the measurements of the keeper are printed too.
 */
import wrapAnsi from 'wrap-ansi';
import {bytesToHex} from '../../codec/bytes.js';
import {cleanLine} from '../../core/text.js';
import {describeDiagnosis} from '../../doctor/describe-diagnosis.js';
import {diagnoseNetwork} from '../../doctor/diagnose-network.js';
import {type DiagnosisContext, type Finding, isProblem} from '../../doctor/finding.js';
import {createProbe, type Probe} from '../../doctor/probe.js';
import {systemRandom} from '../../network/system-clock.js';
import type {NetworkReport} from '../../node/network-report.js';
import {resolveSystemDataDir} from '../../storage/data-dir.js';
import {readRememberedPeers} from '../../storage/remembered-peers.js';
import {openKeeperOfRoom} from '../attach/open-keeper.js';
import {type CliContext, exitCodes} from '../context.js';
import {createExitRequest} from '../exit-request.js';
import {createNetworkAdapters} from '../network-adapters.js';
import {toJsonLine} from '../output/format-json.js';

const POLL_INTERVAL_MS = 100;

/** Resolves to the exit code: `failed` if a finding is a problem. */
export async function runDoctor(context: CliContext): Promise<number> {
	const {output, options, version, stdout, printError} = context;
	const {probe, tag} = await openProbe(context);
	const kept = readKeeper(context, tag).catch(() => undefined);
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
		const keeper = await kept;
		const ok = ![...findings, ...(keeper?.verdicts ?? [])].some(isProblem);
		if (options.mode === 'json')
			output.write(
				`${toJsonLine({type: 'doctor', ok, version, verdicts: findings, report, ...(keeper && {keeper})})}\n`,
			);
		else {
			const lines = [...describeDiagnosis(report, facts), ...(keeper ? describeKeeper(keeper) : [])];
			output.write(`${wrapLines(lines, stdout.isTTY ? stdout.columns : undefined).join('\n')}\n`);
		}
		await output.flush();
		return ok ? exitCodes.done : exitCodes.failed;
	} finally {
		await probe.stop();
		exitRequest.stop();
		context.stdin.destroy();
	}
}

/** What the keeper of the room on this computer has measured since its start. */
interface KeeperFacts {
	readonly name: string;
	readonly pid: number;
	readonly verdicts: readonly Finding[];
	readonly report: NetworkReport;
}

/**
 * Asks the keeper of the room for its measurements. Resolves to undefined if no keeper of the room runs on this computer.
 */
async function readKeeper(context: CliContext, tag: Uint8Array): Promise<KeeperFacts | undefined> {
	const keeper = await openKeeperOfRoom(context, tag, {onMessage() {}, onClosed() {}});
	if (!keeper) return undefined;
	const {connection, description, opened} = keeper;
	connection.end();
	const {report, self} = opened;
	const verdicts = diagnoseNetwork(report, {platform: process.platform});
	return {name: self.name ?? '', pid: description.pid, verdicts, report};
}

function describeKeeper({name, pid, report}: KeeperFacts): string[] {
	const title = `The keeper of this room on this computer: ${cleanLine(name)}, process ${pid}`;
	return ['', title, ...describeDiagnosis(report, {platform: process.platform})];
}

async function openProbe(context: CliContext): Promise<{probe: Probe; tag: Uint8Array}> {
	const {options, clock, debug} = context;
	const {keys, transport, beacon, loopbackOnly} = await createNetworkAdapters(context);
	const roomTag = bytesToHex(keys.tag);
	const {peers} = readRememberedPeers(resolveSystemDataDir(options.dataDir).peers);
	const probe = createProbe(
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
	return {probe, tag: keys.tag};
}

function waitUntilSettled(probe: Probe, {clock}: CliContext): Promise<void> {
	return new Promise(resolve => {
		const poll = () => (probe.isSettled() ? resolve() : void clock.after(POLL_INTERVAL_MS, poll));
		poll();
	});
}

/** Lines are wrapped at this column even on a wider terminal, because longer lines are hard to read. */
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
