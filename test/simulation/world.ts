/** Carries out a scenario on fake time, network and chance. */
import type {RoomKeys} from '../../source/feed/room-keys.js';
import {createFakeClock, type FakeClock} from '../helpers/fake-clock.js';
import {createMemoryNetwork, type MemoryNetwork} from '../helpers/memory-network.js';
import {createSeededRandom} from '../helpers/seeded-random.js';
import {createAlerts} from './alerts.js';
import {type AskingCheck, createAskingCheck} from './check-asking.js';
import {createFaults} from './faults.js';
import {sendUnasked} from './lies.js';
import {createNode, type Life, type SimulatedNode, TCP_PORT} from './node.js';
import {createOverhearing, type Overhearing} from './overhear.js';
import {addressOf, falseHostOf, secondAddressOf} from './places.js';
import type {Happening, Scenario} from './scenario.js';

export interface World {
	readonly clock: FakeClock;
	readonly network: MemoryNetwork;
	readonly nodes: readonly SimulatedNode[];
	readonly scenario: Scenario;
	readonly heard: Overhearing;
	readonly asking: AskingCheck;
	/** Runs until the last fault has ended; everybody who lives is reachable from then on. */
	play(): Promise<void>;
	/** Leaves properly, everybody; resolves when all have. */
	stopAll(): Promise<void>;
}

export function createWorld(scenario: Scenario, keys: RoomKeys, trace?: (line: string) => void): World {
	const clock = createFakeClock();
	const random = createSeededRandom(scenario.seed ^ 0x5eed);
	const network = createMemoryNetwork({clock, random: random.fork()});
	const generations = new Map<number, number>();
	const faults = createFaults({scenario, network, clock, nodes: () => nodes});
	const alerts = createAlerts({clock, network, heard: () => heard});
	const asking = createAskingCheck({
		lives: () => nodes.flatMap(node => node.lives),
		heard: () => heard,
		now: () => clock.monotonic(),
		quietMs: faults.quietMs,
	});
	const heard = createOverhearing({
		clock,
		asked(end, want) {
			asking.asked(end, want);
			alerts.said(end, 'want');
		},
		told: alerts.said,
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
				scenario.twoHomed ? [addressOf(index, false), secondAddressOf(index)] : addressOf(index, scenario.scattered),
				{skewMs},
			),
			index,
			keys,
			random: random.fork(),
			targets,
			alike: scenario.alike,
			livesSoFar: () => nodes.reduce((sum, {lives}) => sum + lives.length, 0),
			falseHost: falseHostOf(index, scenario.scattered),
			heard: () => heard,
			identitySeed: index % 2 === 0 ? random.bytes(32) : undefined,
			trace,
		}),
	);
	// A firewall on one of two networks: it lets beacons through and takes no connection.
	if (scenario.twoHomed) for (const {host, index} of nodes) host.shut([addressOf(index, false)]);
	network.links.setDefaults({
		latencyMs: scenario.latencyMs,
		jitterMs: scenario.jitterMs,
		datagramLoss: scenario.datagramLoss,
		datagramDuplication: scenario.datagramDuplication,
		broadcast: scenario.filter !== 'broadcast',
		multicast: scenario.filter !== 'multicast',
	});

	/** Who runs, is connected to it, and lacks nothing of what it said so far. */
	function listeners(life: Life): Life[] {
		const last = life.events.findLast(({peer}) => peer === life.info?.peer);
		return heard.connectedTo(life).filter(({state, learntAt}) => {
			return state === 'running' && (!last || learntAt.has(`${last.peer}:${last.seq}`));
		});
	}

	/** A process that has ended properly leaves its host, which can launch another. */
	function leave(node: SimulatedNode, life: Life): Promise<void> {
		life.state = 'leaving';
		life.farewell = {at: clock.monotonic(), to: listeners(life)};
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
		for (const end of heard.ends) if (end.life === node.life) end.closedAt ??= clock.monotonic();
		node.life = undefined;
		node.host.crash(how);
		node.host.restart();
		if (faults.isUnplugged(node.index)) node.host.unplug();
	}

	function happen(happening: Happening): void {
		if (happening.type === 'fault') {
			faults.begin(happening.fault);
			clock.after(happening.ms, () => faults.finish(happening.fault));
			return;
		}
		const node = nodes[happening.node];
		const life = node?.life;
		if (!node) return;
		faults.disturbed(happening.type);
		trace?.(`${clock.monotonic()} -- ${JSON.stringify(happening)}`);
		switch (happening.type) {
			case 'join':
				node.launch();
				break;
			case 'leave':
				if (life?.info && life.state === 'running' && !node.host.clock.frozen) void leave(node, life);
				break;
			case 'crash':
				crash(node, happening.how);
				break;
			case 'post':
				if (!life?.info || life.state !== 'running' || node.host.clock.frozen) return;
				for (let index = 0; index < happening.count; index++)
					life.chatNode.post(`${happening.at} ${index} ${'x'.repeat(happening.bytes)}`);
				break;
			case 'rename':
				if (life?.info && life.state === 'running') life.chatNode.rename(`node ${node.index} at ${happening.at}`);
				break;
			case 'reset':
				network.reset(`host ${happening.node}`, `host ${happening.other}`, happening.which);
				break;
			case 'redial': {
				const [address] = nodes[happening.other]?.host.addresses ?? [];
				if (address && life?.info && life.state === 'running') life.chatNode.addPeer(address, TCP_PORT);
				break;
			}
			case 'readdress': {
				const generation = 1 - (generations.get(node.index) ?? 0);
				generations.set(node.index, generation);
				if (!scenario.scattered && !scenario.twoHomed)
					node.host.setAddresses([addressOf(node.index, false, generation)]);
				break;
			}
			case 'unasked':
				if (life) sendUnasked(life, heard, clock.monotonic());
				break;
			case 'replay':
				if (life && !node.host.clock.frozen) life.beacon.replay();
				break;
			case 'alert':
				alerts.arm(node, happening.does);
				break;
			case 'clock':
				node.host.clock.setSkew(happening.skewMs);
				break;
			default:
				happening satisfies never;
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
		heard,
		asking,
		async play() {
			faults.applyLinks();
			for (const happening of scenario.happenings) clock.after(happening.at, () => happen(happening));
			await clock.advance(scenario.until + 1);
			faults.finishAll();
			// A room whose meeting point is gone can not find itself again.
			if (scenario.scattered || scenario.apart.length > 0) nodes[0]?.launch();
			if (scenario.scattered) nodes[1]?.launch();
			await clock.advance(100);
		},
		stopAll,
	};
}
