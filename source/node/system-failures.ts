/** Tells the user when the system refuses interfaces or sockets while the node runs, and when they work again. */
import type {Beacon} from '../network/discovery/beacon.js';
import type {Transport} from '../network/transport/transport.js';
import type {Notices} from './notices.js';

interface Sources {
	readonly beacon: Beacon;
	readonly transport: Transport;
	readonly notices: Notices;
}

/** Creates a function that reports what has changed since its last call. Call it with every beacon. */
export function createSystemFailureReporter({beacon, transport, notices}: Sources): () => void {
	let interfaceFailure: string | undefined;
	let socketFailure: string | undefined;

	return () => {
		const interfaces = beacon.interfaceFailure?.();
		if (interfaces !== interfaceFailure) notices.interfacesUnreadable(interfaces);
		interfaceFailure = interfaces;
		const reasons = [beacon.socketFailure?.(), transport.listenFailure].filter(reason => reason !== undefined);
		const sockets = reasons.length > 0 ? reasons.join('; ') : undefined;
		if (sockets !== socketFailure) notices.socketsUnusable(sockets);
		socketFailure = sockets;
	};
}
