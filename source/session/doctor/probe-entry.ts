/** What the doctor's look found out about one peer, or about one address where none answered. */
import type {HelloMessage} from '../../codec/message.js';
import type {PeerId} from '../../core/ids.js';
import type {Address, HeardBy} from '../../network/candidate.js';
import type {Hearing} from '../../network/hearing.js';
import type {PeerReport} from '../session.js';

export interface ProbeEntry {
	peer: PeerId | undefined;
	readonly addresses: Address[];
	readonly heardBy: Set<HeardBy>;
	/** Monotonic ms. */
	readonly since: number;
	hello: HelloMessage | undefined;
	/** Of the hello: their clock minus ours, ms. */
	clockOffsetMs: number | undefined;
	connectMs: number | undefined;
	reached: boolean;
	reachesUs: boolean;
	tried: number;
	dialling: boolean;
	lastFailure: PeerReport['lastFailure'];
}

export function createProbeEntry(peer: PeerId | undefined, since: number): ProbeEntry {
	return {
		peer,
		since,
		addresses: [],
		heardBy: new Set(),
		hello: undefined,
		clockOffsetMs: undefined,
		connectMs: undefined,
		reached: false,
		reachesUs: false,
		tried: 0,
		dialling: false,
		lastFailure: undefined,
	};
}

/** A `--peer` target and a beacon may lead to one peer; a target may lead to ourselves. */
export function mergeProbeEntries(entries: readonly ProbeEntry[], self: PeerId): ProbeEntry[] {
	const merged = new Map<string, ProbeEntry>();
	for (const [index, entry] of entries.entries()) {
		if (entry.peer === self) continue;
		const id = entry.peer ?? `unknown ${index}`;
		const known = merged.get(id);
		if (!known) {
			merged.set(id, entry);
			continue;
		}

		const [good, other] = known.reached || !entry.reached ? [known, entry] : [entry, known];
		merged.set(id, {
			...good,
			addresses: [
				...new Map([...good.addresses, ...other.addresses].map(one => [`${one.host}:${one.port}`, one])).values(),
			],
			heardBy: new Set([...good.heardBy, ...other.heardBy]),
			reachesUs: good.reachesUs || other.reachesUs,
		});
	}

	return [...merged.values()];
}

export function reportProbeEntry(entry: ProbeEntry, hearing: Hearing | undefined, now: number): PeerReport {
	const {peer, hello, lastFailure, connectMs, clockOffsetMs} = entry;
	const heard = peer === undefined ? undefined : hearing?.of(peer);
	const name = hello?.name ?? heard?.name ?? peer?.slice(0, 8);
	const tried = entry.reached || lastFailure !== undefined;
	return {
		addresses: entry.addresses.map(({host, port}) => `${host}:${port}`),
		heardBy: [...new Set([...(heard?.paths ?? []), ...entry.heardBy])],
		connected: entry.reached || entry.reachesUs,
		...(peer !== undefined && {peer}),
		...(name !== undefined && {name}),
		...(entry.reached ? {direction: 'dialled' as const} : entry.reachesUs ? {direction: 'accepted' as const} : {}),
		...(tried && {reachesUs: entry.reachesUs}),
		...(lastFailure && {lastFailure, lastError: `${lastFailure.host}:${lastFailure.port}: ${lastFailure.text}`}),
		...(hello && {version: hello.program}),
		...(connectMs !== undefined && entry.reached && {connectMs}),
		...(clockOffsetMs !== undefined && {clockOffsetMs}),
		...(heard && {lastHeardMs: Math.round(now - heard.at)}),
	};
}
