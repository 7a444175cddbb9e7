import type {BindOptions, Socket} from 'node:dgram';

/** Resolves with the port; rejects with the system's error, or when the socket is closed meanwhile. */
export function bindSocket(socket: Socket, options: BindOptions): Promise<number> {
	return new Promise((resolve, reject) => {
		const closed = () => reject(new Error('closed while it opened'));
		socket.once('error', reject);
		socket.once('close', closed);
		socket.bind(options, () => {
			socket.off('error', reject);
			socket.off('close', closed);
			resolve(socket.address().port);
		});
	});
}
