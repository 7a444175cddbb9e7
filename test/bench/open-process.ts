/**
 * Opens a log once in its own process, in one of two roles. In the role `ours`, the program runs until its first frame
 * shows the newest message. In the role `floor`, the reference measurement, the file is only decoded. Arguments: the
 * role, path of the log, number of its events.
 */
import {readFileSync} from 'node:fs';
import {Packr} from 'msgpackr';
import {openFileLog} from '../../source/storage/file-log.js';
import {runChatScreen} from '../../source/ui/chat/chat-screen.js';
import {createBenchNode} from './bench-node.js';
import {benchKeys, textOf} from './make-history.js';
import {liveBytes, until} from './measure.js';
import {createTerminalPair, liveClock} from './terminal-pair.js';

const [how = '', path = '', words = ''] = process.argv.slice(2);
const count = Number(words);

async function openOurs(): Promise<unknown> {
	const opened = openFileLog(path);
	const {chatNode} = createBenchNode({keys, name: 'Reader', opened});
	const self = await chatNode.start();
	const {stdin, stdout, output} = createTerminalPair(120, 40);
	const environment = {TERM: 'xterm-256color', LANG: 'en_US.UTF-8'};
	runChatScreen({
		chatNode,
		self,
		stdin,
		stdout,
		stderr: stdout,
		environment,
		bell: 'off',
		mono: false,
		hooks: {clock: liveClock},
	});
	const newest = textOf(count - 1).slice(0, 30);
	await until('the newest message is shown', () => output().includes(newest));
	return chatNode;
}

/** Reference measurement: decodes every value of the file with msgpackr and keeps no result. */
function openFloor(): unknown {
	const packr = new Packr({useRecords: false});
	const file = readFileSync(path);
	let events = 0;
	for (let at = 0; at < file.length; ) {
		const length = file.readUInt32BE(at);
		const record = packr.unpack(file.subarray(at + 4, at + 4 + length));
		at += 4 + length;
		if (record[1] !== 'batch') continue;
		for (const entry of record[3][1][3]) if (Array.isArray(packr.unpack(entry))) events++;
	}
	if (events !== count) throw new Error(`${events} events`);
	return undefined;
}

const keys = await benchKeys();
const before = liveBytes();
const start = performance.now();
const kept = how === 'ours' ? await openOurs() : openFloor();
const ms = performance.now() - start;
const rss = process.memoryUsage().rss;
const report = {ms, rss, bytes: liveBytes() - before, kept: kept !== undefined};
process.send?.(report, () => process.exit(0));
