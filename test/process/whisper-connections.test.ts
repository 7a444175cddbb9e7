import {expect, it} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {readLoggedWhispers} from '../helpers/logged-whispers.js';
import {type Line, type RunningNode, startNode} from '../helpers/run-node.js';
import {startTcpRelay, type TcpRelay} from '../helpers/tcp-relay.js';
import {until} from '../helpers/wait.js';

const WHISPERS_PER_ROUND = 4;
/** Bytes of a whisper, many more than a connection transfers for other purposes during a test. */
const WHISPER_BYTES = 4000;

interface End {
	readonly home: string;
	readonly node: RunningNode;
	readonly peer: string;
	readonly tcpPort: number;
	/** Texts of the whispers that this end has sent. */
	readonly sent: string[];
}

const isWhisper = ({type}: Line) => type === 'whisper';
const isDelivery = ({type, state}: Line) => type === 'whisper-delivery' && state === 'delivered';

async function startPair(): Promise<[End, End]> {
	const port = await findFreeUdpPort();
	const start = async (name: string): Promise<End> => {
		const home = makeHome();
		const node = await startNode({home, port, name, args: ['--no-identity']});
		const {peer, tcpPort} = node.lines[0] as {peer: string; tcpPort: number};
		return {home, node, peer, tcpPort, sent: []};
	};
	const pair: [End, End] = await Promise.all([start('Ann'), start('Bob')]);
	for (const {node} of pair)
		await node.waitFor('the other end', ({type, status}) => type === 'peer' && status === 'connected');
	return pair;
}

function whisper(from: End, to: End): void {
	const texts = Array.from({length: WHISPERS_PER_ROUND}, (_, index) =>
		`${from.sent.length + index + 1} `.padEnd(WHISPER_BYTES, 'x'),
	);
	from.sent.push(...texts);
	from.node.write(texts.map(text => `${JSON.stringify({type: 'whisper', to: to.peer, text})}\n`).join(''));
}

/** Opens a second connection from one end to the other one, through a relay. */
async function connectThroughRelay(from: End, to: End): Promise<TcpRelay> {
	const relay = await startTcpRelay(to.tcpPort);
	from.node.write(`${JSON.stringify({type: 'command', text: `/peer 127.0.0.1:${relay.port}`})}\n`);
	await until(() => relay.open > 0);
	return relay;
}

const untilLogged = ({node, sent}: End) =>
	node.waitUntil('own whispers', lines => lines.filter(line => isWhisper(line) && line.own).length === sent.length);
const untilReceived = ({node}: End, from: End) =>
	node.waitUntil('whispers', lines => lines.filter(line => isWhisper(line) && !line.own).length === from.sent.length);
const untilDelivered = ({node, sent}: End) =>
	node.waitUntil('all deliveries', lines => lines.filter(isDelivery).length === sent.length);

/**
 * Sends whispers both ways, until a round of them passes through the relay. Then the connection through the relay is in
 * use.
 */
async function untilInUse(relay: TcpRelay, [ann, bob]: readonly [End, End]): Promise<void> {
	const isCarried = (before: TcpRelay['passed']) =>
		(['toTarget', 'fromTarget'] as const).every(
			direction => relay.passed[direction] - before[direction] >= WHISPERS_PER_ROUND * WHISPER_BYTES,
		);
	for (let before = {...relay.passed}; !isCarried(before); ) {
		before = {...relay.passed};
		whisper(ann, bob);
		whisper(bob, ann);
		await Promise.all([untilDelivered(ann), untilDelivered(bob)]);
	}
}

/** Stops both nodes, and compares the whispers that the two logs and the two outputs contain. */
async function expectEachOnceInOrder(pair: readonly [End, End]): Promise<void> {
	for (const {node} of pair) {
		node.child.stdin?.end();
		await node.result;
	}
	const [ann, bob] = pair;
	for (const [from, to] of [
		[ann, bob],
		[bob, ann],
	] as const) {
		const numbered = from.sent.map((text, index) => [index + 1, text]);
		const own = (await readLoggedWhispers(from.home)).filter(one => one.own);
		const received = (await readLoggedWhispers(to.home)).filter(one => !one.own);
		expect(own.map(({id, text}) => [id, text])).toEqual(numbered);
		expect(received.map(({id, text}) => [id, text])).toEqual(numbered);
		const shown = to.node.lines.filter(line => isWhisper(line) && !line.own);
		expect(shown.map(({id, text}) => [id, text])).toEqual(numbered);
		expect(from.node.lines.filter(isDelivery).map(({id}) => id)).toEqual(numbered.map(([id]) => id));
	}
}

/**
 * Replaces the connection from each end while whispers are in transit. At the last replacement, answers and whispers wait on
 * the old connection.
 */
async function replaceConnections(): Promise<void> {
	const pair = await startPair();
	const [ann, bob] = pair;
	const first = await connectThroughRelay(ann, bob);
	await untilInUse(first, pair);
	const second = await connectThroughRelay(bob, ann);
	await untilInUse(second, pair);
	await until(() => first.open === 0);
	second.hold('toTarget');
	for (const [from, to] of [pair, [bob, ann]] as const) whisper(from, to);
	await Promise.all([untilLogged(bob), untilReceived(bob, ann)]);
	for (const {node, sent} of pair) expect(node.lines.filter(isDelivery).length).toBeLessThan(sent.length);
	const third = await connectThroughRelay(ann, bob);
	await Promise.all(pair.map(untilDelivered));
	await untilInUse(third, pair);
	// Now the relay passes on what waited on the old connection: whispers and answers that the other end has already
	// received on the new one.
	second.release('toTarget');
	await until(() => second.open === 0);
	await expectEachOnceInOrder(pair);
}

/**
 * Cuts the connection while the relay holds back the bytes of one direction: whispers of one end, and its answers to
 * the whispers of the other end.
 */
async function cutConnections(): Promise<void> {
	const pair = await startPair();
	const [ann, bob] = pair;
	for (const direction of ['toTarget', 'fromTarget'] as const) {
		const relay = await connectThroughRelay(ann, bob);
		await untilInUse(relay, pair);
		relay.hold(direction);
		for (const [from, to] of [pair, [bob, ann]] as const) whisper(from, to);
		await Promise.all(pair.map(untilLogged));
		await (direction === 'toTarget' ? untilReceived(ann, bob) : untilReceived(bob, ann));
		for (const {node, sent} of pair) expect(node.lines.filter(isDelivery).length).toBeLessThan(sent.length);
		relay.cut();
		await Promise.all(pair.map(untilDelivered));
	}
	await expectEachOnceInOrder(pair);
}

it('whispers between processes are delivered once, in order and with an answer while their connection is replaced or cut', async () => {
	await Promise.all([replaceConnections(), cutConnections()]);
});
