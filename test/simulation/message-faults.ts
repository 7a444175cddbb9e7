/** Message faults: exaggerated inventories, unrequested events and replayed beacons. */
import {FRAME_HEADER_BYTES} from '../../source/codec/frame.js';
import {decodeMessage, encodeMessageFrame} from '../../source/codec/message.js';
import type {Beacon, DatagramSource} from '../../source/network/discovery/beacon.js';
import type {MessageRecorder} from './message-recorder.js';
import type {Life} from './node.js';

/** Number of nonexistent events that an exaggerated inventory claims for each feed. */
const EXTRA_EVENTS = 5;

/** Whether a frame is part of an answer to a `want`. */
export function isAnswer(frame: Uint8Array): boolean {
	const message = decodeMessage(frame.subarray(FRAME_HEADER_BYTES));
	return message?.type === 'events' && message.answer !== undefined;
}

/** Rewrites a `have` list so that it claims more of every feed than exists. Other frames stay as they are. */
export function exaggerate(frame: Uint8Array): Uint8Array {
	const message = decodeMessage(frame.subarray(FRAME_HEADER_BYTES));
	if (message?.type !== 'have' || message.kind === 'digest') return frame;
	const feeds = message.feeds.map(feed => ({...feed, seq: feed.seq + EXTRA_EVENTS}));
	return encodeMessageFrame({...message, feeds});
}

/**
 * Sends a batch of a third peer, which nobody requested, on every connection on which the process has sent its digest.
 */
export function sendUnrequested({traffic, disk, info}: Life, {partner}: MessageRecorder, now: number): void {
	const batches = disk.records.flatMap(record => (record.type === 'batch' ? [record.batch] : []));
	for (const [connection, {end}] of traffic.recorders) {
		const reader = partner(end)?.life.info?.peer;
		const batch = batches.find(({peer}) => peer !== info?.peer && peer !== reader);
		if (!batch || !reader || end.digests.length === 0) continue;
		end.unrequestedAt = now;
		connection.send(encodeMessageFrame({type: 'events', batches: [batch]}));
	}
}

const PEER_OFFSET = 14;
const COUNTER_OFFSET = 48;
const KEPT_BEACONS = 200;

/** Beacon socket that can deliver old datagrams again, from another source address. */
export interface ReplayableBeacon extends Beacon {
	/** Delivers every kept datagram that is older than the newest one of its peer. */
	replay(): void;
}

/** Wraps a beacon. Replayed datagrams come from `unusedAddress`. */
export function createReplayableBeacon(beacon: Beacon, unusedAddress: string): ReplayableBeacon {
	const datagrams: {
		readonly bytes: Uint8Array;
		readonly peer: string;
		readonly counter: bigint;
		readonly port: number;
	}[] = [];
	const newest = new Map<string, bigint>();
	let received: ((bytes: Uint8Array, source: DatagramSource) => void) | undefined;

	return {
		...beacon,
		start(handler) {
			received = handler;
			return beacon.start((bytes, source) => {
				const peer = Buffer.from(bytes.subarray(PEER_OFFSET, PEER_OFFSET + 32)).toString('hex');
				const counter = Buffer.from(bytes).readBigUInt64BE(COUNTER_OFFSET);
				datagrams.push({bytes: bytes.slice(), peer, counter, port: source.port});
				if (datagrams.length > KEPT_BEACONS) datagrams.shift();
				if (counter > (newest.get(peer) ?? -1n)) newest.set(peer, counter);
				handler(bytes, source);
			});
		},
		replay() {
			for (const {bytes, peer, counter, port} of datagrams)
				if (counter < newest.get(peer)!) received?.(bytes.slice(), {address: unusedAddress, port});
		},
		close() {
			received = undefined;
			return beacon.close();
		},
	};
}
