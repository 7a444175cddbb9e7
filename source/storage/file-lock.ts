/** Which process holds a lock, so that a later one with the same number is told apart. */
import {execFileSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {readFileSync, readlinkSync, unlinkSync} from 'node:fs';
import {hostname} from 'node:os';
import {systemErrorCode} from '../core/system-error.js';
import {createFileAtomically, replaceFileAtomically, sleepSync} from './atomic-file.js';
import {StorageError, toStorageError} from './errors.js';

export interface ProcessIdentity {
	readonly pid: number;
	/** When it started, in whatever form the system tells it; empty where it does not. */
	readonly started: string;
	/** Host and process namespace in which `pid` means something. */
	readonly place: string;
}

let currentProcess: ProcessIdentity | undefined;

export function identifyCurrentProcess(): ProcessIdentity {
	currentProcess ??= {pid: process.pid, started: readStartTime(process.pid) ?? '', place: readProcessNamespace()};
	return currentProcess;
}

/** True only if the process certainly runs no more: one of another place may, and one that cannot be asked. */
export function hasProcessExited(mark: ProcessIdentity): boolean {
	if (mark.place !== identifyCurrentProcess().place) return false;
	if (!isRunning(mark.pid)) return true;
	const started = readStartTime(mark.pid);
	return mark.started !== '' && started !== undefined && started !== mark.started;
}

function isRunning(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return systemErrorCode(error) !== 'ESRCH';
	}
}

function readProcessNamespace(): string {
	if (process.platform !== 'linux') return hostname();
	return `${hostname()} ${tryReadLink('/proc/self/ns/pid')}`;
}

function tryReadLink(path: string): string {
	try {
		return readlinkSync(path);
	} catch {
		return '';
	}
}

/** Undefined where the system does not tell; 'dead' for a process that ended and was not yet collected. */
function readStartTime(pid: number): string | undefined {
	try {
		if (process.platform === 'linux') return readLinuxStartTime(pid);
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
function readLinuxStartTime(pid: number): string {
	const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	if (fields[0] === 'Z' || fields[0] === 'X') return 'dead';
	return `${fields[19]} ${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}`;
}

/**
 * One writer per file. The lock is a file beside it that names its owner; it is taken over only when that process is
 * gone, never by age. It appears whole (a hard link to a finished file), and a stale one is replaced by rename under a
 * claim, itself such a lock, whose name holds the stale token: so of any number of processes exactly one wins, also if one
 * of them dies half-way.
 */

export interface FileLock {
	/** Gives the lock up; idempotent, never throws. */
	release(): void;
}

interface LockOwner extends ProcessIdentity {
	readonly token: string;
}

const MAX_ATTEMPTS = 50;
const RETRY_DELAY_MS = 10;
/** How many claims may have been left behind by crashes one upon the other. */
const MAX_CLAIM_DEPTH = 4;

/** Throws StorageError `locked` when another running process holds it, `failed` when it cannot be made. */
export function acquireLock(path: string): FileLock {
	const owner: LockOwner = {...identifyCurrentProcess(), token: randomBytes(8).toString('hex')};
	try {
		return acquireLockFile(`${path}.lock`, owner, path, MAX_CLAIM_DEPTH);
	} catch (error) {
		throw toStorageError(error, 'cannot lock the log', path);
	}
}

function acquireLockFile(lockPath: string, owner: LockOwner, path: string, claimDepth: number): FileLock {
	for (let tries = 0; tries < MAX_ATTEMPTS; tries++) {
		if (createFileAtomically(lockPath, JSON.stringify(owner))) return createFileLock(lockPath, owner);
		const holder = readOwner(lockPath);
		if (holder === 'none') continue;
		if (holder !== 'ill-formed' && !hasProcessExited(holder)) throw lockedError(holder, path, lockPath);
		if (claimDepth > 0 && takeOverStaleLock(lockPath, holder, owner, path, claimDepth - 1))
			return createFileLock(lockPath, owner);
		sleepSync(RETRY_DELAY_MS);
	}
	throw new StorageError(
		'locked',
		'the log is being taken over by another program',
		path,
		`Try again, or delete ${lockPath}.`,
	);
}

/** True: the stale lock of `holder` is ours now. Only who holds the claim on its token may replace it. */
function takeOverStaleLock(
	lockPath: string,
	holder: LockOwner | 'ill-formed',
	owner: LockOwner,
	path: string,
	claimDepth: number,
): boolean {
	const token = lockTokenOf(holder);
	let claim: FileLock;
	try {
		claim = acquireLockFile(`${lockPath}.${token}`, owner, path, claimDepth);
	} catch (error) {
		if (error instanceof StorageError && error.code === 'locked') return false;
		throw error;
	}
	try {
		const present = readOwner(lockPath);
		if (present === 'none' || lockTokenOf(present) !== token) return false;
		replaceFileAtomically(lockPath, JSON.stringify(owner));
		return true;
	} finally {
		claim.release();
	}
}

function lockTokenOf(holder: LockOwner | 'ill-formed'): string {
	return holder === 'ill-formed' ? 'ill-formed' : holder.token;
}

/** An ill-formed lock is what a power cut leaves: whole ones never appear empty (but see createWholeFile: look again). */
function readOwner(lockPath: string): LockOwner | 'ill-formed' | 'none' {
	for (let tries = 0; ; tries++) {
		try {
			const owner = parseOwner(readFileSync(lockPath, 'utf8'));
			if (owner !== 'ill-formed' || tries === 5) return owner;
		} catch (error) {
			if (systemErrorCode(error) === 'ENOENT') return 'none';
			throw error;
		}
		sleepSync(RETRY_DELAY_MS);
	}
}

function parseOwner(text: string): LockOwner | 'ill-formed' {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return 'ill-formed';
	}
	if (typeof value !== 'object' || value === null) return 'ill-formed';
	if (!('pid' in value && 'started' in value && 'place' in value && 'token' in value)) return 'ill-formed';
	const {pid, started, place, token} = value;
	if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return 'ill-formed';
	if (typeof started !== 'string' || typeof place !== 'string') return 'ill-formed';
	if (typeof token !== 'string' || !/^[0-9a-f]{16}$/.test(token)) return 'ill-formed';
	return {pid, started, place, token};
}

function lockedError(holder: LockOwner, path: string, lockPath: string): StorageError {
	const advice =
		holder.place === identifyCurrentProcess().place
			? 'End that program, or use another file.'
			: `It runs on another machine or in another container. If it does not run any more, delete ${lockPath}.`;
	return new StorageError('locked', `the log is being written by process ${holder.pid}`, path, advice);
}

function createFileLock(lockPath: string, owner: LockOwner): FileLock {
	let isHeld = true;
	return {
		release() {
			if (!isHeld) return;
			isHeld = false;
			try {
				const present = readOwner(lockPath);
				if (present !== 'none' && lockTokenOf(present) === owner.token) unlinkSync(lockPath);
			} catch {
				// A lock that stays behind is stale once we are gone.
			}
		},
	};
}
