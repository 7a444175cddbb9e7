/**
 * Isolation monitor: checks every ALONE_AFTER_MS whether a peer is connected. If none is, it publishes the addresses to
 * which beacons were sent, so that the screen can show what was tried. It also publishes the number of nearby nodes of
 * other rooms.
 */

import type {Clock, Timer} from '../core/environment.js';
import {ALONE_AFTER_MS} from '../core/limits.js';
import {listPeers} from '../core/roster.js';
import type {DestinationCounters} from '../network/discovery/beacon.js';
import type {EventPipeline} from './event-pipeline.js';
import type {Notices} from './notices.js';
import type {Store} from './store.js';

export interface IsolationMonitorOptions {
	readonly clock: Clock;
	readonly store: Pick<Store, 'getState'>;
	readonly pipeline: Pick<EventPipeline, 'publish'>;
	readonly notices: Pick<Notices, 'foreignNodes'>;
	connectedCount(): number;
	/** Number of nodes of another room, or with another secret, whose beacons arrived in the last minute. */
	foreignNodeCount(): number;
	sendStats(): readonly DestinationCounters[];
}

export interface IsolationMonitor {
	start(): void;
	stop(): void;
}

export function createIsolationMonitor(options: IsolationMonitorOptions): IsolationMonitor {
	const {clock, store, pipeline, notices} = options;
	let hasReportedForeignNodes = false;
	let timer: Timer | undefined;

	function schedule(): void {
		timer = clock.after(ALONE_AFTER_MS, check);
	}

	function check(): void {
		const isAlone = options.connectedCount() === 0;
		const {ephemeral, roster} = store.getState();
		const foreignNodes = options.foreignNodeCount();
		if (foreignNodes !== ephemeral.foreignNodes) pipeline.publish({type: 'foreign-nodes', count: foreignNodes});
		// If this run was connected to a peer before, its room and secret are right, and no notice is needed.
		const hasMet =
			hasReportedForeignNodes || listPeers(roster).some(({firstConnected}) => firstConnected !== undefined);
		if (isAlone && foreignNodes > 0 && !hasMet) {
			hasReportedForeignNodes = true;
			notices.foreignNodes(foreignNodes);
		}

		if (isAlone !== ephemeral.isolated) {
			const attempts = isAlone ? options.sendStats().map(one => `${one.destination} on ${one.interface}`) : [];
			pipeline.publish({type: 'isolated', isolated: isAlone, tried: [...new Set(attempts)]});
		}

		schedule();
	}

	return {start: schedule, stop: () => timer?.cancel()};
}
