import {constants} from 'node:crypto';
import type {ConnectionOptions, TlsOptions} from 'node:tls';

/** What both ends must hold. */
export interface TlsKey {
	/** The room's pre-shared key. */
	readonly psk: Uint8Array;
	/** Which key: sent in clear, so it tells no more than a beacon does. */
	readonly identity: string;
}

/**
 * TLS 1.3 by external PSK with (EC)DHE and nothing else. Both ciphers use SHA-256: an external PSK is bound to it. No
 * certificate authority is trusted and certificate checks stay on, so a server with a certificate and no secret fails.
 */
const COMMON = {
	ciphers: 'TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256',
	minVersion: 'TLSv1.3',
	maxVersion: 'TLSv1.3',
	ca: [],
} as const;

/** SSL_OP_NO_TICKET: what looks like a ticket is then only a number that no cache knows, so nothing can be resumed. */
export function serverOptions({psk, identity}: TlsKey): TlsOptions {
	return {
		...COMMON,
		ca: [],
		secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
		pskCallback: (_socket, given) => (given === identity ? psk : null),
	};
}

export function clientOptions({psk, identity}: TlsKey): ConnectionOptions {
	return {...COMMON, ca: [], pskCallback: () => ({psk, identity})};
}
