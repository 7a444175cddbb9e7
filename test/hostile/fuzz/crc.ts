import {crc32} from 'node:zlib';

export const crcOf = (bytes: Uint8Array): number => crc32(bytes);
