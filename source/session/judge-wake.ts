/**
 * Whether a node that slept must start a new launch (design.md, 1, What you share is what you were there for): in an open
 * room, on none of its former subnets, what was said there is not for those it meets here. Pure.
 */
import type {LocalInterface} from '../network/beacon.js';
import {isInSubnet} from '../network/subnets.js';

export interface WakeFacts {
	readonly hasSecret: boolean;
	/** Before it slept. */
	readonly before: readonly LocalInterface[];
	readonly now: readonly LocalInterface[];
	/** Our own ends of the connections that are open still. */
	readonly localAddresses: readonly string[];
}

/** `wait`: no network is up yet. */
export type WakeVerdict = 'stay' | 'wait' | 'relaunch';

export function judgeWake({hasSecret, before, now, localAddresses}: WakeFacts): WakeVerdict {
	const former = before.filter(one => !one.loopback);
	const present = now.filter(one => !one.loopback);
	if (hasSecret || former.length === 0) return 'stay';
	if (present.length === 0) return 'wait';
	if (now.some(one => localAddresses.includes(one.address))) return 'stay';
	const isFormer = present.some(one =>
		former.some(old => old.prefix === one.prefix && isInSubnet(one.address, old.address, old.prefix)),
	);
	return isFormer ? 'stay' : 'relaunch';
}
