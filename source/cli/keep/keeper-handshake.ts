/**
 * Handshake of `attach` with a keeper. Each side proves that it knows the token of the keeper, without sending the
 * token. The proof is an HMAC over the random numbers of both sides. The handshake fails if the versions differ.
 * Therefore each side can trust the form of the other side's messages.
 *
 *     attach  {attach: version, nonce}
 *     keeper  {keeper: version, nonce, proof}
 *     attach  {proof}
 */
import {createHmac, randomBytes, timingSafeEqual} from 'node:crypto';

/** Either side closes a connection whose handshake has not ended after this time, in ms. */
export const HANDSHAKE_TIMEOUT_MS = 5000;
const NONCE_PATTERN = /^[0-9a-f]{64}$/;

export type HandshakeStep =
	/**
	 * `send`: line to send. `done`: whether the handshake is complete; if not, the next line of the other side
	 * continues it.
	 */
	| {readonly type: 'continue'; readonly send?: string; readonly done: boolean}
	| {
			readonly type: 'failed';
			readonly reason: 'malformed' | 'not-authentic' | 'other-version';
			readonly version?: string;
	  };

export interface Handshake {
	/** The first line of the handshake, which `attach` sends. Undefined at the keeper, which waits for this line. */
	readonly first?: string;
	/** Handles a line of the other side. */
	receive(line: string): HandshakeStep;
}

interface HandshakeOptions {
	/** 64 hexadecimal digits. */
	readonly token: string;
	readonly version: string;
	/** 64 hexadecimal digits that were never used before. */
	readonly nonce?: string;
}

const MALFORMED = {type: 'failed', reason: 'malformed'} as const;
const NOT_AUTHENTIC = {type: 'failed', reason: 'not-authentic'} as const;

export function createAttachHandshake({token, version, nonce = randomNonce()}: HandshakeOptions): Handshake {
	return {
		first: JSON.stringify({attach: version, nonce}),
		receive(line) {
			const {keeper, nonce: keeperNonce, proof} = parseFields(line);
			if (keeper === undefined || !isNonce(keeperNonce) || proof === undefined) return MALFORMED;
			if (!isProof(proof, token, 'keeper', nonce, keeperNonce, keeper)) return NOT_AUTHENTIC;
			if (keeper !== version) return {type: 'failed', reason: 'other-version', version: keeper};
			const own = proofOf(token, 'attach', nonce, keeperNonce, version);
			return {type: 'continue', send: JSON.stringify({proof: own}), done: true};
		},
	};
}

export function createKeeperHandshake({token, version, nonce = randomNonce()}: HandshakeOptions): Handshake {
	let attached: {readonly nonce: string; readonly version: string} | undefined;
	return {
		receive(line) {
			const fields = parseFields(line);
			if (!attached) {
				if (fields.attach === undefined || !isNonce(fields.nonce)) return MALFORMED;
				attached = {nonce: fields.nonce, version: fields.attach};
				const proof = proofOf(token, 'keeper', attached.nonce, nonce, version);
				return {type: 'continue', send: JSON.stringify({keeper: version, nonce, proof}), done: false};
			}

			if (fields.proof === undefined) return MALFORMED;
			if (!isProof(fields.proof, token, 'attach', attached.nonce, nonce, attached.version)) return NOT_AUTHENTIC;
			if (attached.version !== version) return {type: 'failed', reason: 'other-version', version: attached.version};
			return {type: 'continue', done: true};
		},
	};
}

function randomNonce(): string {
	return randomBytes(32).toString('hex');
}

function isNonce(text: string | undefined): text is string {
	return text !== undefined && NONCE_PATTERN.test(text);
}

/** The side is part of the proof, so that the proof of one side is not valid for the other one. */
function proofOf(token: string, side: 'attach' | 'keeper', attach: string, keeper: string, version: string): string {
	const message = ['p2pchat-ink attach 1', side, attach, keeper, version].join('\n');
	return createHmac('sha256', Buffer.from(token, 'hex')).update(message).digest('hex');
}

function isProof(proof: string, ...expected: Parameters<typeof proofOf>): boolean {
	const [given, right] = [Buffer.from(proof), Buffer.from(proofOf(...expected))];
	return given.length === right.length && timingSafeEqual(given, right);
}

/** Returns the string fields of a JSON object. For a line that is not a JSON object it returns no fields. */
function parseFields(line: string): Readonly<Record<string, string | undefined>> {
	try {
		const value: unknown = JSON.parse(line);
		if (typeof value !== 'object' || value === null) return {};
		return Object.fromEntries(Object.entries(value).filter(([, field]) => typeof field === 'string'));
	} catch {
		return {};
	}
}
