/**
 * Incoming webhook: posts what other programs of this computer send over HTTP.
 *
 *     TOKEN=something-long node source/examples/webhook.mjs [ROOM]
 *     curl -H 'Authorization: Bearer something-long' --data 'Build 7 is green' http://127.0.0.1:8080/
 *
 * The webhook answers with status 200 if a peer has received the message within 2 s, and otherwise with 202. ROOM is
 * `lan` by default. Environment variables: TOKEN is required, HTTP_PORT is 8080 by default, and SECRET, INTERFACE and
 * PORT are those of echo-bot.mjs.
 */
import {createHash, timingSafeEqual} from 'node:crypto';
import {createServer} from 'node:http';
import {createNode} from 'p2pchat-ink';

const {SECRET: secret, INTERFACE, PORT, HTTP_PORT = '8080', TOKEN} = process.env;
if (!TOKEN) throw new Error('Set TOKEN, so that only programs that know it can post.');
const MAX_BODY_BYTES = 16 * 1024;
const node = createNode({
	name: 'Hook',
	room: process.argv[2] ?? 'lan',
	secret,
	interfaces: INTERFACE ? [INTERFACE] : undefined,
	port: PORT ? Number(PORT) : undefined,
	log: false,
});

const digest = text => createHash('sha256').update(text).digest();
const expected = digest(`Bearer ${TOKEN}`);

async function readBody(request) {
	const chunks = [];
	let bytes = 0;
	for await (const chunk of request) {
		bytes += chunk.length;
		if (bytes > MAX_BODY_BYTES) return undefined;
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString('utf8');
}

/** Returns the status code and the text of the answer. */
async function answer(request) {
	if (!timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) return [401, 'Wrong token.'];
	if (request.method !== 'POST') return [405, 'Use POST.'];
	const text = await readBody(request);
	if (text === undefined) return [413, `The limit is ${MAX_BODY_BYTES} bytes.`];
	try {
		node.post(text);
	} catch (error) {
		return [422, error.message];
	}
	return (await node.whenDelivered(2000)) ? [200, 'Delivered.'] : [202, 'Nobody has it yet.'];
}

const server = createServer(async (request, response) => {
	const [status, text] = await answer(request);
	response.writeHead(status, {'content-type': 'text/plain', connection: 'close'}).end(`${text}\n`);
});

async function stop() {
	server.close();
	await node.stop();
}
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
await node.start();
server.listen(Number(HTTP_PORT), '127.0.0.1', () => console.log(`ready ${server.address().port}`));
