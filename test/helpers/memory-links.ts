/** Properties and faults of a link between two hosts, in one direction. */
export interface LinkFaults {
	/** One-way latency, ms. */
	latencyMs: number;
	/** Upper limit of the random extra latency, ms. Datagrams can be reordered, streams keep their order. */
	jitterMs: number;
	/** Probability that a datagram is lost. */
	datagramLoss: number;
	/** Probability that a datagram is duplicated. */
	datagramDuplication: number;
	/** Whether broadcast and multicast pass. Some switches and access points filter one of them. */
	broadcast: boolean;
	multicast: boolean;
	/**
	 * What a firewall does with new connections: `dropped` ignores them, `refused` rejects them. Connections that are
	 * already open continue.
	 */
	connect: 'open' | 'dropped' | 'refused';
	/** `stalled`: stream bytes wait until the link is healed, as with TCP. */
	stream: 'open' | 'stalled';
	/** Bandwidth of each stream, in bytes per second. */
	bytesPerSecond: number;
}

/** Link without faults. */
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

/** Faults of a cut cable: nothing passes. */
export const CUT: Partial<LinkFaults> = {datagramLoss: 1, stream: 'stalled'};

/** Properties of all links of a network. */
export interface Links {
	/** Current properties between two hosts, by name. */
	between(from: string, to: string): LinkFaults;
	/** Sets the properties of all pairs without their own setting. */
	setDefaults(faults: Partial<LinkFaults>): void;
	/** Sets the properties of one direction. */
	set(from: string, to: string, faults: Partial<LinkFaults>): void;
	clear(from: string, to: string): void;
	clearAll(): void;
}

/** Creates the links of a network. A host's link to itself is always perfect. `changed` is called after every change. */
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
