/** Independent checker of an export: verifies ids, hash chains and signatures with node:crypto only. */
import {createHash, createPublicKey, verify} from 'node:crypto';
import {createInterface} from 'node:readline';

const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
const hex = text => Buffer.from(text, 'hex');
const seqs = new Map();
const tips = new Map();
let tag;
let events = 0;
for await (const line of createInterface({input: process.stdin})) {
	const row = JSON.parse(line);
	if (row.type === 'log') tag = hex(row.roomTag);
	if (row.type === 'event') {
		const [peer, seq] = row.id.split(':');
		seqs.set(peer, Math.max(seqs.get(peer) ?? 0, Number(seq)));
		events++;
	}
	if (row.type !== 'batch') continue;
	const tip = tips.get(row.peer) ?? {seq: 0, hash: sha256(Buffer.from('p2pchat-ink feed 1'), tag, hex(row.peer))};
	if (row.lastSeq <= tip.seq) continue;
	if (row.firstSeq !== tip.seq + 1 || !hex(row.previousHash).equals(tip.hash)) throw new Error('gap in the hash chain');
	const hash = row.entries.reduce((before, entry) => sha256(before, Buffer.from(entry, 'base64')), tip.hash);
	const last = Buffer.alloc(8);
	last.writeBigUInt64BE(BigInt(row.lastSeq));
	const key = createPublicKey({
		key: Buffer.concat([hex('302a300506032b6570032100'), hex(row.peer)]),
		format: 'der',
		type: 'spki',
	});
	const signed = Buffer.concat([Buffer.from('p2pchat-ink batch 1'), tag, hex(row.peer), last, hash]);
	if (!verify(null, signed, key, hex(row.signature))) throw new Error('invalid signature');
	tips.set(row.peer, {seq: row.lastSeq, hash});
}
for (const [peer, seq] of seqs) if ((tips.get(peer)?.seq ?? 0) < seq) throw new Error('event without a signature');
console.log(`${events} events of ${tips.size} feeds verified`);
