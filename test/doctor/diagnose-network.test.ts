import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {describeDiagnosis} from '../../source/doctor/describe-diagnosis.js';
import {diagnoseNetwork} from '../../source/doctor/diagnose-network.js';
import type {DiagnosisContext, FindingCode} from '../../source/doctor/finding.js';
import type {NetworkReport, PeerReport} from '../../source/node/network-report.js';
import {aFailure, anInterface, anIpv6Interface, aPeer, aReport, fakePeerId, LOOPBACK, path} from './sample-reports.js';

const alone = {peers: []};
const timeout = (changes = {}) =>
	aFailure('timeout', 'no answer: the computer is off, or a firewall drops the connection', changes);
const named = (code: string, text: string, changes: Partial<PeerReport> = {}) =>
	aFailure(code, text, {heardBy: ['peer-flag'], lastHeardMs: undefined as never, ...changes});
const failedStart = (code: string): DiagnosisContext => ({
	startFailure: {protocol: 'UDP', port: 47_474, code, text: code},
});

/** Situation, changes to the sample report, code of the first finding, facts that its text contains, and context. */
const CASES: [string, Partial<NetworkReport>, FindingCode, readonly string[], DiagnosisContext?][] = [
	['the UDP port is taken', {}, 'port-taken', ['UDP', '47474'], failedStart('EADDRINUSE')],
	['the UDP port is reserved for privileged users', {}, 'port-not-permitted', ['UDP', '47474'], failedStart('EACCES')],
	['the port cannot be opened for another reason', {}, 'cannot-start', ['ENOBUFS'], failedStart('ENOBUFS')],
	['no interface is up', {...alone, interfaces: [LOOPBACK]}, 'no-interface', []],
	[
		'the system does not list the interfaces',
		{...alone, interfaces: [LOOPBACK], interfaceFailure: 'permission denied'},
		'interfaces-unreadable',
		['permission denied'],
	],
	[
		'only an interface is up that cannot broadcast',
		{
			...alone,
			interfaces: [
				LOOPBACK,
				anInterface({
					name: 'wg0',
					prefix: 32,
					virtual: true,
					broadcast: path('', {sent: 0}),
					multicast: path('', {sent: 0}),
				}),
			],
		},
		'no-broadcast',
		['wg0', '10.0.0.1'],
	],
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
		'no own beacon is received back',
		{
			...alone,
			interfaces: [anInterface({broadcast: path('x', {echoes: 0}), multicast: path('y', {echoes: 0})})],
		},
		'filtered',
		['UDP', '47474'],
	],
	[
		'own beacons are received back by multicast, but not by broadcast',
		{interfaces: [anInterface({broadcast: path('10.0.0.255', {echoes: 0})})]},
		'broadcast-filtered',
		['multicast'],
	],
	[
		'beacons of others arrive by broadcast, but not by multicast',
		{interfaces: [anInterface({broadcast: path('10.0.0.255', {heard: 6}), heard: 6})]},
		'multicast-filtered',
		['broadcast'],
	],
	[
		'no IPv4 beacon is received back, but IPv6 ones are',
		{
			interfaces: [
				anInterface({broadcast: path('x', {echoes: 0}), multicast: path('y', {echoes: 0})}),
				anIpv6Interface(),
			],
		},
		'ipv4-filtered',
		['eth0', 'enough'],
	],
	[
		'no IPv6 beacon is received back, but IPv4 ones are',
		{interfaces: [anInterface(), anIpv6Interface({echoes: 0})]},
		'ipv6-filtered',
		['eth0', 'enough'],
	],
	[
		'no IPv6 beacon is received back, and there is no IPv4',
		{...alone, interfaces: [anIpv6Interface({echoes: 0})]},
		'filtered',
		['fe80::1%eth0'],
	],
	[
		'a VPN carries no IPv6 multicast',
		{...alone, interfaces: [anIpv6Interface({sent: 0, failed: 5, echoes: 0}, {name: 'wg0', virtual: true})]},
		'no-broadcast',
		['wg0'],
	],
	['an IPv6 network works', {interfaces: [LOOPBACK, anIpv6Interface()]}, 'all-well', []],
	['the system forbids our connections', {peers: [aFailure('forbidden', 'not permitted')]}, 'firewall-here', []],
	['a discovered peer does not answer', {peers: [timeout()]}, 'peer-silent', ['Carol', '10.0.0.2:4000']],
	[
		'several discovered peers do not answer',
		{peers: [timeout(), timeout({name: 'Dan', addresses: ['10.0.0.3:4000']})]},
		'peer-silent',
		['Dan', '10.0.0.3:4000', 'TCP'],
	],
	['a --peer target does not answer', {peers: [named('timeout', 'no answer')]}, 'peer-silent', ['10.0.0.2:4000']],
	['a discovered peer refuses the connection', {peers: [aFailure('refused', 'refused')]}, 'peer-refused', ['Carol']],
	['a --peer target refuses the connection', {peers: [named('refused', 'refused')]}, 'peer-refused', ['10.0.0.2:4000']],
	[
		'a host name is unknown',
		{peers: [named('unreachable', 'no such host name')]},
		'peer-unreachable',
		['no such host name'],
	],
	[
		'a --peer target is another computer and only loopback is in use',
		{
			peers: [named('unreachable', 'this node uses only this computer (loopback)')],
			loopbackOnly: true,
			interfaces: [LOOPBACK],
		},
		'peer-unreachable',
		['10.0.0.2:4000'],
	],
	[
		'there is no route to a --peer target',
		{peers: [named('unreachable', 'no route to the host')]},
		'peer-unreachable',
		['no route to the host'],
	],
	['a peer uses another secret', {peers: [named('handshake', 'no common secret')]}, 'wrong-secret', ['lan']],
	['a peer speaks another version', {peers: [aFailure('version', 'speaks protocol 2-3')]}, 'other-version', ['2-3']],
	['beacons have another version', {...alone, otherVersions: 2, otherVersionNumbers: [9]}, 'other-version', ['9']],
	[
		'a connection fails with an unexpected error',
		{peers: [aFailure('bad-frame', 'a frame of 0 bytes')]},
		'peer-failed',
		['a frame of 0 bytes'],
	],
	['only the peer can connect', {peers: [timeout({connected: true, direction: 'accepted'})]}, 'one-way', ['Carol']],
	['no peer reaches this node', {peers: [aPeer({reachesUs: false})]}, 'incoming-blocked', ['TCP']],
	['beacons of a --peer target never arrive', {peers: [aPeer({heardBy: ['peer-flag']})]}, 'isolated', ['Carol']],
	['other nodes are in another room', {...alone, strangers: 3}, 'other-room', ['3']],
	[
		'other nodes are in another room, after a short time',
		{...alone, strangers: 2, listeningMs: 2500},
		'other-room',
		['2'],
	],
	['beacons arrive from outside our subnets', {...alone, offLink: ['10.9.0.2']}, 'other-network', ['10.9.0.2']],
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
	['the clock of the only peer differs', {peers: [aPeer({clockOffsetMs: 90_000})]}, 'clock-differs', ['Carol', '90 s']],
	['a peer reads slowly', {peers: [aPeer({queuedBytes: 1_000_000})]}, 'slow-reader', ['Carol']],
	['incoming connections were refused', {refusedConnections: 2}, 'refused-connections', ['2']],
	['no other node was found', alone, 'alone', []],
	['only loopback is in use', {...alone, loopbackOnly: true, interfaces: [LOOPBACK]}, 'alone', ['47474', 'lan']],
	['all peers are connected', {}, 'all-well', ['1', 'lan']],
];

/** All finding codes. The type check fails if one is missing here. */
const ALL: Readonly<Record<FindingCode, true>> = {
	'port-taken': true,
	'port-not-permitted': true,
	'cannot-start': true,
	'no-interface': true,
	'interfaces-unreadable': true,
	'no-broadcast': true,
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
	'ipv4-filtered': true,
	'ipv6-filtered': true,
	'multicast-filtered': true,
	'refused-connections': true,
	alone: true,
	'all-well': true,
};

describe('the doctor', () => {
	it.for(CASES)('the doctor reports the matching finding first if %s', ([, changes, code, expectedFacts, context]) => {
		const [first] = diagnoseNetwork(aReport(changes), context);
		expect(first?.code).toBe(code);
		for (const fact of expectedFacts) expect(first?.text).toContain(fact);
	});

	it('the doctor has a test case for every finding code', () => {
		expect(new Set(CASES.map(([, , code]) => code))).toEqual(new Set(Object.keys(ALL)));
	});

	it('the doctor advises what to do about every error and warning', () => {
		for (const [, changes, , , facts] of CASES) {
			for (const {level, next} of diagnoseNetwork(aReport(changes), facts)) {
				if (level === 'error' || level === 'warn')
					expect(next === undefined && facts?.startFailure?.code !== 'ENOBUFS').toBe(false);
			}
		}
	});

	it('the doctor reports other rooms, versions and networks only as information if a peer is connected', () => {
		const report = aReport({strangers: 1, otherVersions: 1, otherVersionNumbers: [2], offLink: ['10.9.0.2']});
		const codes = diagnoseNetwork(report).map(({code, level}) => `${level} ${code}`);
		expect(codes).toEqual(['info other-room', 'info other-version', 'info other-network', 'ok all-well']);
	});

	it.each([
		['whose last beacon arrived an hour ago', {lastHeardMs: 3_600_000}],
		['that is remembered from an earlier run', {heardBy: ['remembered'] as const, lastHeardMs: undefined as never}],
	])('the doctor reports no problem for an unreachable peer %s', (_title, changes) => {
		const report = aReport({peers: [timeout(changes), aPeer({peer: fakePeerId('bb')})]});
		expect(diagnoseNetwork(report).map(({code}) => code)).toEqual(['all-well']);
	});

	it('the doctor lists errors before information', () => {
		const half = anInterface({broadcast: path('10.0.0.255', {echoes: 0})});
		const findings = diagnoseNetwork(aReport({interfaces: [half], peers: [timeout()], refusedConnections: 1}));
		expect(findings.map(({level, code}) => `${level} ${code}`)).toEqual([
			'error peer-silent',
			'info broadcast-filtered',
			'info refused-connections',
		]);
	});

	it('the doctor does not report a filtered network if beacons of other nodes arrive', () => {
		const echoless = {echoes: 0, heard: 4};
		const withoutEchoes = anInterface({broadcast: path('x', echoless), multicast: path('y', echoless)});
		expect(diagnoseNetwork(aReport({interfaces: [withoutEchoes]})).map(({code}) => code)).toEqual(['all-well']);
	});

	it('the doctor does not report client isolation if beacons of other rooms arrive', () => {
		const silent = {peers: [named('timeout', 'no answer')]};
		const codes = (strangers: number) => diagnoseNetwork(aReport({...silent, strangers})).map(({code}) => code);
		expect(codes(0)).toEqual(['peer-silent', 'isolated']);
		expect(codes(1)).toEqual(['peer-silent', 'other-room']);
	});

	it('the doctor does not report that the network filters beacons before the beacons of this node have had time to come back to it', () => {
		const silent = anInterface({broadcast: path('x', {echoes: 0}), multicast: path('y', {echoes: 0})});
		const report = aReport({...alone, interfaces: [silent], listeningMs: 200});
		expect(diagnoseNetwork(report).map(({code}) => code)).toEqual(['alone']);
	});

	it('the advice about a refused target names its port in a probe, and in a running chat also the command that removes a wrong target', () => {
		const report = aReport({peers: [named('refused', 'refused', {addresses: ['10.0.0.9:4321']})]});
		expect(diagnoseNetwork(report, {isProbe: true})[0]?.next).toContain('--tcp-port 4321');
		expect(diagnoseNetwork(report)[0]?.next).toContain('/peer -HOST');
	});

	it('the doctor mentions nearby nodes of other rooms if there is no peer in this room', () => {
		const shown = (strangers: number) => describeDiagnosis(aReport({...alone, strangers})).join('\n');
		expect(shown(3)).toContain('3');
		expect(shown(3)).not.toBe(shown(0));
	});

	it('the advice names the port of this node in a running chat, a fixed port in a probe, and the firewall command of the platform', () => {
		const report = aReport({peers: [aFailure('refused', 'refused')]});
		expect(diagnoseNetwork(report)[0]?.next).toContain('--peer 10.0.0.1:50123');
		const probeAdvice = diagnoseNetwork(report, {isProbe: true})[0]?.next;
		for (const part of ['--tcp-port 47474', '--peer 10.0.0.1:47474']) expect(probeAdvice).toContain(part);
		const next = (platform: string) =>
			diagnoseNetwork(aReport({peers: [aPeer({reachesUs: false})]}), {platform})[0]?.next;
		expect(next('linux')).toContain('sudo ufw allow 47474/tcp');
		expect(next('win32')).toContain('New-NetFirewallRule');
		expect(next('darwin')).toContain('System Settings');
	});

	it('the doctor prints no control characters or line breaks from texts of peers', () => {
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
				const hostileInterface = anInterface({
					name,
					address: text,
					lastError: text,
					broadcast: path(text, {failed: 1, lastError: name}),
				});
				const report = aReport({
					room: name,
					peers: [peer],
					interfaces: [hostileInterface],
					offLink: [text],
					strangers: 1,
				});
				const lines = describeDiagnosis(report);
				// biome-ignore lint/suspicious/noControlCharactersInRegex: the output must not contain these characters
				for (const line of lines) expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
			}),
		);
	});

	it.each([
		[-20, '; clock 0.0 s'],
		[-60, '; clock -0.1 s'],
		[60, '; clock +0.1 s'],
	])('the doctor formats a clock offset of %i ms as %j', (clockOffsetMs, shown) => {
		const lines = describeDiagnosis(aReport({peers: [aPeer({clockOffsetMs})]}));
		expect(lines.some(line => line.endsWith(shown))).toBe(true);
	});

	it.each<[string, PeerReport[]]>([
		['Peers: 1 connected, 2 not connected', [aPeer(), timeout(), timeout({peer: fakePeerId('cc')})]],
		['Peers: 1 connected', [aPeer()]],
		['Peers', []],
	])('the doctor and the network pane show the number of peers above the list of peers: %s', (heading, peers) => {
		expect(describeDiagnosis(aReport({peers}))).toContain(heading);
	});

	it('the doctor prints interfaces, peers and findings with their measurements', () => {
		const carol = aPeer({reachesUs: true, connectMs: 4.21, roundTripMs: 0.04, clockOffsetMs: -150, version: '1.0.0'});
		const lines = describeDiagnosis(
			aReport({interfaces: [anInterface()], peers: [carol, timeout({peer: fakePeerId('cc'), name: 'Dan'})]}),
		);
		/** Expects one line that contains all these facts. */
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
		expectLine('10.0.0.2:4000', 'no answer: the computer is off, or a firewall drops the connection');
		expectLine('4000', '--tcp-port 47474', '--peer 10.0.0.1:50123');
	});
});
