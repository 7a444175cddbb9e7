/**
 * What V8 made of the program, kept in the data folder so that the next start need not compile it anew. It is run as it
 * stands: believed only from a file and a folder that nobody but this user can write, and whole.
 */
import {createHash} from 'node:crypto';
import {closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, type Stats} from 'node:fs';
import {rename, writeFile} from 'node:fs/promises';
import {dirname} from 'node:path';

const DIGEST_BYTES = 32;
const PRIVATE_FILE = 0o600;
const OTHERS_MAY_WRITE = 0o022;

/** `key`: what it was made of and by. Undefined: there is none, it is of another key, or not to be believed. */
export function readKeptCode(path: string, key: string): Buffer | undefined {
	try {
		if (!isOursAlone(lstatSync(dirname(path)))) return undefined;
		const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
		try {
			if (!isOursAlone(fstatSync(file))) return undefined;
			const content = readFileSync(file);
			const code = content.subarray(DIGEST_BYTES);
			return digestOf(key, code).equals(content.subarray(0, DIGEST_BYTES)) ? code : undefined;
		} finally {
			closeSync(file);
		}
	} catch {
		return undefined;
	}
}

/**
 * Into a folder that is there already. Not worth an error, nor the wait for a disk: what a power cut or another instance
 * makes of it is found out by the reader. Never rejects.
 */
export async function keepCode(path: string, key: string, code: Buffer): Promise<void> {
	try {
		if (!isOursAlone(lstatSync(dirname(path)))) return;
		const temporary = `${path}.new`;
		await writeFile(temporary, Buffer.concat([digestOf(key, code), code]), {mode: PRIVATE_FILE});
		await rename(temporary, path);
	} catch {}
}

function digestOf(key: string, code: Buffer): Buffer {
	return createHash('sha256').update(`${key}\n`).update(code).digest();
}

/** False where owners cannot be told (Windows). */
function isOursAlone({uid, mode}: Stats): boolean {
	return uid === process.geteuid?.() && (mode & OTHERS_MAY_WRITE) === 0;
}
