/**
 * Runs a hook: a command of the user that reads each live event as a JSON line from its standard input. There is one
 * process at a time. A slow or crashing hook does not slow down the node: if more than MAX_WAITING_LINES lines are
 * unread, further lines are dropped. A hook that ends is started again after a delay, which grows with each restart.
 */
import type {Clock, Timer} from '../../core/environment.js';
import type {NoticeLevel} from '../../core/event.js';

/** A running hook. */
export interface HookProcess {
	/**
	 * Writes text to the standard input of the process. Returns false if no more should be written until `onDrain` is called.
	 */
	write(text: string): boolean;
	/**
	 * Ends the standard input of the process, and kills the process if it does not exit by itself. Resolves when the process
	 * has ended.
	 */
	stop(): Promise<void>;
}

export interface HookProcessEvents {
	onDrain(): void;
	/** The process has ended or could not be started. `reason`: a phrase such as `exit code 1`. */
	onEnd(reason: string): void;
}

export interface HookOptions {
	readonly clock: Clock;
	startProcess(events: HookProcessEvents): HookProcess;
	notify(level: NoticeLevel, code: string, text: string): void;
}

export interface Hook {
	start(): void;
	/** Hands one line, without its newline, to the hook. */
	push(line: string): void;
	/** Ends the process. Lines that wait for a process that does not read are lost. */
	stop(): Promise<void>;
}

/** Maximum number of lines that wait for a hook that does not read. Further lines are dropped. */
const MAX_WAITING_LINES = 4096;
const MAX_WAITING_CHARACTERS = 4 * 1024 * 1024;
/** Delay of the first restart, ms. It doubles with each further restart. */
const MIN_RESTART_MS = 1000;
const MAX_RESTART_MS = 60_000;
/** If a hook has run for at least this time, ms, the delay of its next restart is MIN_RESTART_MS again. */
const SOUND_AFTER_MS = 60_000;

export function createHook({clock, startProcess, notify}: HookOptions): Hook {
	let running: HookProcess | undefined;
	let isFull = false;
	let waiting: string[] = [];
	let waitingCharacters = 0;
	let dropped = 0;
	let restartMs = MIN_RESTART_MS;
	let startedAt = 0;
	let timer: Timer | undefined;
	let isStopped = false;

	function start(): void {
		timer = undefined;
		startedAt = clock.monotonic();
		isFull = false;
		let hasEnded = false;
		const started = startProcess({
			onDrain() {
				if (started !== running) return;
				isFull = false;
				pump();
			},
			onEnd(reason) {
				if (hasEnded) return;
				hasEnded = true;
				onEnd(reason);
			},
		});
		if (hasEnded) return;
		running = started;
		pump();
	}

	function onEnd(reason: string): void {
		running = undefined;
		if (isStopped) return;
		if (clock.monotonic() - startedAt >= SOUND_AFTER_MS) restartMs = MIN_RESTART_MS;
		// A hook that keeps ending is restarted after the longest delay without a notice, because one notice per minute
		// would hide the conversation.
		if (restartMs < MAX_RESTART_MS)
			notify('warn', 'hook-ended', `The hook ended: ${reason}. It starts again in ${restartMs / 1000} s.`);
		timer = clock.after(restartMs, start);
		restartMs = Math.min(2 * restartMs, MAX_RESTART_MS);
	}

	function pump(): void {
		let next = 0;
		while (running && !isFull && next < waiting.length) {
			const line = waiting[next++] ?? '';
			waitingCharacters -= line.length;
			isFull = !running.write(`${line}\n`);
		}

		waiting = waiting.slice(next);
		if (waiting.length > 0 || dropped === 0) return;
		notify(
			'warn',
			'hook-dropped',
			`The hook reads again. It missed ${dropped === 1 ? '1 event' : `${dropped} events`}.`,
		);
		dropped = 0;
	}

	return {
		start,
		push(line) {
			if (isStopped) return;
			if (waiting.length >= MAX_WAITING_LINES || waitingCharacters + line.length > MAX_WAITING_CHARACTERS) {
				if (dropped === 0)
					notify(
						'warn',
						'hook-blocked',
						'The hook does not read its standard input. It misses events until it reads again.',
					);
				dropped += 1;
				return;
			}
			waiting.push(line);
			waitingCharacters += line.length;
			pump();
		},
		async stop() {
			isStopped = true;
			timer?.cancel();
			await running?.stop();
		},
	};
}
