/** Runs a scenario on a fake clock, a memory network and seeded randomness. */
import type {RoomKeys} from '../../source/feed/room-keys.js';
import {createFakeClock, type FakeClock} from '../helpers/fake-clock.js';
import {createMemoryNetwork, type MemoryNetwork} from '../helpers/memory-network.js';
import {createSeededRandom} from '../helpers/seeded-random.js';
import {addressOf, secondAddressOf, unusedAddressOf} from './addresses.js';
import {createRequestCheck, type RequestCheck} from './check-requests.js';
import {actOnMessage} from './effects.js';
import {createFaults} from './faults.js';
import {sendUnrequested} from './message-faults.js';
import {createMessageRecorder, type MessageRecorder} from './message-recorder.js';
import {createNode, type Life, type SimulatedNode, TCP_PORT} from './node.js';
import type {Scenario, Step} from './scenario.js';
import {createTriggers} from './triggers.js';

/** Simulated room: its clock, network, nodes and checks. */
export interface World {
	readonly clock: FakeClock;
	readonly network: MemoryNetwork;
	readonly nodes: readonly SimulatedNode[];
	readonly scenario: Scenario;
	readonly recorder: MessageRecorder;
	readonly requestCheck: RequestCheck;
	/** Runs until the last fault has ended. From then on all running nodes are reachable. */
	play(): Promise<void>;
	/** Stops all nodes properly. Resolves when all have stopped. */
	stopAll(): Promise<void>;
}

/** Creates the room of a scenario. `play` runs it. */
export function createWorld(scenario: Scenario, keys: RoomKeys, trace?: (line: string) => void): World {
	const clock = createFakeClock();
	const random = createSeededRandom(scenario.seed ^ 0x5eed);
	const network = createMemoryNetwork({clock, random: random.fork()});
	const generations = new Map<number, number>();
	const faults = createFaults({scenario, network, clock, nodes: () => nodes});
	const triggers = createTriggers({clock, network, recorder: () => recorder});
	const requestCheck = createRequestCheck({
		lives: () => nodes.flatMap(node => node.lives),
		recorder: () => recorder,
		now: () => clock.monotonic(),
		quietMs: faults.quietMs,
	});
	const recorder = createMessageRecorder({
		clock,
		requestSent(end, want) {
			requestCheck.requestSent(end, want);
			triggers.messageSent(end, 'want');
		},
		inventorySent: triggers.messageSent,
	});
	const targets = scenario.scattered
		? Array.from({length: Math.min(2, scenario.nodes)}, (_, index) => ({
				host: addressOf(index, true),
				port: TCP_PORT,
			}))
		: [];
	const nodes: readonly SimulatedNode[] = scenario.skews.map((skewMs, index) =>
		createNode({
			host: network.addHost(
				`host ${index}`,
				scenario.addresses?.[index] ??
					(scenario.dualHomed
						? [addressOf(index, false), secondAddressOf(index)]
						: addressOf(index, scenario.scattered)),
				{skewMs},
			),
			index,
			keys,
			random: random.fork(),
			targets,
			sharedBucket: scenario.sharedBucket,
			livesSoFar: () => nodes.reduce((sum, {lives}) => sum + lives.length, 0),
			unusedAddress: unusedAddressOf(index, scenario.scattered),
			recorder: () => recorder,
			identitySeed: index % 2 === 0 ? random.bytes(32) : undefined,
			trace,
		}),
	);
	// In a room with two networks, the firewall of the first network lets beacons pass and drops connections.
	if (scenario.dualHomed) for (const {host, index} of nodes) host.blockDials([addressOf(index, false)]);
	network.links.setDefaults({
		latencyMs: scenario.latencyMs,
		jitterMs: scenario.jitterMs,
		datagramLoss: scenario.datagramLoss,
		datagramDuplication: scenario.datagramDuplication,
		broadcast: scenario.filter !== 'broadcast',
		multicast: scenario.filter !== 'multicast',
	});

	/** Running processes that are connected to this process and hold all its events so far. */
	function upToDatePeers(life: Life): Life[] {
		const last = life.events.findLast(({peer}) => peer === life.info?.peer);
		return recorder.connectedTo(life).filter(({state, appliedAt}) => {
			return state === 'running' && (!last || appliedAt.has(`${last.peer}:${last.seq}`));
		});
	}

	/** Stops the process properly. After that, the host can launch another process. */
	function leave(node: SimulatedNode, life: Life): Promise<void> {
		life.state = 'leaving';
		life.departure = {at: clock.monotonic(), receivers: upToDatePeers(life)};
		return life.chatNode.stop().then(() => {
			if (life.state !== 'leaving') return;
			life.state = 'left';
			if (node.life === life) node.life = undefined;
		});
	}

	function crash(node: SimulatedNode, how: 'killed' | 'power'): void {
		if (!node.life) return;
		node.life.state = 'crashed';
		node.life.crashedAt = clock.monotonic();
		for (const end of recorder.ends) if (end.life === node.life) end.closedAt ??= clock.monotonic();
		node.life = undefined;
		node.host.crash(how);
		node.host.restart();
		if (faults.isUnplugged(node.index)) node.host.unplug();
	}

	function runStep(step: Step): void {
		if (step.type === 'fault') {
			faults.begin(step.fault);
			clock.after(step.ms, () => faults.finish(step.fault));
			return;
		}
		const node = nodes[step.node];
		const life = node?.life;
		if (!node) return;
		faults.noteStep(step.type);
		trace?.(`${clock.monotonic()} -- ${JSON.stringify(step)}`);
		switch (step.type) {
			case 'join':
				node.launch();
				break;
			case 'leave':
				if (life?.info && life.state === 'running' && !node.host.clock.frozen) void leave(node, life);
				break;
			case 'crash':
				crash(node, step.how);
				break;
			case 'post':
				if (!life?.info || life.state !== 'running' || node.host.clock.frozen) return;
				for (let index = 0; index < step.count; index++)
					life.chatNode.post(`${step.at} ${index} ${'x'.repeat(step.bytes)}`);
				if (step.count === 1) actOnMessage(life, step.at);
				break;
			case 'rename':
				if (life?.info && life.state === 'running') life.chatNode.rename(`node ${node.index} at ${step.at}`);
				break;
			case 'reset':
				network.reset(`host ${step.node}`, `host ${step.other}`, step.which);
				break;
			case 'redial': {
				const [address] = nodes[step.other]?.host.addresses ?? [];
				if (address && life?.info && life.state === 'running') life.chatNode.addPeer(address, TCP_PORT);
				break;
			}
			case 'readdress': {
				const generation = 1 - (generations.get(node.index) ?? 0);
				generations.set(node.index, generation);
				if (!scenario.scattered && !scenario.dualHomed)
					node.host.setAddresses([addressOf(node.index, false, generation)]);
				break;
			}
			case 'unrequested':
				if (life) sendUnrequested(life, recorder, clock.monotonic());
				break;
			case 'replay':
				if (life && !node.host.clock.frozen) life.beacon.replay();
				break;
			case 'trigger':
				triggers.arm(node, step.action);
				break;
			case 'clock':
				node.host.clock.setSkew(step.skewMs);
				break;
			default:
				step satisfies never;
		}
	}

	async function stopAll(): Promise<void> {
		const leaving = nodes.flatMap(node => (node.life ? [leave(node, node.life)] : []));
		let done = false;
		void Promise.all(leaving).then(() => {
			done = true;
		});
		if (!(await clock.advanceUntil(() => done, 10_000))) throw new Error('a node did not stop within 10 s');
	}

	return {
		clock,
		network,
		nodes,
		scenario,
		recorder,
		requestCheck,
		async play() {
			faults.applyLinks();
			for (const step of scenario.steps) clock.after(step.at, () => runStep(step));
			await clock.advance(scenario.until + 1);
			faults.finishAll();
			// Without beacons, or with limited links, the nodes find each other only through node 0, or through their --peer
			// targets, which are nodes 0 and 1.
			if (scenario.scattered || scenario.limitedPairs.length > 0) nodes[0]?.launch();
			if (scenario.scattered) nodes[1]?.launch();
			await clock.advance(100);
		},
		stopAll,
	};
}
