/** Nodes of the built program, each on a host of its own in network namespaces, seen through their JSON lines. */
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
	/** With the monotonic time at which each came, ms. */
	readonly lines: readonly (Line & {readonly seen: number})[];
	readonly peer: string;
	readonly tcpPort: number;
	post(text: string): void;
	/** Newest status of a peer, by its name. */
	statusOf(name: string): string | undefined;
	/** Everything told of a peer's status, in order, by its name. */
	statuses(name: string): string[];
	/** The rows of the timeline, in its order: `kind who text`. */
	timeline(): string[];
	/** Those rows of the timeline that are no posts. */
	presence(): string[];
}

export interface Room {
	readonly lab: NamespaceLab;
	host(name: string, interfaces: Readonly<Record<string, string>>): NamespaceHost;
	/** Starts the program there with `--json`; resolves when it is ready. */
	start(host: NamespaceHost, name: string, words?: readonly string[]): Promise<RoomNode>;
	/** Runs a command of the program to its end. */
	run(host: NamespaceHost, words: readonly string[]): Promise<{code: number | null; stdout: string; stderr: string}>;
	/** Waits for the outside world; says what did not happen, and what the nodes hold. */
	until(what: string, condition: () => boolean, limitMs?: number): Promise<void>;
	close(): Promise<void>;
}

function describeRow(line: Line): string {
	const parts = [line.kind, line.name, line.subjectName, line.text, line.kind === 'moved' && line.addresses.join()];
	return parts.filter(part => part !== undefined && part !== false).join(' ');
}

const byOrder = (a: Line, b: Line) => (a.order < b.order ? -1 : 1);

/** Networks `lan` and, where asked for, others; everything is gone after `close`. */
export function createRoom(networks: readonly string[] = ['lan']): Room {
	const lab = createNamespaceLab();
	const folders: string[] = [];
	const nodes: RoomNode[] = [];
	for (const network of networks) lab.addNetwork(network);

	function environment(): Record<string, string> {
		const home = mkdtempSync(join(tmpdir(), 'p2pchat-room-'));
		folders.push(home);
		return {HOME: home, P2PCHAT_HOME: home};
	}

	/** On all its interfaces, whatever the environment of the test says; the namespace is the fence. */
	function spawnProgram(host: NamespaceHost, words: readonly string[]): ChildProcess {
		return host.spawn('env', ['-u', 'P2PCHAT_INTERFACE', process.execPath, cliPath, ...words], environment());
	}

	async function until(what: string, condition: () => boolean, limitMs = 15_000): Promise<void> {
		const end = performance.now() + limitMs;
		while (!condition()) {
			if (performance.now() > end) {
				const held = nodes.map(node => `${node.name}: ${JSON.stringify(node.timeline())}`).join('\n');
				throw new Error(`not within ${limitMs} ms: ${what}\n${held}`);
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
			let complaints = '';
			child.stdout!.setEncoding('utf8').on('data', (text: string) => {
				const parts = (rest + text).split('\n');
				rest = parts.pop() ?? '';
				const seen = performance.now();
				for (const part of parts) lines.push({...JSON.parse(part), seen});
			});
			child.stderr!.setEncoding('utf8').on('data', (text: string) => {
				complaints += text;
			});
			const ready = () => lines.find(line => line.type === 'ready');
			await until(`${name} is ready`, () => ready() !== undefined || child.exitCode !== null, 30_000);
			if (!ready()) throw new Error(`${name} did not start: ${complaints}`);
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

/** Each is connected to all others. */
export function allConnected(nodes: readonly RoomNode[]): boolean {
	return nodes.every(one => nodes.every(other => one === other || one.statusOf(other.name) === 'connected'));
}

/** All hold the same rows, and all of these texts. */
export function allAgree(nodes: readonly RoomNode[], texts: readonly string[] = []): boolean {
	const [first, ...others] = nodes.map(node => node.timeline());
	if (!first || !texts.every(text => first.some(row => row.endsWith(` ${text}`)))) return false;
	return others.every(rows => JSON.stringify(rows) === JSON.stringify(first));
}
