/** What the wire between two hosts does to what passes, one direction at a time. */
export interface LinkFaults {
	/** One way, ms. */
	latencyMs: number;
	/** Up to this much more, at random. Datagrams overtake each other, streams keep their order. */
	jitterMs: number;
	/** Probability that a datagram is lost. */
	datagramLoss: number;
	/** Probability that a datagram comes twice. */
	datagramDuplication: number;
	/** A switch or access point that filters one of them. */
	broadcast: boolean;
	multicast: boolean;
	/** `dropped`: a firewall swallows new connections; `refused`: it says no. Open ones live on. */
	connect: 'open' | 'dropped' | 'refused';
	/** `stalled`: nothing of a stream passes until it is healed; it is kept meanwhile, as TCP does. */
	stream: 'open' | 'stalled';
	/** Of each stream. */
	bytesPerSecond: number;
}

export const PERFECT_LINK: LinkFaults = {
	latencyMs: 1,
	jitterMs: 0,
	datagramLoss: 0,
	datagramDuplication: 0,
	broadcast: true,
	multicast: true,
	connect: 'open',
	stream: 'open',
	bytesPerSecond: Number.POSITIVE_INFINITY,
};

/** A cable that is cut: nothing passes. */
export const CUT: Partial<LinkFaults> = {datagramLoss: 1, stream: 'stalled'};

export interface Links {
	/** Between hosts by name. */
	between(from: string, to: string): LinkFaults;
	/** For all pairs that have no setting of their own. */
	setDefaults(faults: Partial<LinkFaults>): void;
	/** One direction. */
	set(from: string, to: string, faults: Partial<LinkFaults>): void;
	clear(from: string, to: string): void;
	clearAll(): void;
}

/** Traffic of a host with itself is always perfect. `changed` runs after every change. */
export function createLinks(changed: () => void): Links {
	const own = new Map<string, LinkFaults>();
	let defaults = PERFECT_LINK;
	const key = (from: string, to: string): string => `${from}>${to}`;

	return {
		between: (from, to) => (from === to ? PERFECT_LINK : (own.get(key(from, to)) ?? defaults)),
		setDefaults(faults) {
			defaults = {...defaults, ...faults};
			changed();
		},
		set(from, to, faults) {
			own.set(key(from, to), {...(own.get(key(from, to)) ?? defaults), ...faults});
			changed();
		},
		clear(from, to) {
			own.delete(key(from, to));
			changed();
		},
		clearAll() {
			own.clear();
			changed();
		},
	};
}
