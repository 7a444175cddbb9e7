/**
 * A room of real nodes in one process on loopback: real UDP, TLS and logs, played people. Nothing of it touches the user's
 * data folder or network, and nothing of it stays.
 */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Clock, Timer} from '../../core/environment.js';
import {nameOf} from '../../core/select-peers.js';
import {deriveRoomKeys, type RoomKeys} from '../../feed/room-keys.js';
import {createUdpBeacon} from '../../network/discovery/udp-beacon.js';
import {systemRandom} from '../../network/system-clock.js';
import {createTlsTransport} from '../../network/transport/tls-transport.js';
import type {ChatNode} from '../../node/chat-node.js';
import {createChatNode} from '../../node/create-chat-node.js';
import {emptyRecords} from '../../storage/memory-log.js';
import {createRoomLog} from '../../storage/room-log.js';
import {runChat} from '../chat/chat.js';
import {type CliContext, exitCodes} from '../context.js';
import {createExitRequest} from '../exit-request.js';
import {adaReplies, demoScript, type Participant, type ScriptStep, VISITOR_PLACEHOLDER} from './demo-script.js';
import {createPartitionableNetwork, type PartitionableNetwork} from './partitionable-network.js';

const ROOM = 'demo';
const LOOPBACK = '127.0.0.1';
const EXIT_MESSAGE = 'That was the demo; nothing of it is left. Your own: npx p2pchat-ink --name NAME';
const REPLY_AFTER_MS = 1500;
/** Room for what was said before the visitor comes. */
const HISTORY_MS = 1800;

interface DemoRun {
	readonly context: CliContext;
	readonly keys: RoomKeys;
	readonly port: number;
	readonly folder: string;
	readonly participants: Map<Participant, {readonly chatNode: ChatNode; readonly network: PartitionableNetwork}>;
}

export async function runDemo(context: CliContext): Promise<number> {
	// Heard from before the folder is made until it is gone: a second signal exits, and `remove` runs even then.
	const exitRequest = createExitRequest(context.output);
	const folder = mkdtempSync(join(tmpdir(), 'p2pchat-demo-'));
	const remove = () => rmSync(folder, {recursive: true, force: true});
	process.once('exit', remove);
	const timers = new Set<Timer>();
	const participants: DemoRun['participants'] = new Map();
	try {
		const [keys, port] = await Promise.all([deriveRoomKeys({room: ROOM}), findFreePort(context.clock)]);
		const run: DemoRun = {context, keys, port, folder, participants};
		const name = context.options.name ?? 'you';
		scheduleSteps(run, name, timers);
		const historyReady = new Promise<'up'>(resolve => context.clock.after(HISTORY_MS, () => resolve('up')));
		const first = await Promise.race([historyReady, exitRequest.requested]);
		if (first !== 'up') return exitCodes.done;
		return await runChat({...context, options: visitorOptions(run, name), demoVisit: {exitText: EXIT_MESSAGE}});
	} finally {
		for (const timer of timers) timer.cancel();
		await Promise.all([...participants.values()].map(({chatNode}) => chatNode.stop('quit')));
		exitRequest.stop();
		remove();
		process.off('exit', remove);
	}
}

/** Loopback, a port and a folder of the demo's own, whatever was configured. */
function visitorOptions({context, port, folder}: DemoRun, visitorName: string): CliContext['options'] {
	const {secret: _, ...options} = context.options;
	return {
		...options,
		command: 'chat',
		name: visitorName,
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

function scheduleSteps(run: DemoRun, visitor: string, timers: Set<Timer>): void {
	const {clock, debug} = run.context;
	for (const step of demoScript) {
		const timer = clock.after(Math.max(0, HISTORY_MS + step.atSeconds * 1000), () => {
			timers.delete(timer);
			performStep(run, step, visitor, timers).catch(error => debug('demo', 'a step failed', {error}));
		});
		timers.add(timer);
	}
}

async function performStep(
	run: DemoRun,
	{participant, action}: ScriptStep,
	visitor: string,
	timers: Set<Timer>,
): Promise<void> {
	if (action.type === 'come') {
		const player = createParticipant(run, participant);
		run.participants.set(participant, player);
		await player.chatNode.start();
		if (participant === 'Ada') replyToVisitor(run, player.chatNode, visitor, timers);
		return;
	}

	const player = run.participants.get(participant);
	if (!player) return;
	const {chatNode, network} = player;
	switch (action.type) {
		case 'say':
		case 'act':
			chatNode.post(action.text.replaceAll(VISITOR_PLACEHOLDER, visitor), {action: action.type === 'act'});
			break;
		case 'rename':
			chatNode.rename(action.name);
			break;
		case 'lose contact':
			network.disconnect();
			break;
		case 'find back':
			network.reconnect();
			break;
		case 'leave':
			run.participants.delete(participant);
			await chatNode.stop('quit');
			break;
		default:
			action satisfies never;
	}
}

function createParticipant({context, keys, port, folder}: DemoRun, name: Participant) {
	const {clock, debug, version} = context;
	const network = createPartitionableNetwork(
		createTlsTransport({psk: keys.psk, identity: keys.pskIdentity, host: LOOPBACK, clock}),
		createUdpBeacon({port, selection: ['lo'], clock}),
	);
	const header = {format: 1, version, roomTag: keys.tag, roomName: ROOM, created: clock.now()};
	const log = createRoomLog(join(folder, name), header, clock);
	const chatNode = createChatNode(
		{name, room: ROOM, keys, version, targets: [], loopbackOnly: true},
		{
			clock,
			random: systemRandom,
			transport: network.transport,
			beacon: network.beacon,
			openedLog: {log, records: emptyRecords(), damage: []},
			debug,
			rememberTarget: () => {},
		},
	);
	return {chatNode, network};
}

/** Ada reads what the visitor writes and has a few things to say to it. */
function replyToVisitor(
	{context, participants: players}: DemoRun,
	ada: ChatNode,
	visitor: string,
	timers: Set<Timer>,
): void {
	const waiting = [...adaReplies];
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
