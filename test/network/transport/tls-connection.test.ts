import type {TLSSocket} from 'node:tls';
import {expect, test} from 'vitest';
import {isAuthenticated} from '../../../source/network/transport/tls-connection.js';

/** Only what is asked of it. */
const socketOf = (isSessionReused: boolean, certificate: object) =>
	({isSessionReused: () => isSessionReused, getPeerCertificate: () => certificate}) as TLSSocket;

test('only a handshake by the shared secret, without any certificate, proves that one knows it', () => {
	expect(isAuthenticated(socketOf(true, {}))).toBe(true);
	expect(isAuthenticated(socketOf(false, {}))).toBe(false);
	expect(isAuthenticated(socketOf(true, {subject: {CN: 'somebody'}}))).toBe(false);
	expect(isAuthenticated(socketOf(false, {subject: {CN: 'somebody'}}))).toBe(false);
});
