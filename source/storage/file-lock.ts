/**
 * Lock that allows only one process to write a log. The lock is a file beside the log. It names the process that owns
 * it. Another process takes over the lock only if the owner has ended; the age of the lock does not matter.
 *
 * A lock file is created as a hard link to a finished file, so it is complete from the start. A lock whose owner has
 * ended is stale, and is replaced by rename. Only the holder of a second lock, the takeover lock, may replace it. The
 * name of the takeover lock contains the token of the stale lock. So exactly one of several processes succeeds, even
 * if one of them crashes during the takeover.
 */
import {execFileSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {readFileSync, readlinkSync, unlinkSync} from 'node:fs';
import {hostname} from 'node:os';
import {systemErrorCode} from '../core/system-error.js';
import {createFileAtomically, replaceFileAtomically, sleepSync} from './atomic-file.js';
import {StorageError, toStorageError} from './errors.js';
import {readTextFile} from './regular-file.js';

export interface FileLock {
	/** Removes the lock. Idempotent; never throws. */
	release(): void;
}

/**
 * Identity of a process. If the system gives the same process id to a later process, `started` differs. Lock files
 * contain these fields under these names.
 */
interface ProcessIdentity {
	readonly pid: number;
	/** Start time as the system reports it; empty if the system reports none. */
	readonly started: string;
	/** Name of the computer, and on Linux the process namespace (container), in which `pid` is valid. */
	readonly place: string;
}

interface LockOwner extends ProcessIdentity {
	/** Random identifier of the lock, 16 hexadecimal digits. */
	readonly token: string;
}

/**
 * Owner that is assumed for a lock file which a power failure left empty or incomplete. The token is part of the name
 * of the takeover lock, whose holder may replace this lock file.
 */
const MALFORMED = {token: 'ill-formed'} as const;

type LockHolder = LockOwner | typeof MALFORMED;

/** Maximum length of a lock file in bytes. If the file is longer, the lock cannot be acquired. */
const MAX_LOCK_BYTES = 64 * 1024;
const MAX_ATTEMPTS = 50;
const RETRY_DELAY_MS = 10;
/**
 * Number of attempts to read a lock file before it is considered malformed. On systems without hard links, a lock file
 * is incomplete for a short time after its creation.
 */
const MAX_READ_ATTEMPTS = 6;
/**
 * Maximum number of stale takeover locks in a chain. A crash during a takeover leaves a stale takeover lock. To take over
 * that lock, a process needs a further takeover lock.
 */
const MAX_TAKEOVER_DEPTH = 4;

/**
 * Locks `path`. `subject` names the file in messages. `advice`: what to do if a process on this computer owns the lock.
 * Throws StorageError: `locked` if a running process owns the lock, `failed` if the lock cannot be created.
 */
export function acquireLock(
	path: string,
	subject = 'the log',
	advice = 'End that program, or use another file.',
): FileLock {
	const owner: LockOwner = {...identifyCurrentProcess(), token: randomBytes(8).toString('hex')};
	try {
		return acquireLockFile(`${path}.lock`, owner, {path, subject, advice}, MAX_TAKEOVER_DEPTH);
	} catch (error) {
		throw toStorageError(error, `cannot lock ${subject}`, path);
	}
}

/** The file that a lock protects, as error messages describe it. */
interface LockedFile {
	readonly path: string;
	readonly subject: string;
	readonly advice: string;
}

function acquireLockFile(lockPath: string, owner: LockOwner, file: LockedFile, takeoverDepth: number): FileLock {
	for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
		if (createFileAtomically(lockPath, JSON.stringify(owner))) return createFileLock(lockPath, owner);
		const holder = readHolder(lockPath);
		if (!holder) continue;
		if ('pid' in holder && !hasProcessExited(holder)) throw createLockedError(holder, file, lockPath);
		if (takeoverDepth > 0 && takeOverStaleLock(lockPath, holder, owner, file, takeoverDepth - 1))
			return createFileLock(lockPath, owner);
		sleepSync(RETRY_DELAY_MS);
	}
	const advice = `Try again, or delete ${lockPath}.`;
	throw new StorageError('locked', `another program is opening ${file.subject}`, file.path, advice);
}

/** Replaces the stale lock of `holder` by a lock of `owner`. Returns false if another process did so first. */
function takeOverStaleLock(
	lockPath: string,
	holder: LockHolder,
	owner: LockOwner,
	file: LockedFile,
	takeoverDepth: number,
): boolean {
	let takeoverLock: FileLock;
	try {
		takeoverLock = acquireLockFile(`${lockPath}.${holder.token}`, owner, file, takeoverDepth);
	} catch (error) {
		if (error instanceof StorageError && error.code === 'locked') return false;
		throw error;
	}
	try {
		if (readHolder(lockPath)?.token !== holder.token) return false;
		replaceFileAtomically(lockPath, JSON.stringify(owner));
		return true;
	} finally {
		takeoverLock.release();
	}
}

/** Reads the owner of a lock file. Returns undefined if there is no lock file. */
function readHolder(lockPath: string): LockHolder | undefined {
	for (let attempt = 1; ; attempt++) {
		try {
			const owner = parseOwner(readTextFile(lockPath, MAX_LOCK_BYTES));
			if (owner) return owner;
			if (attempt === MAX_READ_ATTEMPTS) return MALFORMED;
		} catch (error) {
			if (systemErrorCode(error) === 'ENOENT') return undefined;
			throw error;
		}
		sleepSync(RETRY_DELAY_MS);
	}
}

function parseOwner(text: string): LockOwner | undefined {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return undefined;
	}
	if (typeof value !== 'object' || value === null) return undefined;
	if (!('pid' in value && 'started' in value && 'place' in value && 'token' in value)) return undefined;
	const {pid, started, place, token} = value;
	if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return undefined;
	if (typeof started !== 'string' || typeof place !== 'string') return undefined;
	if (typeof token !== 'string' || !/^[0-9a-f]{16}$/.test(token)) return undefined;
	return {pid, started, place, token};
}

function createLockedError(holder: LockOwner, file: LockedFile, lockPath: string): StorageError {
	const advice =
		holder.place === identifyCurrentProcess().place
			? file.advice
			: `The process runs on another machine or in another container, or this computer had another name. If the process has ended, delete ${lockPath}.`;
	return new StorageError('locked', `process ${holder.pid} is writing ${file.subject}`, file.path, advice);
}

function createFileLock(lockPath: string, owner: LockOwner): FileLock {
	let isHeld = true;
	return {
		release() {
			if (!isHeld) return;
			isHeld = false;
			try {
				if (readHolder(lockPath)?.token === owner.token) unlinkSync(lockPath);
			} catch {
				// A lock file that cannot be removed does no harm: when this process has ended, another process may
				// take the lock over.
			}
		},
	};
}

let currentProcess: ProcessIdentity | undefined;

export function identifyCurrentProcess(): ProcessIdentity {
	currentProcess ??= {pid: process.pid, started: readStartTime(process.pid) ?? '', place: readProcessNamespace()};
	return currentProcess;
}

/**
 * Whether the owner of a lock has certainly ended. False for a process on another host or in another process
 * namespace, because nothing is known about it.
 */
function hasProcessExited({pid, started, place}: ProcessIdentity): boolean {
	if (place !== identifyCurrentProcess().place) return false;
	if (!isRunning(pid)) return true;
	const currentStart = readStartTime(pid);
	return started !== '' && currentStart !== undefined && currentStart !== started;
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

/**
 * Start time of a process as text; undefined if the system does not report it, 'dead' for a zombie process (one that
 * has ended, but is still in the process table).
 */
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

/**
 * Start time on Linux: ticks since boot (proc(5), field 22) and boot id. The fields are counted after the last
 * bracket, because the program name in field 2 may contain spaces and brackets.
 */
function readLinuxStartTime(pid: number): string {
	const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	if (fields[0] === 'Z' || fields[0] === 'X') return 'dead';
	return `${fields[19]} ${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}`;
}
