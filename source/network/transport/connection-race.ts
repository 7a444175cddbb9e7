/** Race of TCP connections to several addresses of one peer ("happy eyeballs", RFC 8305). */
import type {Clock, Timer} from '../../core/environment.js';
import {RACE_DELAY_MS} from '../../core/limits.js';
import {type HostAddress, isIpv6} from '../ip-address.js';
import type {DialFailure} from './transport.js';

export interface RaceOptions<Socket> {
	readonly clock: Pick<Clock, 'after'>;
	/** Addresses to try, in this order. The list has at least one address. */
	readonly addresses: readonly HostAddress[];
	/**
	 * Starts to connect to an address. Later calls `connected` or `failed`, at most one of them and only once. Returns
	 * a function that cancels the attempt.
	 */
	connect(
		address: HostAddress,
		connected: (socket: Socket) => void,
		failed: (failure: DialFailure) => void,
	): () => void;
	/** Called with the first TCP connection that opens. All other attempts are cancelled before this call. */
	won(address: HostAddress, socket: Socket): void;
	/**
	 * Called if the attempts at all addresses failed. `failure`: the failure that says most about the cause
	 * (FAILURE_RANK).
	 */
	lost(address: HostAddress, failure: DialFailure): void;
}

/**
 * Rank of each failure, from the one that says most about the cause. If the other computer answered, for example with a
 * refusal, the failure says more than if nothing answered.
 */
const FAILURE_RANK: Readonly<Record<DialFailure['code'], number>> = {
	handshake: 0,
	refused: 1,
	forbidden: 2,
	other: 3,
	timeout: 4,
	unreachable: 5,
	cancelled: 6,
};

/**
 * Tries the addresses one after another. The next attempt starts as soon as the previous attempt failed, or
 * RACE_DELAY_MS after the previous attempt started. Returns a function that cancels the race. After the cancellation no
 * callback is called.
 */
export function raceConnections<Socket>(options: RaceOptions<Socket>): () => void {
	const waiting = [...options.addresses];
	const cancels = new Map<HostAddress, () => void>();
	const failures: {readonly address: HostAddress; readonly failure: DialFailure}[] = [];
	let timer: Timer | undefined;
	let isOver = false;

	function stop(): void {
		isOver = true;
		timer?.cancel();
		for (const cancel of cancels.values()) cancel();
		cancels.clear();
	}

	function startNext(): void {
		timer?.cancel();
		const address = waiting.shift();
		if (!address || isOver) return;
		if (waiting.length > 0) timer = options.clock.after(RACE_DELAY_MS, startNext);
		const cancel = options.connect(
			address,
			socket => {
				if (isOver) return;
				cancels.delete(address);
				stop();
				options.won(address, socket);
			},
			failure => fail(address, failure),
		);
		if (!isOver) cancels.set(address, cancel);
	}

	function fail(address: HostAddress, failure: DialFailure): void {
		if (isOver) return;
		cancels.delete(address);
		failures.push({address, failure});
		if (waiting.length > 0) {
			startNext();
			return;
		}
		if (cancels.size > 0) return;
		isOver = true;
		failures.sort((a, b) => FAILURE_RANK[a.failure.code] - FAILURE_RANK[b.failure.code]);
		const [worst] = failures;
		if (worst) options.lost(worst.address, worst.failure);
	}

	startNext();
	return stop;
}

/**
 * Order in which the addresses of a host name are tried. IPv4 and IPv6 addresses alternate. IPv4 is first, because
 * users know their computers by IPv4 addresses. Within each family, the addresses keep the order of the resolver.
 */
export function alternateFamilies(addresses: readonly HostAddress[]): HostAddress[] {
	const ipv4 = addresses.filter(({host}) => !isIpv6(host));
	const ipv6 = addresses.filter(({host}) => isIpv6(host));
	return addresses.flatMap((_, index) => [...ipv4.slice(index, index + 1), ...ipv6.slice(index, index + 1)]);
}
