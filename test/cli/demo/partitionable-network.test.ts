import {expect, test} from 'vitest';
import {createPartitionableNetwork} from '../../../source/cli/demo/partitionable-network.js';
import type {Beacon} from '../../../source/network/discovery/beacon.js';
import type {Transport} from '../../../source/network/transport/transport.js';

test('a partitionable network sends broadcasts and multicasts, except while it is disconnected', () => {
	const sent: unknown[] = [];
	const transport: Transport = {
		listen: async () => ({port: 1}),
		dial: async () => ({failure: {code: 'other', text: 'no network'}}),
		refused: 0,
		close: async () => {},
	};
	const beacon: Beacon = {
		start: async () => ({port: 1, ownPort: 2}),
		broadcast: (...forms) => void sent.push(forms),
		send() {},
		interfaces: () => [],
		counters: () => [],
		close: async () => {},
	};
	const network = createPartitionableNetwork(transport, beacon);
	const [byBroadcast, byMulticast] = [new Uint8Array([1]), new Uint8Array([2])];
	network.beacon.broadcast(byBroadcast, byMulticast);
	network.disconnect();
	network.beacon.broadcast(byBroadcast, byMulticast);
	network.reconnect();
	network.beacon.broadcast(byMulticast, byBroadcast);
	expect(sent).toEqual([
		[byBroadcast, byMulticast],
		[byMulticast, byBroadcast],
	]);
});
