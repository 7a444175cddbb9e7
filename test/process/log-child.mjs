/** A process that writes logs, to be killed, raced or starved by the tests beside it. Runs what was built. */
import {createHash} from 'node:crypto';
import {writeSync} from 'node:fs';
import {createInterface} from 'node:readline';
import {openFileLog} from '../../dist/storage/file-log.js';

const [mode, path] = process.argv.slice(2);
const peer = createHash('sha256').update('child').digest('hex');
const create = {version: '1.0.0', roomTag: new Uint8Array(8), roomName: 'lan', created: 1_795_000_000_000};
const say = text => writeSync(1, `${text}\n`);

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

/** Appends for ever, small and large, and says each seq once its append has returned. */
async function write() {
	const {log, records} = openFileLog(path, {create});
	for await (const _ of records);
	let seq = log.heldSeq(peer);
	say(`open ${seq}`);
	for (;;) {
		const count = Math.random() < 0.1 ? 40 : 1;
		const records = Array.from({length: count}, () => recordOf(++seq, 16 + Math.floor(Math.random() * 20_000)));
		log.append(records);
		say(seq);
		await new Promise(resolve => setImmediate(resolve));
	}
}

/** Opens each file that standard input names and says whether it may write it; gives it up at the next line. */
async function race() {
	let log;
	say('ready');
	for await (const line of createInterface({input: process.stdin})) {
		await log?.close();
		log = undefined;
		if (line === 'close') {
			say('closed');
			continue;
		}
		try {
			log = openFileLog(line, {create}).log;
			say('won');
		} catch (error) {
			say(error.code);
		}
	}
}

/** Appends 40 records of 10 kB, says when saving fails and works again, and ends when it does after the last. */
async function chat() {
	const {createBufferedLog} = await import('../../dist/storage/resilient-log.js');
	const timer = {after: (ms, run) => ({cancel: clearTimeout.bind(undefined, setTimeout(run, ms / 50))})};
	const open = () => openFileLog(path, {create}).log;
	const {promise, resolve} = deferred();
	const onSaving = state => {
		say(JSON.stringify(state));
		if (state.saving) resolve();
	};
	const log = createBufferedLog({log: open(), header: {...create, format: 1}, reopen: open, timer, onSaving});
	for (let seq = 1; seq <= 40; seq++) log.append([recordOf(seq, 10_000)]);
	await promise;
	await log.close();
}

/** A promise and what settles it (Promise.withResolvers of Node 22). */
function deferred() {
	let resolve;
	const promise = new Promise(done => {
		resolve = done;
	});
	return {promise, resolve};
}

await {write, race, chat}[mode]();
