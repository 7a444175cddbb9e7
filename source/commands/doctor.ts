/**
 * `doctor`: what works and what does not on this network. It looks for a few seconds without joining the room
 * (session/doctor/probe.ts), so nobody sees it come or go.
 */
import {networkInterfaces} from 'node:os';
import {hexOf} from '../codec/bytes.js';
import {UsageError} from '../core/usage-error.js';
import {chooseInterfaces, describeMissing, isLoopbackOnly, listenHost} from '../network/local-interfaces.js';
import {systemRandom} from '../network/system-clock.js';
import {createTlsTransport} from '../network/tls-transport.js';
import {createUdpBeacon} from '../network/udp-beacon.js';
import {describeDoctor} from '../session/doctor/describe-doctor.js';
import {judgeNetwork} from '../session/doctor/judge-network.js';
import {createProbe, type Probe} from '../session/doctor/probe.js';
import {type DoctorFacts, isBroken} from '../session/doctor/verdict.js';
import {readRememberedPeers} from '../storage/remembered-peers.js';
import {type Context, exitCodes} from './context.js';
import {wrapLines} from './doctor-lines.js';
import {toJsonLine} from './format-json.js';
import {createLeaving} from './leaving.js';
import {parsePeerTarget, readKeys} from './open-node.js';
import {placesHere} from './places.js';

const LOOK_AGAIN_MS = 100;

export async function runDoctor(context: Context): Promise<number> {
	const {output, options, version, stdout, complain} = context;
	const probe = await openProbe(context);
	const leaving = createLeaving(output);
	try {
		const startFailure = await probe.start();
		if (!startFailure) {
			if (stdout.isTTY && options.mode !== 'json') complain('looking around for a few seconds …');
			await Promise.race([waitSettled(probe, context), leaving.asked]);
		}

		const facts: DoctorFacts = {platform: process.platform, looksOnly: true, ...(startFailure && {startFailure})};
		const report = probe.report();
		const verdicts = judgeNetwork(report, facts);
		const ok = !verdicts.some(isBroken);
		if (options.mode === 'json') output.write(`${toJsonLine({type: 'doctor', ok, version, verdicts, report})}\n`);
		else
			output.write(
				`${wrapLines(describeDoctor(report, facts), stdout.isTTY ? stdout.columns : undefined).join('\n')}\n`,
			);
		await output.flush();
		return ok ? exitCodes.done : exitCodes.failed;
	} finally {
		await probe.stop();
		leaving.stop();
		context.stdin.destroy();
	}
}

async function openProbe(context: Context): Promise<Probe> {
	const {options, clock, debug} = context;
	const selection = options.interfaces.length > 0 ? options.interfaces : undefined;
	const missing = describeMissing(chooseInterfaces(selection, networkInterfaces()));
	if (missing !== undefined) throw new UsageError(`--interface: ${missing}`);
	const keys = await readKeys(context);
	const tag = hexOf(keys.tag);
	const remembered = readRememberedPeers(placesHere(options.dataDir).peers).peers.filter(peer => peer.room === tag);
	const host = listenHost(selection, networkInterfaces());
	const log = (line: string) => debug('network', line);
	return createProbe(
		{
			room: options.room,
			keys,
			loopbackOnly: isLoopbackOnly(selection),
			targets: options.peers.length > 0 ? options.peers.map(parsePeerTarget) : remembered,
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
			beacon: createUdpBeacon({port: options.port, selection, clock, log}),
		},
	);
}

function waitSettled(probe: Probe, {clock}: Context): Promise<void> {
	return new Promise(resolve => {
		const look = () => (probe.settled() ? resolve() : void clock.after(LOOK_AGAIN_MS, look));
		look();
	});
}
