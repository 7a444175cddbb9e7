/**
 * The malicious peer as a process of its own: `attack NAME,NAME` on its input makes it attack a node in these
 * ways at once, `burn SHARE` only burn that share of a processor, `rest` do nothing. For each of these lines it says on one
 * line of JSON what it did before: how its connections ended and which share of a processor it took. Runs by attack.mjs.
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
	transport: createTlsTransport({psk: keys.psk, identity: keys.pskIdentity, host: own}),
	udp,
	count(end) {
		ends[end] = (ends[end] ?? 0) + 1;
	},
};
let order = 0;
let round = 0;
let since = {at: performance.now(), cpu: process.cpuUsage()};

async function attack(name: string, own: number): Promise<void> {
	const run = ATTACKS[name];
	if (!run) throw new Error(`no such attack: ${name}`);
	while (own === order) {
		round += 1;
		await run(siege, round);
		await sleep(1);
	}
}

async function burn(share: number, own: number): Promise<void> {
	while (own === order) {
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
	const [mode, words = ''] = line.split(' ');
	order += 1;
	report();
	if (mode === 'attack') for (const name of words.split(',')) void attack(name, order);
	if (mode === 'burn') void burn(Number(words), order);
}
process.exit(0);
