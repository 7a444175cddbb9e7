/**
 * Bridge to a channel of an IRC server.
 *
 *     node source/examples/irc-bridge.mjs HOST:PORT '#channel' [ROOM]
 *
 * HOST:PORT is the IRC server, and ROOM the room of the chat, by default `lan`. The environment variables SECRET,
 * INTERFACE and PORT are those of echo-bot.mjs; NICK is the nickname on IRC. The bridge passes on live messages only,
 * in both directions. The text begins with the author, as `<Ann via p2pchat> hello`. The bridge signs what it passes
 * on, so nobody can take it for a message of Ann herself. A text that begins with such an author comes from a bridge
 * and is not passed on again, so that two bridges do not pass a message back and forth.
 */
import {connect} from 'node:net';
import {createInterface} from 'node:readline';
import {createNode} from 'p2pchat-ink';

const [server = '', channel = '', room = 'lan'] = process.argv.slice(2);
const [, host, ircPort] = /^(.+):(\d+)$/.exec(server) ?? [];
if (!host || !/^#[^\s,]+$/.test(channel))
	throw new Error("Usage: node source/examples/irc-bridge.mjs HOST:PORT '#channel' [ROOM]");
const {SECRET: secret, INTERFACE, PORT, NICK = 'p2pchat'} = process.env;
const node = createNode({
	name: 'IRC',
	room,
	secret,
	interfaces: INTERFACE ? [INTERFACE] : undefined,
	port: PORT ? Number(PORT) : undefined,
	log: false,
});

const VIA = /^<[^<>]{1,80} via [\w-]+> /;
/**
 * Maximum bytes of text in one line to the IRC server. The command, the channel and the author are added to the text.
 * With them, and with the prefix that the server adds, an IRC line may have at most 512 bytes.
 */
const MAX_LINE_BYTES = 380;
/**
 * Maximum length of a line from the IRC server, in UTF-16 units. A longer line is cut. A message in the room can have
 * at most 16 KiB. If it were longer, `post` would throw an error, and the bridge would end.
 */
const MAX_POST_CHARACTERS = 4000;
/**
 * Maximum number of lines that wait to be sent to IRC. Further lines are dropped. Lines have to wait, because an IRC
 * server disconnects a client that sends too fast.
 */
const MAX_QUEUED_LINES = 200;
const LINE_INTERVAL_MS = 600;
/** Number of lines that may be sent to IRC at once. After that, one line is sent in each LINE_INTERVAL_MS. */
const BURST = 4;

const irc = connect(Number(ircPort), host);
const queue = [];
let credit = BURST;
let nick = NICK;
let timer;
let isStopping = false;

const sendNow = text => void irc.write(`${text.replace(/[\r\n\0]/g, ' ')}\r\n`);

function drain() {
	for (; credit > 0 && queue.length > 0; credit--) sendNow(queue.shift());
	timer ??= setInterval(() => {
		credit = Math.min(BURST, credit + 1);
		if (queue.length > 0) drain();
	}, LINE_INTERVAL_MS);
}

/** Splits a long line into parts of at most MAX_LINE_BYTES. No character is split. */
function* partsOf(line) {
	let part = '';
	for (const character of line) {
		if (Buffer.byteLength(part + character) > MAX_LINE_BYTES) {
			yield part;
			part = '';
		}
		part += character;
	}
	if (part.trim()) yield part;
}

function passToIrc({name, text}) {
	if (VIA.test(text)) return;
	const author = `<${name.replace(/[<>]/g, '')} via p2pchat> `;
	for (const line of text.split('\n')) {
		for (const part of partsOf(line)) {
			if (queue.length < MAX_QUEUED_LINES) queue.push(`PRIVMSG ${channel} :${author}${part}`);
		}
	}
	drain();
}

/** Removes the control characters by which IRC marks colours (U+0003 followed by digits), bold text and the like. */
function withoutFormats(text) {
	const [first, ...coloured] = text.split('\u0003');
	return [first, ...coloured.map(part => part.replace(/^\d{1,2}(?:,\d{1,2})?/, ''))].join('').replace(/\p{Cc}/gu, '');
}

function passToRoom(from, text) {
	// IRC programs send a command to another IRC program as a text between two U+0001. People use only one such
	// command: ACTION, for /me.
	const isAction = text.startsWith('\u0001ACTION ');
	if (text.startsWith('\u0001') && !isAction) return;
	const clean = withoutFormats(isAction ? `* ${text.slice(8)}` : text);
	if (clean.trim() && !VIA.test(clean)) node.post(`<${from} via IRC> ${clean.slice(0, MAX_POST_CHARACTERS)}`);
}

function handle(line) {
	const [, prefix = '', command = '', rest = ''] = /^(?::(\S+) )?(\S+) ?(.*)$/.exec(line) ?? [];
	const [from = ''] = prefix.split('!');
	switch (command) {
		case 'PING':
			sendNow(`PONG ${rest}`);
			break;
		case '001':
			sendNow(`JOIN ${channel}`);
			break;
		case '433':
			// The nickname is already in use.
			nick = `${nick}_`;
			sendNow(`NICK ${nick}`);
			break;
		case '366':
			console.log('ready');
			break;
		case 'PRIVMSG': {
			const [, target, text = ''] = /^(\S+) :?(.*)$/.exec(rest) ?? [];
			if (target === channel && from !== nick) passToRoom(from, text);
			break;
		}
		case 'ERROR':
			if (!isStopping) console.error(line);
			break;
	}
}

async function stop() {
	isStopping = true;
	clearInterval(timer);
	irc.end('QUIT :bridge stopped\r\n');
	await node.stop();
}
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
irc.on('error', error => {
	console.error(error.message);
	process.exitCode = 1;
});
irc.on('close', stop);

node.on('event', line => {
	if (line.kind === 'posted' && line.live && !line.own) passToIrc(line);
});
await node.start();
sendNow(`NICK ${nick}`);
sendNow(`USER ${nick} 0 * :bridge to ${room}`);
createInterface({input: irc}).on('line', handle);
