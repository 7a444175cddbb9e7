/** What a node of this room, or somebody beside it, says although it is not so. */
import {FRAME_HEADER_BYTES} from '../../source/codec/frame.js';
import {decodeMessage, encodeMessageFrame} from '../../source/codec/message.js';
import type {Beacon, DatagramSource} from '../../source/network/discovery/beacon.js';
import type {Life} from './node.js';
import type {Overhearing} from './overhear.js';

/** So many events that nobody wrote. */
const BOASTED_EVENTS = 5;
export function isAnswer(frame: Uint8Array): boolean {
	const message = decodeMessage(frame.subarray(FRAME_HEADER_BYTES));
	return message?.type === 'events' && message.answer !== undefined;
}

/** A list of what is held, with more of every feed than there is. */
export function boast(frame: Uint8Array): Uint8Array {
	const message = decodeMessage(frame.subarray(FRAME_HEADER_BYTES));
	if (message?.type !== 'have' || message.kind === 'digest') return frame;
	const feeds = message.feeds.map(feed => ({...feed, seq: feed.seq + BOASTED_EVENTS}));
	return encodeMessageFrame({...message, feeds});
}

/** Sends to everybody it is connected to, and has said its digest to, something of a third that they did not ask for. */
export function sendUnasked({traffic, disk, info}: Life, {partner}: Overhearing, now: number): void {
	const batches = disk.records.flatMap(record => (record.type === 'batch' ? [record.batch] : []));
	for (const [connection, {end}] of traffic.ears) {
		const reader = partner(end)?.life.info?.peer;
		const batch = batches.find(({peer}) => peer !== info?.peer && peer !== reader);
		if (!batch || !reader || end.digests.length === 0) continue;
		end.unaskedAt = now;
		connection.send(encodeMessageFrame({type: 'events', batches: [batch]}));
	}
}

const PEER_AT = 14;
const COUNTER_AT = 48;
const HEARD_KEPT = 200;

/** A beacon whose hearer can be made to hear again, from a false place, what it heard before. */
export interface ReplayedBeacon extends Beacon {
	/** All that is older than the newest it heard of the same peer. */
	replay(): void;
}

export function createReplayedBeacon(beacon: Beacon, falseHost: string): ReplayedBeacon {
	const heard: {readonly bytes: Uint8Array; readonly peer: string; readonly counter: bigint; readonly port: number}[] =
		[];
	const newest = new Map<string, bigint>();
	let received: ((bytes: Uint8Array, source: DatagramSource) => void) | undefined;

	return {
		...beacon,
		start(handler) {
			received = handler;
			return beacon.start((bytes, source) => {
				const peer = Buffer.from(bytes.subarray(PEER_AT, PEER_AT + 32)).toString('hex');
				const counter = Buffer.from(bytes).readBigUInt64BE(COUNTER_AT);
				heard.push({bytes: bytes.slice(), peer, counter, port: source.port});
				if (heard.length > HEARD_KEPT) heard.shift();
				if (counter > (newest.get(peer) ?? -1n)) newest.set(peer, counter);
				handler(bytes, source);
			});
		},
		replay() {
			for (const {bytes, peer, counter, port} of heard)
				if (counter < newest.get(peer)!) received?.(bytes.slice(), {address: falseHost, port});
		},
		close() {
			received = undefined;
			return beacon.close();
		},
	};
}
