/** Connects a hook to a node: the hook gets each live event once, in the order of the log, and nothing else. */
import type {Clock} from '../../core/environment.js';
import type {ChatNode} from '../../node/chat-node.js';
import {createReportCollector} from '../output/collect-reports.js';
import {jsonEvent, toJsonLine} from '../output/format-json.js';
import {createHook, type HookOptions} from './hook.js';

/** Returns the same node with a hook, which runs from the start of the node to the stop of the node. */
export function withHook(chatNode: ChatNode, clock: Clock, startProcess: HookOptions['startProcess']): ChatNode {
	const hook = createHook({clock, startProcess, notify: chatNode.notify});
	const collect = createReportCollector();
	chatNode.store.subscribe((state, inputs) => {
		for (const report of collect(state, inputs)) {
			if (report.type === 'event' && report.live) hook.push(toJsonLine(jsonEvent(state, report.event, true)));
		}
	});
	return {
		...chatNode,
		async start() {
			const self = await chatNode.start();
			hook.start();
			return self;
		},
		async stop() {
			await chatNode.stop();
			await hook.stop();
		},
	};
}
