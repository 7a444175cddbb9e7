/**
 * Process of a hook (a command of the user that reads events). It gets no argument, and no environment variable about
 * the room.
 */
import {spawn} from 'node:child_process';
import {describeSystemError} from '../../core/system-error.js';
import type {HookProcess, HookProcessEvents} from './hook.js';

/**
 * Environment variables that programs need in order to run. The hook gets no other variable, in particular none of this
 * program.
 */
const KEPT_VARIABLES =
	/^(?:PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_\w+|TZ|TMPDIR|XDG_RUNTIME_DIR|DBUS_SESSION_BUS_ADDRESS|DISPLAY|WAYLAND_DISPLAY|SystemRoot|ComSpec|PATHEXT|TEMP|TMP|USERPROFILE|USERNAME|APPDATA|LOCALAPPDATA|ProgramData|ProgramFiles)$/i;

/** Returns the environment variables for a hook: those of `environment` that programs need in order to run. */
export function hookEnvironment(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
	const kept: Record<string, string> = {};
	for (const [name, value] of Object.entries(environment)) {
		if (value !== undefined && KEPT_VARIABLES.test(name)) kept[name] = value;
	}
	return kept;
}

/**
 * Time after the end of standard input until a hook that still runs gets SIGTERM, ms. After the same time again, it
 * gets SIGKILL.
 */
const STOP_GRACE_MS = 200;
/**
 * Time to wait for the exit of a hook that has closed its standard input, ms. If it exits in time, its exit code is
 * reported as the reason; otherwise the closed input is.
 */
const EXIT_WAIT_MS = 200;
/**
 * Interval at which standard error is read, ms. A hook that writes very much to it has to wait, and does not slow down
 * the node.
 */
const READ_INTERVAL_MS = 100;
const MAX_REASON_LENGTH = 200;

/**
 * Starts the command in a shell. Its standard output is discarded; the first line of its standard error becomes part of
 * the reason for `onEnd`.
 */
export function startHookProcess(command: string, {onDrain, onEnd}: HookProcessEvents): HookProcess {
	const isWindows = process.platform === 'win32';
	const child = spawn(command, {
		shell: true,
		stdio: ['pipe', 'ignore', 'pipe'],
		env: hookEnvironment(process.env),
		// The hook gets a process group of its own, which can be ended as a whole and does not get the Ctrl+C of the
		// terminal.
		detached: !isWindows,
		windowsHide: true,
	});
	let errorText = '';
	let endedWith: string | undefined;
	const whenEnded = new Promise<void>(resolve => {
		const end = (reason: string) => {
			if (endedWith !== undefined) return;
			const [line = ''] = errorText.trim().split('\n');
			const detail = line.replace(/\p{Cc}/gu, ' ').slice(0, MAX_REASON_LENGTH);
			endedWith = detail === '' ? reason : `${reason} (${detail})`;
			kill('SIGKILL');
			child.stdin.destroy();
			child.stderr.destroy();
			resolve();
			onEnd(endedWith);
		};
		child.on('error', error => end(`it cannot be started: ${describeSystemError(error)}`));
		child.on('exit', (code, signal) => end(signal === null ? `exit code ${code}` : signal));
		// A process that crashes closes its standard input too. Its exit code or signal follows at once and says more
		// about the cause, so it is reported instead.
		child.stdin.on('error', () => {
			setTimeout(() => end('it closed its standard input'), EXIT_WAIT_MS).unref();
		});
	});
	child.stdin.on('drain', onDrain);
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		if (errorText.length < MAX_REASON_LENGTH * 4) errorText += text.slice(0, MAX_REASON_LENGTH * 4);
		child.stderr.pause();
		setTimeout(() => child.stderr.resume(), READ_INTERVAL_MS).unref();
	});

	/** Signals the whole process group. */
	function kill(signal: NodeJS.Signals): void {
		try {
			if (isWindows || child.pid === undefined) child.kill(signal);
			else process.kill(-child.pid, signal);
		} catch {
			// The signal cannot be sent, because all processes of the group have already ended.
		}
	}

	return {
		write: text => (child.stdin.writable ? child.stdin.write(text) : false),
		async stop() {
			child.stdin.end();
			const timers = [
				setTimeout(() => kill('SIGTERM'), STOP_GRACE_MS),
				setTimeout(() => kill('SIGKILL'), 2 * STOP_GRACE_MS),
			];
			await whenEnded;
			for (const timer of timers) clearTimeout(timer);
		},
	};
}
