/**
 * `node test/hostile/weigh.mjs [WORDS] [ATTACK…]`: how much each attack delays honest talk, beside a control in which the
 * attacker only burns as much of a processor. Needs a build (P2PCHAT_TEST_CLI: another one).
 */
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import {ATTACKS} from './attacks.js';
import {delaysOf, startSiege} from './siege.js';

const root = new URL(process.env.P2PCHAT_FUZZ_ROOT ?? '../../', import.meta.url);
const cli = process.env.P2PCHAT_TEST_CLI ?? fileURLToPath(new URL('dist/cli.js', root));
const [words = '150', ...named] = process.argv.slice(2);
const names = named.length > 0 ? named : [...Object.keys(ATTACKS), Object.keys(ATTACKS).join(',')];

async function freePort(): Promise<number> {
	const socket = createSocket('udp4').bind(0, '127.0.0.1');
	await once(socket, 'listening');
	const {port} = socket.address();
	socket.close();
	return port;
}

const show = (value: number) => value.toFixed(1).padStart(7);

console.log(
	'attack               calm p50     p99 |  burn p50     p99    loop |   hot p50     p99     max    loop  lp99 |  cpu  MiB ends',
);
for (const name of names) {
	const siege = await startSiege(await freePort(), cli, new URL('test/hostile/', root));
	try {
		await siege.chat(20);
		const calm = delaysOf(await siege.chat(Number(words)));
		await siege.loop();
		const [memory, cpu, started] = [siege.memoryMb(), siege.cpuSeconds(), performance.now()];
		await siege.order(`attack ${name}`);
		const hot = delaysOf(await siege.chat(Number(words)));
		const loop = await siege.loop();
		const cpuShare = (siege.cpuSeconds() - cpu) / ((performance.now() - started) / 1000);
		const grown = siege.memoryMb() - memory;
		const {ends, cpuShare: burnt} = await siege.order('rest');
		await siege.chat(40);
		await siege.loop();
		await siege.order(`burn ${Math.min(1, burnt)}`);
		const burn = delaysOf(await siege.chat(Number(words)));
		const burnLoop = await siege.loop();
		console.log(
			`${name.slice(0, 20).padEnd(20)} ${show(calm.p50)} ${show(calm.p99)} | ${show(burn.p50)} ${show(burn.p99)} ${show(burnLoop.max)} | ${show(hot.p50)} ${show(hot.p99)} ${show(hot.max)} ${show(loop.max)} ${show(loop.p99)} | ${cpuShare.toFixed(2)} ${grown.toFixed(0)} ${JSON.stringify(ends)} attacker ${burnt.toFixed(2)}`,
		);
	} finally {
		await siege.close();
	}
}
