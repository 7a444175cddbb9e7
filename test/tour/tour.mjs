// Three real nodes on loopback hold a conversation in pseudo terminals; what one of them sees becomes the pictures in
// fixtures/tour. `npm run tour [FOLDER]`, after `npm run build`; about a minute.
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {drawScreen} from './draw-screen.mjs';
import {seat} from './person.mjs';

const target = resolve(process.argv[2] ?? fileURLToPath(new URL('../../fixtures/tour', import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'p2pchat-tour-'));
const port = await findFreePort();
const people = [];
const ESCAPE = '\u001B';
const CTRL_F = '\u0006';
const CTRL_G = '\u0007';

mkdirSync(target, {recursive: true});
try {
	await talk();
} finally {
	for (const person of people) person.kill();
	rmSync(folder, {recursive: true, force: true});
}

async function talk() {
	const dave = await enter('Dave', 80, 24);
	await dave.says('uplink is down again. Using this until it is back');
	const yuki = await enter('Yuki', 80, 24);
	await dave.sees('peers 1/1');
	await yuki.says('おはよう! I am at the rack, third row. Who has the spare transceiver?');
	await dave.says('in the blue box, second shelf. Careful: the label says 10G, it is 1G');

	const carol = await enter('Carol', 100, 30);
	await carol.sees('peers 2/2');
	await carol.sees('second shelf');
	await carol.says('morning! just came in and read all of it. What can I do?');
	await dave.says('@Carol can you look at the switch on the second floor? Port 14 should be green');
	await carol.says('on my way 🏃');
	await yuki.says(
		'three things, so that nobody has to walk twice:\n  1. the blue cable, 5 m\n  2. a torch\n  3. coffee ☕',
	);
	await carol.sees('3. coffee');
	await carol.says('port 14 is green, port 15 is not. https://wiki.example/switch-2b says: reseat the cable');
	await settled(carol);
	await save(carol, 'chat', 'Three people talking: the timeline, the people, the input');

	carol.press(CTRL_F);
	await carol.sees('Search:');
	carol.press('cable');
	await carol.sees('2 matches');
	await save(carol, 'search', 'Searching while typing: matches are marked and counted');
	carol.press(ESCAPE);
	await carol.sees('Write a message');

	await loseYuki(carol, dave, yuki);
	await showPeers(carol);
	carol.press(CTRL_G);
	await carol.sees('Anywhere');
	await save(carol, 'help', 'All commands and keys, from the tables that the program itself uses');
	await Promise.all([carol, dave, yuki].map(person => person.leave()));
	await replay();
}

async function loseYuki(carol, dave, yuki) {
	yuki.freeze();
	await carol.sees('lost contact with');
	await dave.says('Yuki is in the lift, I think');
	await carol.says('she will get this when she is out');
	await carol.sees('she will get this');
	await save(carol, 'lost', 'Yuki is out of reach, and everybody sees it');
	yuki.thaw();
	await yuki.sees('she will get this');
	await yuki.says('back! the lift eats Wi-Fi. Uplink is up: it was the cable');
	await carol.sees('Uplink is up');
	await settled(carol);
	await save(carol, 'returned', 'Yuki is back, with all that was said meanwhile');
}

async function showPeers(carol) {
	carol.press(`${ESCAPE}2`);
	await carol.sees('Esc: input');
	carol.press('j\r');
	await carol.sees('fingerprint');
	await save(carol, 'peer', 'Details of one peer');
	carol.press(ESCAPE);
	await carol.sees(text => !text.includes('fingerprint'));
	carol.press(ESCAPE);
	await carol.sees('Ctrl+G help');
}

async function replay() {
	const carol = take({name: 'Carol', columns: 100, rows: 30, words: ['replay', '--speed', '4']});
	await carol.sees('which log?');
	carol.press('\r');
	// Read to its end, and standing there.
	await carol.sees(text => / (\d\d)( of |\/)\1 /.test(text) && !text.includes('reading'));
	carol.press('6');
	await carol.sees(text => !/ (\d+)( of |\/)\1 /.test(text) && text.includes('on my way'));
	await save(carol, 'replay', 'The saved log, played back: who was there at that moment');
	await carol.leave();
}

async function enter(name, columns, rows) {
	const person = take({name, columns, rows});
	await person.sees('Write a message');
	return person;
}

function take(options) {
	const person = seat({folder, port, ...options});
	people.push(person);
	return person;
}

/** All that it said is held by all who are there, and nobody types. */
function settled(person) {
	return person.sees(text => !/[○◐] (?!Dave|Yuki)/.test(text) && !text.includes('is typing'));
}

async function save(person, name, title) {
	await person.rests();
	writeFileSync(join(target, `${name}.svg`), drawScreen(person.picture(`p2pchat-ink: ${title}`)));
	process.stdout.write(`\n${name}: ${title}\n${person.text()}\n`);
}

async function findFreePort() {
	const socket = createSocket('udp4');
	socket.bind(0, '127.0.0.1');
	await once(socket, 'listening');
	const {port: found} = socket.address();
	socket.close();
	await once(socket, 'close');
	return found;
}
