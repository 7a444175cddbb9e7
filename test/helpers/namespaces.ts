/**
 * Simulated machines in Linux network namespaces: hosts with real interfaces, connected by bridges in a separate
 * namespace. The networks of this machine are not affected.
 */
import {type ChildProcess, execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';

/** Traffic that a host drops. */
export type Fault =
	| {readonly type: 'broadcast'}
	| {readonly type: 'multicast'}
	/** Drops incoming TCP connections. Outgoing TCP connections still work. */
	| {readonly type: 'incoming-tcp'}
	/** Drops this percentage of the incoming UDP datagrams. */
	| {readonly type: 'udp-loss'; readonly percent: number}
	/** Drops incoming IPv6 beacons, but no other multicast, which IPv6 itself needs. */
	| {readonly type: 'ipv6-beacons'}
	/** Drops all IPv6 packets in both directions. */
	| {readonly type: 'ipv6'}
	/** Drops all packets in both directions. The interface still reports that its cable is plugged in. */
	| {readonly type: 'everything'};

export interface NamespaceHost {
	/** Name of the namespace, for `ip netns exec`. */
	readonly namespace: string;
	/** Starts a program in the namespace. Closing the lab kills it. */
	spawn(command: string, args: readonly string[], env?: Readonly<Record<string, string>>): ChildProcess;
	/** Runs a short command to its end and returns its output. */
	run(command: string, ...args: string[]): string;
	/** Unplugs the cable of the n-th interface (`eth0`, …), from 0: the interface loses its carrier. */
	unplug(index?: number): void;
	plug(index?: number): void;
	/** Replaces the previous faults. */
	setFaults(...faults: readonly Fault[]): void;
	/** Replaces the address of the n-th interface. */
	setAddress(cidr: string, index?: number): void;
	/** Number of packets sent on an interface, as the kernel counts them. */
	sentPackets(device: string): number;
}

export interface NamespaceLab {
	addNetwork(name: string): void;
	/** Adds a host with one interface per network: `{lan: '10.77.0.1/24'}`. Several addresses are separated by spaces. */
	addHost(name: string, interfaces: Readonly<Record<string, string>>): NamespaceHost;
	/** Kills all processes and removes all namespaces. Idempotent. */
	close(): Promise<void>;
}

let labs = 0;

function ip(...args: string[]): string {
	return execFileSync('ip', args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']});
}

/** The reason why network namespaces cannot be used, or undefined if they can. */
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

/** Link-local address of a host, without the zone. */
export function linkLocalOf(host: NamespaceHost, device = 'eth0'): string {
	return /fe80::[\da-f:]+/.exec(host.run('ip', '-6', '-o', 'addr', 'show', 'dev', device, 'scope', 'link'))![0];
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
		case 'ipv6-beacons':
			return `${outside} ip6 daddr ff12::/16 drop`;
		case 'ipv6':
			return `${outside} meta protocol ip6 drop`;
		case 'everything':
			return `${outside} drop`;
		default:
			return fault satisfies never;
	}
}

function rulesOf(faults: readonly Fault[]): string {
	const dropsEverything = faults.some(({type}) => type === 'everything');
	const dropsIpv6 = faults.some(({type}) => type === 'ipv6');
	return [
		'add table inet faults',
		'delete table inet faults',
		'table inet faults {',
		' chain in { type filter hook input priority 0; policy accept;',
		...faults.map(fault => `  ${ruleOf(fault)}`),
		' }',
		' chain out { type filter hook output priority 0; policy accept;',
		dropsEverything ? '  oifname != "lo" drop' : '',
		dropsIpv6 ? '  oifname != "lo" meta protocol ip6 drop' : '',
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

/**
 * Creates a lab. Needs root: check `namespacesAvailable` first. The caller must close it, also when a test fails. With
 * `ipv6`, every interface gets an IPv6 link-local address immediately.
 */
export function createNamespaceLab({ipv6 = false}: {readonly ipv6?: boolean} = {}): NamespaceLab {
	const prefix = `p2p${ipv6 ? 'v6' : ''}${process.pid}x${labs++}`;
	const hub = `${prefix}-hub`;
	const namespaces: string[] = [];
	const children = new Set<ChildProcess>();
	const bridges = new Map<string, string>();
	let portCount = 0;

	function addNamespace(name: string): void {
		ip('netns', 'add', name);
		namespaces.push(name);
		// When an interface comes up, IPv6 sends packets of its own, which a test would count as packets of the program.
		const setting = ipv6 && name !== hub ? 'accept_dad=0' : 'disable_ipv6=1';
		const settings = ['all', 'default'].map(scope => `net.ipv6.conf.${scope}.${setting}`);
		ip('netns', 'exec', name, 'sysctl', '-qw', ...settings);
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
				for (const address of cidr.split(' ').filter(part => part !== '')) {
					const broadcast = address.includes(':') ? [] : ['brd', '+'];
					ip('-n', namespace, 'addr', 'add', address, ...broadcast, 'dev', device);
				}
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
