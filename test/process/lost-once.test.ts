/**
 * Two nodes, of which one is killed and started again: each kind of output of the other node says once that it was
 * lost.
 */
import {expect, test} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {runCli, runToEnd, startNode} from '../helpers/run-node.js';

test('the loss of a killed person who starts again has one row in plain lines, text and Markdown, and JSON lines also contain the report', async () => {
	const [annHome, bobHome, port] = [makeHome(), makeHome(), await findFreeUdpPort()];
	const plain = runCli(['--plain', '--stay', '--port', String(port), '--name', 'Ann'], {home: annHome});
	const startBob = () => startNode({home: bobHome, port, name: 'Bob'});
	const bob = await startBob();
	await bob.waitFor('Ann', ({type, status}) => type === 'peer' && status === 'connected');
	plain.child.stdin?.write('hello\n');
	await bob.waitFor('hello', ({text}) => text === 'hello');
	const until = async (pattern: RegExp) => {
		for (let count = 0; count < 300 && !pattern.test(plain.stdout); count++)
			await new Promise(resolve => setTimeout(resolve, 100));
		expect(plain.stdout).toMatch(pattern);
	};
	bob.post('hi');
	await until(/Bob .*: hi/);
	bob.child.kill('SIGKILL');
	await bob.result;
	await until(/you lost contact with Bob/);
	const again = await startBob();
	await again.waitFor('the report', ({kind, subjectName}) => kind === 'lost' && subjectName === 'Bob', 60_000);
	plain.child.kill('SIGTERM');
	await plain.result;
	const exported = async (format: string) => (await runToEnd(['export', '--format', format], {home: annHome})).stdout;
	for (const text of [plain.stdout, await exported('text'), await exported('markdown')])
		expect(text.match(/lost contact with/g)).toHaveLength(1);
	expect((await exported('jsonl')).match(/"kind":"lost"/g)).toHaveLength(1);
}, 120_000);
