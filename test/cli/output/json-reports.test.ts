import {expect, test} from 'vitest';
import {jsonPeer} from '../../../source/cli/output/format-json.js';
import {createJsonReportFormatter} from '../../../source/cli/output/report-formats.js';
import type {PeerId} from '../../../source/core/event.js';
import {createFakeChatNode} from '../../helpers/fake-chat-node.js';

test('a JSON line reports that a peer is "unreachable" after its connection is lost, but not after we have left', () => {
	for (const leaves of [false, true]) {
		const chatNode = createFakeChatNode();
		const bob = chatNode.join('Bob', '10.0.0.2');
		const {format} = createJsonReportFormatter();
		const formatPeer = () => format({type: 'peer', peer: bob.peer}, chatNode.store.getState());
		expect(formatPeer()).toContain('"status":"connected"');
		if (leaves) chatNode.tell(chatNode.own, {type: 'left'});
		chatNode.observe({type: 'peer-disconnected', subject: bob.peer, reason: 'gone', alone: false});
		chatNode.publish({type: 'link-closed', peer: bob.peer});
		if (leaves) expect(formatPeer()).toBe(undefined);
		else expect(formatPeer()).toContain('"status":"unreachable"');
	}
});

test('the JSON line of a peer contains the number of sessions of its person, and "you" marks our own sessions', () => {
	const chatNode = createFakeChatNode('Carol', {identity: 'c0ffee00'});
	const first = chatNode.join('Bob', '10.0.0.2', {identity: 'b0b0b0b0'});
	const second = chatNode.join('Bob', '10.0.0.3', {identity: 'b0b0b0b0'});
	const own = chatNode.join('Carol', '10.0.0.4', {identity: 'c0ffee00'});
	const copy = chatNode.join('Dave', '10.0.0.5', {identity: 'c0ffee00'});
	const line = ({peer}: {peer: PeerId}) => jsonPeer(chatNode.store.getState(), peer);
	expect([line(first)?.sessions, line(second)?.sessions]).toEqual([2, 2]);
	chatNode.tell(second, {type: 'left'});
	expect(line(second)).toMatchObject({status: 'left', sessions: 1});
	chatNode.tell(first, {type: 'left'});
	expect(line(first)).toMatchObject({status: 'left', sessions: 0});
	expect([line(first)?.you, line(own)?.you, line(copy)?.you]).toEqual([undefined, true, undefined]);
});
