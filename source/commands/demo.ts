/**
 * A room of real nodes in one process on loopback: real UDP, TLS and logs, played people. Nothing of it touches the user's
 * data folder or network, and nothing of it stays.
 */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {nameOf} from '../core/select-peers.js';
import {deriveRoomKeys, type RoomKeys} from '../feed/room-keys.js';
import type {Clock, Timer} from '../network/clock.js';
import {createSeverableNetwork, type SeverableNetwork} from '../network/severable-network.js';
import {systemRandom} from '../network/system-clock.js';
import {createTlsTransport} from '../network/tls-transport.js';
import {createUdpBeacon} from '../network/udp-beacon.js';
import {createSession} from '../session/create-session.js';
import type {Session} from '../session/session.js';
import {openFreshLog} from '../storage/room-log.js';
import {runChat} from './chat.js';
import {type Context, exitCodes} from './context.js';
import {type Player, replies, type Step, script, VISITOR} from './demo-script.js';
import {createLeaving} from './leaving.js';

const ROOM = 'demo';
const LOOPBACK = '127.0.0.1';
const LAST_WORDS = 'That was the demo; nothing of it is left. Your own: npx p2pchat-ink --name NAME';
const REPLY_AFTER_MS = 1500;
/** Room for what was said before the visitor comes. */
const BEFORE_MS = 1800;

interface Stage {
	readonly context: Context;
	readonly keys: RoomKeys;
	readonly port: number;
	readonly folder: string;
	readonly players: Map<Player, {readonly session: Session; readonly network: SeverableNetwork}>;
}

export async function runDemo(context: Context): Promise<number> {
	// Heard from before the folder is made until it is gone: a second signal exits, and `remove` runs even then.
	const leaving = createLeaving(context.output);
	const folder = mkdtempSync(join(tmpdir(), 'p2pchat-demo-'));
	const remove = () => rmSync(folder, {recursive: true, force: true});
	process.once('exit', remove);
	const timers = new Set<Timer>();
	const players: Stage['players'] = new Map();
	try {
		const [keys, port] = await Promise.all([deriveRoomKeys({room: ROOM}), findFreePort(context.clock)]);
		const stage: Stage = {context, keys, port, folder, players};
		const name = context.options.name ?? 'you';
		play(stage, name, timers);
		const curtain = new Promise<'up'>(resolve => context.clock.after(BEFORE_MS, () => resolve('up')));
		const first = await Promise.race([curtain, leaving.asked]);
		if (first !== 'up') return exitCodes.done;
		return await runChat({...context, options: visitorOptions(stage, name), visit: {lastWords: LAST_WORDS}});
	} finally {
		for (const timer of timers) timer.cancel();
		await Promise.all([...players.values()].map(({session}) => session.stop('quit')));
		leaving.stop();
		remove();
		process.off('exit', remove);
	}
}

/** Loopback, a port and a folder of the demo's own, whatever was configured. */
function visitorOptions({context, port, folder}: Stage, name: string): Context['options'] {
	const {secret: _, ...options} = context.options;
	return {
		...options,
		command: 'chat',
		name,
		room: ROOM,
		port,
		tcpPort: 0,
		interfaces: ['lo'],
		peers: [],
		log: {type: 'new'},
		dataDir: join(folder, 'visitor'),
		stay: true,
	};
}

function play(stage: Stage, visitor: string, timers: Set<Timer>): void {
	const {clock, debug} = stage.context;
	for (const step of script) {
		const timer = clock.after(Math.max(0, BEFORE_MS + step.at * 1000), () => {
			timers.delete(timer);
			perform(stage, step, visitor, timers).catch(error => debug('demo', 'a step failed', {error}));
		});
		timers.add(timer);
	}
}

async function perform(stage: Stage, {who, move}: Step, visitor: string, timers: Set<Timer>): Promise<void> {
	if (move.type === 'come') {
		const player = createPlayer(stage, who);
		stage.players.set(who, player);
		await player.session.start();
		if (who === 'Ada') answerVisitor(stage, player.session, visitor, timers);
		return;
	}

	const player = stage.players.get(who);
	if (!player) return;
	const {session, network} = player;
	switch (move.type) {
		case 'say':
		case 'act':
			session.post(move.text.replaceAll(VISITOR, visitor), {action: move.type === 'act'});
			break;
		case 'rename':
			session.rename(move.name);
			break;
		case 'lose contact':
			network.sever();
			break;
		case 'find back':
			network.restore();
			break;
		case 'leave':
			stage.players.delete(who);
			await session.stop('quit');
			break;
		default:
			move satisfies never;
	}
}

function createPlayer({context, keys, port, folder}: Stage, name: Player) {
	const {clock, debug, version} = context;
	const network = createSeverableNetwork(
		createTlsTransport({psk: keys.psk, identity: keys.pskIdentity, host: LOOPBACK, clock}),
		createUdpBeacon({port, selection: ['lo'], clock}),
	);
	const header = {format: 1, version, roomTag: keys.tag, roomName: ROOM, created: clock.now()};
	const log = openFreshLog(join(folder, name), header, clock);
	const session = createSession(
		{name, room: ROOM, keys, version, targets: [], loopbackOnly: true},
		{
			clock,
			random: systemRandom,
			transport: network.transport,
			beacon: network.beacon,
			opened: {log, records: nothing(), damage: []},
			debug,
			rememberTarget: () => {},
		},
	);
	return {session, network};
}

async function* nothing(): AsyncGenerator<never> {}

/** Ada reads what the visitor writes and has a few things to say to it. */
function answerVisitor({context, players}: Stage, ada: Session, visitor: string, timers: Set<Timer>): void {
	const waiting = [...replies];
	ada.store.subscribe((state, inputs) => {
		for (const input of inputs) {
			if (input.type !== 'events' || !input.live) continue;
			const isVisitor = input.events.some(event => event.type === 'posted' && nameOf(state, event.peer) === visitor);
			const reply = isVisitor && players.has('Ada') ? waiting.shift() : undefined;
			if (reply === undefined) continue;
			const timer = context.clock.after(REPLY_AFTER_MS, () => {
				timers.delete(timer);
				ada.post(reply);
			});
			timers.add(timer);
		}
	});
}

/** A UDP port that nobody has: the demo's room meets no other. */
async function findFreePort(clock: Clock): Promise<number> {
	const probe = createUdpBeacon({port: 0, selection: ['lo'], clock});
	const {port} = await probe.start(() => {});
	await probe.close();
	return port;
}
