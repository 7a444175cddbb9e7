/**
 * Runs the demo: a chat with simulated participants, whose nodes run in this process and communicate over loopback. The
 * demo uses neither the data folder nor the network of the user, and deletes its files at the end.
 */
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
import {createTemporaryFolders} from '../temporary-folders.js';
import {adaReplies, demoScript, type Participant, type ScriptStep, VISITOR_PLACEHOLDER} from './demo-script.js';
import {createPartitionableNetwork, type PartitionableNetwork} from './partitionable-network.js';

const ROOM = 'demo';
const LOOPBACK = '127.0.0.1';
const EXIT_MESSAGE = 'The demo has ended and its files are deleted. Start your own chat: npx p2pchat-ink --name NAME';
const REPLY_DELAY_MS = 1500;
/** Time for which the participants write a history before the visitor joins, ms. */
const HISTORY_MS = 1800;

interface DemoRun {
	readonly context: CliContext;
	readonly keys: RoomKeys;
	readonly port: number;
	readonly folder: string;
	/** Participants that have joined. */
	readonly participants: Map<Participant, {readonly chatNode: ChatNode; readonly network: PartitionableNetwork}>;
}

/** Resolves to the exit code. */
export async function runDemo(context: CliContext): Promise<number> {
	// Signals are handled before the temporary folder is created, so that the folder is removed whenever a signal ends
	// the process.
	const exitRequest = createExitRequest(context.output);
	const folders = createTemporaryFolders('p2pchat-demo-');
	const folder = folders.create();
	const timers = new Set<Timer>();
	const participants: DemoRun['participants'] = new Map();
	try {
		const [keys, port] = await Promise.all([deriveRoomKeys({room: ROOM}), findFreePort(context.clock)]);
		const run: DemoRun = {context, keys, port, folder, participants};
		const name = context.options.name ?? 'you';
		scheduleSteps(run, name, timers);
		const historyReady = new Promise<'ready'>(resolve => context.clock.after(HISTORY_MS, () => resolve('ready')));
		const outcome = await Promise.race([historyReady, exitRequest.requested]);
		if (outcome !== 'ready') return exitCodes.done;
		return await runChat({...context, options: visitorOptions(run, name), demoVisit: {exitText: EXIT_MESSAGE}});
	} finally {
		for (const timer of timers) timer.cancel();
		await Promise.all([...participants.values()].map(({chatNode}) => chatNode.stop()));
		exitRequest.stop();
		folders.remove();
	}
}

/** The options of the user, except those of the network and of storage, which the demo sets. */
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
	if (action.type === 'join') {
		const newParticipant = createParticipant(run, participant);
		run.participants.set(participant, newParticipant);
		await newParticipant.chatNode.start();
		if (participant === 'Ada') replyToVisitor(run, newParticipant.chatNode, visitor, timers);
		return;
	}

	const present = run.participants.get(participant);
	if (!present) return;
	const {chatNode, network} = present;
	switch (action.type) {
		case 'post':
		case 'action':
			chatNode.post(action.text.replaceAll(VISITOR_PLACEHOLDER, visitor), {action: action.type === 'action'});
			break;
		case 'rename':
			chatNode.rename(action.name);
			break;
		case 'disconnect':
			network.disconnect();
			break;
		case 'reconnect':
			network.reconnect();
			break;
		case 'leave':
			run.participants.delete(participant);
			await chatNode.stop();
			break;
		default:
			action satisfies never;
	}
}

function createParticipant({context, keys, port, folder}: DemoRun, name: Participant) {
	const {clock, debug, version} = context;
	const network = createPartitionableNetwork(
		createTlsTransport({psk: keys.psk, identity: keys.pskIdentity, hosts: {ipv4: LOOPBACK}, clock}),
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

/** Makes Ada answer the first messages of the visitor, one reply each. */
function replyToVisitor({context, participants}: DemoRun, ada: ChatNode, visitor: string, timers: Set<Timer>): void {
	const replies = [...adaReplies];
	ada.store.subscribe((state, inputs) => {
		for (const input of inputs) {
			if (input.type !== 'events' || !input.live) continue;
			const isVisitor = input.events.some(event => event.type === 'posted' && nameOf(state, event.peer) === visitor);
			const reply = isVisitor && participants.has('Ada') ? replies.shift() : undefined;
			if (reply === undefined) continue;
			const timer = context.clock.after(REPLY_DELAY_MS, () => {
				timers.delete(timer);
				ada.post(reply);
			});
			timers.add(timer);
		}
	});
}

/** Finds an unused UDP port, so that the demo does not connect to other nodes on this computer. */
async function findFreePort(clock: Clock): Promise<number> {
	const probe = createUdpBeacon({port: 0, selection: ['lo'], clock});
	const {port} = await probe.start(() => {});
	await probe.close();
	return port;
}
