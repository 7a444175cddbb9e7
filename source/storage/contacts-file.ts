/**
 * JSON file with the people whose identity keys the user has verified. Only `/verify` adds a person. The file never
 * drops a person to make room for another one, because somebody else could then use the name unnoticed. For the same
 * reason, a damaged file is never overwritten.
 */
import type {Contact} from '../core/event.js';
import {describeSystemError, systemErrorCode} from '../core/system-error.js';
import {cleanName} from '../core/text.js';
import {replaceFileAtomically} from './atomic-file.js';
import {StorageError, toStorageError} from './errors.js';
import {acquireLock} from './file-lock.js';
import {readTextFile} from './regular-file.js';

/** A verified person in one room. */
export interface SavedContact extends Contact {
	/**
	 * Room tag, 16 hexadecimal digits. The tag depends on the secret, so the same room with a new secret has another
	 * tag.
	 */
	readonly room: string;
}

const FORMAT = 1;
export const MAX_CONTACTS = 1024;
const MAX_FILE_BYTES = 1024 * 1024;

/** Reads the contacts. Never throws: a file with any error is treated as empty, with a warning for the user. */
export function readContacts(path: string): {contacts: readonly SavedContact[]; warning?: string} {
	try {
		return {contacts: readValidContacts(path)};
	} catch (error) {
		const reason = error instanceof StorageError ? error.message : describeSystemError(error);
		return {
			contacts: [],
			warning: `Nobody counts as verified, because ${path} cannot be read: ${reason}. Restore the file, or move it away and verify again.`,
		};
	}
}

/** Adds a contact, or replaces the one with the same room and key. Throws StorageError if the file is damaged or full. */
export function saveContact(path: string, contact: SavedContact): void {
	changeContacts(path, contacts => {
		const others = contacts.filter(({room, key}) => room !== contact.room || key !== contact.key);
		if (others.length < MAX_CONTACTS) return [...others, contact];
		throw new StorageError(
			'failed',
			`the file holds ${MAX_CONTACTS} people already`,
			path,
			'Remove one with /unverify.',
		);
	});
}

/** Removes a contact. Throws StorageError. */
export function removeContact(path: string, room: string, key: string): void {
	changeContacts(path, contacts => contacts.filter(one => one.room !== room || one.key !== key));
}

/** Changes the file. It is locked and read again first, because another run of the program may have added a contact. */
function changeContacts(path: string, change: (contacts: readonly SavedContact[]) => readonly SavedContact[]): void {
	const lock = acquireLock(path, 'the contacts');
	try {
		const content = {format: FORMAT, contacts: change(readValidContacts(path))};
		replaceFileAtomically(path, `${JSON.stringify(content, undefined, '\t')}\n`);
	} catch (error) {
		throw toStorageError(error, 'cannot save the contacts', path);
	} finally {
		lock.release();
	}
}

/**
 * Reads the contacts; none if the file is missing. Throws StorageError (`damaged`, `newer`) or the error of the
 * system.
 */
function readValidContacts(path: string): readonly SavedContact[] {
	let text: string;
	try {
		text = readTextFile(path, MAX_FILE_BYTES);
	} catch (error) {
		if (systemErrorCode(error) === 'ENOENT') return [];
		throw error;
	}
	const value = parseObject(text);
	if (!value || !('format' in value && 'contacts' in value)) throw damaged(path);
	if (value.format !== FORMAT)
		throw new StorageError(
			'newer',
			'the file has an unknown format',
			path,
			'Use the program version that wrote the file, or move the file away.',
		);
	const {contacts} = value;
	if (!Array.isArray(contacts) || contacts.length > MAX_CONTACTS || !contacts.every(isSavedContact))
		throw damaged(path);
	return contacts.map(({room, key, name, verified}) => ({room, key, name, verified}));
}

function parseObject(text: string): object | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null ? value : undefined;
	} catch {
		return undefined;
	}
}

function damaged(path: string): StorageError {
	return new StorageError(
		'damaged',
		'the file is damaged',
		path,
		'Restore the file from a backup, or move it away and verify again.',
	);
}

function isSavedContact(value: unknown): value is SavedContact {
	if (typeof value !== 'object' || value === null) return false;
	if (!('room' in value && 'key' in value && 'name' in value && 'verified' in value)) return false;
	const {room, key, name, verified} = value;
	if (typeof room !== 'string' || !/^[0-9a-f]{16}$/.test(room)) return false;
	if (typeof key !== 'string' || !/^[0-9a-f]{64}$/.test(key)) return false;
	if (typeof name !== 'string' || name === '' || cleanName(name) !== name) return false;
	return typeof verified === 'number' && Number.isSafeInteger(verified) && verified >= 0;
}
