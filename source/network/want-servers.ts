/**
 * What is asked of us: one server for each connection on which something was asked, since the two ends of a pair may for a
 * moment prefer different ones.
 */
import type {WantMessage} from '../codec/message.js';
import type {PeerId} from '../core/ids.js';
import type {Clock} from './clock.js';
import type {Holdings} from './holdings.js';
import type {PeerLink} from './peer-link.js';
import {createWantServer, type WantServer} from './want-server.js';

export interface WantServers {
	/** What our last pages to this peer named: answers are cut there, so that the other end can tell old from live. */
	said(peer: PeerId): Map<PeerId, number>;
	serve(link: PeerLink, want: WantMessage): void;
	/** The other end read on. */
	drained(link: PeerLink): void;
	/** What they asked on others goes on. */
	closed(link: PeerLink): void;
	/** No connection is left. */
	forget(peer: PeerId): void;
	stop(): void;
}

interface Asking {
	readonly said: Map<PeerId, number>;
	readonly servers: Map<PeerLink, WantServer>;
}

export function createWantServers(clock: Clock, holdings: Holdings): WantServers {
	const peers = new Map<PeerId, Asking>();

	function of(peer: PeerId): Asking {
		const known = peers.get(peer);
		if (known) return known;
		const asking: Asking = {said: new Map(), servers: new Map()};
		peers.set(peer, asking);
		return asking;
	}

	function closed(link: PeerLink): void {
		const servers = peers.get(link.peer)?.servers;
		servers?.get(link)?.stop();
		servers?.delete(link);
	}

	function forget(peer: PeerId): void {
		for (const server of peers.get(peer)?.servers.values() ?? []) server.stop();
		peers.delete(peer);
	}

	return {
		said: peer => of(peer).said,
		serve(link, want) {
			const {servers, said} = of(link.peer);
			let server = servers.get(link);
			if (!server) {
				server = createWantServer(link, clock, holdings, said);
				servers.set(link, server);
			}

			server.serve(want);
		},
		drained(link) {
			peers.get(link.peer)?.servers.get(link)?.drained();
		},
		closed,
		forget,
		stop() {
			for (const peer of [...peers.keys()]) forget(peer);
		},
	};
}
