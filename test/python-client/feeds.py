"""Keys, proofs, feeds and the clock (protocol.md, sections 2, 4, 7, 12 and 13)."""
import hashlib
import hmac
import struct
import time
import unicodedata

from codec import Fault
from ed25519 import is_weak, public_key, sign, verify


def hkdf(key, info, length):
	return hmac.digest(hmac.digest(bytes(32), key, 'sha256'), info + b'\x01', 'sha256')[:length]


class Keys:
	def __init__(self, room, secret=''):
		name, secret = (unicodedata.normalize('NFC', text).encode() for text in (room, secret))
		self.room = hashlib.scrypt(secret, salt=b'p2pchat-ink secret room 1 ' + name, n=131_072, r=8, p=1, maxmem=2**28,
			dklen=32) if secret else hkdf(name, b'p2pchat-ink open room 1', 32)
		self.psk = hkdf(self.room, b'p2pchat-ink psk 1', 32)
		self.beacon = hkdf(self.room, b'p2pchat-ink beacon key 1', 32)
		self.tag = hkdf(self.room, b'p2pchat-ink room tag 1', 8)


def safety_number(*keys):
	"""§11: the 60 digits of two identity keys."""
	def digits(key):
		value = b'p2pchat-ink safety number 1' + key
		for _ in range(5200):
			value = hashlib.sha512(value + key).digest()
		return ''.join(f'{int.from_bytes(value[at:at + 5], "big") % 100_000:05}' for at in range(0, 30, 5))
	return ''.join(sorted(map(digits, keys)))


def keying_material(exporter_secret):
	"""Exporter of RFC 8446, 7.5, computed from the exporter_master_secret in OpenSSL's key log."""
	def expand(secret, label, context):
		info = struct.pack('>HB', 32, len(label) + 6) + b'tls13 ' + label + bytes([len(context)]) + context
		return hmac.digest(secret, info + b'\x01', 'sha256')
	derived = expand(exporter_secret, b'EXPORTER-p2pchat-ink', hashlib.sha256().digest())
	return expand(derived, b'exporter', hashlib.sha256(b'p2pchat-ink connection 1').digest())


def proofs(keys, material, role, seed):
	"""§7: the signature and the mac of a hello."""
	proven = b'p2pchat-ink hello 1' + keys.tag + material + role
	return sign(seed, proven), hmac.digest(keys.room, proven + public_key(seed), 'sha256')


def proven_by(keys, material, role, hello):
	proven = b'p2pchat-ink hello 1' + keys.tag + material + role
	mac = hmac.digest(keys.room, proven + hello['peer'], 'sha256')
	return hmac.compare_digest(mac, hello['mac']) and verify(hello['peer'], proven, hello['signature'])


# §12 Feeds, §13 the clock

def wall():
	return int(time.time() * 1000)


class Feed:
	def __init__(self, tag, peer):
		self.tag, self.peer, self.frozen = tag, peer, False
		self.entries, self.signatures = [], {}
		self.hashes = [hashlib.sha256(b'p2pchat-ink feed 1' + tag + peer).digest()]
		self.hlc, self.name, self.ended = (0, 0), '', False

	def signed(self, seq, digest):
		return b'p2pchat-ink batch 1' + self.tag + self.peer + struct.pack('>Q', seq) + digest

	def take(self, first, previous, entries, signature):
		"""§12, the table: returns the number of new entries. Raises Fault for a fault of the sender."""
		held, last, chain = len(self.entries), first + len(entries) - 1, [previous]
		if first > held + 1 or self.frozen or is_weak(self.peer):
			return 0
		for entry in entries:
			chain.append(hashlib.sha256(chain[-1] + entry).digest())
		known = min(last, held)
		same = chain[known - first + 1] == self.hashes[known]
		if same and last <= held:
			return 0
		if not verify(self.peer, self.signed(last, chain[-1]), signature):
			raise Fault('bad-signature')
		self.frozen = not same
		return self.append(entries[held - first + 1:], signature) if same else 0

	def append(self, entries, signature=None, seed=None):
		for entry in entries:
			self.entries.append(entry)
			self.hashes.append(hashlib.sha256(self.hashes[-1] + entry).digest())
		seq = len(self.entries)
		self.signatures[seq] = signature or sign(seed, self.signed(seq, self.hashes[-1]))
		return len(entries)

	def cut(self, first):
		"""The longest batch that begins with the seq `first` and ends with a signature."""
		best, size, entries = None, 0, []
		for seq in range(first, len(self.entries) + 1):
			entries.append(self.entries[seq - 1])
			size += len(entries[-1])
			if best and (size > 262_144 or len(entries) > 128):
				break
			if seq in self.signatures:
				best = [self.peer, first, self.hashes[first - 1], entries[:], self.signatures[seq]]
		return best


class Clock:
	def __init__(self):
		self.now = (0, 0)

	def reading(self):
		"""The clock for hello and pong, without an event."""
		return max(self.now, (wall(), 0))

	def tick(self):
		ms, counter = self.now
		self.now = (wall(), 0) if wall() > ms else (ms, counter + 1) if counter < 65_535 else (ms + 1, 0)
		return self.now

	def hear(self, ms, counter):
		if ms <= wall() + 82_800_000:
			self.now = max(self.now, (ms, counter))
