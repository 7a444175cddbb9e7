/**
 * The part of MessagePack that protocol.md, section 6, needs, written only from the MessagePack specification. It writes
 * integers from 2^32 on as uint 64, where the program writes float 64, so that tests cover both valid forms.
 */

const MAX_NESTING = 16;

function head(token, value, width) {
	const bytes = Buffer.alloc(1 + width);
	bytes[0] = token;
	if (width === 8) bytes.writeBigUInt64BE(BigInt(value), 1);
	else bytes.writeUIntBE(value, 1, width);
	return bytes;
}

/**
 * Header of a value of this length. `small`: first token of the short form, for lengths up to `fixed`. `tokens`: tokens
 * of the forms whose length has 1, 2 and 4 bytes.
 */
function sized(length, fixed, small, tokens) {
	if (length <= fixed) return Buffer.of(small + length);
	if (length < 0x100 && tokens[0] !== undefined) return head(tokens[0], length, 1);
	if (length < 0x1_0000) return head(tokens[1], length, 2);
	return head(tokens[2], length, 4);
}

function encodeUint(value) {
	if (value < 0x80) return Buffer.of(value);
	if (value < 0x100) return head(0xcc, value, 1);
	if (value < 0x1_0000) return head(0xcd, value, 2);
	return value < 0x1_0000_0000 ? head(0xce, value, 4) : head(0xcf, value, 8);
}

/** Encodes nil, booleans, integers from 0, texts, bytes, arrays and maps (plain objects, without undefined fields). */
export function encode(value) {
	if (value === null) return Buffer.of(0xc0);
	if (typeof value === 'boolean') return Buffer.of(value ? 0xc3 : 0xc2);
	if (typeof value === 'number') return encodeUint(value);
	if (typeof value === 'string') {
		const bytes = Buffer.from(value);
		return Buffer.concat([sized(bytes.length, 31, 0xa0, [0xd9, 0xda, 0xdb]), bytes]);
	}
	if (value instanceof Uint8Array) return Buffer.concat([sized(value.length, -1, 0, [0xc4, 0xc5, 0xc6]), value]);
	if (Array.isArray(value)) {
		return Buffer.concat([sized(value.length, 15, 0x90, [undefined, 0xdc, 0xdd]), ...value.map(encode)]);
	}
	const pairs = Object.entries(value).filter(pair => pair[1] !== undefined);
	return Buffer.concat([sized(pairs.length, 15, 0x80, [undefined, 0xde, 0xdf]), ...pairs.flat().map(encode)]);
}

/** Reads values one after another. Throws if the bytes end too early or contain what the protocol forbids. */
class Reader {
	#bytes;
	#at = 0;

	constructor(bytes) {
		this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
	}

	get ended() {
		return this.#at === this.#bytes.length;
	}

	#take(length) {
		if (this.#at + length > this.#bytes.length) throw new Error('truncated');
		this.#at += length;
		return this.#bytes.subarray(this.#at - length, this.#at);
	}

	#uint(width) {
		return this.#take(width).readUIntBE(0, width);
	}

	#text(length) {
		return new TextDecoder('utf-8', {fatal: true}).decode(this.#take(length));
	}

	#array(length, depth) {
		return Array.from({length: this.#count(length)}, () => this.read(depth + 1));
	}

	#map(length, depth) {
		const map = Object.create(null);
		for (let left = this.#count(length); left > 0; left--) {
			const key = this.read(depth + 1);
			if (typeof key !== 'string') throw new Error('bad-key');
			map[key] = this.read(depth + 1);
		}
		return map;
	}

	#count(length) {
		if (length > this.#bytes.length - this.#at) throw new Error('truncated');
		return length;
	}

	read(depth = 0) {
		if (depth > MAX_NESTING) throw new Error('too-deep');
		const token = this.#uint(1);
		if (token < 0x80) return token;
		if (token >= 0xe0) return token - 0x100;
		if (token < 0x90) return this.#map(token - 0x80, depth);
		if (token < 0xa0) return this.#array(token - 0x90, depth);
		if (token < 0xc0) return this.#text(token - 0xa0);
		switch (token) {
			case 0xc0:
				return null;
			case 0xc2:
			case 0xc3:
				return token === 0xc3;
			case 0xc4:
			case 0xc5:
			case 0xc6:
				return this.#take(this.#uint(1 << (token - 0xc4)));
			case 0xca:
				return this.#take(4).readFloatBE();
			case 0xcb:
				return this.#take(8).readDoubleBE();
			case 0xcc:
			case 0xcd:
			case 0xce:
				return this.#uint(1 << (token - 0xcc));
			case 0xcf:
				return Number(this.#take(8).readBigUInt64BE());
			case 0xd0:
			case 0xd1:
			case 0xd2:
				return this.#take(1 << (token - 0xd0)).readIntBE(0, 1 << (token - 0xd0));
			case 0xd3:
				return Number(this.#take(8).readBigInt64BE());
			case 0xd9:
			case 0xda:
			case 0xdb:
				return this.#text(this.#uint(1 << (token - 0xd9)));
			case 0xdc:
			case 0xdd:
				return this.#array(this.#uint(2 << (token - 0xdc)), depth);
			case 0xde:
			case 0xdf:
				return this.#map(this.#uint(2 << (token - 0xde)), depth);
			default:
				throw new Error('bad-type');
		}
	}
}

/** Decodes `bytes`, which must be exactly one value. Byte strings become Buffers. */
export function decode(bytes) {
	const reader = new Reader(bytes);
	const value = reader.read();
	if (!reader.ended) throw new Error('trailing-bytes');
	return value;
}
