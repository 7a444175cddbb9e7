/** Room of real nodes: each runs the built program in its own network namespace, and tests read its JSON lines. */
import type {ChildProcess} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createNamespaceLab, type NamespaceHost, type NamespaceLab} from './namespaces.js';
import {cliPath, type Line} from './run-node.js';

export const ROOM_PORT = 47_474;

export interface RoomNode {
	readonly name: string;
	readonly host: NamespaceHost;
	readonly child: ChildProcess;
	/** JSON lines so far. `seen` is the monotonic time of arrival, ms. */
	readonly lines: readonly (Line & {readonly seen: number})[];
	readonly peer: string;
	readonly tcpPort: number;
	post(text: string): void;
	/** Newest status of a peer, by its name. */
	statusOf(name: string): string | undefined;
	/** All reported statuses of a peer in order, by its name. */
	statuses(name: string): string[];
	/** Timeline rows in order: `kind who text`. */
	timeline(): string[];
	/** Timeline rows other than posts. */
	presence(): string[];
}

export interface Room {
	readonly lab: NamespaceLab;
	host(name: string, interfaces: Readonly<Record<string, string>>): NamespaceHost;
	/** Starts the program on the host with `--json`. Resolves when it is ready. */
	start(host: NamespaceHost, name: string, words?: readonly string[]): Promise<RoomNode>;
	/** Runs a command of the program to its end. */
	run(host: NamespaceHost, words: readonly string[]): Promise<{code: number | null; stdout: string; stderr: string}>;
	/** Waits for a condition. The error names `what` and lists the timelines of all nodes. */
	until(what: string, condition: () => boolean, limitMs?: number): Promise<void>;
	close(): Promise<void>;
}

function describeRow(line: Line): string {
	const parts = [line.kind, line.name, line.subjectName, line.text, line.kind === 'moved' && line.addresses.join()];
	return parts.filter(part => part !== undefined && part !== false).join(' ');
}

const byOrder = (a: Line, b: Line) => (a.order < b.order ? -1 : 1);

/** Creates a room with the given networks. `close` removes everything. `ipv6`: see `createNamespaceLab`. */
export function createRoom(networks: readonly string[] = ['lan'], options: {readonly ipv6?: boolean} = {}): Room {
	const lab = createNamespaceLab(options);
	const folders: string[] = [];
	const nodes: RoomNode[] = [];
	for (const network of networks) lab.addNetwork(network);

	function environment(): Record<string, string> {
		const home = mkdtempSync(join(tmpdir(), 'p2pchat-room-'));
		folders.push(home);
		return {HOME: home, P2PCHAT_HOME: home};
	}

	/** Starts the program on all interfaces of the host. The namespace isolates it, so P2PCHAT_INTERFACE is unset. */
	function spawnProgram(host: NamespaceHost, words: readonly string[]): ChildProcess {
		return host.spawn('env', ['-u', 'P2PCHAT_INTERFACE', process.execPath, cliPath, ...words], environment());
	}

	async function until(what: string, condition: () => boolean, limitMs = 30_000): Promise<void> {
		const end = performance.now() + limitMs;
		while (!condition()) {
			if (performance.now() > end) {
				const timelines = nodes.map(node => `${node.name}: ${JSON.stringify(node.timeline())}`).join('\n');
				throw new Error(`not within ${limitMs} ms: ${what}\n${timelines}`);
			}

			await new Promise(resolve => setTimeout(resolve, 2));
		}
	}

	return {
		lab,
		until,
		host: (name, interfaces) => lab.addHost(name, interfaces),
		async start(host, name, words = []) {
			const lines: (Line & {seen: number})[] = [];
			const all = ['--json', '--name', name, '--port', String(ROOM_PORT), ...words];
			const child = spawnProgram(host, all);
			let rest = '';
			let errorOutput = '';
			child.stdout!.setEncoding('utf8').on('data', (text: string) => {
				const parts = (rest + text).split('\n');
				rest = parts.pop() ?? '';
				const seen = performance.now();
				for (const part of parts) lines.push({...JSON.parse(part), seen});
			});
			child.stderr!.setEncoding('utf8').on('data', (text: string) => {
				errorOutput += text;
			});
			const ready = () => lines.find(line => line.type === 'ready');
			await until(`${name} is ready`, () => ready() !== undefined || child.exitCode !== null, 30_000);
			if (!ready()) throw new Error(`${name} did not start: ${errorOutput}`);
			const events = () => lines.filter(line => line.type === 'event').sort(byOrder);
			const node: RoomNode = {
				name,
				host,
				child,
				lines,
				peer: ready()?.peer,
				tcpPort: ready()?.tcpPort,
				post: text => void child.stdin!.write(`${JSON.stringify({type: 'post', text})}\n`),
				statuses: who => lines.filter(line => line.type === 'peer' && line.name === who).map(line => line.status),
				statusOf: who => node.statuses(who).at(-1),
				timeline: () => events().map(describeRow),
				presence: () =>
					events()
						.filter(line => line.kind !== 'posted')
						.map(describeRow),
			};
			nodes.push(node);
			return node;
		},
		run(host, words) {
			const child = spawnProgram(host, words);
			let stdout = '';
			let stderr = '';
			child.stdout!.setEncoding('utf8').on('data', text => {
				stdout += text;
			});
			child.stderr!.setEncoding('utf8').on('data', text => {
				stderr += text;
			});
			child.stdin!.end();
			return new Promise(resolve => child.once('close', code => resolve({code, stdout, stderr})));
		},
		async close() {
			await lab.close();
			for (const folder of folders.splice(0)) rmSync(folder, {recursive: true, force: true});
		},
	};
}

/** Whether each node is connected to all others. */
export function allConnected(nodes: readonly RoomNode[]): boolean {
	return nodes.every(one => nodes.every(other => one === other || one.statusOf(other.name) === 'connected'));
}

/**
 * Whether all nodes show the same timeline and it contains all `texts`. If two peers report the same loss at the same
 * time, each node prints the report that it received first. So of `lost` lines only the names of the lost peers are
 * compared, not those of the reporters.
 */
export function allAgree(nodes: readonly RoomNode[], texts: readonly string[] = []): boolean {
	const [first, ...others] = nodes.map(node => node.timeline());
	if (!first || !texts.every(text => first.some(row => row.endsWith(` ${text}`)))) return false;
	const isLoss = (row: string) => row.startsWith('lost ');
	const comparable = (rows: readonly string[]) => [
		...rows.filter(row => !isLoss(row)),
		...rows
			.filter(isLoss)
			.map(row => row.split(' ')[2])
			.sort(),
	];
	return others.every(rows => JSON.stringify(comparable(rows)) === JSON.stringify(comparable(first)));
}
