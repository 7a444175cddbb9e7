import type {TLSSocket} from 'node:tls';
import {expect, test} from 'vitest';
import {isAuthenticated} from '../../../source/network/transport/tls-connection.js';

/** Fake socket with only the methods that `isAuthenticated` calls. */
const socketOf = (isSessionReused: boolean, certificate: object) =>
	({isSessionReused: () => isSessionReused, getPeerCertificate: () => certificate}) as TLSSocket;

test('only a pre-shared key handshake without a certificate proves knowledge of the secret', () => {
	expect(isAuthenticated(socketOf(true, {}))).toBe(true);
	expect(isAuthenticated(socketOf(false, {}))).toBe(false);
	expect(isAuthenticated(socketOf(true, {subject: {CN: 'somebody'}}))).toBe(false);
	expect(isAuthenticated(socketOf(false, {subject: {CN: 'somebody'}}))).toBe(false);
});
