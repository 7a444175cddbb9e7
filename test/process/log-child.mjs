/**
 * Child process that writes logs with the built program. The tests kill it, let several of these processes compete for
 * a lock, or limit the size of its file.
 */
import {createHash} from 'node:crypto';
import {writeSync} from 'node:fs';
import {createInterface} from 'node:readline';
import {openFileLog} from '../../dist/storage/file-log.js';

const [mode, path] = process.argv.slice(2);
const peer = createHash('sha256').update('child').digest('hex');
const create = {version: '1.0.0', roomTag: new Uint8Array(8), roomName: 'lan', created: 1_795_000_000_000};
const print = text => writeSync(1, `${text}\n`);

function recordOf(seq, bytes) {
	const entry = Buffer.alloc(bytes, 120);
	entry.write(`${seq} `);
	const batch = {
		peer,
		firstSeq: seq,
		previousHash: new Uint8Array(32),
		entries: [entry],
		signature: new Uint8Array(64),
	};
	return {type: 'batch', loggedAt: 1_795_000_000_000 + seq, live: true, batch};
}

/** Appends small and large records until it is killed, and prints each seq after its append has returned. */
async function write() {
	const {log, records} = openFileLog(path, {create});
	for await (const _ of records);
	let seq = log.heldSeq(peer);
	print(`open ${seq}`);
	for (;;) {
		const count = Math.random() < 0.1 ? 40 : 1;
		const records = Array.from({length: count}, () => recordOf(++seq, 16 + Math.floor(Math.random() * 20_000)));
		log.append(records);
		print(seq);
		await new Promise(resolve => setImmediate(resolve));
	}
}

/**
 * Opens each file that standard input names, prints whether it got the lock of the file, and closes the file at the next
 * line.
 */
async function race() {
	let log;
	print('ready');
	for await (const line of createInterface({input: process.stdin})) {
		await log?.close();
		log = undefined;
		if (line === 'close') {
			print('closed');
			continue;
		}
		try {
			log = openFileLog(line, {create}).log;
			print('won');
		} catch (error) {
			print(error.code);
		}
	}
}

/** Appends 40 records of 10 kB, prints when saving fails and works again, and exits when everything is saved. */
async function chat() {
	const {createResilientLog} = await import('../../dist/storage/resilient-log.js');
	const timer = {after: (ms, run) => ({cancel: clearTimeout.bind(undefined, setTimeout(run, ms / 50))})};
	const open = () => openFileLog(path, {create}).log;
	const {promise, resolve} = deferred();
	const onPersistenceChange = status => {
		print(JSON.stringify(status));
		if (status.isSaving) resolve();
	};
	const header = {...create, format: 1};
	const log = createResilientLog({log: open(), header, createReplacement: open, timer, onPersistenceChange});
	for (let seq = 1; seq <= 40; seq++) log.append([recordOf(seq, 10_000)]);
	await promise;
	await log.close();
}

/** A promise and its resolve function. Node 20 has no Promise.withResolvers. */
function deferred() {
	let resolve;
	const promise = new Promise(done => {
		resolve = done;
	});
	return {promise, resolve};
}

await {write, race, chat}[mode]();
