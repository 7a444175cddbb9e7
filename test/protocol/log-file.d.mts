export interface StrangerLog {
	readonly header: {
		readonly format: number;
		readonly version: string;
		readonly roomTag: Buffer;
		readonly roomName: string;
	};
	readonly records: readonly {readonly kind: string; readonly loggedAt: number; readonly body: any}[];
	/** Offset and length. */
	readonly damaged: readonly (readonly [number, number])[];
	/** Bytes at the end that hold no good record. */
	readonly torn: number;
}

export function readLog(bytes: Buffer): StrangerLog;
