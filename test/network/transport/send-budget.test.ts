import {afterEach, expect, it} from 'vitest';
import {
	MAX_CONNECTIONS,
	MIN_SEND_HIGH_WATER_BYTES,
	SEND_BUDGET_BYTES,
	SEND_HIGH_WATER_BYTES,
} from '../../../source/core/limits.js';
import {createSendBudget} from '../../../source/network/transport/send-budget.js';
import {createTlsTransport} from '../../../source/network/transport/tls-transport.js';
import type {Connection, Transport} from '../../../source/network/transport/transport.js';
import {until} from '../../helpers/wait.js';

const transports: Transport[] = [];
afterEach(async () => void (await Promise.all(transports.splice(0).map(transport => transport.close()))));

function markWith(connections: number): number {
	const budget = createSendBudget();
	for (let index = 0; index < connections; index++) budget.opened();
	return budget.highWaterBytes;
}

it('the high-water mark is SEND_HIGH_WATER_BYTES up to 64 connections, then an equal share of the budget, but not below the least share', () => {
	expect([0, 1, 64].map(markWith)).toEqual([SEND_HIGH_WATER_BYTES, SEND_HIGH_WATER_BYTES, SEND_HIGH_WATER_BYTES]);
	expect(markWith(65)).toBe(Math.floor(SEND_BUDGET_BYTES / 65));
	expect(markWith(MAX_CONNECTIONS) * MAX_CONNECTIONS).toBe(SEND_BUDGET_BYTES);
	expect(markWith(4096)).toBe(MIN_SEND_HIGH_WATER_BYTES);
});

it('the high-water mark of all TLS connections falls while more than 64 are open, and rises when they close', async () => {
	const create = () => {
		const transport = createTlsTransport({psk: new Uint8Array(32), identity: 'room', hosts: {ipv4: '127.0.0.1'}});
		transports.push(transport);
		return transport;
	};
	const accepted: Connection[] = [];
	const {port} = await create().listen(connection => {
		accepted.push(connection);
		connection.handle({data() {}, drain() {}, closed: () => void accepted.splice(accepted.indexOf(connection), 1)});
	});
	const dialler = create();
	const dialled: Connection[] = [];
	for (let index = 0; index < 80; index++) {
		const result = await dialler.dial('127.0.0.1', port);
		if (!('connection' in result)) continue;
		result.connection.handle({data() {}, drain() {}, closed() {}});
		dialled.push(result.connection);
	}
	await until(() => accepted.length === 80);
	const [first] = accepted;
	expect(first?.highWaterBytes).toBe(Math.floor(SEND_BUDGET_BYTES / 80));
	for (const connection of dialled.splice(1)) connection.close();
	await until(() => accepted.length === 1);
	expect(first?.highWaterBytes).toBe(SEND_HIGH_WATER_BYTES);
});
