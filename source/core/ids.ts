/** A peer: 64 lowercase hexadecimal digits of its Ed25519 public key. A restart is a new peer. */
export type PeerId = string & {readonly __brand: 'PeerId'};

/** `<peer>:<seq>`: one event for ever, wherever it is held. */
export type EventId = `${string}:${number}`;

const PEER_ID = /^[0-9a-f]{64}$/;

export function isPeerId(text: string): text is PeerId {
	return PEER_ID.test(text);
}

export function eventId(peer: PeerId, seq: number): EventId {
	return `${peer}:${seq}`;
}

/** The part of a peer id that is shown where names clash and no identity is known: 8 hexadecimal digits. */
export function shortPeerId(peer: PeerId): string {
	return peer.slice(0, 8);
}
