#!/usr/bin/env python3
"""A chat client for rooms of p2pchat-ink, written from source/protocol.md alone (§: its sections).

Standard library only; TLS is done by `openssl s_client`, one process a connection. The client dials and is never dialled, and
keeps its log in memory. It connects only to loopback addresses, because its purpose is to show that the document suffices.

	client.py [--name NAME] [--room ROOM] [--discover UDP-PORT] [HOST:PORT ...]

Lines in: a text is posted; `/dial HOST:PORT`, `/timeline`, `/quit`. Lines out: JSON, one object each.
"""
import argparse
import asyncio
import hashlib
import hmac
import ipaddress
import json
import os
import socket
import struct
import sys

from codec import encode, read_entry, read_identity
from ed25519 import public_key, verify
from feeds import Clock, Feed, Keys, wall
from link import Link


class Node:
	def __init__(self, keys, name):
		self.keys, self.name, self.seed = keys, name, os.urandom(32)
		self.me, self.clock = public_key(self.seed), Clock()
		self.feeds, self.events, self.links, self.asked, self.barred = {}, [], {}, set(), {}
		self.absences = 0
		self.counters, self.dialling, self.tasks, self.leaving = {}, set(), set(), asyncio.Event()
		self.reserved = socket.socket()
		self.reserved.bind(('127.0.0.1', 0))  # §7: the hello names this port, although nobody listens there
		self.port = self.reserved.getsockname()[1]

	def show(self, type, **fields):
		print(json.dumps({'type': type, **fields}), flush=True)

	def spawn(self, work):
		task = asyncio.create_task(work)
		self.tasks.add(task)
		task.add_done_callback(self.tasks.discard)

	def feed(self, peer):
		return self.feeds.get(peer) or Feed(self.keys.tag, peer)

	def held(self):
		return [feed for feed in self.feeds.values() if feed.entries]

	def open_links(self):
		return [links[-1] for links in self.links.values()]

	def digest(self):
		"""§14: 256 buckets."""
		buckets = [b''] * 256
		for feed in sorted(self.held(), key=lambda feed: feed.peer):
			buckets[feed.peer[0]] += feed.peer + struct.pack('>Q', len(feed.entries)) + feed.hashes[-1][:8]
		return [hashlib.sha256(bucket).digest()[:8] if bucket else bytes(8) for bucket in buckets]

	def take(self, peer, first, previous, entries, signature):
		feed = self.feed(peer)
		new = feed.take(first, previous, entries, signature)
		self.feeds[peer] = feed
		if feed.frozen:
			self.show('fork', peer=peer.hex())
		self.read(feed, new)

	def read(self, feed, new):
		for seq in range(len(feed.entries) - new + 1, len(feed.entries) + 1):
			raw = feed.entries[seq - 1]
			hlc, entry = read_entry(raw)
			rises, feed.hlc = hlc > feed.hlc, max(feed.hlc, hlc)
			self.clock.hear(*hlc)
			if entry is None or feed.ended or not rises or (entry[0] == 'joined' and seq > 1):
				continue
			kind, values = entry
			feed.ended = kind == 'left'
			if kind in ('joined', 'renamed'):
				feed.name = values[0]
			event = {'peer': feed.peer.hex(), 'seq': seq, 'kind': kind, 'name': feed.name}
			identity = read_identity(raw) if kind == 'joined' else None
			if identity and verify(identity[0], b'p2pchat-ink identity 1' + self.keys.tag + feed.peer, identity[1]):
				event['fingerprint'] = hashlib.sha256(identity[0]).hexdigest()[:8]
			if kind == 'posted':
				event['text'] = values[0]
			self.events.append(((*hlc, feed.peer, seq), event))
			self.show('event', **event)
			if kind == 'lost' and values == [self.me, self.absences]:
				self.absences += 1
				self.write('returned', values[1])

	def write(self, kind, *values):
		"""Writes a new own event and pushes it to all (§14, 7)."""
		feed = self.feeds.setdefault(self.me, Feed(self.keys.tag, self.me))
		if not feed.entries and kind != 'joined':
			self.join()
		feed.append([encode([kind, wall(), *self.clock.tick(), *values])], seed=self.seed)
		self.read(feed, 1)
		for link in self.open_links():
			link.say({'type': 'events', 'batches': [feed.cut(len(feed.entries))]})

	def join(self):
		if self.me not in self.feeds:
			self.write('joined', self.name, ['127.0.0.1'], 'client 1', None, None)

	# §3 the beacon (received only), §7, §9

	def candidate(self, peer, host, port):
		if peer not in (self.me, *self.links, *self.dialling):
			self.dialling.add(peer)
			self.spawn(self.dial(host, port, 1 if peer < self.me else 0, peer))

	def beacon(self, data, host):
		if not 73 <= len(data) <= 512 or data[:5] != b'p2pi\x01' or data[6:14] != self.keys.tag:
			return
		if not hmac.compare_digest(hmac.digest(self.keys.beacon, data[:-16], 'sha256')[:16], data[-16:]):
			return
		kind, peer, port, counter, name = data[5], data[14:46], *struct.unpack('>HQB', data[46:57])
		if name > min(64, len(data) - 73):
			return
		if counter > self.counters.get(peer, -1) and port and kind in (0, 2):
			self.counters[peer] = counter
			self.candidate(peer, host, port)

	async def dial(self, host, port, wait=0, peer=None):
		if not ipaddress.ip_address(host).is_loopback:
			return
		for pause in (wait, 1, 2, 4, 8):
			await asyncio.sleep(pause)
			if self.leaving.is_set() or peer in self.links:
				break
			link = Link(self, host, port)
			why = await link.run()
			self.unlinked(link, why)
			if why in ('bye leaving', 'bye duplicate', 'sent duplicate', 'self'):
				break
		self.dialling.discard(peer)

	def linked(self, link):
		self.join()
		others = [[peer, [links[-1].at]] for peer, links in self.links.items() if peer != link.peer]
		for other in self.open_links():
			other.say({'type': 'peers', 'added': [[link.peer, [link.at]]], 'removed': []})
		self.links.setdefault(link.peer, []).append(link)
		self.show('linked', peer=link.peer.hex(), name=link.name)
		link.ping()
		link.say({'type': 'peers', 'added': others, 'removed': [], 'all': True})
		link.begin()

	def settled(self, link):
		"""§9: a message arrived after the hello. The lower peer id closes the older connections."""
		links = self.links.get(link.peer, [])
		if self.me < link.peer and len(links) > 1 and links[-1] is link:
			for old in links[:-1]:
				old.part('duplicate')
				links.remove(old)

	def unlinked(self, link, why):
		self.show('unlinked', peer=link.peer.hex() if link.peer else None, why=why)
		for id in list(link.wants):
			link.answered(id, False)
		links = self.links.get(link.peer, [])
		if link in links:
			links.remove(link)
		if links:
			links[-1].begin()
		elif self.links.pop(link.peer, None) is not None:
			for other in self.open_links():
				other.say({'type': 'peers', 'added': [], 'removed': [link.peer]})

	async def tick(self):
		while True:
			await asyncio.sleep(0.25)
			for link in self.open_links():
				link.acknowledge()

	async def leave(self):
		self.leaving.set()
		if self.me in self.feeds:
			self.write('left')
		for links in self.links.values():
			for link in links:
				link.part('leaving')
		for _ in range(20):
			if not self.links:
				break
			await asyncio.sleep(0.05)
		self.show('left')


class Listener(asyncio.DatagramProtocol):
	def __init__(self, node):
		self.node = node

	def datagram_received(self, data, address):
		self.node.beacon(data, address[0])


async def main():
	parser = argparse.ArgumentParser()
	parser.add_argument('--name', default='Client')
	parser.add_argument('--room', default='lan')
	parser.add_argument('--discover', type=int)
	parser.add_argument('peers', nargs='*')
	options = parser.parse_args()
	loop = asyncio.get_running_loop()
	node = Node(Keys(options.room, os.environ.get('P2PCHAT_SECRET', '')), options.name)
	node.show('ready', peer=node.me.hex())
	if options.discover:
		heard = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		heard.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		heard.bind(('127.255.255.255', options.discover))
		await loop.create_datagram_endpoint(lambda: Listener(node), sock=heard)
	for peer in options.peers:
		host, port = peer.rsplit(':', 1)
		node.spawn(node.dial(host, int(port)))
	node.spawn(node.tick())
	loop.call_later(1, node.join)
	lines = asyncio.StreamReader()
	await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
	async for line in lines:
		text = line.decode().rstrip('\n')
		command, _, rest = text.partition(' ')
		if command == '/quit':
			break
		if command == '/dial':
			host, port = rest.rsplit(':', 1)
			node.spawn(node.dial(host, int(port)))
		elif command == '/timeline':
			node.show('timeline', events=[event for _, event in sorted(node.events, key=lambda one: one[0])])
		elif 0 < len(text.encode()) <= 16_384:
			node.write('posted', text)
	await node.leave()


if __name__ == '__main__':
	asyncio.run(main())
