/**
 * Echo bot: answers every message that begins with `!echo `.
 *
 *     node source/examples/echo-bot.mjs [ROOM]
 *
 * ROOM is `lan` by default. Environment variables, all optional: SECRET is the secret of the room, INTERFACE a network
 * interface (`lo`: this computer only), and PORT the UDP port of discovery.
 */
import {createNode} from 'p2pchat-ink';

const {SECRET: secret, INTERFACE, PORT} = process.env;
const node = createNode({
	name: 'Echo',
	room: process.argv[2] ?? 'lan',
	secret,
	interfaces: INTERFACE ? [INTERFACE] : undefined,
	port: PORT ? Number(PORT) : undefined,
	log: false,
});

process.once('SIGINT', () => node.stop());
process.once('SIGTERM', () => node.stop());
await node.start();
for await (const line of node) {
	if (line.type === 'ready') console.log('ready');
	// `live` is false for history, which this bot must not answer again.
	if (line.type !== 'event' || line.kind !== 'posted' || line.own || !line.live) continue;
	const [, text] = /^!echo (.+)/s.exec(line.text) ?? [];
	if (!text) continue;
	try {
		node.reply(line.id, text);
	} catch (error) {
		// `reply` throws, for example, if the text is empty or begins with /msg. A message of somebody else must not
		// end the bot.
		console.error(`Not answered: ${error.message}`);
	}
}
