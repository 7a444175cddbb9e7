/**
 * Budget for the send queues of all connections together. Each connection has an equal share of SEND_BUDGET_BYTES as its
 * high-water mark. So hundreds of peers that request history and read nothing occupy limited memory.
 */
import {MIN_SEND_HIGH_WATER_BYTES, SEND_BUDGET_BYTES, SEND_HIGH_WATER_BYTES} from '../../core/limits.js';

export interface SendBudget {
	/** Notes that a connection has opened. */
	opened(): void;
	closed(): void;
	/** High-water mark of each send queue, in bytes. */
	readonly highWaterBytes: number;
}

export function createSendBudget(): SendBudget {
	let connections = 0;

	return {
		opened: () => void connections++,
		closed: () => void connections--,
		get highWaterBytes() {
			const share = Math.floor(SEND_BUDGET_BYTES / Math.max(1, connections));
			return Math.max(MIN_SEND_HIGH_WATER_BYTES, Math.min(SEND_HIGH_WATER_BYTES, share));
		},
	};
}
