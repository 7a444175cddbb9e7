/**
 * Reader of the network interfaces. All other modules get the interfaces from here. The system can refuse to list them.
 * For example, Android requires a permission, and every system needs a free file descriptor for it.
 */
import {constants, networkInterfaces} from 'node:os';
import {describeSystemError, systemErrorCode} from '../../core/system-error.js';
import type {SystemInterfaces} from './local-interfaces.js';

export interface InterfaceReader {
	/**
	 * Reads the interfaces. Never throws. After a failure it returns the result of the last successful read, or an empty
	 * list if there was none.
	 */
	read(): SystemInterfaces;
	/** Reason, as text, why the last read failed. Undefined if it succeeded. */
	readonly failure: string | undefined;
}

/** Creates the reader. `readSystem`: reads the interfaces of the system; tests replace it. */
export function createInterfaceReader(
	readSystem: () => SystemInterfaces = process.platform === 'win32' ? readWithZones : networkInterfaces,
): InterfaceReader {
	let interfaces: SystemInterfaces = {};
	let failure: string | undefined;
	return {
		read() {
			try {
				interfaces = readSystem();
				failure = undefined;
			} catch (error) {
				failure = describeReadFailure(error);
			}
			return interfaces;
		},
		get failure() {
			return failure;
		},
	};
}

/**
 * Reads the interfaces on Windows, where the zone of an address is the number of its interface. Elsewhere the zone is
 * the name of the interface, which is the default of `zone`.
 */
function readWithZones(): SystemInterfaces {
	const interfaces = Object.entries(networkInterfaces());
	return Object.fromEntries(
		interfaces.map(([name, addresses]) => [
			name,
			addresses?.map(one => ({...one, ...('scopeid' in one && {zone: String(one.scopeid)})})),
		]),
	);
}

/**
 * Describes the error of a failed read. Node reports such an error without its name: "uv_interface_addresses returned
 * Unknown system error 13".
 */
function describeReadFailure(error: unknown): string {
	if (systemErrorCode(error) !== 'ERR_SYSTEM_ERROR') return describeSystemError(error);
	const number = Number(/system error -?(\d+)/.exec(error instanceof Error ? error.message : '')?.[1]);
	const name = Object.entries(constants.errno).find(([, value]) => value === number)?.[0];
	if (name === undefined) return 'the system reports an error';
	return describeSystemError(Object.assign(new Error(name), {code: name}));
}
