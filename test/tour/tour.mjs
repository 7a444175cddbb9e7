// Makes the pictures in fixtures/tour: three real nodes on loopback hold a conversation in pseudo terminals, and the screens
// of one of them are drawn. `npm run tour [FOLDER [COLUMNSxROWS [dark|light]]]`; takes about a minute.
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {drawScreen} from './draw-screen.mjs';
import {startPerson} from './person.mjs';

const target = resolve(process.argv[2] ?? fileURLToPath(new URL('../../fixtures/tour', import.meta.url)));
const [columns = 100, rows = 30] = (process.argv[3] ?? '100x30').split('x').map(Number);
const theme = process.argv[4] === 'light' ? 'light' : 'dark';
const folder = mkdtempSync(join(tmpdir(), 'p2pchat-tour-'));
const port = await findFreePort();
const people = [];
const ESCAPE = '\u001B';
const CTRL_F = '\u0006';
const CTRL_G = '\u0007';
const SLOW = /connection fair|slow connection/;

mkdirSync(target, {recursive: true});
try {
	await talk();
} finally {
	for (const person of people) person.kill();
	rmSync(folder, {recursive: true, force: true});
}

async function talk() {
	const dave = await enter('Dave', 80, 24);
	await dave.send('uplink is down again. Using this until it is back');
	const yuki = await enter('Yuki', 80, 24);
	await dave.waitFor('peers 1/1');
	await yuki.send('おはよう! I am at the rack, third row. Who has the spare transceiver?');
	await dave.send('in the blue box, second shelf. Careful: the label says 10G, it is 1G');

	const carol = await enter('Carol', columns, rows);
	await yuki.waitFor('peers 2/2');
	await carol.waitFor('second');
	await carol.send('morning! just came in and read all of it. What can I do?');
	await dave.send('@Carol can you look at the switch on the second floor? Port 14 should be green');
	await carol.send('on my way 🏃');
	await yuki.send(
		'three things, so that nobody has to walk twice:\n  1. the blue cable, 5 m\n  2. a torch\n  3. coffee ☕',
	);
	await carol.waitFor('3. coffee');
	await carol.send('port 14 is green, port 15 is not. https://wiki.example/switch-2b says: reseat the cable');
	await react(carol, dave);
	await settled(carol);
	await save(carol, 'chat', 'Three people talking: the timeline, the people, the input');

	carol.press(CTRL_F);
	await carol.waitFor('Search:');
	carol.press('cable');
	if (columns >= 80) await carol.waitFor('2 matches');
	await save(carol, 'search', 'Searching while typing: matches are marked and counted');
	carol.press(ESCAPE);
	await carol.waitFor('Write a message');

	await loseYuki(carol, dave, yuki);
	await showPeers(carol);
	carol.press(CTRL_G);
	await carol.waitFor('Help');
	await save(carol, 'help', 'All commands and keys, from the tables that the program itself uses');
	await Promise.all([carol, dave, yuki].map(person => person.leave()));
	await replay();
}

/** Dave reacts to what Carol said, and answers her. */
async function react(carol, dave) {
	await dave.waitFor('reseat the cable');
	dave.press('/react last :eyes:\r');
	await carol.waitFor('👀 1');
	dave.press('/reply last then let us reseat it\r');
	await carol.waitFor('reseat it');
}

async function loseYuki(carol, dave, yuki) {
	yuki.freeze();
	await carol.waitFor('lost contact');
	await dave.send('Yuki is in the lift, I think');
	await carol.send('she will get this when she is out');
	await carol.waitFor('she will get this');
	await save(carol, 'lost', 'Yuki is unreachable, and everybody sees it');
	yuki.thaw();
	await yuki.waitFor('she will get this');
	await yuki.send('back! the lift eats Wi-Fi. Uplink is up: it was the cable');
	await carol.waitFor('the lift eats');
	await settled(carol);
	await save(carol, 'returned', 'Yuki is back and has received all messages in between');
}

async function showPeers(carol) {
	carol.press(`${ESCAPE}2`);
	if (columns >= 80) await carol.waitFor('Esc: input');
	carol.press('j\r');
	await carol.waitFor('ingerprint');
	await save(carol, 'peer', 'Details of one peer');
	carol.press(ESCAPE);
	await carol.waitFor(text => !text.includes('ingerprint'));
	carol.press(ESCAPE);
	await carol.waitFor('Write a message');
}

async function replay() {
	const programArguments = ['replay', '--speed', '4', '--theme', theme];
	const carol = take({name: 'Carol', columns, rows, theme, programArguments});
	await carol.waitFor('which log?');
	carol.press('\r');
	// Wait until the log has been read and the position is at its end.
	if (columns >= 80) await carol.waitFor(text => / (\d\d)( of |\/)\1 /.test(text) && !text.includes('reading'));
	carol.press('6');
	if (columns >= 80) await carol.waitFor(text => !/ (\d+)( of |\/)\1 /.test(text) && text.includes('on my way'));
	await save(carol, 'replay', 'The saved log, played back: who was there at that moment');
	await carol.leave();
}

async function enter(name, columns, rows) {
	const person = take({name, columns, rows, theme});
	await person.waitFor('Write a message');
	return person;
}

function take(options) {
	const person = startPerson({folder, port, ...options});
	people.push(person);
	return person;
}

/** Waits until all messages of the person are delivered to everybody and nobody is typing. */
function settled(person) {
	return person.waitFor(text => !/[○◐] (?!Dave|Yuki)/.test(text) && !text.includes('is typing'));
}

/**
 * Draws the screen once it is complete and shows no slow connection. On a busy computer round-trip times rise, and the pictures
 * must not depend on that.
 */
async function save(person, name, title) {
	do {
		await person.waitFor(text => !SLOW.test(text));
		await person.settle();
	} while (SLOW.test(person.text()));
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
