/** Faults that mutate.mjs puts into the rules of the transfer of files. The simulator or a test must find each one. Format: mutations.mjs. */
export const fileMutations = [
	{
		rule: 'Files: file data is queued only when nothing else waits to be sent.',
		edits: [
			{in: 'createFileServer.answerNext', condition: 1, without: 4},
			{in: 'createFileServer.answerNext', condition: 3, without: 2},
		],
		scenes: ['files'],
	},
	{
		rule: 'Files: content that the room does not name is answered like content that nobody has.',
		edits: [{in: 'createFiles.find', condition: 3, without: 2}],
		scenes: ['files'],
	},
	{
		rule: 'Files: a part is sent only if its hash is correct.',
		edits: [{in: 'createPartCache.load', condition: 2, becomes: 'true'}],
		scenes: ['files'],
	},
	{
		rule: 'Files: the hashes of the parts count only if they give the id of the file.',
		edits: [{in: 'createFiles.isGenuine', call: 'fileIdOf', becomes: 'id'}],
		scenes: ['files'],
	},
	{
		rule: 'Files: a part is written only if its hash is correct.',
		edits: [{in: 'createFetch.isLeaf', returned: 2, becomes: 'true'}],
		scenes: ['files'],
	},
	{
		rule: 'Files: parts of an earlier run are verified.',
		edits: [{in: 'createDestination.checkKept', condition: 3, without: 2}],
		scenes: ['files'],
	},
	{
		rule: 'Files: parts that other holders can send are not requested from a holder of all parts.',
		edits: [{in: 'choosePart', condition: 5, without: 1}],
		scenes: ['files'],
		tests: ['choose-part'],
	},
	{
		rule: 'Files: nodes that fetch one file request different parts from a holder of all parts.',
		edits: [{in: 'choosePart', condition: 2, becomes: 'false'}],
		scenes: ['files'],
	},
	{
		rule: 'Files: a node that waits for a part too long requests it itself.',
		edits: [{in: 'createFetchShares.isTooLate', returned: 2, becomes: 'false'}],
		scenes: ['files'],
		tests: ['fetch-shares'],
	},
	{
		rule: 'Files: parts that a silent holder was to send are requested from others.',
		edits: [{in: 'createFileFetches.tick', condition: 1, becomes: 'false'}],
		scenes: ['files'],
	},
	{
		rule: 'Files: the part of a slow holder is requested from an idle holder.',
		edits: [{in: 'createArrivingParts.takeOver', condition: 3, becomes: 'true'}],
		scenes: ['files'],
	},
	{
		rule: 'Files: the bytes that are outstanding at a holder are bounded by a delay.',
		edits: [{in: 'createTransferPace.queueMs', limit: 'FILE_QUEUE_MS', becomes: '1000'}],
		scenes: ['files'],
	},
	{
		rule: 'Files: transfers cause no queue while people write.',
		edits: [{in: 'createTransferPace.queueMs', returned: 1, becomes: 'FILE_QUEUE_MS'}],
		scenes: ['files'],
	},
	{
		rule: 'Files: the bytes that are outstanding grow with the rate of the path.',
		edits: [{in: 'createLinkPipe.limit', returned: 3, becomes: 'FEWEST_BYTES / 2'}],
		scenes: ['files'],
	},
	{
		rule: 'Files: peers that asked for a file are informed about further parts.',
		edits: [{in: 'createFileServer.changed', call: 'add', becomes: 'removed'}],
		scenes: ['files'],
	},
	{
		rule: 'Files: a peer that wants too much at once is disconnected.',
		edits: [{in: 'createFileServer.message', condition: 2, becomes: 'false'}],
		scenes: ['files'],
	},
	{
		rule: 'Files: parts that a full disk refused are written again.',
		edits: [{in: 'createDestination.refuse', call: 'schedule', becomes: 'removed'}],
		scenes: ['files'],
	},
	{
		rule: 'Files: a holder is asked again if it refused the last parts that can be requested.',
		edits: [{in: 'createHolders.expire', condition: 4, becomes: 'true'}],
		scenes: ['files-refused'],
		tests: ['holders'],
	},
	{
		rule: 'Files: refusals of what was requested before a rest do not lengthen the rest.',
		edits: [{in: 'createHolders.refused', condition: 2, without: 1}],
		scenes: ['files-refused'],
		tests: ['holders'],
	},
];
