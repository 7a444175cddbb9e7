/**
 * Machines on a network of their own, in Linux network namespaces: a switch (a bridge in a namespace) and hosts (a
 * namespace each) with real interfaces. Nothing of it touches the networks of this machine.
 */
import {type ChildProcess, execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';

/** Datagrams and packets a host can be made deaf to. */
export type Fault =
	| {readonly type: 'broadcast'}
	| {readonly type: 'multicast'}
	/** New TCP connections from outside; its own ones out still work. */
	| {readonly type: 'incoming-tcp'}
	/** So many percent of all UDP that comes in. */
	| {readonly type: 'udp-loss'; readonly percent: number}
	/** Everything, silently, both ways: a dead radio, no carrier lost. */
	| {readonly type: 'everything'};

export interface NamespaceHost {
	/** Of the namespace: for `ip netns exec`. */
	readonly namespace: string;
	/** Runs a program there. It is killed with the lab. */
	spawn(command: string, args: readonly string[], env?: Readonly<Record<string, string>>): ChildProcess;
	/** Runs a short command to its end and returns its output. */
	run(command: string, ...args: string[]): string;
	/** The cable of its n-th interface (`eth0`, …) is out: the carrier is lost. */
	unplug(index?: number): void;
	plug(index?: number): void;
	/** In place of the faults before. */
	setFaults(...faults: readonly Fault[]): void;
	/** Takes another address on its n-th interface. */
	setAddress(cidr: string, index?: number): void;
	/** Packets sent so far on an interface, as the kernel counts them. */
	sentPackets(device: string): number;
}

export interface NamespaceLab {
	addNetwork(name: string): void;
	/** One interface for each: `{lan: '10.77.0.1/24'}`. */
	addHost(name: string, interfaces: Readonly<Record<string, string>>): NamespaceHost;
	/** Ends every process and removes everything; idempotent. */
	close(): Promise<void>;
}

let labs = 0;

function ip(...args: string[]): string {
	return execFileSync('ip', args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']});
}

/** Why there can be no namespaces here; undefined when there can. */
export function namespacesAvailable(): string | undefined {
	if (process.platform !== 'linux') return 'network namespaces exist on Linux only';
	if (process.getuid?.() !== 0) return 'network namespaces need root';
	const name = `p2pchat-probe-${process.pid}`;
	try {
		ip('netns', 'add', name);
	} catch {
		return 'ip netns add does not work here (is iproute2 installed?)';
	}
	try {
		execFileSync('ip', ['netns', 'exec', name, 'nft', 'list', 'ruleset'], {stdio: 'ignore'});
		return undefined;
	} catch {
		return 'nft does not work here (is nftables installed?)';
	} finally {
		ip('netns', 'del', name);
	}
}

function ruleOf(fault: Fault): string {
	const outside = 'iifname != "lo"';
	switch (fault.type) {
		case 'broadcast':
			return `${outside} meta pkttype broadcast ip daddr != 224.0.0.0/4 drop`;
		case 'multicast':
			return `${outside} ip daddr 224.0.0.0/4 drop`;
		case 'incoming-tcp':
			return `${outside} tcp flags & (syn | ack) == syn drop`;
		case 'udp-loss':
			return `${outside} meta l4proto udp numgen random mod 100 < ${fault.percent} drop`;
		case 'everything':
			return `${outside} drop`;
		default:
			return fault satisfies never;
	}
}

function rulesOf(faults: readonly Fault[]): string {
	const cut = faults.some(({type}) => type === 'everything');
	return [
		'add table ip faults',
		'delete table ip faults',
		'table ip faults {',
		' chain in { type filter hook input priority 0; policy accept;',
		...faults.map(fault => `  ${ruleOf(fault)}`),
		' }',
		' chain out { type filter hook output priority 0; policy accept;',
		cut ? '  oifname != "lo" drop' : '',
		' }',
		'}',
	].join('\n');
}

function createHost(
	namespace: string,
	ports: readonly string[],
	hub: string,
	children: Set<ChildProcess>,
): NamespaceHost {
	const run = (command: string, ...args: string[]): string => ip('netns', 'exec', namespace, command, ...args);
	return {
		namespace,
		run,
		spawn(command, args, env = {}) {
			const child = spawn('ip', ['netns', 'exec', namespace, command, ...args], {env: {...process.env, ...env}});
			children.add(child);
			child.once('close', () => children.delete(child));
			return child;
		},
		unplug: (index = 0) => void ip('-n', hub, 'link', 'set', ports[index]!, 'down'),
		plug: (index = 0) => void ip('-n', hub, 'link', 'set', ports[index]!, 'up'),
		setFaults(...faults) {
			execFileSync('ip', ['netns', 'exec', namespace, 'nft', '-f', '-'], {input: rulesOf(faults)});
		},
		setAddress(cidr, index = 0) {
			ip('-n', namespace, 'addr', 'flush', 'dev', `eth${index}`, 'scope', 'global');
			ip('-n', namespace, 'addr', 'add', cidr, 'brd', '+', 'dev', `eth${index}`);
		},
		sentPackets: device => Number(run('cat', `/sys/class/net/${device}/statistics/tx_packets`)),
	};
}

async function endProcess(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const ended = once(child, 'close');
	child.kill('SIGKILL');
	await ended;
}

/** Needs root; ask `namespacesAvailable` first. Whoever makes one closes it, also when a test fails. */
export function createNamespaceLab(): NamespaceLab {
	const prefix = `p2p${process.pid}x${labs++}`;
	const hub = `${prefix}-hub`;
	const namespaces: string[] = [];
	const children = new Set<ChildProcess>();
	const bridges = new Map<string, string>();
	let portCount = 0;

	function addNamespace(name: string): void {
		ip('netns', 'add', name);
		namespaces.push(name);
		// IPv6 talks on its own when an interface comes up: it would be counted as ours.
		ip(
			'netns',
			'exec',
			name,
			'sysctl',
			'-qw',
			'net.ipv6.conf.all.disable_ipv6=1',
			'net.ipv6.conf.default.disable_ipv6=1',
		);
		ip('-n', name, 'link', 'set', 'lo', 'up');
	}

	addNamespace(hub);
	return {
		addNetwork(name) {
			const bridge = `br${bridges.size}`;
			bridges.set(name, bridge);
			ip('-n', hub, 'link', 'add', bridge, 'type', 'bridge', 'mcast_snooping', '0');
			ip('-n', hub, 'link', 'set', bridge, 'up');
		},
		addHost(name, interfaces) {
			const namespace = `${prefix}-${name}`;
			addNamespace(namespace);
			const ports = Object.entries(interfaces).map(([network, cidr], index) => {
				const port = `port${portCount++}`;
				const device = `eth${index}`;
				ip('-n', hub, 'link', 'add', port, 'type', 'veth', 'peer', 'name', device, 'netns', namespace);
				ip('-n', hub, 'link', 'set', port, 'master', bridges.get(network)!, 'up');
				ip('-n', namespace, 'addr', 'add', cidr, 'brd', '+', 'dev', device);
				ip('-n', namespace, 'link', 'set', device, 'up');
				return port;
			});
			return createHost(namespace, ports, hub, children);
		},
		async close() {
			await Promise.all([...children].map(endProcess));
			for (const namespace of namespaces.splice(0).reverse()) ip('netns', 'del', namespace);
		},
	};
}
