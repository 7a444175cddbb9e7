/**
 * Malicious peer in its own process, started by attack.mjs. It reads commands from standard input: `attack NAME,NAME`
 * runs these attacks at the same time, `burn SHARE` only uses that share of a processor, and `idle` does nothing. It
 * answers each command with a JSON line about the time since the previous command. The line says how many connections
 * ended in which way, and which share of a processor the attacker used.
 */
import {createSocket} from 'node:dgram';
import {createInterface} from 'node:readline';
import {setTimeout as sleep} from 'node:timers/promises';
import {createBeaconMac, deriveRoomKeys} from '../../source/feed/room-keys.js';
import {createTlsTransport} from '../../source/network/transport/tls-transport.js';
import {ATTACKS, type Siege} from './attacks.js';

const BURN_STEP_MS = 5;

const [own = '', host = '', ...ports] = process.argv.slice(2);
const [tcpPort = 0, udpPort = 0] = ports.map(Number);
const keys = await deriveRoomKeys({room: 'lan'});
const udp = createSocket('udp4');
let ends: Record<string, number> = {};
const siege: Siege = {
	host,
	tcpPort,
	udpPort,
	keys,
	mac: createBeaconMac(keys),
	transport: createTlsTransport({psk: keys.psk, identity: keys.pskIdentity, hosts: {ipv4: own}}),
	udp,
	count(end) {
		ends[end] = (ends[end] ?? 0) + 1;
	},
};
let commandNumber = 0;
let round = 0;
let since = {at: performance.now(), cpu: process.cpuUsage()};

async function attack(name: string, number: number): Promise<void> {
	const run = ATTACKS[name];
	if (!run) throw new Error(`no such attack: ${name}`);
	while (number === commandNumber) {
		round += 1;
		await run(siege, round);
		await sleep(1);
	}
}

async function burn(share: number, number: number): Promise<void> {
	while (number === commandNumber) {
		const end = performance.now() + BURN_STEP_MS * share;
		while (performance.now() < end);
		await sleep(Math.max(1, BURN_STEP_MS * (1 - share)));
	}
}

function report(): void {
	const {user, system} = process.cpuUsage(since.cpu);
	const cpuShare = (user + system) / 1000 / (performance.now() - since.at);
	console.log(JSON.stringify({ends, cpuShare}));
	ends = {};
	since = {at: performance.now(), cpu: process.cpuUsage()};
}

console.log(JSON.stringify({ready: true}));
for await (const line of createInterface({input: process.stdin})) {
	const [command, argument = ''] = line.split(' ');
	commandNumber += 1;
	report();
	if (command === 'attack') for (const name of argument.split(',')) void attack(name, commandNumber);
	if (command === 'burn') void burn(Number(argument), commandNumber);
}
process.exit(0);
