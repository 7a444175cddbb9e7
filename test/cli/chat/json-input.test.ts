import {expect, it} from 'vitest';
import {parseJsonInput} from '../../../source/cli/chat/execute-line.js';

it.each([
	['{"type":"post","text":"a\\nb","ref":"7"}', {type: 'post', text: 'a\nb', ref: '7'}],
	['{"type":"post","text":"x","ref":7,"more":[]}', {type: 'post', text: 'x', ref: 7}],
	['{"type":"post","text":"x","ref":null}', {type: 'post', text: 'x'}],
	['{"type":"command","text":"/name Bob"}', {type: 'command', text: '/name Bob'}],
])('%s is accepted', (line, expected) => {
	expect(parseJsonInput(line)).toEqual(expected);
});

it.each([
	'',
	'{',
	'null',
	'7',
	'[]',
	'{}',
	'{"type":"post"}',
	'{"type":"post","text":7}',
	'{"text":"x"}',
	'{"type":"x","text":"x"}',
	'{"type":"post","text":"x","ref":{}}',
	`{"type":"post","text":"x","ref":"${'r'.repeat(257)}"}`,
])('%s is refused with an example of the form', line => {
	expect(parseJsonInput(line)).toMatchObject({type: 'invalid', text: expect.stringContaining('{"type":"post"')});
});
