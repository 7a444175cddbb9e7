/** Mutations of the transfer of files. Format: mutations.mjs. */
export const fileMutations = [
	{
		rule: 'Files: nothing of a file is queued while something else waits to be sent.',
		edits: [
			{in: 'createFileServer.answerNext', condition: 1, without: 4},
			{in: 'createFileServer.answerNext', condition: 3, without: 2},
		],
		scenes: ['files'],
	},
	{
		rule: 'Files: what the room does not name is answered like what nobody has.',
		edits: [{in: 'createFiles.find', condition: 3, without: 2}],
		scenes: ['files'],
	},
	{
		rule: 'Files: a part is sent only if it has its leaf.',
		edits: [{in: 'createPartCache.load', condition: 3, becomes: 'true'}],
		scenes: ['files'],
	},
	{
		rule: 'Files: leaves count only if they give the id of the file.',
		edits: [{in: 'createFiles.isGenuine', call: 'fileIdOf', becomes: 'id'}],
		scenes: ['files'],
	},
	{
		rule: 'Files: a part is written only if it has its leaf.',
		edits: [{in: 'createFetch.isLeaf', returned: 2, becomes: 'true'}],
		scenes: ['files'],
	},
	{
		rule: 'Files: parts of an earlier run are verified.',
		edits: [{in: 'createDestination.checkKept', condition: 3, without: 2}],
		scenes: ['files'],
	},
	{
		rule: 'Files: a holder of all parts leaves to the others what they can send.',
		edits: [{in: 'choosePart', condition: 4, without: 1}],
		scenes: ['files'],
	},
	{
		rule: 'Files: a silent holder keeps no parts.',
		edits: [{in: 'createFileFetches.tick', condition: 1, becomes: 'false'}],
		scenes: ['files'],
	},
	{
		rule: 'Files: the part of a slow holder moves to one that has nothing to do.',
		edits: [{in: 'createArrivingParts.takeOver', condition: 3, becomes: 'true'}],
		scenes: ['files'],
	},
	{
		rule: 'Files: what is outstanding at a holder is bounded by a delay.',
		edits: [{in: 'createLinkPipe.limit', limit: 'FILE_QUEUE_MS', becomes: '1000'}],
		scenes: ['files'],
	},
	{
		rule: 'Files: what is outstanding grows with the rate of the path.',
		edits: [{in: 'createLinkPipe.limit', returned: 3, becomes: 'FEWEST_BYTES / 2'}],
		scenes: ['files'],
	},
	{
		rule: 'Files: those who asked are told about further parts.',
		edits: [{in: 'createFileServer.changed', call: 'add', becomes: 'removed'}],
		scenes: ['files'],
	},
	{
		rule: 'Files: a peer that wants too much at once is disconnected.',
		edits: [{in: 'createFileServer.message', condition: 2, becomes: 'false'}],
		scenes: ['files'],
	},
	{
		rule: 'Files: what a full disk refused is written again.',
		edits: [{in: 'createDestination.refuse', call: 'schedule', becomes: 'removed'}],
		scenes: ['files'],
	},
];
