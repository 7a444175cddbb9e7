"""MessagePack and the shapes of messages and entries (protocol.md, sections 6, 8 and 11)."""
import re
import struct

MAX_UINT, MAX_TIME = 2**53 - 1, 253_402_300_799_999


class Fault(Exception):
	"""A fault of the other end, with a code of §16."""

	def __init__(self, code, text=''):
		super().__init__(code)
		self.code, self.text = code, text or code


def encode(value):
	if value is None or isinstance(value, bool):
		return {None: b'\xc0', False: b'\xc2', True: b'\xc3'}[value]
	if isinstance(value, int):
		return bytes([value]) if value < 128 else b'\xcf' + struct.pack('>Q', value)
	if isinstance(value, str):
		data = value.encode()
		return (bytes([0xa0 | len(data)]) if len(data) < 32 else b'\xda' + struct.pack('>H', len(data))) + data
	if isinstance(value, bytes):
		return b'\xc6' + struct.pack('>I', len(value)) + value
	if isinstance(value, dict):
		return b'\xde' + struct.pack('>H', len(value)) + b''.join(encode(key) + encode(value[key]) for key in value)
	return b'\xdc' + struct.pack('>H', len(value)) + b''.join(map(encode, value))


class Decoder:
	def __init__(self, data):
		self.data, self.at, self.values = data, 0, 0

	def take(self, count):
		if count > len(self.data) - self.at:
			raise Fault('truncated')
		self.at += count
		return self.data[self.at - count:self.at]

	def number(self, form):
		value = struct.unpack('>' + form, self.take(struct.calcsize(form)))[0]
		if isinstance(value, int) and abs(value) > MAX_UINT:
			raise Fault('bad-integer')
		return value

	def text(self, count):
		try:
			return self.take(count).decode()
		except UnicodeDecodeError:
			raise Fault('bad-text')

	def container(self, count, is_map, depth):
		if depth == 16:
			raise Fault('too-deep')
		if count * (1 + is_map) > len(self.data) - self.at:
			raise Fault('truncated')
		if not is_map:
			return [self.value(depth + 1) for _ in range(count)]
		result = {}
		for _ in range(count):
			key = self.value(depth + 1)
			if not isinstance(key, str) or key == '__proto__':
				raise Fault('bad-key')
			result[key] = self.value(depth + 1)
		return result

	def value(self, depth=0):
		self.values += 1
		if self.values > 32_769:
			raise Fault('too-many-values')
		byte = self.number('B')
		if byte < 0x80 or byte >= 0xe0:
			return byte if byte < 0x80 else byte - 256
		if byte < 0xa0:
			return self.container(byte & 15, byte < 0x90, depth)
		if byte < 0xc0:
			return self.text(byte & 31)
		if byte in (0xc0, 0xc2, 0xc3):
			return {0xc0: None, 0xc2: False, 0xc3: True}[byte]
		if byte in (0xca, 0xcb, *range(0xcc, 0xd4)):
			return self.number('fdBHIQbhiq'[byte - 0xca])
		if byte in (0xc4, 0xc5, 0xc6):
			return self.take(self.number('BHI'[byte - 0xc4]))
		if byte in (0xd9, 0xda, 0xdb):
			return self.text(self.number('BHI'[byte - 0xd9]))
		if byte >= 0xdc:
			return self.container(self.number('HI'[byte & 1]), byte >= 0xde, depth)
		raise Fault('bad-type')


def decode(data):
	decoder = Decoder(data)
	value = decoder.value()
	if decoder.at < len(data):
		raise Fault('trailing-bytes')
	return value


def check(good):
	if not good:
		raise Fault('bad-field')


def uint(low=0, high=MAX_UINT):
	def read(value):
		check(type(value) in (int, float) and low <= value <= high and value == int(value))
		return int(value)
	return read


def hashes(value):
	"""A list of SHA-256 hashes in one byte string (§22)."""
	data = sized(bytes, 0, 524_288)(value)
	if len(data) % 32:
		raise Fault('bad-field')
	return data


def sized(kind, low, high, pattern=''):
	def read(value):
		check(isinstance(value, kind) and low <= len(value if kind is bytes else value.encode()) <= high)
		check(not pattern or re.fullmatch(pattern, value))
		return value
	return read


def listed(item, high, low=0):
	def read(value):
		check(isinstance(value, list) and low <= len(value) <= high)
		return [item(one) for one in value]
	return read


def row(*items, high=8):
	"""An open array: additional values after the described ones are ignored."""
	def read(value):
		check(isinstance(value, list) and len(items) <= len(value) <= high)
		return [item(one) for item, one in zip(items, value)]
	return read


def pair(*items):
	return row(*items, high=2)


def optional(item):
	def maybe(value):
		return None if value is None else item(value)
	return maybe


def boolean(value):
	check(isinstance(value, bool))
	return value


def is_true(value):
	return value is True


def part_set(value):
	return value if value is True else sized(bytes, 0, 2048)(value)


TIME, COUNTER, PEER = uint(0, MAX_TIME), uint(0, 65_535), sized(bytes, 32, 32)
WORD, ADDRESS = sized(str, 1, 32, r'[A-Za-z0-9_.-]+'), sized(str, 1, 64, r'[A-Za-z0-9_.:%-]+')
NAME, HASH, SIGNATURE, PORT = sized(str, 0, 64), sized(bytes, 32, 32), sized(bytes, 64, 64), uint(1, 65_535)
HLC, FEEDS = pair(TIME, COUNTER), listed(row(PEER, uint(), sized(bytes, 8, 8)), 256)
BATCH = row(PEER, uint(1), HASH, listed(sized(bytes, 1, 32_768), 128, 1), SIGNATURE, high=16)
MESSAGES = {
	'hello': {
		'versions': pair(uint(0, 255), uint(0, 255)), 'peer': PEER, 'name': NAME, 'port': uint(0, 65_535), 'features': listed(WORD, 32),
		'program': sized(str, 0, 32), 'clock': TIME, 'hlc': HLC, 'signature': SIGNATURE, 'mac': HASH,
	},
	'want': {'id': uint(), 'ranges': listed(row(PEER, uint(1)), 256)},
	'events': {'batches': listed(BATCH, MAX_UINT), 'answer': optional(uint()), 'done': optional(boolean)},
	'peers': {'added': listed(row(PEER, listed(row(ADDRESS, PORT), 4)), 512), 'removed': listed(PEER, 512), 'all': is_true},
	'ping': {'id': uint()},
	'pong': {'id': uint(), 'clock': TIME, 'hlc': HLC},
	'typing': {},
	'alive': {'peers': listed(row(PEER, uint()), 512)},
	'file-ask': {'id': uint(), 'file': HASH, 'leaves': boolean},
	'file-info': {'id': uint(), 'leaves': optional(hashes), 'have': part_set},
	'file-want': {'id': uint(), 'file': HASH, 'part': uint(0, 16_383), 'offset': uint(0, 2 ** 21 - 1), 'length': uint(1, 262_144)},
	'file-data': {'id': uint(), 'bytes': sized(bytes, 1, 262_144)},
	'file-none': {'id': uint()},
	'bye': {'reason': WORD},
	'error': {'code': WORD, 'text': sized(str, 0, 200)},
}
HAVE = {
	'digest': {'digest': sized(bytes, 2048, 2048)},
	'page': {'feeds': FEEDS, 'last': boolean},
	'delta': {'feeds': FEEDS},
}
ENTRIES = {
	'joined': (NAME, listed(ADDRESS, 4), sized(str, 0, 32)),
	'posted': (sized(str, 0, 16_384),),
	'renamed': (NAME,),
	'moved': (listed(ADDRESS, 4),),
	'left': (),
	'lost': (PEER, uint()),
	'returned': (uint(),),
	'marked': (PEER, uint(1), sized(str, 1, 16, r'[^\x00-\x20\x7f-\xa0]+')),
	'corrected': (PEER, uint(1), sized(str, 0, 16_384)),
	'withdrawn': (PEER, uint(1)),
	'pinned': (PEER, uint(1)),
	'shared': (sized(str, 0, 255), uint(0, 2 ** 35), sized(bytes, 32, 32)),
}


def read_message(data):
	"""§8. Returns None for an unknown type or kind of have."""
	value = decode(data)
	check(isinstance(value, dict) and isinstance(value.get('type'), str))
	fields = MESSAGES.get(value['type'])
	if value['type'] == 'have':
		check(isinstance(value.get('kind'), str))
		if value['kind'] not in HAVE:
			return None
		fields = {'kind': WORD, **HAVE[value['kind']]}
	if fields is None:
		return None
	message = {'type': value['type'], **{name: read(value.get(name)) for name, read in fields.items()}}
	if message['type'] == 'hello':
		check(message['versions'][0] <= message['versions'][1])
	for batch in message.get('batches', ()):
		check(sum(map(len, batch[3])) <= 262_144)
	return message


def read_entry(data):
	"""§11: returns the HLC and [kind, values]. The HLC is (0, 0) and the list None if they cannot be read."""
	hlc = (0, 0)
	try:
		value = decode(data)
		check(isinstance(value, list) and 4 <= len(value) <= 64)
		_, *hlc_read = TIME(value[1]), TIME(value[2]), COUNTER(value[3])
		hlc = tuple(hlc_read)
		return hlc, [value[0], row(*ENTRIES[value[0]], high=60)(value[4:])]
	except (Fault, KeyError, TypeError):
		return hlc, None


def read_identity(data):
	"""Key and signature of a `joined`; None if they are missing or ill-formed."""
	try:
		return pair(HASH, SIGNATURE)(decode(data)[7:9])
	except Fault:
		return None
