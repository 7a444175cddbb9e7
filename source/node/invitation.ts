/**
 * Interface of the window for guests. It is a read-only web page of the room, for example for people with a phone. It
 * also offers this program itself for download, for people with Node. The folder `invite/` implements this interface.
 * Without an implementation, the node opens no HTTP port.
 */
import type {Clock} from '../core/environment.js';
import type {PeerId} from '../core/event.js';
import type {Store} from './store.js';

export interface Guest {
	/** Number of the guest, from 1. A number is never used again for another guest of the same window. */
	readonly number: number;
	readonly address: string;
	readonly isConnected: boolean;
}

export interface InvitationInfo {
	/**
	 * URLs of the page with the access token, one for each address of this node. The first one is in the network of the
	 * peers.
	 */
	readonly urls: readonly string[];
	/**
	 * URL of this program as a package, at the same address as the first of `urls`. `packageHash`: SHA-256 of the
	 * package in hexadecimal digits.
	 */
	readonly packageUrl: string;
	readonly packageHash: string;
	/** QR code of the first URL, as rows of modules. True is a dark module. */
	readonly code: readonly (readonly boolean[])[];
	readonly guests: readonly Guest[];
	/** Time at which the window closes. Wall clock in ms. */
	readonly until: number;
}

export type InvitationResult = InvitationInfo | {readonly refused: string};

export interface Invitation {
	/**
	 * Opens the window. If it is open already, returns it. `inSecretRoom`: whether the user wants the window even in a
	 * room with a secret.
	 */
	open(options: {readonly inSecretRoom: boolean}): Promise<InvitationResult>;
	/** Closes the window and all its connections. Has no effect if the window is closed. */
	close(): Promise<void>;
	/**
	 * Disconnects a guest and changes the access token, so that the guest cannot return with the old link. Returns
	 * false if no guest has this number.
	 */
	kick(guest: number): boolean;
	/** Facts about the open window. Undefined while the window is closed. */
	info(): InvitationInfo | undefined;
}

/** The functions of the node that the window for guests uses. */
export interface InvitationPorts {
	readonly store: Store;
	readonly clock: Clock;
	readonly room: string;
	readonly hasSecret: boolean;
	/**
	 * Addresses of this node for the URLs of the page: those that a browser on another computer can reach, without
	 * link-local addresses. IPv4 comes first. Within a family, the addresses with the most connections to peers come
	 * first.
	 */
	addresses(): readonly string[];
	/**
	 * Key of a group of addresses that one machine can use at the same time (`addressGroup` in network/ip-address.ts).
	 */
	groupOf(address: string): string;
	isIgnored(peer: PeerId): boolean;
	/** Tells the room that the window is open, or that it is closed. */
	announce(state: 'opened' | 'closed'): void;
	/** Shows the user of this node the number of connected guests. Undefined means that the window is closed. */
	showGuests(connected: number | undefined): void;
	/** Shows a notice to the user of this node. */
	notify(code: string, text: string): void;
}
