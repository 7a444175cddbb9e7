import {describe, expect, it} from 'vitest';
import {isHangupIgnored, isInterruptIgnored, type StartFacts} from '../../source/cli/signals.js';

const inTerminal: StartFacts = {
	startedProgram: '/usr/bin/node',
	parentIgnoresHangup: false,
	parentIgnoresInterrupt: false,
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

describe('an interrupt', () => {
	it('an interrupt is ignored only by a program with --stay and without a terminal whose parent process ignores interrupts', () => {
		const ignoring = {parentIgnoresInterrupt: true};
		expect(isInterruptIgnored({...inBackground, ...ignoring})).toBe(true);
		expect(isInterruptIgnored(inBackground)).toBe(false);
		expect(isInterruptIgnored({...inTerminal, ...ignoring, stays: true})).toBe(false);
		expect(isInterruptIgnored({...inBackground, ...ignoring, stays: false})).toBe(false);
	});
});
