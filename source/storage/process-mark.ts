/** Which process holds a lock, so that a later one with the same number is told apart. */
import {execFileSync} from 'node:child_process';
import {readFileSync, readlinkSync} from 'node:fs';
import {hostname} from 'node:os';
import {systemCode} from './errors.js';

export interface ProcessMark {
	readonly pid: number;
	/** When it started, in whatever form the system tells it; empty where it does not. */
	readonly started: string;
	/** Host and process namespace in which `pid` means something. */
	readonly place: string;
}

let self: ProcessMark | undefined;

export function describeSelf(): ProcessMark {
	self ??= {pid: process.pid, started: startOf(process.pid) ?? '', place: placeOf()};
	return self;
}

/** True only if the process certainly runs no more: one of another place may, and one that cannot be asked. */
export function isGone(mark: ProcessMark): boolean {
	if (mark.place !== describeSelf().place) return false;
	if (!isRunning(mark.pid)) return true;
	const started = startOf(mark.pid);
	return mark.started !== '' && started !== undefined && started !== mark.started;
}

function isRunning(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return systemCode(error) !== 'ESRCH';
	}
}

function placeOf(): string {
	if (process.platform !== 'linux') return hostname();
	return `${hostname()} ${readlink('/proc/self/ns/pid')}`;
}

function readlink(path: string): string {
	try {
		return readlinkSync(path);
	} catch {
		return '';
	}
}

/** Undefined where the system does not tell; 'dead' for a process that ended and was not yet collected. */
function startOf(pid: number): string | undefined {
	try {
		if (process.platform === 'linux') return linuxStart(pid);
		if (process.platform === 'win32') return undefined;
		const text = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
			encoding: 'utf8',
			timeout: 2000,
			stdio: ['ignore', 'pipe', 'ignore'],
			env: {LC_ALL: 'C', PATH: '/bin:/usr/bin'},
		});
		return text.trim() || undefined;
	} catch {
		return undefined;
	}
}

/** Ticks since boot (proc(5), field 22) and which boot. The name in field 2 may hold spaces and brackets. */
function linuxStart(pid: number): string {
	const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	if (fields[0] === 'Z' || fields[0] === 'X') return 'dead';
	return `${fields[19]} ${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}`;
}
