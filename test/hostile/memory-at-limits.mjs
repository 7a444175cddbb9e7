// Memory of a node whose log is full: `node test/hostile/memory-at-limits.mjs [KIND…]`. It needs a build. It writes one log for
// each kind of event. The log fills MAX_EVENT_MEMORY_BYTES and the reserve for live events (LIVE_RESERVE), or stops at another
// limit that is reached before. It opens each log with the real program on loopback. It prints the largest resident memory of that
// program. With `--attack`, attackers then also fill the connections, queues, candidates and claims of the node
// (attackers-at-limits.mjs). It is not part of any test run.
import {spawn} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

const root = new URL('../../', import.meta.url);
const load = path => import(new URL(`dist/${path}`, root));
const {createOwnFeed} = await load('feed/own-feed.js');
const {createPeerKey} = await load('feed/signing-keys.js');
const {deriveRoomKeys} = await load('feed/room-keys.js');
const {createRoomLog} = await load('storage/room-log.js');
const {decodeEntry} = await load('codec/entry.js');
const {memoryCost, newPeerCost} = await load('core/memory-cost.js');
const limits = await load('core/limits.js');

const WAIT_MS = 300_000;
const UDP_PORT = '31877';
const room = 'lan';
const keys = await deriveRoomKeys({room});
const other = createPeerKey().peer;
const kinds = {
	ascii: index => ({type: 'posted', text: `${index} ${'x'.repeat(16_000)}`}),
	wide: index => ({type: 'posted', text: `${index} € ${'x'.repeat(16_000)}`}),
	tiny: index => ({type: 'posted', text: `${index % 10}`}),
	reply: index => ({type: 'posted', text: 'x', replyTo: {peer: createPeerKey().peer, seq: index + 1}}),
	moved: index => ({
		type: 'moved',
		addresses: Array.from({length: 4}, (_, at) => `${index}-${at}-`.padEnd(64, 'a')),
	}),
	renamed: index => ({type: 'renamed', name: `${index.toString(36)}€${'n'.repeat(20)}`}),
	corrected: index => ({
		type: 'corrected',
		target: {peer: other, seq: (index % 500) + 1},
		text: `€${'x'.repeat(16_000)}`,
	}),
	joined: index => ({type: 'joined', name: `${index}€${'n'.repeat(20)}`, addresses: ['10.0.0.1'], version: '1.0.0'}),
};

/** Writes a full log. Returns its path and what is in it. */
async function fill(kind, folder) {
	const factor = 1 + limits.LIVE_RESERVE;
	const log = createRoomLog(folder, {version: '1', roomTag: keys.tag, roomName: room, created: Date.now()});
	const start = Date.now() - 3_600_000;
	let feed = createOwnFeed({key: createPeerKey(), roomTag: keys.tag});
	let [events, bytes, memory, feeds] = [0, 0, newPeerCost, 1];
	while (
		events < limits.MAX_EVENTS * factor &&
		bytes < limits.MAX_LOG_BYTES * factor &&
		memory < limits.MAX_EVENT_MEMORY_BYTES * factor &&
		feeds < limits.MAX_FEEDS * factor
	) {
		if (kind === 'joined' && feeds++) feed = createOwnFeed({key: createPeerKey(), roomTag: keys.tag});
		const stamped = Array.from({length: kind === 'joined' ? 1 : 14}, () => {
			const ms = start + Math.floor(events / 2);
			return {body: kinds[kind](events), at: ms, hlc: {ms, counter: events++ % 2}};
		});
		const batch = feed.append(stamped);
		log.append([{type: 'batch', loggedAt: Date.now(), live: false, batch}]);
		for (const entry of batch.entries) {
			bytes += entry.length;
			memory += memoryCost(decodeEntry(entry, batch.peer, 1)) + (kind === 'joined' ? newPeerCost : 0);
		}
	}
	const {path} = log;
	await log.close();
	const {seq} = feed.tip();
	return {path, events, bytes, memory, peer: feed.peer, seq};
}

async function measure(kind) {
	const home = mkdtempSync(join(tmpdir(), 'p2pchat-memory-'));
	try {
		const {path, events, bytes, memory, peer, seq} = await fill(kind, join(home, 'logs'));
		const cli = new URL('dist/cli.js', root).pathname;
		const args = [cli, '--json', '--interface', 'lo', '--port', UDP_PORT, '--name', 'Ann', '--log', path];
		const environment = {PATH: process.env.PATH, HOME: home, P2PCHAT_HOME: home, P2PCHAT_INTERFACE: 'lo'};
		const child = spawn(process.execPath, args, {env: environment, stdio: ['pipe', 'pipe', 'inherit']});
		let [lines, rest] = [0, ''];
		let bye = '';
		let tcpPort;
		child.stdout.setEncoding('utf8').on('data', text => {
			const parts = (rest + text).split('\n');
			rest = parts.pop() ?? '';
			lines += parts.length;
			tcpPort ??= /"tcpPort":(\d+)/.exec(text)?.[1];
			bye = parts.find(part => part.includes('"type":"error"')) ?? bye;
		});
		const rss = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
		const until = Date.now() + WAIT_MS;
		let [peak, quietFor, seen] = [0, 0, 0];
		while (Date.now() < until && child.exitCode === null && quietFor < 20) {
			await new Promise(resolve => setTimeout(resolve, 500));
			if (child.exitCode !== null) break;
			peak = rss();
			quietFor = lines > 0 && lines === seen ? quietFor + 1 : 0;
			seen = lines;
		}
		const peakOfLog = peak;
		if (isAttacked && tcpPort && child.exitCode === null) {
			const attackers = fileURLToPath(new URL('attackers-at-limits.mjs', import.meta.url));
			const attack = spawn(process.execPath, [attackers, tcpPort, UDP_PORT, peer, `${seq}`], {
				env: environment,
				stdio: 'inherit',
			});
			await new Promise(resolve => attack.once('exit', resolve));
			if (child.exitCode === null) peak = rss();
		}
		child.kill('SIGTERM');
		console.log(
			`${kind.padEnd(10)} ${events} events, ${(bytes / 1e6).toFixed(0)} MB of entries, ${(memory / 1048576).toFixed(0)} MiB counted: at most ${peakOfLog.toFixed(0)} MiB resident${isAttacked ? `, ${peak.toFixed(0)} MiB under attack` : ''} (${lines} lines) ${bye}`,
		);
	} finally {
		rmSync(home, {recursive: true, force: true});
	}
}

const isAttacked = process.argv.includes('--attack');
const wanted = process.argv.slice(2).filter(kind => kind !== '--attack');
for (const kind of wanted.length > 0 ? wanted : Object.keys(kinds)) await measure(kind);
