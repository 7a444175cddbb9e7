/** Production network of a room: TLS transport, UDP beacon and room keys, configured by the options. */
import {UsageError} from '../core/errors.js';
import {deriveRoomKeys, type RoomKeys} from '../feed/room-keys.js';
import type {Beacon} from '../network/discovery/beacon.js';
import {createInterfaceReader} from '../network/discovery/interface-reader.js';
import {
	chooseInterfaces,
	describeMissing,
	isLoopbackOnly,
	isOwnSelected,
	listenHosts,
} from '../network/discovery/local-interfaces.js';
import {createUdpBeacon} from '../network/discovery/udp-beacon.js';
import {createTlsTransport} from '../network/transport/tls-transport.js';
import type {Transport} from '../network/transport/transport.js';
import type {NodeContext} from './context.js';
import {askSecret, readSecret} from './options/read-secret.js';

/**
 * Minimum length of a secret, in characters; a shorter secret causes a warning. An outsider who has recorded one
 * datagram can find a short secret by trying (protocol.md, Threat model).
 */
const MIN_SECRET_LENGTH = 12;

export interface NetworkAdapters {
	readonly keys: RoomKeys;
	readonly transport: Transport;
	readonly beacon: Beacon;
	/** Whether `--interface` selects loopback only. */
	readonly loopbackOnly: boolean;
}

/**
 * Creates the adapters without opening a socket. With `keepsTrying`, sockets that the system refuses at the start are
 * opened later, and the start succeeds. Asks for the secret if `--ask-secret` is set. Rejects with UsageError.
 */
export async function createNetworkAdapters(
	context: NodeContext,
	{keepsTrying = false}: {readonly keepsTrying?: boolean} = {},
): Promise<NetworkAdapters> {
	const {options, clock, debug} = context;
	const selection = options.interfaces.length > 0 ? options.interfaces : undefined;
	const interfaceReader = createInterfaceReader();
	const option = options.sourceNames.interface ?? '--interface';
	const choice = chooseInterfaces(selection, interfaceReader.read());
	const missing = describeMissing(choice);
	if (missing !== undefined && interfaceReader.failure !== undefined)
		throw new UsageError(
			`${option}: the network interfaces cannot be read (${interfaceReader.failure}). Leave out ${option}, and name other computers with --peer HOST:PORT.`,
		);
	if (missing !== undefined) throw new UsageError(`${option}: ${missing}`);
	const keys = await readRoomKeys(context);
	let {interfaces} = choice;
	const log = (line: string) => debug('network', line);
	const transport = createTlsTransport({
		psk: keys.psk,
		identity: keys.pskIdentity,
		port: options.tcpPort,
		keepsTrying,
		clock,
		log,
		hosts: listenHosts(selection, choice.interfaces),
		...(selection && {isOwnSelected: (address: string) => isOwnSelected(address, interfaces)}),
	});
	return {
		keys,
		loopbackOnly: isLoopbackOnly(selection),
		transport,
		beacon: createUdpBeacon({
			port: options.port,
			keepsTrying,
			selection,
			clock,
			interfaceReader,
			log,
			onInterfacesRead(read) {
				interfaces = read;
				transport.rebind(listenHosts(selection, read));
			},
		}),
	};
}

async function readRoomKeys({options, stdin, printError}: NodeContext): Promise<RoomKeys> {
	if (!options.secret) return deriveRoomKeys({room: options.room});
	const ask = async () => stdin && askSecret(stdin, text => process.stderr.write(text));
	const secret = await readSecret(options.secret, ask, options.sourceNames.secretFile);
	if ([...secret].length < MIN_SECRET_LENGTH) {
		printError(
			`The secret is short and can be guessed from one recorded datagram. Use at least ${MIN_SECRET_LENGTH} characters.`,
		);
	}
	return deriveRoomKeys({room: options.room, secret});
}
