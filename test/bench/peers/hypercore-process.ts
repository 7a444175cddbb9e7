/** Writes blocks to one hypercore and replicates them to another over TCP. Arguments: folder of the package hypercore, storage folder, number of blocks. */
import {once} from 'node:events';
import {createRequire} from 'node:module';
import {connect, createServer} from 'node:net';
import {join} from 'node:path';
import {textOf} from '../make-history.js';

const [folder = '', storage = '', blocks = '0'] = process.argv.slice(2);
const Hypercore = createRequire(join(folder, 'package.json'))('hypercore');
const count = Number(blocks);

const source = new Hypercore(join(storage, 'source'));
await source.ready();
for (let from = 0; from < count; from += 1000) {
	const texts = Array.from({length: Math.min(1000, count - from)}, (_, index) => Buffer.from(textOf(from + index)));
	await source.append(texts);
}
const copy = new Hypercore(join(storage, 'copy'), source.key);
await copy.ready();

const server = createServer(socket => {
	const stream = source.replicate(false);
	socket.pipe(stream).pipe(socket);
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('no port');
const start = performance.now();
const socket = connect({port: address.port, host: '127.0.0.1', noDelay: true});
const stream = copy.replicate(true);
socket.pipe(stream).pipe(socket);
await copy.update({wait: true});
await copy.download({start: 0, end: count}).done();
process.send?.(performance.now() - start);
