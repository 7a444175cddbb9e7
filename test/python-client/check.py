"""Compares the client's encoding with fixtures/codec (the folder is the argument). Prints the number of comparisons; fails with the first difference."""
import json
import pathlib
import sys

import codec
import ed25519
import feeds

folder = pathlib.Path(sys.argv[1])
count = 0


def load(name):
	return [(item, bytes.fromhex(item['hex'])) for item in json.loads((folder / f'{name}.json').read_text())]


def same(ours, theirs, title):
	global count
	count += 1
	if ours != theirs:
		sys.exit(f'{title}: {ours!r} is not {theirs!r}')


def fault_of(data):
	try:
		codec.read_message(data)
	except codec.Fault as fault:
		return fault.code


keys = [data for _, data in load('keys')]
seed, material = bytes([1]) * 32, bytes([4]) * 32
room, closed = feeds.Keys('lan'), feeds.Keys('lan', 'correct horse battery staple')
me = ed25519.public_key(seed)
same([room.room, room.psk, room.beacon, room.tag], keys[:4], 'keys of the open room')
same([closed.room, closed.tag], keys[4:6], 'keys of the room with a secret')
same(me, keys[6], 'peer id')

number = [item['value']['safetyNumber'] for item, _ in load('keys') if 'safetyNumber' in item['value']]
same([feeds.safety_number(keys[7], keys[13])], number, 'safety number')

feed = feeds.Feed(room.tag, me)
for item, data in load('batches'):
	_, first, previous, entries, signature = codec.BATCH(codec.decode(data))
	same(feed.take(first, previous, entries, signature), len(entries), item['title'])
	same(feed.signatures[len(feed.entries)], ed25519.sign(seed, feed.signed(len(feed.entries), feed.hashes[-1])), 'signature')
same(feed.hashes[:2], keys[9:11], 'chain')

other = feeds.Feed(room.tag, me)
other.append([codec.encode(['left', 1, 1, 0])], seed=seed)
fake = feed.cut(1)[1:4] + [bytes(64)]
try:
	same(feeds.Feed(room.tag, me).take(*fake), 'refused', 'a batch that nobody signed')
except codec.Fault as fault:
	same(fault.code, 'bad-signature', 'a batch that nobody signed')
same([feed.take(*other.cut(1)[1:]), feed.frozen, len(feed.entries)], [0, True, 3], 'two histories')

for item, data in load('signatures'):
	value = {name: bytes.fromhex(item['value'][name].removeprefix('hex ')) for name in ('key', 'signature')}
	same(ed25519.verify(value['key'], data, value['signature']), item['value']['valid'], item['title'])

# This client names no feature, so nobody sends it whispers. It skips the messages of whispers, as an older program
# does.
SKIPPED = {'whisper', 'whisper-ack'}
for item, data in load('messages'):
	message = codec.read_message(data[4:])
	if item['value']['type'] in SKIPPED:
		same(message, None, item['title'])
		continue
	same(message['type'], item['value']['type'], item['title'])
	same(codec.read_message(codec.encode(message)), message, item['title'])
	if message['type'] == 'hello':
		same(feeds.proofs(room, material, b'dialler', seed), (message['signature'], message['mac']), 'proofs')
		same(feeds.proven_by(room, material, b'dialler', message), True, 'hello')
		same(feeds.proven_by(room, material, b'accepter', message), False, 'hello sent back')
for item, data in load('entries'):
	hlc, entry = codec.read_entry(data)
	same((hlc, entry[0]), ((item['value']['ms'], item['value']['counter']), item['value']['type']), item['title'])
for item, data in load('hostile'):
	same(fault_of(data), item['code'], item['title'])
print(f'{count} compared')
