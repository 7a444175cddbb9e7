"""One connection (protocol.md, sections 4, 5, 7 to 10 and 14). `openssl s_client` does the TLS."""
import asyncio
import os
import struct
import time

from codec import Fault, encode, read_message
from feeds import keying_material, proofs, proven_by, wall


class Closed(Exception):
	"""Ends the connection with the reason `why`, after the messages `last` have been sent."""

	def __init__(self, why, *last):
		super().__init__(why)
		self.last = last


class Link:
	def __init__(self, node, host, port):
		self.node, self.host, self.port, self.peer, self.process = node, host, port, None, None
		self.heard = self.pinged = time.monotonic()
		self.claims, self.announced, self.wants, self.ids, self.allowance, self.answering = {}, {}, {}, 0, 0, 0
		self.known, self.synced, self.parted = False, False, ''

	async def run(self):
		"""Runs the connection; returns why it ended."""
		try:
			material = await asyncio.wait_for(self.connect(), 4)
			await asyncio.wait_for(self.greet(material), 5)
			self.node.linked(self)
			await self.go_on()
		except Fault as fault:
			self.node.barred[self.peer] = time.monotonic() + 60
			self.say({'type': 'error', 'code': fault.code, 'text': fault.text[:200]})
			return fault.code
		except Closed as closed:
			for message in closed.last:
				self.say(message)
			return str(closed)
		except (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError) as error:
			return self.parted or f'lost {type(error).__name__}'
		finally:
			await self.close()

	async def go_on(self):
		both = [asyncio.create_task(self.listen()), asyncio.create_task(self.watch())]
		try:
			ended, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
			await ended.pop()
		finally:
			for task in both:
				task.cancel()

	async def connect(self):
		"""§4. Reads the key log through a pipe and derives the keying material from its EXPORTER_SECRET."""
		readable, writable = os.pipe()
		self.process = await asyncio.create_subprocess_exec('openssl', 's_client', '-connect', f'{self.host}:{self.port}',
			'-quiet', '-tls1_3', '-noservername', '-no-CAfile', '-no-CApath', '-no-CAstore', '-verify_return_error',
			'-ciphersuites', 'TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256', '-keylogfile', f'/dev/fd/{writable}',
			'-psk_identity', f'p2pchat-ink 1 {self.node.keys.tag.hex()}', '-psk', self.node.keys.psk.hex(),
			pass_fds=[writable], stdin=-1, stdout=-1, stderr=asyncio.subprocess.DEVNULL)
		os.close(writable)
		log = asyncio.StreamReader()
		await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(log), open(readable, 'rb'))
		async for line in log:
			if line.startswith(b'EXPORTER_SECRET '):
				return keying_material(bytes.fromhex(line.split()[2].decode()))
		raise ConnectionError('no handshake')

	def say(self, message):
		data = encode(message)
		if self.process and not self.process.stdin.is_closing():
			self.process.stdin.write(struct.pack('>I', len(data)) + data)

	async def read(self):
		while True:
			length = struct.unpack('>I', await self.process.stdout.readexactly(4))[0]
			self.heard = time.monotonic()
			if not 0 < length <= 1_048_576:
				raise Fault('bad-frame')
			message = read_message(await self.process.stdout.readexactly(length))
			self.heard = time.monotonic()
			if message:
				return message

	async def greet(self, material):
		node = self.node
		signature, mac = proofs(node.keys, material, b'dialler', node.seed)
		self.say({'type': 'hello', 'versions': [1, 1], 'peer': node.me, 'name': node.name, 'port': node.port, 'features': [],
			'program': 'client 1', 'clock': wall(), 'hlc': node.clock.reading(), 'signature': signature, 'mac': mac})
		hello = await self.read()
		if hello['type'] == 'error':
			raise Closed(f'error {hello["code"]}: {hello["text"]}')
		if hello['type'] != 'hello':
			raise Closed('hello-expected', {'type': 'error', 'code': 'hello-expected', 'text': hello['type']})
		if not hello['versions'][0] <= 1 <= hello['versions'][1]:
			raise Closed('version', {'type': 'error', 'code': 'version', 'text': 'version 1 is spoken here'})
		if not proven_by(node.keys, material, b'accepter', hello):
			raise Fault('bad-proof')
		if hello['peer'] == node.me:
			raise Closed('self', {'type': 'bye', 'reason': 'self'})
		if node.barred.get(hello['peer'], 0) > time.monotonic():
			raise Closed('barred', {'type': 'error', 'code': 'barred', 'text': 'come back in a minute'})
		self.peer, self.name, self.at = hello['peer'], hello['name'], [self.host, hello['port']]
		node.clock.hear(*hello['hlc'])

	async def listen(self):
		while True:
			message = await self.read()
			if self.parted:
				continue
			if message['type'] not in ('bye', 'error'):
				self.node.settled(self)
			getattr(self, 'on_' + message['type'])(**{name: message[name] for name in message if name != 'type'})

	async def watch(self):
		"""§10: pings a silent peer, and ends the connection after 9 s of silence. A pause of this process does not count
		as silence."""
		while True:
			before = time.monotonic()
			await asyncio.sleep(0.5)
			now = time.monotonic()
			if now - before > 2.5:
				self.heard = now
			if now - self.heard > 9:
				raise Closed('silence')
			if now - max(self.heard, self.pinged) > 2:
				self.ping()

	def part(self, reason):
		"""Sends `bye`; the other end closes the connection."""
		self.say({'type': 'bye', 'reason': reason})
		self.parted = f'sent {reason}'

	async def close(self):
		if self.process is None:
			return
		try:
			await asyncio.wait_for(self.process.wait(), 0.5)
		except asyncio.TimeoutError:
			self.process.kill()
			await self.process.wait()

	def ping(self):
		self.pinged = time.monotonic()
		self.say({'type': 'ping', 'id': int(self.pinged * 1000)})

	def on_hello(self, **_):
		pass

	def on_typing(self):
		pass

	def on_alive(self, peers):
		pass

	def on_ping(self, id):
		self.say({'type': 'pong', 'id': id, 'clock': wall(), 'hlc': self.node.clock.reading()})

	def on_pong(self, id, clock, hlc):
		self.node.clock.hear(*hlc)

	def on_bye(self, reason):
		raise Closed('bye ' + reason)

	def on_error(self, code, text):
		raise Closed(f'error {code}: {text}')

	def on_peers(self, added, removed, all):
		for peer, addresses in added:
			for host, port in addresses[:1]:
				self.node.candidate(peer, host, port)

	# §14: requests and answers

	def begin(self):
		self.claims, self.announced, self.known, self.synced = {}, {}, False, False
		self.say({'type': 'have', 'kind': 'digest', 'digest': b''.join(self.node.digest())})

	def on_have(self, kind, digest=b'', feeds=(), last=False):
		if kind == 'digest':
			self.on_digest([digest[at:at + 8] for at in range(0, 2048, 8)])
			return
		for peer, seq, short in feeds:
			self.claim(peer, seq, short)
		if last:
			self.known = True
		self.ask()

	def on_digest(self, theirs):
		ours, page = self.node.digest(), []
		for feed in self.node.held():
			seq, short = len(feed.entries), feed.hashes[-1][:8]
			self.announced[feed.peer] = seq
			if theirs[feed.peer[0]] == ours[feed.peer[0]]:
				self.claim(feed.peer, seq, short)
			else:
				page.append([feed.peer, seq, short])
		for at in range(0, len(page) or 1, 256):
			self.say({'type': 'have', 'kind': 'page', 'feeds': page[at:at + 256], 'last': at + 256 >= len(page)})
		if self.known and theirs != ours:
			self.begin()

	def claim(self, peer, seq, short):
		self.claims[peer] = seq, short, time.monotonic()
		own = self.node.feed(self.node.me)
		if peer == self.node.me and 0 < seq <= len(own.entries) and own.hashes[seq][:8] == short:
			self.node.show('delivered', peer=self.peer.hex(), seq=seq)

	def ask(self):
		node, ranges = self.node, []
		if not self.known or self.wants or node.links.get(self.peer, [None])[-1] is not self:
			return
		for peer, (seq, short, since) in self.claims.items():
			feed = node.feed(peer)
			held = len(feed.entries)
			if peer == node.me or feed.frozen or not (seq > held or seq == held > 0 and short != feed.hashes[held][:8]):
				continue
			if peer in node.links and peer != self.peer and time.monotonic() - since < 1:
				asyncio.get_running_loop().call_later(1.05, self.ask)
			elif peer not in node.asked and len(ranges) < 256:
				ranges.append([peer, min(held + 1, seq)])
		if ranges:
			self.ids += 1
			self.wants[self.ids] = dict(ranges), []
			self.allowance += 1_024_000 + 262_144
			node.asked.update(peer for peer, _ in ranges)
			asyncio.get_running_loop().call_later(7, self.answered, self.ids, False)
			self.say({'type': 'want', 'id': self.ids, 'ranges': ranges})
		elif not self.synced and not node.asked:
			self.synced = True
			node.show('synced', peer=self.peer.hex(), events=sum(len(feed.entries) for feed in node.held()))

	def answered(self, id, done):
		"""Handles the end or the timeout of an answer. At the end it drops claims that were not served (§14, 4)."""
		ranges, served = self.wants.pop(id, ({}, []))
		self.node.asked.difference_update(ranges)
		behind = False
		for peer, first in ranges.items() if done else ():
			feed = self.node.feed(peer)
			behind = behind or peer in served[-1:]
			held = len(feed.entries)
			if (held < first and not behind) or self.claims.get(peer, (0,))[0] <= held:
				self.claims[peer] = held, feed.hashes[-1][:8], 0
		for link in self.node.open_links():
			link.ask()

	def on_events(self, batches, answer, done):
		ranges, served = self.wants.get(answer, ({}, []))
		for peer, first, previous, entries, signature in batches:
			if peer == self.node.me:
				continue
			self.allowance -= sum(map(len, entries)) if answer is not None else 0
			if self.allowance < 0 or (answer is None and peer != self.peer):
				raise Fault('unasked')
			self.node.take(peer, first, previous, entries, signature)
			if first <= ranges.get(peer, 0) < first + len(entries):
				served.append(peer)
		if done:
			self.answered(answer, True)

	def on_want(self, id, ranges):
		self.answering += 1
		if self.answering > 8:
			raise Fault('too-many-wants')
		self.node.spawn(self.answer(id, ranges))

	async def answer(self, id, ranges):
		left = 1_024_000
		for peer, first in ranges:
			while batch := self.node.feed(peer).cut(first):
				left -= sum(map(len, batch[3]))
				if left < 0:
					break
				self.say({'type': 'events', 'batches': [batch], 'answer': id})
				first += len(batch[3])
				await self.process.stdin.drain()
		self.say({'type': 'events', 'batches': [], 'answer': id, 'done': True})
		self.answering -= 1

	def acknowledge(self):
		"""§14, 6: announces new entries, always to their author, and to another peer only if it is not known to hold them."""
		feeds = []
		for feed in self.node.held():
			if len(feeds) == 256:
				break
			seq = len(feed.entries)
			if feed.peer == self.node.me or self.announced.get(feed.peer) == seq or not self.known:
				continue
			if feed.peer == self.peer or self.claims.get(feed.peer, (0,))[0] < seq:
				feeds.append([feed.peer, seq, feed.hashes[-1][:8]])
			self.announced[feed.peer] = seq
		if feeds:
			self.say({'type': 'have', 'kind': 'delta', 'feeds': feeds})
