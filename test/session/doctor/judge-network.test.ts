import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {describeDoctor} from '../../../source/session/doctor/describe-doctor.js';
import {judgeNetwork} from '../../../source/session/doctor/judge-network.js';
import type {DoctorFacts, VerdictCode} from '../../../source/session/doctor/verdict.js';
import type {NetworkReport, PeerReport} from '../../../source/session/session.js';
import {aFailure, anInterface, aPeer, aReport, fakePeerId, LOOPBACK, path} from './reports.js';

const alone = {peers: []};
const timeout = (changes = {}) => aFailure('timeout', 'no answer: off, or a firewall drops it', changes);
const named = (code: string, text: string, changes: Partial<PeerReport> = {}) =>
	aFailure(code, text, {heardBy: ['peer-flag'], lastHeardMs: undefined as never, ...changes});
const failedStart = (code: string): DoctorFacts => ({startFailure: {protocol: 'UDP', port: 47_474, code, text: code}});

/** What is the case; what is found first; a word that must stand in it; facts. */
const CASES: [string, Partial<NetworkReport>, VerdictCode, RegExp, DoctorFacts?][] = [
	['the UDP port is taken', {}, 'port-taken', /UDP port 47474 is taken/, failedStart('EADDRINUSE')],
	['the port is a privileged one', {}, 'port-not-permitted', /not for ordinary users/, failedStart('EACCES')],
	['the port fails in another way', {}, 'cannot-start', /cannot be used: ENOBUFS/, failedStart('ENOBUFS')],
	['no interface is up', {...alone, interfaces: [LOOPBACK]}, 'no-interface', /no network is up/],
	[
		'only a VPN is up',
		{...alone, interfaces: [LOOPBACK, anInterface({name: 'tun0', virtual: true})]},
		'only-virtual',
		/tun0 \(10\.0\.0\.1\)/,
	],
	[
		'nothing can be sent',
		{
			...alone,
			interfaces: [
				anInterface({
					broadcast: path('10.0.0.255', {sent: 0, failed: 5, echoes: 0, lastError: 'no route to the network'}),
					multicast: path('239.255.71.74', {sent: 0, failed: 5, echoes: 0}),
				}),
			],
		},
		'cannot-send',
		/no route to the network/,
	],
	[
		'no own beacon comes back',
		{
			...alone,
			interfaces: [anInterface({broadcast: path('x', {echoes: 0}), multicast: path('y', {echoes: 0})})],
		},
		'filtered',
		/a firewall on this computer drops what comes in on UDP port 47474/,
	],
	[
		'broadcast does not come back',
		{interfaces: [anInterface({broadcast: path('10.0.0.255', {echoes: 0})})]},
		'broadcast-filtered',
		/multicast does/,
	],
	[
		'of the others only broadcast arrives',
		{interfaces: [anInterface({broadcast: path('10.0.0.255', {heard: 6}), heard: 6})]},
		'multicast-filtered',
		/broadcast does/,
	],
	[
		'we may not connect',
		{peers: [aFailure('forbidden', 'not permitted')]},
		'firewall-here',
		/on this computer forbids/,
	],
	[
		'one that is heard is silent',
		{peers: [timeout()]},
		'peer-silent',
		/Carol \(10\.0\.0\.2:4000\) can be heard but not/,
	],
	[
		'all that are heard are silent',
		{peers: [timeout(), timeout({name: 'Dan', addresses: ['10.0.0.3:4000']})]},
		'peer-silent',
		/Dan \(10\.0\.0\.3:4000\).* here that drops outgoing TCP is likely/,
	],
	['one that is named is silent', {peers: [named('timeout', 'no answer')]}, 'peer-silent', /it is off, the address is/],
	['one that is heard refuses', {peers: [aFailure('refused', 'refused')]}, 'peer-refused', /over there rejects it/],
	['one that is named refuses', {peers: [named('refused', 'refused')]}, 'peer-refused', /does not listen on that port/],
	[
		'a name is not known',
		{peers: [named('unreachable', 'no such host name')]},
		'peer-unreachable',
		/not known by that name: no such host name/,
	],
	[
		'another computer is named and only loopback is in use',
		{
			peers: [named('unreachable', 'only this machine itself is in use (loopback)')],
			loopbackOnly: true,
			interfaces: [LOOPBACK],
		},
		'peer-unreachable',
		/not dialled: only this computer itself is in use/,
	],
	['there is no route', {peers: [named('unreachable', 'no route to the host')]}, 'peer-unreachable', /no route to the/],
	[
		'the secret is wrong',
		{peers: [named('handshake', 'no common secret')]},
		'wrong-secret',
		/room "lan" without a secret/,
	],
	[
		'a peer speaks another version',
		{peers: [aFailure('version', 'speaks protocol 2-3')]},
		'other-version',
		/protocol 2-3/,
	],
	[
		'beacons are of another version',
		{...alone, otherVersions: 2, otherVersionNumbers: [9]},
		'other-version',
		/\(9; we/,
	],
	[
		'a connection fails oddly',
		{peers: [aFailure('bad-frame', 'a frame of 0 bytes')]},
		'peer-failed',
		/a frame of 0 bytes/,
	],
	[
		'they reach us and we not them',
		{peers: [timeout({connected: true, direction: 'accepted'})]},
		'one-way',
		/Carol .* reaches us, but we do not reach it/,
	],
	['nobody reaches us', {peers: [aPeer({reachesUs: false})]}, 'incoming-blocked', /blocks incoming TCP connections/],
	[
		'a named peer on our network is never heard',
		{peers: [aPeer({heardBy: ['peer-flag']})]},
		'isolated',
		/its announcements do not arrive/,
	],
	['others are in another room', {...alone, strangers: 3}, 'other-room', /^3 nodes here are in another room/],
	[
		'others are in another room, heard in a short look',
		{...alone, strangers: 2, listeningMs: 2500},
		'other-room',
		/^at least 2 nodes here are/,
	],
	['beacons come from off our networks', {...alone, offLink: ['10.9.0.2']}, 'other-network', /come from 10\.9\.0\.2/],
	['our clock is corrected', {clockCorrectionMs: 3_600_000}, 'clock-here', /60 min behind/],
	[
		'most clocks differ from ours',
		{peers: [aPeer({clockOffsetMs: -90_000}), aPeer({peer: fakePeerId('bb'), clockOffsetMs: -91_000})]},
		'clock-here',
		/90 s ahead of the others/,
	],
	[
		'one clock of several differs',
		{peers: [aPeer({clockOffsetMs: 90_000}), aPeer({peer: fakePeerId('bb'), clockOffsetMs: 5})]},
		'clock-there',
		/Carol .* is 90 s ahead of ours/,
	],
	['two clocks differ', {peers: [aPeer({clockOffsetMs: 90_000})]}, 'clock-differs', /one of the two is wrong/],
	['a reader is slow', {peers: [aPeer({queuedBytes: 1_000_000})]}, 'slow-reader', /takes what we send slowly/],
	['connections are refused', {refusedConnections: 2}, 'refused-connections', /2 incoming connections ended/],
	['nobody is there', alone, 'alone', /nobody else was heard on this network/],
	[
		'only loopback was chosen',
		{...alone, loopbackOnly: true, interfaces: [LOOPBACK]},
		'alone',
		/nobody else on this computer was heard on UDP port 47474\. Here it is room "lan"/,
	],
	['everybody is reached', {}, 'all-well', /1 peer is reached in room "lan"/],
];

/** Compiles only while it names every code, so that none is left without a case. */
const ALL: Readonly<Record<VerdictCode, true>> = {
	'port-taken': true,
	'port-not-permitted': true,
	'cannot-start': true,
	'no-interface': true,
	'only-virtual': true,
	'cannot-send': true,
	filtered: true,
	'firewall-here': true,
	'incoming-blocked': true,
	'clock-here': true,
	'peer-refused': true,
	'peer-silent': true,
	'peer-unreachable': true,
	'peer-failed': true,
	'one-way': true,
	'wrong-secret': true,
	'other-room': true,
	'other-version': true,
	'other-network': true,
	isolated: true,
	'clock-there': true,
	'clock-differs': true,
	'slow-reader': true,
	'broadcast-filtered': true,
	'multicast-filtered': true,
	'refused-connections': true,
	alone: true,
	'all-well': true,
};

describe('the doctor', () => {
	it.for(CASES)('says first, when %s, what it is', ([, changes, code, words, facts]) => {
		const [first] = judgeNetwork(aReport(changes), facts);
		expect(first?.code).toBe(code);
		expect(first?.text).toMatch(words);
	});

	it('knows a case for every verdict', () => {
		expect(new Set(CASES.map(([, , code]) => code))).toEqual(new Set(Object.keys(ALL)));
	});

	it('names a way out for everything that is broken', () => {
		for (const [, changes, , , facts] of CASES) {
			for (const {level, next} of judgeNetwork(aReport(changes), facts)) {
				if (level === 'error' || level === 'warn')
					expect(next === undefined && facts?.startFailure?.code !== 'ENOBUFS').toBe(false);
			}
		}
	});

	it('takes another room, versions and networks as news only, once somebody is reached', () => {
		const report = aReport({strangers: 1, otherVersions: 1, otherVersionNumbers: [2], offLink: ['10.9.0.2']});
		const codes = judgeNetwork(report).map(({code, level}) => `${level} ${code}`);
		expect(codes).toEqual(['info other-room', 'info other-version', 'info other-network', 'ok all-well']);
	});

	it.each([
		['that crashed an hour ago', {lastHeardMs: 3_600_000}],
		['that was only remembered from another day', {heardBy: ['remembered'] as const, lastHeardMs: undefined as never}],
	])('does not complain of a peer %s', (_title, changes) => {
		const report = aReport({peers: [timeout(changes), aPeer({peer: fakePeerId('bb')})]});
		expect(judgeNetwork(report).map(({code}) => code)).toEqual(['all-well']);
	});

	it('puts what is broken before what is only worth knowing', () => {
		const half = anInterface({broadcast: path('10.0.0.255', {echoes: 0})});
		const verdicts = judgeNetwork(aReport({interfaces: [half], peers: [timeout()], refusedConnections: 1}));
		expect(verdicts.map(({level, code}) => `${level} ${code}`)).toEqual([
			'error peer-silent',
			'info broadcast-filtered',
			'info refused-connections',
		]);
	});

	it('does not take a network for filtered on which others are heard', () => {
		const echoless = {echoes: 0, heard: 4};
		const deaf = anInterface({broadcast: path('x', echoless), multicast: path('y', echoless)});
		expect(judgeNetwork(aReport({interfaces: [deaf]})).map(({code}) => code)).toEqual(['all-well']);
	});

	it('does not suspect a network of keeping devices apart on which strangers are heard', () => {
		const silent = {peers: [named('timeout', 'no answer')]};
		const codes = (strangers: number) => judgeNetwork(aReport({...silent, strangers})).map(({code}) => code);
		expect(codes(0)).toEqual(['peer-silent', 'isolated']);
		expect(codes(1)).toEqual(['peer-silent', 'other-room']);
	});

	it('does not judge before anything could come back', () => {
		const silent = anInterface({broadcast: path('x', {echoes: 0}), multicast: path('y', {echoes: 0})});
		const report = aReport({...alone, interfaces: [silent], listeningMs: 200});
		expect(judgeNetwork(report).map(({code}) => code)).toEqual(['alone']);
	});

	it('names the port that was refused, and how a wrong target is dropped where one can be', () => {
		const report = aReport({peers: [named('refused', 'refused', {addresses: ['10.0.0.9:4321']})]});
		expect(judgeNetwork(report, {looksOnly: true})[0]?.next).toMatch(/^start it there with --tcp-port 4321;.*PORT$/);
		expect(judgeNetwork(report)[0]?.next).toMatch(/\/peer -HOST drops one/);
	});

	it('does not say that nobody is there when only those of other rooms are', () => {
		const lines = describeDoctor(aReport({...alone, strangers: 3}));
		expect(lines).toContain('  nobody of this room was heard; of others: 3');
	});

	it('names the firewall of each system, and a port that is still there when it is read', () => {
		const report = aReport({peers: [aFailure('refused', 'refused')]});
		expect(judgeNetwork(report)[0]?.next).toContain('connect from there: --peer 10.0.0.1:50123');
		expect(judgeNetwork(report, {looksOnly: true})[0]?.next).toContain(
			'--tcp-port 47474 and connect from there: --peer 10.0.0.1:47474',
		);
		const next = (platform: string) => judgeNetwork(aReport({peers: [aPeer({reachesUs: false})]}), {platform})[0]?.next;
		expect(next('linux')).toContain('sudo ufw allow 47474/tcp');
		expect(next('win32')).toContain('New-NetFirewallRule');
		expect(next('darwin')).toContain('System Settings');
	});

	it('writes nothing that a terminal obeys and no line break, whatever peers call themselves', () => {
		const hostile = fc.string({
			unit: fc.constantFrom('\u001b', '[', '2', 'J', '\u009b', '\n', '\u202e', '\u0007', 'a', ']', '\r'),
		});
		const code = fc.constantFrom('timeout', 'refused', 'unreachable', 'handshake', 'version', 'forbidden', 'other');
		fc.assert(
			fc.property(hostile, hostile, code, fc.boolean(), (name, text, failure, connected) => {
				const peer = aFailure(failure, text, {
					name,
					addresses: [`${name}:1`, text],
					connected,
					version: text,
					lastError: text,
				});
				const wild = anInterface({
					name,
					address: text,
					lastError: text,
					broadcast: path(text, {failed: 1, lastError: name}),
				});
				const report = aReport({room: name, peers: [peer], interfaces: [wild], offLink: [text], strangers: 1});
				const lines = describeDoctor(report);
				// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not come
				for (const line of lines) expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
			}),
		);
	});

	it.each([
		[-20, '; clock 0.0 s'],
		[-60, '; clock -0.1 s'],
		[60, '; clock +0.1 s'],
	])('shows a clock that is %i ms off without a sign where none is to be seen', (clockOffsetMs, shown) => {
		const lines = describeDoctor(aReport({peers: [aPeer({clockOffsetMs})]}));
		expect(lines.some(line => line.endsWith(shown))).toBe(true);
	});

	it('shows networks, peers and verdicts as lines', () => {
		const carol = aPeer({reachesUs: true, connectMs: 4.21, roundTripMs: 0.04, clockOffsetMs: -150, version: '1.0.0'});
		expect(
			describeDoctor(
				aReport({interfaces: [anInterface()], peers: [carol, timeout({peer: fakePeerId('cc'), name: 'Dan'})]}),
			),
		).toEqual([
			'Room "lan", without a secret: anybody here may join',
			'Ports: UDP 47474 to find each other, TCP 50123 for the connections; listening for 60 s',
			'',
			'Networks of this computer',
			'  eth0 10.0.0.1/24',
			'    broadcast 10.0.0.255: sent 5, own heard back 5, others of this room heard 0',
			'    multicast 239.255.71.74: sent 5, own heard back 5, others of this room heard 0',
			'',
			'Peers',
			'  Carol (10.0.0.2:4000): we connected to it in 4.2 ms, it reaches us too; known by broadcast, multicast, its answers; version 1.0.0; answers in <1 ms; clock -0.1 s',
			'  Dan (10.0.0.2:4000): NOT reached; known by broadcast, multicast, its answers',
			'    last error: 10.0.0.2:4000: no answer: off, or a firewall drops it',
			'',
			'Verdict',
			'  WARNING: Dan (10.0.0.2:4000) can be heard but not reached: a firewall over there drops connections (or one here drops outgoing ones).',
			'    What to do: over there, allow incoming TCP port 4000; the port changes at every start unless it is fixed with --tcp-port 47474. Or connect from there: --peer 10.0.0.1:50123.',
		]);
	});
});
