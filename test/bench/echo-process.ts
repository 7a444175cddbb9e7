/** TLS server that echoes everything it receives. */
import {benchKeys} from './make-history.js';
import {listenTls, tlsKeyOf} from './tls-pair.js';

const {port} = await listenTls(tlsKeyOf(await benchKeys()), socket => socket.on('data', chunk => socket.write(chunk)));
process.on('disconnect', () => process.exit(0));
process.send?.(port);
