/**
 * Tells the user when the system refuses to list the network interfaces or refuses sockets, and when both work again.
 */
import type {Beacon} from '../network/discovery/beacon.js';
import {describeSocketFailures} from '../network/socket-failure.js';
import type {Transport} from '../network/transport/transport.js';
import type {Notices} from './notices.js';

interface Sources {
	readonly beacon: Beacon;
	readonly transport: Transport;
	readonly notices: Notices;
}

/** Creates a function that reports what has changed since its last call. It must be called with every beacon. */
export function createSystemFailureReporter({beacon, transport, notices}: Sources): () => void {
	let interfaceFailure: string | undefined;
	/**
	 * All reasons for which the system refuses sockets now. If a further socket is refused for one of these reasons,
	 * there is no new report.
	 */
	let socketReasons = '';

	return () => {
		const interfaces = beacon.interfaceFailure?.();
		if (interfaces !== interfaceFailure) notices.interfacesUnreadable(interfaces);
		interfaceFailure = interfaces;
		const failures = [...(transport.socketFailures?.() ?? []), ...(beacon.socketFailures?.() ?? [])];
		const reasons = [...new Set(failures.map(({reason}) => reason))].sort().join();
		if (reasons !== socketReasons)
			notices.socketsUnusable(failures.length > 0 ? describeSocketFailures(failures) : undefined);
		socketReasons = reasons;
	};
}
