/**
 * Node that shares and fetches files on disk. In the role `floor`, the reference measurement, it only copies a file
 * over TLS and computes its SHA-256. The parent process controls it.
 */
import {createHash} from 'node:crypto';
import {createReadStream, createWriteStream, mkdirSync} from 'node:fs';
import {pipeline} from 'node:stream/promises';
import type {EventRef} from '../../source/core/event.js';
import {fileIdOf} from '../../source/feed/file-id.js';
import {createDiskFileStore} from '../../source/storage/files/file-store.js';
import {createMemorySharesFile} from '../../source/storage/files/shares-file.js';
import {createBenchNode} from './bench-node.js';
import {benchKeys} from './make-history.js';
import {loopDelay, watchLoop} from './measure.js';
import {dialTls, listenTls, tlsKeyOf} from './tls-pair.js';

export type FileRequest =
	| {readonly type: 'start'; readonly folder: string; readonly port?: number}
	| {readonly type: 'share'; readonly path: string}
	| {readonly type: 'fetch'; readonly ref: EventRef}
	| {readonly type: 'post'; readonly text: string}
	| {readonly type: 'reset'}
	| {readonly type: 'figures'}
	| {readonly type: 'serve'; readonly path: string}
	| {readonly type: 'copy'; readonly port: number; readonly path: string};

const keys = await benchKeys();
let node: ReturnType<typeof createBenchNode> | undefined;
let loop = watchLoop();
let rssBefore = process.memoryUsage.rss();
let rssPeak = rssBefore;
setInterval(() => {
	rssPeak = Math.max(rssPeak, process.memoryUsage.rss());
}, 100).unref();

const tell = (message: Readonly<Record<string, unknown>>) => void process.send?.(message);
/** Time of a clock that all processes of the machine share, in ms. */
const sharedNow = () => Number(process.hrtime.bigint()) / 1e6;

async function start(folder: string, port?: number): Promise<void> {
	mkdirSync(folder, {recursive: true});
	const files = createDiskFileStore({
		idOf: (size, leaves) => fileIdOf(keys.tag, size, leaves),
		sharesFile: createMemorySharesFile(),
		now: () => performance.now(),
		downloadFolder: () => folder,
		downloadOption: '--download-dir',
		directoryOption: '--output',
		markAsReceived: async () => {},
		warn() {},
	});
	const targets = port === undefined ? [] : [{host: '127.0.0.1', port}];
	node = createBenchNode({keys, name: 'node', files, targets, ...beaconOptions()});
	node.chatNode.store.subscribe((_state, inputs) => {
		for (const input of inputs) {
			if (input.type === 'ephemeral' && input.event.type === 'file') tell({type: 'file', ...input.event.transfer});
			if (input.type !== 'events' || !input.live) continue;
			for (const event of input.events)
				if (event.type === 'posted') tell({type: 'posted', text: event.text, at: sharedNow()});
		}
	});
	const self = await node.chatNode.start();
	tell({type: 'ready', port: self.tcpPort, peer: self.peer});
}

/**
 * Options of discovery. Only a room of several nodes uses beacons on loopback, at the UDP port that the parent process gives.
 */
function beaconOptions(): {readonly udpPort?: number} {
	const port = Number(process.env.P2PCHAT_BENCH_UDP_PORT ?? 0);
	return port > 0 ? {udpPort: port} : {};
}

async function share(path: string): Promise<void> {
	const result = await node?.chatNode.shareFile(path);
	if (!result || !('seq' in result)) throw new Error('not shared');
	tell({type: 'shared', seq: result.seq});
}

function fetchFile(ref: EventRef): void {
	const result = node?.chatNode.fetchFile(ref);
	if (result && 'refused' in result) setTimeout(() => fetchFile(ref), 5);
}

async function serve(path: string): Promise<void> {
	const {port} = await listenTls(tlsKeyOf(keys), socket => {
		void pipeline(createReadStream(path, {highWaterMark: 256 * 1024}), socket).catch(() => {});
	});
	tell({type: 'serving', port});
}

async function copy(port: number, path: string): Promise<void> {
	const from = performance.now();
	const socket = await dialTls(tlsKeyOf(keys), port);
	const hash = createHash('sha256');
	socket.on('data', chunk => hash.update(chunk));
	await pipeline(socket, createWriteStream(path, {highWaterMark: 1024 * 1024}));
	tell({type: 'copied', ms: performance.now() - from, digest: hash.digest('hex')});
}

process.on('message', (request: FileRequest) => {
	if (request.type === 'start') void start(request.folder, request.port);
	else if (request.type === 'share') void share(request.path);
	else if (request.type === 'fetch') fetchFile(request.ref);
	else if (request.type === 'post') {
		tell({type: 'sent', text: request.text, at: sharedNow()});
		node?.chatNode.post(request.text);
	} else if (request.type === 'reset') {
		loop.disable();
		loop = watchLoop();
		rssBefore = process.memoryUsage.rss();
		rssPeak = rssBefore;
	} else if (request.type === 'figures') {
		tell({type: 'figures', loopMs: loopDelay(loop).p999, memoryBytes: rssPeak - rssBefore, rssPeak});
	} else if (request.type === 'serve') void serve(request.path);
	else void copy(request.port, request.path);
});
// The parent process has ended, perhaps with an error, so this process ends too.
process.on('disconnect', () => process.exit());
tell({type: 'up'});
