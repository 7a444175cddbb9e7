/** The network pane and `/doctor`: what is wrong and what to do, then what was sent, heard and tried. Pure over a report. */
import {describeReport, describeVerdict} from '../../session/doctor/describe-doctor.js';
import {judgeNetwork} from '../../session/doctor/judge-network.js';
import type {NetworkReport} from '../../session/session.js';

export function networkText(report: NetworkReport): string[] {
	const verdicts = judgeNetwork(report).flatMap(describeVerdict);
	const more = '"npx p2pchat-ink doctor", in another terminal, also tries whether the others can reach this computer.';
	return [...verdicts, '', ...describeReport(report), more];
}
