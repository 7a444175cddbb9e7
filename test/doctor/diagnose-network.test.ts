import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {describeDiagnosis} from '../../source/doctor/describe-diagnosis.js';
import {diagnoseNetwork} from '../../source/doctor/diagnose-network.js';
import type {DiagnosisContext, FindingCode} from '../../source/doctor/finding.js';
import type {NetworkReport, PeerReport} from '../../source/node/network-report.js';
import {aFailure, anInterface, aPeer, aReport, fakePeerId, LOOPBACK, path} from './sample-reports.js';

const alone = {peers: []};
const timeout = (changes = {}) => aFailure('timeout', 'no answer: off, or a firewall drops it', changes);
const named = (code: string, text: string, changes: Partial<PeerReport> = {}) =>
	aFailure(code, text, {heardBy: ['peer-flag'], lastHeardMs: undefined as never, ...changes});
const failedStart = (code: string): DiagnosisContext => ({
	startFailure: {protocol: 'UDP', port: 47_474, code, text: code},
});

/** What is the case; what is found first; the facts that its text names, in any words; what else is known. */
const CASES: [string, Partial<NetworkReport>, FindingCode, readonly string[], DiagnosisContext?][] = [
	['the UDP port is taken', {}, 'port-taken', ['UDP', '47474'], failedStart('EADDRINUSE')],
	['the port is a privileged one', {}, 'port-not-permitted', ['UDP', '47474'], failedStart('EACCES')],
	['the port fails in another way', {}, 'cannot-start', ['ENOBUFS'], failedStart('ENOBUFS')],
	['no interface is up', {...alone, interfaces: [LOOPBACK]}, 'no-interface', []],
	[
		'only a VPN is up',
		{...alone, interfaces: [LOOPBACK, anInterface({name: 'tun0', virtual: true})]},
		'only-virtual',
		['tun0', '10.0.0.1'],
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
		['no route to the network'],
	],
	[
		'no own beacon comes back',
		{
			...alone,
			interfaces: [anInterface({broadcast: path('x', {echoes: 0}), multicast: path('y', {echoes: 0})})],
		},
		'filtered',
		['UDP', '47474'],
	],
	[
		'broadcast does not come back',
		{interfaces: [anInterface({broadcast: path('10.0.0.255', {echoes: 0})})]},
		'broadcast-filtered',
		['multicast'],
	],
	[
		'of the others only broadcast arrives',
		{interfaces: [anInterface({broadcast: path('10.0.0.255', {heard: 6}), heard: 6})]},
		'multicast-filtered',
		['broadcast'],
	],
	['we may not connect', {peers: [aFailure('forbidden', 'not permitted')]}, 'firewall-here', []],
	['one that is heard is silent', {peers: [timeout()]}, 'peer-silent', ['Carol', '10.0.0.2:4000']],
	[
		'all that are heard are silent',
		{peers: [timeout(), timeout({name: 'Dan', addresses: ['10.0.0.3:4000']})]},
		'peer-silent',
		['Dan', '10.0.0.3:4000', 'TCP'],
	],
	['one that is named is silent', {peers: [named('timeout', 'no answer')]}, 'peer-silent', ['10.0.0.2:4000']],
	['one that is heard refuses', {peers: [aFailure('refused', 'refused')]}, 'peer-refused', ['Carol']],
	['one that is named refuses', {peers: [named('refused', 'refused')]}, 'peer-refused', ['10.0.0.2:4000']],
	[
		'a name is not known',
		{peers: [named('unreachable', 'no such host name')]},
		'peer-unreachable',
		['no such host name'],
	],
	[
		'another computer is named and only loopback is in use',
		{
			peers: [named('unreachable', 'only this machine itself is in use (loopback)')],
			loopbackOnly: true,
			interfaces: [LOOPBACK],
		},
		'peer-unreachable',
		['10.0.0.2:4000'],
	],
	[
		'there is no route',
		{peers: [named('unreachable', 'no route to the host')]},
		'peer-unreachable',
		['no route to the host'],
	],
	['the secret is wrong', {peers: [named('handshake', 'no common secret')]}, 'wrong-secret', ['lan']],
	['a peer speaks another version', {peers: [aFailure('version', 'speaks protocol 2-3')]}, 'other-version', ['2-3']],
	['beacons are of another version', {...alone, otherVersions: 2, otherVersionNumbers: [9]}, 'other-version', ['9']],
	[
		'a connection fails oddly',
		{peers: [aFailure('bad-frame', 'a frame of 0 bytes')]},
		'peer-failed',
		['a frame of 0 bytes'],
	],
	['they reach us and we not them', {peers: [timeout({connected: true, direction: 'accepted'})]}, 'one-way', ['Carol']],
	['nobody reaches us', {peers: [aPeer({reachesUs: false})]}, 'incoming-blocked', ['TCP']],
	['a named peer on our network is never heard', {peers: [aPeer({heardBy: ['peer-flag']})]}, 'isolated', ['Carol']],
	['others are in another room', {...alone, strangers: 3}, 'other-room', ['3']],
	[
		'others are in another room, heard in a short look',
		{...alone, strangers: 2, listeningMs: 2500},
		'other-room',
		['2'],
	],
	['beacons come from off our networks', {...alone, offLink: ['10.9.0.2']}, 'other-network', ['10.9.0.2']],
	['our clock is corrected', {clockCorrectionMs: 3_600_000}, 'clock-here', ['60 min']],
	[
		'most clocks differ from ours',
		{peers: [aPeer({clockOffsetMs: -90_000}), aPeer({peer: fakePeerId('bb'), clockOffsetMs: -91_000})]},
		'clock-here',
		['90 s'],
	],
	[
		'one clock of several differs',
		{peers: [aPeer({clockOffsetMs: 90_000}), aPeer({peer: fakePeerId('bb'), clockOffsetMs: 5})]},
		'clock-there',
		['Carol', '90 s'],
	],
	['two clocks differ', {peers: [aPeer({clockOffsetMs: 90_000})]}, 'clock-differs', ['Carol', '90 s']],
	['a reader is slow', {peers: [aPeer({queuedBytes: 1_000_000})]}, 'slow-reader', ['Carol']],
	['connections are refused', {refusedConnections: 2}, 'refused-connections', ['2']],
	['nobody is there', alone, 'alone', []],
	['only loopback was chosen', {...alone, loopbackOnly: true, interfaces: [LOOPBACK]}, 'alone', ['47474', 'lan']],
	['everybody is reached', {}, 'all-well', ['1', 'lan']],
];

/** Compiles only while it names every code, so that none is left without a case. */
const ALL: Readonly<Record<FindingCode, true>> = {
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
	it.for(CASES)('reports first, when %s, what it is, with its facts', ([, changes, code, named, facts]) => {
		const [first] = diagnoseNetwork(aReport(changes), facts);
		expect(first?.code).toBe(code);
		for (const fact of named) expect(first?.text).toContain(fact);
	});

	it('knows a case for every verdict', () => {
		expect(new Set(CASES.map(([, , code]) => code))).toEqual(new Set(Object.keys(ALL)));
	});

	it('names a way out for everything that is broken', () => {
		for (const [, changes, , , facts] of CASES) {
			for (const {level, next} of diagnoseNetwork(aReport(changes), facts)) {
				if (level === 'error' || level === 'warn')
					expect(next === undefined && facts?.startFailure?.code !== 'ENOBUFS').toBe(false);
			}
		}
	});

	it('takes another room, versions and networks as news only, once somebody is reached', () => {
		const report = aReport({strangers: 1, otherVersions: 1, otherVersionNumbers: [2], offLink: ['10.9.0.2']});
		const codes = diagnoseNetwork(report).map(({code, level}) => `${level} ${code}`);
		expect(codes).toEqual(['info other-room', 'info other-version', 'info other-network', 'ok all-well']);
	});

	it.each([
		['that crashed an hour ago', {lastHeardMs: 3_600_000}],
		['that was only remembered from another day', {heardBy: ['remembered'] as const, lastHeardMs: undefined as never}],
	])('does not complain of a peer %s', (_title, changes) => {
		const report = aReport({peers: [timeout(changes), aPeer({peer: fakePeerId('bb')})]});
		expect(diagnoseNetwork(report).map(({code}) => code)).toEqual(['all-well']);
	});

	it('puts what is broken before what is only worth knowing', () => {
		const half = anInterface({broadcast: path('10.0.0.255', {echoes: 0})});
		const verdicts = diagnoseNetwork(aReport({interfaces: [half], peers: [timeout()], refusedConnections: 1}));
		expect(verdicts.map(({level, code}) => `${level} ${code}`)).toEqual([
			'error peer-silent',
			'info broadcast-filtered',
			'info refused-connections',
		]);
	});

	it('does not take a network for filtered on which others are heard', () => {
		const echoless = {echoes: 0, heard: 4};
		const deaf = anInterface({broadcast: path('x', echoless), multicast: path('y', echoless)});
		expect(diagnoseNetwork(aReport({interfaces: [deaf]})).map(({code}) => code)).toEqual(['all-well']);
	});

	it('does not suspect a network of keeping devices apart on which strangers are heard', () => {
		const silent = {peers: [named('timeout', 'no answer')]};
		const codes = (strangers: number) => diagnoseNetwork(aReport({...silent, strangers})).map(({code}) => code);
		expect(codes(0)).toEqual(['peer-silent', 'isolated']);
		expect(codes(1)).toEqual(['peer-silent', 'other-room']);
	});

	it('does not judge before anything could come back', () => {
		const silent = anInterface({broadcast: path('x', {echoes: 0}), multicast: path('y', {echoes: 0})});
		const report = aReport({...alone, interfaces: [silent], listeningMs: 200});
		expect(diagnoseNetwork(report).map(({code}) => code)).toEqual(['alone']);
	});

	it('names the port that was refused, and how a wrong target is dropped where one can be', () => {
		const report = aReport({peers: [named('refused', 'refused', {addresses: ['10.0.0.9:4321']})]});
		expect(diagnoseNetwork(report, {isProbe: true})[0]?.next).toContain('--tcp-port 4321');
		expect(diagnoseNetwork(report)[0]?.next).toContain('/peer -HOST');
	});

	it('does not say that nobody is there when only those of other rooms are', () => {
		const shown = (strangers: number) => describeDiagnosis(aReport({...alone, strangers})).join('\n');
		expect(shown(3)).toContain('3');
		expect(shown(3)).not.toBe(shown(0));
	});

	it('names the firewall of each system, and a port that is still there when it is read', () => {
		const report = aReport({peers: [aFailure('refused', 'refused')]});
		expect(diagnoseNetwork(report)[0]?.next).toContain('--peer 10.0.0.1:50123');
		const whileLooking = diagnoseNetwork(report, {isProbe: true})[0]?.next;
		for (const part of ['--tcp-port 47474', '--peer 10.0.0.1:47474']) expect(whileLooking).toContain(part);
		const next = (platform: string) =>
			diagnoseNetwork(aReport({peers: [aPeer({reachesUs: false})]}), {platform})[0]?.next;
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
				const lines = describeDiagnosis(report);
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
		const lines = describeDiagnosis(aReport({peers: [aPeer({clockOffsetMs})]}));
		expect(lines.some(line => line.endsWith(shown))).toBe(true);
	});

	it('shows networks, peers and findings as lines, with what was measured', () => {
		const carol = aPeer({reachesUs: true, connectMs: 4.21, roundTripMs: 0.04, clockOffsetMs: -150, version: '1.0.0'});
		const lines = describeDiagnosis(
			aReport({interfaces: [anInterface()], peers: [carol, timeout({peer: fakePeerId('cc'), name: 'Dan'})]}),
		);
		/** One line holds all of these. */
		const expectLine = (...facts: readonly string[]) =>
			expect(
				lines.filter(line => facts.every(fact => line.includes(fact))),
				facts.join(),
			).not.toEqual([]);
		expectLine('lan');
		expectLine('47474', '50123', '60 s');
		expectLine('eth0', '10.0.0.1/24');
		expectLine('10.0.0.255', '5', '0');
		expectLine('239.255.71.74', '5', '0');
		expectLine('Carol', '10.0.0.2:4000', '4.2 ms', '1.0.0', '<1 ms', '-0.1 s');
		expectLine('Dan', '10.0.0.2:4000');
		expectLine('10.0.0.2:4000', 'no answer: off, or a firewall drops it');
		expectLine('4000', '--tcp-port 47474', '--peer 10.0.0.1:50123');
	});
});
