/** TCP server on loopback that sends what one client writes to all others. */
import {createServer, type Socket} from 'node:net';

const sockets = new Set<Socket>();
const server = createServer({noDelay: true}, socket => {
	sockets.add(socket);
	socket.on('error', () => {});
	socket.on('close', () => sockets.delete(socket));
	socket.on('data', chunk => {
		for (const other of sockets) if (other !== socket) other.write(chunk);
	});
});
server.listen(0, '127.0.0.1', () => {
	const address = server.address();
	if (address !== null && typeof address !== 'string') process.send?.(address.port);
});
process.on('disconnect', () => process.exit(0));
