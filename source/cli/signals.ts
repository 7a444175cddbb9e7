/**
 * Exit signals of the program. All commands listen to the signals that `exitSignals` returns.
 *
 * `nohup` starts a program with SIGHUP ignored, and the program must then survive a hangup. Node resets ignored signals
 * to their default when it starts, before any JavaScript runs, so the program cannot ask whether SIGHUP was ignored.
 * Instead, it looks for signs of `nohup`: the variable `_`, and a parent process that ignores SIGHUP.
 *
 * A shell script starts its background jobs with SIGINT ignored, and Node resets this too. The program can detect it
 * only if the parent process also ignores SIGINT, as a subshell in the background does. If the program itself is the
 * background job, it cannot detect this, so Ctrl+C ends it.
 */
import {fstatSync, readFileSync} from 'node:fs';
import {constants} from 'node:os';
import {isatty} from 'node:tty';

/** Facts about the start of the process. */
export interface StartFacts {
	/** The variable `_`, in which most shells put the path of the program that they start. */
	readonly startedProgram: string | undefined;
	/**
	 * Whether the parent process ignores SIGHUP. A child process inherits this setting, so the program was probably
	 * started with it.
	 */
	readonly parentIgnoresHangup: boolean;
	/**
	 * Whether the parent process ignores SIGINT. That is no proof: a process that waits in system(3) ignores SIGINT
	 * too, although its child should end at Ctrl+C.
	 */
	readonly parentIgnoresInterrupt: boolean;
	/** Whether one of the standard streams is a terminal. */
	readonly usesTerminal: boolean;
	/**
	 * Whether standard input is a device, for example /dev/null. The user cannot end such an input, as one can with
	 * Ctrl+D at a terminal.
	 */
	readonly isInputDevice: boolean;
	/** Whether `--stay` is set. */
	readonly stays: boolean;
}

/**
 * Whether SIGHUP was ignored at the start, as far as the program can know. Also true for `--stay` without a terminal and
 * with a device as standard input, because such a program is meant to run unattended.
 */
export function isHangupIgnored(facts: StartFacts): boolean {
	if (/(?:^|[\\/])nohup$/.test(facts.startedProgram ?? '') || facts.parentIgnoresHangup) return true;
	return facts.stays && !facts.usesTerminal && facts.isInputDevice;
}

/**
 * Whether SIGINT was ignored at the start, as far as the program can know. Always false with a terminal or without
 * `--stay`, because such a program must end at Ctrl+C.
 */
export function isInterruptIgnored({parentIgnoresInterrupt, stays, usesTerminal}: StartFacts): boolean {
	return parentIgnoresInterrupt && stays && !usesTerminal;
}

const EXIT_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

let takenSignals: readonly NodeJS.Signals[] = EXIT_SIGNALS;

/** Signals that request an exit. */
export function exitSignals(): readonly NodeJS.Signals[] {
	return takenSignals;
}

/** Calls `run` whenever the process continues after a stop, until the returned function is called. Not for Windows. */
export function onContinue(run: () => void): () => void {
	process.on('SIGCONT', run);
	return () => void process.off('SIGCONT', run);
}

/**
 * Ignores SIGHUP and SIGINT for the life of the process if they were ignored at the start. `stays`: whether `--stay` is set.
 */
export function restoreIgnoredSignals(stays: boolean): void {
	if (process.platform === 'win32') return;
	const facts = readStartFacts(stays);
	const isIgnored = {SIGHUP: isHangupIgnored(facts), SIGINT: isInterruptIgnored(facts), SIGTERM: false};
	takenSignals = EXIT_SIGNALS.filter(signal => !isIgnored[signal]);
	for (const signal of EXIT_SIGNALS) if (isIgnored[signal]) process.on(signal, () => {});
}

function readStartFacts(stays: boolean): StartFacts {
	return {
		startedProgram: process.env._,
		parentIgnoresHangup: ignores(process.ppid, 'SIGHUP'),
		parentIgnoresInterrupt: ignores(process.ppid, 'SIGINT'),
		usesTerminal: [0, 1, 2].some(fd => isatty(fd)),
		isInputDevice: isDevice(0),
		stays,
	};
}

/** Whether a process ignores a signal, from its mask of ignored signals. False on a system without /proc. */
function ignores(pid: number, signal: 'SIGHUP' | 'SIGINT'): boolean {
	try {
		const [, mask = '0'] = /^SigIgn:\s*([0-9a-f]+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
		return ((BigInt(`0x${mask}`) >> BigInt(constants.signals[signal] - 1)) & 1n) === 1n;
	} catch {
		return false;
	}
}

function isDevice(fd: number): boolean {
	try {
		return fstatSync(fd).isCharacterDevice();
	} catch {
		return false;
	}
}
