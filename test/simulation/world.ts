/** Carries out a scenario on fake time, network and chance. */
import type {RoomKeys} from '../../source/feed/room-keys.js';
import {createFakeClock, type FakeClock} from '../helpers/fake-clock.js';
import {CUT, type LinkFaults} from '../helpers/memory-links.js';
import {createMemoryNetwork, type MemoryNetwork} from '../helpers/memory-network.js';
import {createSeededRandom} from '../helpers/seeded-random.js';
import {type AskingCheck, createAskingCheck} from './check-asking.js';
import {sendUnasked} from './lies.js';
import {createNode, type Life, type SimulatedNode, TCP_PORT} from './node.js';
import {createOverhearing, type Overhearing, type SaidEnd} from './overhear.js';
import type {Fault, Happening, Scenario} from './scenario.js';

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

/** After these somebody may know less of others than he did. */
const DISTURBING: ReadonlySet<Happening['type']> = new Set([
	'crash',
	'leave',
	'reset',
	'redial',
	'readdress',
	'unasked',
]);
const ALERT_AT = {post: 'list', break: 'digest', redial: 'want'} as const;
const FAR: Partial<LinkFaults> = {latencyMs: 700};
const ONE_WAY: Partial<LinkFaults> = {connect: 'dropped'};
const UNHEARD: Partial<LinkFaults> = {connect: 'dropped', broadcast: false, multicast: false};

/** Which directed links a fault changes, and how. */
function patches(fault: Fault, nodes: number): [number, number, Partial<LinkFaults>][] {
	const all = Array.from({length: nodes}, (_, index) => index);
	switch (fault.type) {
		case 'cut':
			return fault.both
				? [
						[fault.from, fault.to, CUT],
						[fault.to, fault.from, CUT],
					]
				: [[fault.from, fault.to, CUT]];
		case 'partition':
			return all
				.flatMap(from => all.map((to): [number, number] => [from, to]))
				.filter(([from, to]) => fault.side.includes(from) !== fault.side.includes(to))
				.map(([from, to]) => [from, to, CUT]);
		case 'slow':
			return all
				.filter(from => from !== fault.node)
				.map(from => [from, fault.node, {bytesPerSecond: fault.bytesPerSecond}]);
		case 'firewall':
			return [[fault.from, fault.to, {connect: fault.how}]];
		case 'blocked':
			return [
				[fault.from, fault.to, {connect: 'dropped'}],
				[fault.to, fault.from, {connect: 'dropped'}],
			];
		default:
			return [];
	}
}

function addressOf(index: number, scattered: boolean, generation = 0): string {
	const place = index + 1 + generation * 60;
	return scattered ? `10.1.${place}.1` : `10.0.0.${place}`;
}

/** On a second network, where nothing is in the way. */
const secondAddressOf = (index: number) => `10.2.0.${index + 1}`;

/** Nobody is there. */
const falseHostOf = (index: number, scattered: boolean) => (scattered ? `10.1.${index + 1}.250` : '10.0.0.250');

export function createWorld(scenario: Scenario, keys: RoomKeys, trace?: (line: string) => void): World {
	const clock = createFakeClock();
	const random = createSeededRandom(scenario.seed ^ 0x5eed);
	const network = createMemoryNetwork({clock, random: random.fork()});
	const active = new Set<Fault>();
	const generations = new Map<number, number>();
	/** What happens when a node says something next. */
	const alerts = new Map<SimulatedNode, {readonly what: 'list' | 'digest' | 'want'; run(end: SaidEnd): void}>();
	let disturbedAt = 0;
	const asking = createAskingCheck({
		lives: () => nodes.flatMap(node => node.lives),
		heard: () => heard,
		now: () => clock.monotonic(),
		quietMs: () => ([...active].some(({type}) => type !== 'mute') ? 0 : clock.monotonic() - disturbedAt),
	});
	const heard = createOverhearing({
		clock,
		asked(end, want) {
			asking.asked(end, want);
			alarm(end, 'want');
		},
		told: alarm,
	});
	const targets = scenario.scattered
		? Array.from({length: Math.min(2, scenario.nodes)}, (_, index) => ({
				host: addressOf(index, true),
				port: TCP_PORT,
			}))
		: [];
	const nodes = scenario.skews.map((skewMs, index) =>
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

	function applyLinks(): void {
		network.healAll();
		for (const {from, to, how} of scenario.apart) {
			if (how === 'cut') network.cut(`host ${from}`, `host ${to}`);
			else network.links.set(`host ${from}`, `host ${to}`, how === 'unheard' ? UNHEARD : how === 'far' ? FAR : ONE_WAY);
			if (how === 'far') network.links.set(`host ${to}`, `host ${from}`, FAR);
		}
		for (const fault of active)
			for (const [from, to, patch] of patches(fault, scenario.nodes))
				network.links.set(`host ${from}`, `host ${to}`, patch);
	}

	function begin(fault: Fault): void {
		active.add(fault);
		if (fault.type === 'freeze') freeze(nodes[fault.node]!);
		else if (fault.type === 'sleep') for (const node of nodes) freeze(node);
		else if (fault.type === 'unplug') nodes[fault.node]?.host.unplug();
		else if (fault.type === 'mute') setMute(fault.node, true);
		else if (fault.type === 'boast') setBoasting(fault.node, true);
		else applyLinks();
		if (fault.type === 'blocked') network.reset(`host ${fault.from}`, `host ${fault.to}`);
	}

	function freeze({host, standstills}: SimulatedNode): void {
		if (!host.clock.frozen) standstills.push({from: clock.monotonic(), to: Number.POSITIVE_INFINITY});
		host.freeze();
	}

	function thaw({host, standstills}: SimulatedNode): void {
		host.thaw();
		standstills.at(-1)!.to = clock.monotonic();
	}

	/** A new process is not. */
	function setBoasting(index: number, isBoasting: boolean): void {
		for (const {traffic} of nodes[index]?.lives ?? []) {
			traffic.isBoasting = isBoasting;
			traffic.boasted ||= isBoasting;
		}
	}

	/** A new process is not. */
	function setMute(index: number, isMute: boolean): void {
		for (const {traffic} of nodes[index]?.lives ?? []) traffic.isMute = isMute;
	}

	function isFrozen(index: number): boolean {
		return [...active].some(fault => fault.type === 'sleep' || (fault.type === 'freeze' && fault.node === index));
	}

	function isUnplugged(index: number): boolean {
		return [...active].some(fault => fault.type === 'unplug' && fault.node === index);
	}

	function finish(fault: Fault): void {
		if (!active.delete(fault)) return;
		if (fault.type !== 'mute') disturbedAt = clock.monotonic();
		for (const node of nodes) {
			const {host, index} = node;
			if (host.clock.frozen && !isFrozen(index)) thaw(node);
			if (fault.type === 'unplug' && fault.node === index && !isUnplugged(index)) host.plug();
		}
		if (fault.type === 'mute') setMute(fault.node, false);
		if (fault.type === 'boast') setBoasting(fault.node, false);
		applyLinks();
	}

	/** A process that has ended properly leaves its host, which can launch another. */
	function leave(node: SimulatedNode, life: Life): Promise<void> {
		life.state = 'leaving';
		return life.session.stop('quit').then(() => {
			if (life.state !== 'leaving') return;
			life.state = 'left';
			if (node.life === life) node.life = undefined;
		});
	}

	function crash(node: SimulatedNode, how: 'killed' | 'power'): void {
		if (!node.life) return;
		node.life.state = 'crashed';
		for (const end of heard.ends) if (end.life === node.life) end.closedAt ??= clock.monotonic();
		node.life = undefined;
		node.host.crash(how);
		node.host.restart();
		if (isUnplugged(node.index)) node.host.unplug();
	}

	function alarm(end: SaidEnd, what: 'list' | 'digest' | 'want'): void {
		const alert = nodes[end.life.index] && alerts.get(nodes[end.life.index]!);
		if (alert?.what === what) alert.run(end);
	}

	/** Something that happens at the worst moment, once. */
	function alert(node: SimulatedNode, {does}: Extract<Happening, {readonly type: 'alert'}>): void {
		alerts.set(node, {
			what: ALERT_AT[does],
			run(end) {
				const {life} = node;
				const other = heard.partner(end);
				const pair = heard.ends.filter(one => one.life === life && one.remoteAddress === end.remoteAddress);
				if (!life || end.life !== life || life.state !== 'running') return;
				if (does === 'post') {
					alerts.delete(node);
					clock.after(1, () => life.session.post('behind a list'));
				} else if (does === 'redial') {
					alerts.delete(node);
					clock.after(1, () => life.session.addPeer(end.remoteAddress, TCP_PORT));
				} else if (pair.some(one => one !== end && one.closedAt === undefined) && other && other.digests.length === 0) {
					alerts.delete(node);
					clock.after(1, () => life.session.post('on a connection that the other end never saw'));
					clock.after(2, () => network.reset(`host ${node.index}`, `host ${other.life.index}`, 'newest'));
					// Who dialled it takes that back: no third connection puts right what the second left.
					clock.after(2, () => other.life.session.dropPeer(other.remoteAddress));
				}
			},
		});
	}

	function happen(happening: Happening): void {
		if (happening.type === 'fault') {
			begin(happening.fault);
			clock.after(happening.ms, () => finish(happening.fault));
			return;
		}
		const node = nodes[happening.node];
		const life = node?.life;
		if (!node) return;
		if (DISTURBING.has(happening.type)) disturbedAt = clock.monotonic();
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
					life.session.post(`${happening.at} ${index} ${'x'.repeat(happening.bytes)}`);
				break;
			case 'rename':
				if (life?.info && life.state === 'running') life.session.rename(`node ${node.index} at ${happening.at}`);
				break;
			case 'reset':
				network.reset(`host ${happening.node}`, `host ${happening.other}`, happening.which);
				break;
			case 'redial': {
				const [address] = nodes[happening.other]?.host.addresses ?? [];
				if (address && life?.info && life.state === 'running') life.session.addPeer(address, TCP_PORT);
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
				alert(node, happening);
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
			applyLinks();
			for (const happening of scenario.happenings) clock.after(happening.at, () => happen(happening));
			await clock.advance(scenario.until + 1);
			for (const fault of [...active]) finish(fault);
			// A room whose meeting point is gone can not find itself again.
			if (scenario.scattered || scenario.apart.length > 0) nodes[0]?.launch();
			if (scenario.scattered) nodes[1]?.launch();
			await clock.advance(100);
		},
		stopAll,
	};
}
