/**
 * Capture of all packets of the loopback interface, as another program with root rights could make it. Needs Linux and
 * root.
 */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {onTestFinished} from 'vitest';

export const canCapture = process.platform === 'linux' && process.getuid?.() === 0;

/** Counts, for each text, the packets that contain the text, and for each TCP port, the bytes to and from the port. */
const PROGRAM = `
import collections, json, select, signal, socket, struct, sys, time
texts = [text.encode() for text in sys.argv[1:]]
packets = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
packets.setsockopt(socket.SOL_SOCKET, 33, 1 << 26)
# Each packet passes this interface twice, out and in. Option PACKET_IGNORE_OUTGOING leaves out one of the two.
packets.setsockopt(263, 23, 1)
packets.bind(('lo', 0))
found, ports, ended = collections.Counter(), collections.Counter(), []
signal.signal(signal.SIGTERM, lambda *_: ended.append(time.monotonic()))
print('ready', flush=True)
while True:
    # Packets are read in order. When the last text is found, all packets that were sent before it have been read.
    waits = select.select([packets], [], [], 0.2)[0]
    if ended and (found[texts[-1].decode()] or time.monotonic() - ended[0] > 60): break
    if not waits: continue
    frame = packets.recv(1 << 18)
    for text in texts: found[text.decode()] += text in frame
    if frame[12:14] == b'\\x08\\x00' and frame[23] == 6:
        for port in struct.unpack_from('>HH', frame, 14 + 4 * (frame[14] & 15)): ports[port] += len(frame)
print(json.dumps({'found': found, 'ports': ports}))
`;

export interface Captured {
	/** Number of packets that contain a text. */
	readonly found: Readonly<Record<string, number>>;
	/** Bytes of the TCP packets to and from a port. */
	readonly ports: Readonly<Record<string, number>>;
}

/**
 * Starts a capture that searches for these texts. Resolves when the capture runs. `stop` repeats `sendLast`, which sends the
 * last of the texts, until the capture has found this text. By then the capture has read all earlier packets, even on a busy
 * computer.
 */
export async function captureLoopback(
	texts: readonly string[],
	sendLast: () => Promise<void>,
): Promise<{stop(): Promise<Captured>}> {
	const child = spawn('python3', ['-c', PROGRAM, ...texts], {stdio: ['ignore', 'pipe', 'inherit']});
	onTestFinished(() => void child.kill('SIGKILL'));
	let output = '';
	child.stdout.setEncoding('utf8').on('data', text => {
		output += text;
	});
	const closed = once(child, 'close');
	await Promise.race([once(child.stdout, 'data'), closed]);
	return {
		async stop() {
			child.kill('SIGTERM');
			while (child.exitCode === null && child.signalCode === null) {
				await sendLast();
				await Promise.race([closed, new Promise(resolve => setTimeout(resolve, 100))]);
			}
			await closed;
			return JSON.parse(output.slice(output.indexOf('\n')));
		},
	};
}
