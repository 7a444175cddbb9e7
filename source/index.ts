/**
 * The API of the package: a chat node in a program of your own. It is experimental until version 2.0.
 *
 *     import {createNode} from 'p2pchat-ink';
 *     const node = createNode({name: 'Bot', room: 'crew'});
 *     await node.start();
 *     node.post('hello');
 *     for await (const line of node) console.log(line);
 *
 * Each `line` is an object with the fields of one line of `--json` (scripting.md). The same code makes both.
 */
import type {ChatNode} from './cli/api/api-contract.js';
import {createApiNode} from './cli/api/api-node.js';
import {openNode} from './cli/chat/open-node.js';
import type {NodeOptions} from './cli/options/node-options.js';

export type {ChatNode} from './cli/api/api-contract.js';
export type {NodeOptions} from './cli/options/node-options.js';
export type {
	JsonEvent,
	JsonEventKind,
	JsonFile,
	JsonLine,
	JsonPeer,
	JsonPerson,
	JsonReady,
	JsonWhisper,
} from './cli/output/json-lines.js';

/**
 * Creates a node. It opens files and sockets only when `start` is called. Throws an Error if an option is wrong or
 * unknown.
 */
export function createNode(nodeOptions: NodeOptions = {}): ChatNode {
	return createApiNode(nodeOptions, openNode);
}
