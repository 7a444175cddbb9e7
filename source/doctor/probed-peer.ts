/** Results of a probe about one peer, or about one address at which no peer answered. */

import {createFrameDecoder} from '../codec/frame.js';
import {decodeMessage} from '../codec/message.js';
import type {HelloMessage} from '../codec/message-types.js';
import type {Clock} from '../core/environment.js';
import {ProtocolError} from '../core/errors.js';
import type {PeerId} from '../core/event.js';
import {HELLO_TIMEOUT_MS} from '../core/limits.js';
import type {DiscoverySource} from '../network/dial/candidate.js';
import type {BeaconStats} from '../network/discovery/beacon-stats.js';
import {formatHostAddress, type HostAddress} from '../network/ip-address.js';
import {checkHello, type HelloProof} from '../network/link/handshake.js';
import type {Connection} from '../network/transport/transport.js';
import type {PeerReport} from '../node/network-report.js';

export interface ProbedPeer {
	peer: PeerId | undefined;
	readonly addresses: HostAddress[];
	readonly heardBy: Set<DiscoverySource>;
	/** Monotonic time at which the peer was discovered, ms. */
	readonly firstSeenAt: number;
	hello: HelloMessage | undefined;
	/** Clock of the peer minus ours when the hello arrived, ms. */
	clockOffsetMs: number | undefined;
	connectMs: number | undefined;
	isReached: boolean;
	reachesUs: boolean;
	triedAddresses: number;
	isDialling: boolean;
	lastFailure: PeerReport['lastFailure'];
}

export function createProbedPeer(peer: PeerId | undefined, firstSeenAt: number): ProbedPeer {
	return {
		peer,
		firstSeenAt,
		addresses: [],
		heardBy: new Set(),
		hello: undefined,
		clockOffsetMs: undefined,
		connectMs: undefined,
		isReached: false,
		reachesUs: false,
		triedAddresses: 0,
		isDialling: false,
		lastFailure: undefined,
	};
}

/**
 * Merges the entries of one peer. A peer has two entries if it was dialled as a target of --peer and also sent a
 * beacon. Removes entries of this node itself.
 */
export function mergeProbedPeers(entries: readonly ProbedPeer[], self: PeerId): ProbedPeer[] {
	const merged = new Map<string, ProbedPeer>();
	for (const [index, entry] of entries.entries()) {
		if (entry.peer === self) continue;
		const id = entry.peer ?? `unknown ${index}`;
		const known = merged.get(id);
		if (!known) {
			merged.set(id, entry);
			continue;
		}

		const [preferred, other] = known.isReached || !entry.isReached ? [known, entry] : [entry, known];
		merged.set(id, {
			...preferred,
			addresses: [
				...new Map([...preferred.addresses, ...other.addresses].map(one => [formatHostAddress(one), one])).values(),
			],
			heardBy: new Set([...preferred.heardBy, ...other.heardBy]),
			reachesUs: preferred.reachesUs || other.reachesUs,
		});
	}

	return [...merged.values()];
}

export function reportProbedPeer(entry: ProbedPeer, beaconStats: BeaconStats, now: number): PeerReport {
	const {peer, hello, lastFailure, connectMs, clockOffsetMs} = entry;
	const heard = peer === undefined ? undefined : beaconStats.peer(peer);
	const name = hello?.name ?? heard?.name ?? peer?.slice(0, 8);
	const wasTried = entry.isReached || lastFailure !== undefined;
	return {
		addresses: entry.addresses.map(formatHostAddress),
		heardBy: [...new Set([...(heard?.paths ?? []), ...entry.heardBy])],
		connected: entry.isReached || entry.reachesUs,
		...(peer !== undefined && {peer}),
		...(name !== undefined && {name}),
		...(entry.isReached ? {direction: 'dialled' as const} : entry.reachesUs ? {direction: 'accepted' as const} : {}),
		...(wasTried && {reachesUs: entry.reachesUs}),
		...(lastFailure && {lastFailure, lastError: `${formatHostAddress(lastFailure)}: ${lastFailure.text}`}),
		...(hello && {version: hello.program}),
		...(connectMs !== undefined && entry.isReached && {connectMs}),
		...(clockOffsetMs !== undefined && {clockOffsetMs}),
		...(heard && {lastHeardMs: Math.round(now - heard.at)}),
	};
}

export interface HelloReaderOptions {
	readonly self: PeerId;
	readonly proof: HelloProof;
	readonly clock: Clock;
}

export type HelloResult =
	| {readonly type: 'hello'; readonly hello: HelloMessage}
	| {readonly type: 'self'}
	| {readonly type: 'failed'; readonly code: string; readonly text: string};

/**
 * Reads the first message on a connection, and closes the connection without sending anything. `done` is called exactly
 * once.
 */
export function readHello(
	connection: Connection,
	reader: HelloReaderOptions,
	done: (result: HelloResult) => void,
): void {
	const decoder = createFrameDecoder();
	let finished = false;

	function finish(result: HelloResult): void {
		if (finished) return;
		finished = true;
		timer.cancel();
		connection.close();
		done(result);
	}

	function evaluate(payload: Uint8Array): HelloResult | undefined {
		const message = decodeMessage(payload);
		if (!message) return undefined;
		if (message.type === 'error') return {type: 'failed', code: message.code, text: message.text};
		const role = connection.dialled ? 'accepter' : 'dialler';
		const judgement = checkHello(message, {...reader, keyingMaterial: connection.keyingMaterial, role});
		if (judgement.type === 'verified') return {type: 'hello', hello: judgement.hello};
		return judgement.type === 'self' ? judgement : {type: 'failed', code: judgement.code, text: judgement.text};
	}

	const timer = reader.clock.after(HELLO_TIMEOUT_MS, () =>
		finish({type: 'failed', code: 'hello-timeout', text: 'the peer accepted the connection but sent no hello'}),
	);
	connection.handle({
		data(chunk) {
			if (finished) return;
			try {
				for (const payload of decoder.push(chunk)) {
					const result = evaluate(payload);
					if (result) return finish(result);
				}
			} catch (error) {
				if (!(error instanceof ProtocolError)) throw error;
				finish({type: 'failed', code: error.code, text: error.detail});
			}
		},
		drain() {},
		closed: error => finish({type: 'failed', code: 'ended', text: error ?? 'the peer closed the connection'}),
	});
}
