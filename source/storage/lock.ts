/**
 * One writer per file. The lock is a file beside it that names its owner; it is taken over only when that process is
 * gone, never by age. It appears whole (a hard link to a finished file), and a stale one is replaced by rename under a
 * claim, itself such a lock, whose name holds the stale token: so of any number of processes exactly one wins, also if one
 * of them dies half-way.
 */
import {randomBytes} from 'node:crypto';
import {readFileSync, unlinkSync} from 'node:fs';
import {StorageError, systemCode, toStorageError} from './errors.js';
import {describeSelf, isGone, type ProcessMark} from './process-mark.js';
import {createWholeFile, pauseFor, replaceWholeFile} from './whole-file.js';

export interface FileLock {
	/** Gives the lock up; idempotent, never throws. */
	release(): void;
}

interface Owner extends ProcessMark {
	readonly token: string;
}

const MAX_TRIES = 50;
const TRY_AGAIN_MS = 10;
/** How many claims may have been left behind by crashes one upon the other. */
const MAX_CLAIMS = 4;

/** Throws StorageError `locked` when another running process holds it, `failed` when it cannot be made. */
export function acquireLock(path: string): FileLock {
	const owner: Owner = {...describeSelf(), token: randomBytes(8).toString('hex')};
	try {
		return acquire(`${path}.lock`, owner, path, MAX_CLAIMS);
	} catch (error) {
		throw toStorageError(error, 'cannot lock the log', path);
	}
}

function acquire(lockPath: string, owner: Owner, path: string, claims: number): FileLock {
	for (let tries = 0; tries < MAX_TRIES; tries++) {
		if (createWholeFile(lockPath, JSON.stringify(owner))) return lockOf(lockPath, owner);
		const holder = readOwner(lockPath);
		if (holder === 'none') continue;
		if (holder !== 'ill-formed' && !isGone(holder)) throw lockedError(holder, path, lockPath);
		if (claims > 0 && takeOver(lockPath, holder, owner, path, claims - 1)) return lockOf(lockPath, owner);
		pauseFor(TRY_AGAIN_MS);
	}
	throw new StorageError(
		'locked',
		'the log is being taken over by another program',
		path,
		`Try again, or delete ${lockPath}.`,
	);
}

/** True: the stale lock of `holder` is ours now. Only who holds the claim on its token may replace it. */
function takeOver(lockPath: string, holder: Owner | 'ill-formed', owner: Owner, path: string, claims: number): boolean {
	const token = tokenOf(holder);
	let claim: FileLock;
	try {
		claim = acquire(`${lockPath}.${token}`, owner, path, claims);
	} catch (error) {
		if (error instanceof StorageError && error.code === 'locked') return false;
		throw error;
	}
	try {
		const present = readOwner(lockPath);
		if (present === 'none' || tokenOf(present) !== token) return false;
		replaceWholeFile(lockPath, JSON.stringify(owner));
		return true;
	} finally {
		claim.release();
	}
}

function tokenOf(holder: Owner | 'ill-formed'): string {
	return holder === 'ill-formed' ? 'ill-formed' : holder.token;
}

/** An ill-formed lock is what a power cut leaves: whole ones never appear empty (but see createWholeFile: look again). */
function readOwner(lockPath: string): Owner | 'ill-formed' | 'none' {
	for (let tries = 0; ; tries++) {
		try {
			const owner = parseOwner(readFileSync(lockPath, 'utf8'));
			if (owner !== 'ill-formed' || tries === 5) return owner;
		} catch (error) {
			if (systemCode(error) === 'ENOENT') return 'none';
			throw error;
		}
		pauseFor(TRY_AGAIN_MS);
	}
}

function parseOwner(text: string): Owner | 'ill-formed' {
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

function lockedError(holder: Owner, path: string, lockPath: string): StorageError {
	const advice =
		holder.place === describeSelf().place
			? 'End that program, or use another file.'
			: `It runs on another machine or in another container. If it does not run any more, delete ${lockPath}.`;
	return new StorageError('locked', `the log is being written by process ${holder.pid}`, path, advice);
}

function lockOf(lockPath: string, owner: Owner): FileLock {
	let held = true;
	return {
		release() {
			if (!held) return;
			held = false;
			try {
				const present = readOwner(lockPath);
				if (present !== 'none' && tokenOf(present) === owner.token) unlinkSync(lockPath);
			} catch {
				// A lock that stays behind is stale once we are gone.
			}
		},
	};
}
