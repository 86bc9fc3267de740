/**
 * Every request that was recorded of vLLM and KServe, sent to the sandbox over HTTP: its reply has the status, the content type and
 * the form of the recorded one, and an error says the same to the letter. Those of Hopsworks' own predictor are in
 * `sandboxSchema.test.cts`. MLServer, of which replies were recorded too, is none of Hopsworks' model servers.
 */
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { SANDBOX_KEY } from '../sandbox/keys.cts';
import { aroundVectors, endsOf, formOf, streamForms } from './support/forms.cts';
import { isJsonText, read } from './support/json.cts';
import { LEFT_OUT, recorded, recordedOfKserve, type RecordedReply } from './support/recorded.cts';
import { deploymentOf, startReplay, type Replay } from './support/replayServers.cts';

/** What the sandbox does not do as the real servers, by the name of the case, and why that stays. */
const NO_ROUTE = 'a route that no node calls';
const V2 = 'the nodes speak V1, which is what Hopsworks documents over REST';
const DIFFERENCES: Record<string, string> = {
	'embed-image': 'the sandbox reads no images for an embedding',
	'embed-pooling': NO_ROUTE,
	'embed-v2-embed': NO_ROUTE,
	messages: NO_ROUTE,
	responses: NO_ROUTE,
	v2: V2,
	'v2-bad': V2,
	'v2-infer': V2,
	'v2-meta': V2,
	'v2-nan': V2,
	'v2-ready': V2,
	'v2-shape': V2,
	'v2-unknown': V2,
};

let replay: Replay;
beforeAll(async () => {
	replay = await startReplay();
});
afterAll(() => replay.sandbox.close());
beforeEach(() => replay.sandbox.faults.clear());

interface Got {
	status: number;
	contentType: string;
	location?: string;
	allow?: string;
	body: string;
}

async function ask(reply: RecordedReply): Promise<Got> {
	const { method, path, headers, bytes } = reply.request;
	return await new Promise((resolve, reject) => {
		const call = request(
			`${replay.sandbox.url}/v1/test/${deploymentOf(reply)}${path}`,
			{ method, headers: { ...headers, authorization: `ApiKey ${SANDBOX_KEY}` } },
			(response) => {
				const { statusCode: status = 0, headers } = response;
				const { 'content-type': contentType = '', location, allow } = headers;
				text(response).then((body) => resolve({ status, contentType, location, allow, body }), reject);
			},
		);
		call.on('error', reject).end(bytes);
	});
}

/** Without the time and the place in its source that xgrammar tells. */
const timeless = (body: string): string => body.replace(/\[[\d:]{8}\] \S+:\d+:/, '');

/** What of a body is compared, of what was recorded and of what came. */
function comparable(reply: RecordedReply, { contentType, body }: Got): { recorded: unknown; seen: unknown } {
	if (contentType.startsWith('text/event-stream')) return streamForms(reply.body, body);
	const isShortened = LEFT_OUT.test(reply.body);
	if (isShortened && reply.status !== 200) return endsOf(body, reply.body);
	if (isShortened && !isJsonText(reply.body)) return { recorded: aroundVectors(reply.body), seen: aroundVectors(body) };
	// Vectors as bytes were not recorded as they came.
	if (contentType === 'application/octet-stream') return { recorded: '', seen: '' };
	if (!isJsonText(reply.body) || !isJsonText(body)) return { recorded: reply.body, seen: body };
	const values = { recorded: read(timeless(reply.body)), seen: read(timeless(body)) };
	return reply.status === 200 ? { recorded: formOf(values.recorded), seen: formOf(values.seen) } : values;
}

/** Of an address only the path: the host is another. */
const pathOf = (location: string | undefined): string | undefined => location?.replace(/^\w+:\/\/[^/]+/, '');

async function compare(reply: RecordedReply): Promise<{ recorded: unknown; seen: unknown }> {
	replay.next(reply);
	if (reply.name.startsWith('engine-killed')) replay.sandbox.faults.add({ stream: 'error', times: 1 });
	// The second of two, so that the prompt is known.
	if (reply.name === 'reason-cached') await ask(reply);
	const got = await ask(reply);
	const body = comparable(reply, got);
	const { status, contentType, location, allow } = reply;
	return {
		recorded: { status, contentType, location: pathOf(location), allow, body: body.recorded },
		seen: { ...got, location: pathOf(got.location), body: body.seen },
	};
}

const replies = [...recorded, ...recordedOfKserve];

test.each(replies.map((reply) => ({ ...reply, key: `${reply.server} ${reply.name}` })))(
	'$key',
	async ({ key: _, ...reply }) => {
		const compared = await compare(reply);
		if (DIFFERENCES[reply.name] === undefined) expect(compared.seen).toEqual(compared.recorded);
		else expect(compared.seen).not.toEqual(compared.recorded);
	},
);

test('every difference that is told of was asked for', () => {
	const names = new Set(replies.map(({ name }) => name));
	expect(Object.keys(DIFFERENCES).filter((name) => !names.has(name))).toEqual([]);
});
