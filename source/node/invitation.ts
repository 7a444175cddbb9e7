/**
 * Interface of the window for guests: a read-only HTTP page of the room for people with a phone, and the package of this
 * program for people with Node. The folder `invite/` implements this interface. Without an implementation, the node opens
 * no HTTP port.
 */
import type {Clock} from '../core/environment.js';
import type {PeerId} from '../core/event.js';
import type {Store} from './store.js';

export interface Guest {
	/** Number from 1, never used twice in one invitation. */
	readonly number: number;
	readonly address: string;
	readonly isConnected: boolean;
}

export interface InvitationInfo {
	/** One URL for each address, with the token. The first one is on the network that the peers use. */
	readonly urls: readonly string[];
	/** URL of the package, on the same address as the first URL, and the SHA-256 of the package in hexadecimal digits. */
	readonly packageUrl: string;
	readonly packageHash: string;
	/** Modules of the QR code of the first URL, row by row; true is dark. */
	readonly code: readonly (readonly boolean[])[];
	readonly guests: readonly Guest[];
	/** Wall clock in ms at which the window closes. */
	readonly until: number;
}

export type InvitationResult = InvitationInfo | {readonly refused: string};

export interface Invitation {
	/**
	 * Opens the window, or returns the window that is open. `inSecretRoom`: the user wants the window although the room has
	 * a secret.
	 */
	open(options: {readonly inSecretRoom: boolean}): Promise<InvitationResult>;
	/** Closes the window and all its connections. Does nothing if it is closed. */
	close(): Promise<void>;
	/**
	 * Disconnects a guest and changes the token, so that the guest cannot return with the old link. Returns false if no
	 * guest has this number.
	 */
	kick(guest: number): boolean;
	/** Undefined while the window is closed. */
	info(): InvitationInfo | undefined;
}

/** The parts of the node that the window uses. */
export interface InvitationPorts {
	readonly store: Store;
	readonly clock: Clock;
	readonly room: string;
	readonly hasSecret: boolean;
	/**
	 * Addresses of the selected interfaces that a browser on another computer can reach. They include no link-local
	 * addresses. IPv4 addresses come first. Within each family, the addresses that have the most connections to peers
	 * come first.
	 */
	addresses(): readonly string[];
	/**
	 * Key of the group of addresses to which this address belongs. One machine can use all addresses of a group
	 * (`addressGroup` in network/ip-address.ts).
	 */
	groupOf(address: string): string;
	isIgnored(peer: PeerId): boolean;
	/** Tells the room that the window is open, or closed. */
	announce(state: 'opened' | 'closed'): void;
	/**
	 * Shows the local user whether the window is open. `connected`: number of connected guests; undefined: the window is
	 * closed.
	 */
	showGuests(connected: number | undefined): void;
	/** Shows a notice to the local user. */
	notify(code: string, text: string): void;
}
