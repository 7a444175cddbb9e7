import {describe, expect, it} from 'vitest';
import {isHangupIgnored, type StartFacts} from '../../source/cli/signals.js';

const inTerminal: StartFacts = {
	startedProgram: '/usr/bin/node',
	parentIgnoresHangup: false,
	usesTerminal: true,
	isInputDevice: true,
	stays: false,
};
const inBackground: StartFacts = {...inTerminal, usesTerminal: false, stays: true};

describe('a hangup', () => {
	it('a hangup ends the program in a terminal, and a program that reads a pipe', () => {
		expect(isHangupIgnored(inTerminal)).toBe(false);
		expect(isHangupIgnored({...inTerminal, stays: true})).toBe(false);
		expect(isHangupIgnored({...inBackground, isInputDevice: false})).toBe(false);
		expect(isHangupIgnored({...inBackground, startedProgram: undefined, stays: false})).toBe(false);
	});

	it('a hangup is ignored under nohup, under a parent process that ignores hangups, and by a program with --stay and without a terminal', () => {
		expect(isHangupIgnored({...inTerminal, startedProgram: '/usr/bin/nohup'})).toBe(true);
		expect(isHangupIgnored({...inTerminal, parentIgnoresHangup: true})).toBe(true);
		expect(isHangupIgnored(inBackground)).toBe(true);
	});
});
