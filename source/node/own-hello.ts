/**
 * The `hello` message of this node (protocol.md, Handshake). Each call returns a new one with the current name, port
 * and clock readings.
 */
import type {Clock} from '../core/environment.js';
import {FEATURES, LOWEST_VERSION, PORT_WITHOUT_LISTENER, PROTOCOL_VERSION} from '../network/link/handshake.js';
import type {OwnHello} from '../network/link/peer-link.js';
import type {ChatNodeOptions} from './chat-node.js';
import type {LocalState} from './local-state.js';

export interface OwnHelloOptions {
	readonly localState: Pick<LocalState, 'self' | 'nodeClock'>;
	readonly nodeOptions: Pick<ChatNodeOptions, 'takesWhispers' | 'version'>;
	readonly clock: Pick<Clock, 'now'>;
	name(): string;
	/** Port on which this node accepts connections; 0 if it accepts none. */
	tcpPort(): number;
}

export function createOwnHello({localState, nodeOptions, clock, name, tcpPort}: OwnHelloOptions): () => OwnHello {
	const {self, nodeClock} = localState;
	const features = nodeOptions.takesWhispers === false ? FEATURES.filter(one => one !== 'whispers') : FEATURES;
	return () => ({
		versions: [LOWEST_VERSION, PROTOCOL_VERSION],
		peer: self,
		name: name(),
		port: tcpPort() || PORT_WITHOUT_LISTENER,
		features,
		program: nodeOptions.version,
		clock: clock.now(),
		hlc: nodeClock.reading(),
	});
}
