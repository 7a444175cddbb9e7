/**
 * Output to a terminal that may stop reading for a while: in the copy mode of screen or tmux, in a stalled SSH session,
 * after Ctrl+S. Node writes to a terminal synchronously. Without this module, such a terminal would stop the whole
 * program, and the other nodes would report this node as lost.
 */
import {closeSync, fstatSync, openSync, readFileSync, writeSync} from 'node:fs';
import type {SocketConstructorOpts} from 'node:net';
import {ReadStream} from 'node:tty';
import {systemErrorCode} from '../core/system-error.js';
import {overrideStream} from '../ui/terminal/override-stream.js';

/** Number of buffered bytes from which on `write` returns false. */
const HIGH_WATER_BYTES = 64 * 1024;

/**
 * Returns the stream of a terminal with a `write` that never waits: text that the terminal does not read yet is
 * buffered. `fd` is the descriptor of `stream`. Any other stream is returned unchanged, and so are all streams on
 * Windows, whose console can only be written synchronously.
 *
 * The bytes are written to a `tty.ReadStream`, which can also write. It stays in the non-blocking mode, which a
 * `tty.WriteStream` leaves. Both open the terminal a second time, so that other programs on the same terminal are not
 * in the non-blocking mode.
 */
function createPatientTerminal(
	stream: NodeJS.WriteStream,
	fd: 1 | 2,
	platform: string = process.platform,
): NodeJS.WriteStream {
	if (!stream.isTTY || platform === 'win32') return stream;
	const writer = openWriter(fd);
	if (!writer) return stream;
	writer.on('drain', () => stream.emit('drain'));
	writer.on('error', error => stream.emit('error', error));
	writer.on('close', () => stream.emit('close'));
	return overrideStream(stream, {
		write: {value: writer.write.bind(writer)},
		writableLength: {get: () => writer.writableLength},
		writableNeedDrain: {get: () => writer.writableNeedDrain},
		writableEnded: {get: () => writer.writableEnded},
		destroyed: {get: () => writer.destroyed},
		errored: {get: () => writer.errored},
	});
}

/**
 * Replaces `process.stdout` and `process.stderr`, so that writes of packages and warnings of Node do not wait for a
 * terminal either. For example, a package that Ink uses writes to standard error when the process exits.
 */
export function installPatientTerminals(): void {
	for (const [name, fd] of [
		['stdout', 1],
		['stderr', 2],
	] as const) {
		const value = createPatientTerminal(process[name], fd);
		Object.defineProperty(process, name, {value, configurable: true, enumerable: true});
	}
}

/**
 * Opens the terminal for writing without waiting. Undefined if it cannot be opened, for example because it has hung up.
 */
function openWriter(fd: number): ReadStream | undefined {
	const options: SocketConstructorOpts & {highWaterMark: number} = {highWaterMark: HIGH_WATER_BYTES};
	try {
		descriptors[fd] = openPatiently(fd);
		return new ReadStream(descriptors[fd], options);
	} catch {
		return undefined;
	}
}

/** For each standard stream (0, 1, 2): the descriptor to which its text is written. */
const descriptors = [0, 1, 2];

/**
 * Returns a descriptor of the terminal `fd` that Node can open a second time. After `su` or `sudo -u`, the user may not
 * open the terminal, and Node would write to it synchronously. Everybody may open /dev/tty, the controlling terminal.
 */
function openPatiently(fd: number): number {
	try {
		closeSync(openSync(`/proc/self/fd/${fd}`, 'r+'));
	} catch (error) {
		if (systemErrorCode(error) === 'EACCES' && isControllingTerminal(fd)) return openSync('/dev/tty', 'r+');
	}
	return fd;
}

/** Whether `fd` is the controlling terminal, whose device number is field 7 of /proc/self/stat (proc_pid_stat(5)). */
function isControllingTerminal(fd: number): boolean {
	const stat = readFileSync('/proc/self/stat', 'latin1');
	return Number(stat.slice(stat.lastIndexOf(')')).split(' ')[5]) === fstatSync(fd).rdev;
}

/** Maximum time for which writeAtExit waits for a terminal that does not read, ms. */
const EXIT_WAIT_MS = 200;
const RETRY_MS = 10;

/** Writes to the terminal synchronously, for the exit of the process. Gives up on a terminal that does not read. */
export function writeAtExit(text: string, fd: 1 | 2 = 1): void {
	let bytes = Buffer.from(text);
	for (let waited = 0; bytes.length > 0 && waited <= EXIT_WAIT_MS; ) {
		try {
			bytes = bytes.subarray(writeSync(descriptors[fd] ?? fd, bytes));
		} catch (error) {
			if (systemErrorCode(error) !== 'EAGAIN') return;
			Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
			waited += RETRY_MS;
		}
	}
}
