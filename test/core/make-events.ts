/** Builders of events and reducer inputs for tests. */
import type {FeedEvent, FeedEventBody, Input, Observation, ObservationBody, PeerId} from '../../source/core/event.js';

/** Peer id that begins with these hexadecimal digits: `peerId('a1')`. */
export function peerId(hex: string): PeerId {
	return hex.padEnd(64, '0') as PeerId;
}

export const T0 = Date.UTC(2026, 10, 22, 13, 0, 0);

/** Feed event whose HLC is `ms` milliseconds after T0. */
export function feedEvent(peer: PeerId, seq: number, ms: number, body: FeedEventBody, counter = 0): FeedEvent {
	return {peer, seq, at: T0 + ms, ms: T0 + ms, counter, ...body};
}

export function joined(peer: PeerId, ms: number, name: string, addresses: readonly string[] = []): FeedEvent {
	return feedEvent(peer, 1, ms, {type: 'joined', name, addresses, version: '1.0.0'});
}

export function posted(peer: PeerId, seq: number, ms: number, text = `${seq}`): FeedEvent {
	return feedEvent(peer, seq, ms, {type: 'posted', text});
}

export function observation(own: PeerId, ms: number, body: ObservationBody, counter = 0): Observation {
	return {peer: own, seq: 0, at: T0 + ms, ms: T0 + ms, counter, ...body};
}

/** Input of feed events. `loggedAt`: ms after T0. */
export function learn(loggedAt: number, events: readonly FeedEvent[], live = true): Input {
	return {type: 'events', loggedAt: T0 + loggedAt, live, events};
}

/** Input of an observation, with the time `at` of the observation as `loggedAt`. */
export function observe(event: Observation): Input {
	return {type: 'observed', loggedAt: event.at, observation: event};
}
