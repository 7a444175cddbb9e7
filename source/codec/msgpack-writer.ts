/**
 * MessagePack encoder that writes into a buffer of known size. It encodes messages that contain batches or bytes of
 * files, and copies these bytes only once, directly into the frame. Each `sizeOf` function returns the number of
 * bytes that the matching `write` function writes. A test compares the bytes with those of msgpackr.
 */
export interface MsgpackWriter {
	readonly bytes: Uint8Array;
	/** Index of the next byte to write. */
	position: number;
}

function writeBigEndian(writer: MsgpackWriter, token: number, value: number, width: number): void {
	writer.bytes[writer.position++] = token;
	for (let shift = (width - 1) * 8; shift >= 0; shift -= 8) writer.bytes[writer.position++] = value >>> shift;
}

export function sizeOfUint(value: number): number {
	if (value < 0x80) return 1;
	if (value < 0x100) return 2;
	if (value < 0x1_0000) return 3;
	return value < 0x1_0000_0000 ? 5 : 9;
}

/** Writes a non-negative integer. An integer of 2^32 or more is written as a float 64, as msgpackr does. */
export function writeUint(writer: MsgpackWriter, value: number): void {
	if (value < 0x80) writer.bytes[writer.position++] = value;
	else if (value < 0x100) writeBigEndian(writer, 0xcc, value, 1);
	else if (value < 0x1_0000) writeBigEndian(writer, 0xcd, value, 2);
	else if (value < 0x1_0000_0000) writeBigEndian(writer, 0xce, value, 4);
	else {
		const {buffer, byteOffset} = writer.bytes;
		writer.bytes[writer.position++] = 0xcb;
		new DataView(buffer, byteOffset).setFloat64(writer.position, value);
		writer.position += 8;
	}
}

export function sizeOfBytes(length: number): number {
	return length + (length < 0x100 ? 2 : length < 0x1_0000 ? 3 : 5);
}

export function writeBytes(writer: MsgpackWriter, value: Uint8Array): void {
	const {length} = value;
	if (length < 0x100) writeBigEndian(writer, 0xc4, length, 1);
	else if (length < 0x1_0000) writeBigEndian(writer, 0xc5, length, 2);
	else writeBigEndian(writer, 0xc6, length, 4);
	writer.bytes.set(value, writer.position);
	writer.position += length;
}

export function sizeOfListHeader(count: number): number {
	return count < 0x10 ? 1 : count < 0x1_0000 ? 3 : 5;
}

export function writeListHeader(writer: MsgpackWriter, count: number): void {
	if (count < 0x10) writer.bytes[writer.position++] = 0x90 | count;
	else if (count < 0x1_0000) writeBigEndian(writer, 0xdc, count, 2);
	else writeBigEndian(writer, 0xdd, count, 4);
}

/** Writes the header of a map of at most 15 pairs. */
export function writeMapHeader(writer: MsgpackWriter, pairs: number): void {
	writer.bytes[writer.position++] = 0x80 | pairs;
}

export function writeBoolean(writer: MsgpackWriter, value: boolean): void {
	writer.bytes[writer.position++] = value ? 0xc3 : 0xc2;
}

/** Writes an ASCII string of at most 31 characters, such as the name of a field or type. */
export function writeShortString(writer: MsgpackWriter, text: string): void {
	writer.bytes[writer.position++] = 0xa0 | text.length;
	for (let index = 0; index < text.length; index++) writer.bytes[writer.position++] = text.charCodeAt(index);
}
