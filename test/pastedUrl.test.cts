/** A deployment's URL as a user pastes it: what each operation calls of it, and all that it does not. */
import { predictRoute, type Route } from '../nodes/core/hopsworks/route';
import {
	chat,
	embed,
	rerank,
	GATEWAY,
	HOPSWORKS,
	planned,
	predict,
	refusal,
	targetIn,
	type Given,
} from './support/addresses.cts';

const REST = '/hopsworks-api/api/project/119';

test.each([
	['http://gw.example.com', GATEWAY],
	['http://gw.example.com:8080', GATEWAY],
	['https://gw.example.com', 'http://gw.example.com:8080'],
])('a URL on %s, where the credential names %s, is told apart from one on another host', (origin, servingUrl) => {
	const failure = refusal(predict, { servingUrl, url: `${origin}/v1/test/fraud` });
	expect(failure.message).toBe(`The deployment's URL is on ${origin}, and the credential names ${servingUrl}`);
	expect(failure.description).toContain(`Begin it with ${servingUrl} if that is right`);
});

describe('what is called', () => {
	test.each<[Route, string, string, string]>([
		[predict, '/v1/test/fraud/v1/models/fraud:predict', '/v1/test/fraud/v1/models/fraud:predict', 'fraud'],
		[predict, '/v1/test/fraud/v1/models/fraud', '/v1/test/fraud/v1/models/fraud:predict', 'fraud'],
		[predict, '/v1/test/fraud', '/v1/test/fraud/v1/models/fraud:predict', 'fraud'],
		[predict, '/v1/test/fraud///', '/v1/test/fraud/v1/models/fraud:predict', 'fraud'],
		[predict, '/v1/test/fraud/v1/models/other:predict', '/v1/test/fraud/v1/models/other:predict', 'other'],
		[predict, '/v1/models/fraud:predict', '/v1/models/fraud:predict', 'fraud'],
		[predict, '/v1/models/fraud', '/v1/models/fraud:predict', 'fraud'],
		[predict, '/v1/models/fraud/versions/2:predict', '/v1/models/fraud/versions/2:predict', 'fraud'],
		[predict, '/v1/models/fraud/versions/2', '/v1/models/fraud/versions/2:predict', 'fraud'],
		[predict, '/v1/n/f/v1/models/m/labels/canary:predict', '/v1/n/f/v1/models/m/labels/canary:predict', 'm'],
		[predict, '/v1/v1/models', '/v1/v1/models/v1/models/models:predict', 'models'],
		[predictRoute('classify'), '/v1/models/fraud:classify', '/v1/models/fraud:classify', 'fraud'],
		[predictRoute('regress'), '/v1/test/fraud', '/v1/test/fraud/v1/models/fraud:regress', 'fraud'],
		[predict, '/v1/t%C3%A9/my%20model', '/v1/t%C3%A9/my%20model/v1/models/my%20model:predict', 'my model'],
		[predict, '/v1/té/a&b', '/v1/t%C3%A9/a%26b/v1/models/a%26b:predict', 'a&b'],
		[predict, `${REST}/inference/models/fraud:predict`, `${REST}/inference/models/fraud:predict`, 'fraud'],
		[predict, `${REST}/inference/models/a%20b`, `${REST}/inference/models/a%20b:predict`, 'a b'],
		[predict, `${REST}/inference/models/m/versions/3:predict`, `${REST}/inference/models/m/versions/3:predict`, 'm'],
		[chat(), '/v1/test/llm', '/v1/test/llm/v1/chat/completions', 'llm'],
		[chat(), '/v1/test/llm/v1', '/v1/test/llm/v1/chat/completions', 'llm'],
		[chat(), '/v1/test/llm/v1/chat/completions', '/v1/test/llm/v1/chat/completions', 'llm'],
		[chat(), '/v1/test/llm/openai/v1/chat/completions', '/v1/test/llm/openai/v1/chat/completions', 'llm'],
		[chat(), '/v1/test/llm/openai/v1', '/v1/test/llm/openai/v1/chat/completions', 'llm'],
		[chat(), '/v1/test/llm/chat/completions', '/v1/test/llm/chat/completions', 'llm'],
		[chat('/a/b'), '/v1/test/llm/a/b', '/v1/test/llm/a/b/chat/completions', 'llm'],
		[chat('/a/b'), '/v1/test/llm', '/v1/test/llm/a/b/chat/completions', 'llm'],
		[chat(''), '/v1/test/llm', '/v1/test/llm/chat/completions', 'llm'],
		[chat(), '/v1/chat/completions', '/v1/chat/completions', ''],
		[chat(), '/chat/completions', '/chat/completions', ''],
		[chat(), '/v1', '/v1/chat/completions', ''],
		[chat(), '/', '/v1/chat/completions', ''],
		[chat(), '', '/v1/chat/completions', ''],
		[chat(), '/openai/v1/chat/completions', '/openai/v1/chat/completions', ''],
		[embed(), '/v1/test/e5', '/v1/test/e5/v1/embeddings', 'e5'],
		[embed(), '/v1/test/e5/v1/embeddings', '/v1/test/e5/v1/embeddings', 'e5'],
		[embed(), '/v1/embeddings', '/v1/embeddings', ''],
		[rerank(), '/v1/test/bge', '/v1/test/bge/v1/rerank', 'bge'],
		[rerank(), '/v1/test/bge/v2/rerank', '/v1/test/bge/v2/rerank', 'bge'],
		[rerank(), '/v1/test/bge/score', '/v1/test/bge/score', 'bge'],
		[rerank(), '/v1/test/bge/v1/score', '/v1/test/bge/v1/score', 'bge'],
	])('%#: %j of %s', (route, pasted, path, deployment) => {
		expect(targetIn(route, { url: GATEWAY + pasted })).toEqual({ url: GATEWAY + path, deployment });
	});

	test('a Host goes along, and tells the name where the path does not', () => {
		const host = 'fraud.test.hopsworks.ai:8080';
		for (const url of [GATEWAY, `${GATEWAY}/`]) {
			expect(targetIn(predict, { url, hostHeader: ` ${host}` })).toEqual({
				url: `${GATEWAY}/v1/models/fraud:predict`,
				host,
				deployment: 'fraud',
			});
		}
		expect(targetIn(chat(), { url: GATEWAY, hostHeader: 'localhost:80' }).deployment).toBe('localhost');
		expect(targetIn(predict, { url: `${GATEWAY}/v1/t/other`, hostHeader: host })).toMatchObject({
			deployment: 'other',
			host,
		});
	});

	test('the base path of the credential’s own address may stand before all of it, or not', () => {
		const servingUrl = `${GATEWAY}/ba%20se/x/`;
		const called = (route: Route, path: string) => targetIn(route, { servingUrl, url: GATEWAY + path }).url;
		for (const path of ['/v1/test/fraud', '/v1/test/fraud/v1/models/fraud:predict']) {
			for (const base of ['', '/ba%20se/x', '/ba se/x']) {
				expect(called(predict, base + path)).toBe(
					`${GATEWAY}${base && '/ba%20se/x'}/v1/test/fraud/v1/models/fraud:predict`,
				);
			}
		}
		expect(called(chat(), '/ba%20se/x')).toBe(`${GATEWAY}/ba%20se/x/v1/chat/completions`);
		expect(called(chat(), '/ba%20se/x/v1/test/llm/v1')).toBe(`${GATEWAY}/ba%20se/x/v1/test/llm/v1/chat/completions`);
		for (const path of [
			'/ba%20se/v1/test/fraud',
			'/y/v1/test/fraud',
			'/ba%20se/x/y/v1/models/a:predict',
			'/x/v1/test/fraud',
			'/other/thing/v1/test/fraud',
		]) {
			expect(refusal(predict, { servingUrl, url: GATEWAY + path }).message).toContain('Predict does not call the path');
		}
	});

	test('what stands around it, and how long it is, does not matter', () => {
		const url = `${GATEWAY}/v1/test/fraud`;
		expect(targetIn(predict, { url: ` ${url}\n` }).deployment).toBe('fraud');
		const prefix = '/v1/test/llm';
		const long = prefix + '/x'.repeat((2048 - GATEWAY.length - prefix.length - '/chat/completions'.length) / 2);
		// As long as may be, and as long a prefix as may not be.
		expect(refusal(chat(), { url: `${GATEWAY}${long}/chat/completions` }).message).toContain('Chat does not call');
		expect(refusal(chat(), { url: `${GATEWAY}${long}/xx/chat/completions` }).message).toContain('is longer than 2,048');
	});

	test('each of two gateways is one', () => {
		const given: Given = { servingUrl: `${GATEWAY}/base`, discovery: { gateway: 'https://named.example.com' } };
		for (const origin of [GATEWAY, 'https://named.example.com']) {
			expect(targetIn(predict, { ...given, url: `${origin}/v1/test/fraud` }).url).toContain(origin);
			expect(refusal(predict, { ...given, url: `${origin}/x` }).message).toContain('Predict does not call the path');
		}
		// A base belongs to its own address.
		expect(refusal(predict, { ...given, url: 'https://named.example.com/base/v1/test/fraud' }).kind).toBe('input');
	});

	test('an address whose path holds no names has no base that could be pasted', () => {
		const servingUrl = `${GATEWAY}/a;b`;
		expect(targetIn(predict, { servingUrl, url: `${GATEWAY}/v1/test/fraud` }).deployment).toBe('fraud');
		expect(refusal(predict, { servingUrl, url: `${GATEWAY}/a;b/v1/test/fraud` }).message).toContain(
			"is not a name: 'a;b'",
		);
	});

	test('the gateway that Hopsworks named is one', () => {
		const given = {
			url: 'http://named.example.com:81/v1/test/fraud',
			discovery: { gateway: 'http://named.example.com:81' },
		};
		expect(targetIn(predict, given).url).toBe(`${given.url}/v1/models/fraud:predict`);
	});
});

describe('addresses on which nothing is called', () => {
	test.each([
		['https://evil.example.com/v1/test/fraud', 'which the credential does not name'],
		[
			'http://gw.example.com/v1/test/fraud',
			'is on http://gw.example.com, and the credential names https://gw.example.com',
		],
		['https://gw.example.com:444/v1/test/fraud', 'which the credential does not name'],
		['https://gw.example.com.evil.example.com/x', 'which the credential does not name'],
		['https://gw.example.com@evil.example.com/x', 'user name or password'],
		['https://user@gw.example.com/v1/test/fraud', 'user name or password'],
		['https://@gw.example.com/v1/test/fraud', 'user name or password'],
		['https://:password@gw.example.com/v1/test/fraud', 'user name or password'],
		['file:///etc/passwd', 'is not a web address'],
		['blob:https://gw.example.com/v1/test/fraud', 'is not a web address'],
		['https:gw.example.com/v1/test/fraud', 'is not a web address'],
		['https:\\\\gw.example.com/v1/test/fraud', 'holds a backslash'],
		['//gw.example.com/v1/test/fraud', 'is not a web address'],
		['fraud', "'Deployment' is not a web address: 'fraud'"],
		['', 'is not a web address'],
	])('%s', (url, message) => {
		for (const route of [predict, chat(), embed(), rerank()])
			expect(refusal(route, { url }).message).toContain(message);
	});

	test('the addresses that are allowed are named, with what to do', () => {
		const given: Given = { url: 'https://evil.example.com', hopsworksUrl: `${HOPSWORKS}/p/1` };
		expect(refusal(predict, given).description).toBe(
			`The API key is sent only to the credential's own addresses (${GATEWAY}, ${HOPSWORKS}). If this is your gateway, put https://evil.example.com into 'Model Serving URL' in the credential.`,
		);
		expect(refusal(predict, { ...given, servingUrl: 'x', hopsworksUrl: '' }).description).toContain(
			'(none is filled in)',
		);
	});
});

/** Paths that a server, a proxy or a parser might take for something else than they look like, or that are of nobody. */
const STRANGE: Array<[path: string, message: string]> = [
	['?', "has something after its path: '?'"],
	['/v1/test/fraud?action=STOP', "has something after its path: '?action=STOP'"],
	['/v1/test/fraud/v1/models/fraud:predict?x=1', "has something after its path: '?x=1'"],
	['/v1/test/llm/v1/chat/completions#x', "has something after its path: '#x'"],
	['/v1/test/fraud#?', "has something after its path: '#?'"],
	['/v1/test/fraud;x=1', "is not a name: 'fraud;x=1'"],
	['/v1/test/fraud;x=/v1/models/fraud:predict', "is not a name: 'fraud;x='"],
	['/v1/test/./fraud', "is not a name: '.'"],
	['/v1/test/../fraud', "is not a name: '..'"],
	['/v1/test/%2e%2E/fraud', "is not a name: '%2e%2E'"],
	['/v1/test/.%2e', "is not a name: '.%2e'"],
	['/v1/test/..', "is not a name: '..'"],
	['/v1/test/a%2Fb', "is not a name: 'a%2Fb'"],
	['/v1/test/a%5cb', "is not a name: 'a%5cb'"],
	['/v1/test/a%3Fb', "is not a name: 'a%3Fb'"],
	['/v1/test/a%00b', "is not a name: 'a%00b'"],
	['/v1/test/a%0ab', "is not a name: 'a%0ab'"],
	['/v1/test/a%252e', "is not a name: 'a%252e'"],
	['/v1/test/%', "is not a name: '%'"],
	['/v1/test/%C3', "is not a name: '%C3'"],
	['/v1/test/fraud%3Apredict', "is not a name: 'fraud%3Apredict'"],
	['/v1/test/a:b/v1/models/a:predict', "is not a name: 'a:b'"],
	['/v1/models/a:b:predict', "is not a name: 'a:b'"],
	['/v1/models/a:predict:', "is not a name: 'a:predict:'"],
	['/v1/models/:predict', "is not a name: ''"],
	['/v1//test/fraud', "is not a name: ''"],
	['//v1/test/fraud', "is not a name: ''"],
	['/v1/test/@fraud', "is not a name: '@fraud'"],
	['/v1/test\\fraud', 'holds a backslash, a tab or a line break'],
	['\\v1\\test\\fraud', 'holds a backslash, a tab or a line break'],
	['/v1/te\tst/fraud', 'holds a backslash, a tab or a line break'],
	['/v1/test/fraud/.\n./x', 'holds a backslash, a tab or a line break'],
	['/v1/test/fraud\u0085x', 'holds a backslash, a tab or a line break'],
	[`/v1/test/${'x'.repeat(256)}`, "is not a name: 'xxx"],
	[`/v1/test${'/x'.repeat(2048)}`, 'is longer than 2,048 characters'],
];

/** For each operation, paths that are another's, another part of the gateway, or of the REST API. */
const NOT_CALLED: Array<[Route, string, string]> = [
	[predict, '', "does not contain the deployment's name"],
	[predict, '/', "does not contain the deployment's name"],
	...[
		'/v1',
		'/v1/test',
		'/v1/test/fraud/x',
		'/v1/test/fraud/v1',
		'/v1/test/fraud/v1/models',
		'/v2/test/fraud',
		'/x/v1/models/fraud:predict',
		'/v1/models/a/b/c:predict',
		'/v1/models/a/versions',
		'/v1/test/v1/models/a:predict',
		'/v1/test/fraud/v2/models/a:predict',
		'/v1/test/fraud/v1/model/a',
		'/fraud:predict',
		'/v1/test/fraud:predict',
		'/predict',
	].map((path): [Route, string, string] => [predict, path, 'Predict does not call the path of']),
	[predict, '/v1/models/fraud:classify', "ends with '/fraud:classify', which is for another operation"],
	[predict, '/v1/test/llm/v1/chat/completions', "ends with '/completions', which is for another operation"],
	[predict, '/v1/test/llm/v1/embeddings', "ends with '/embeddings', which is for another operation"],
	[predictRoute('classify'), '/v1/models/fraud:predict', 'which is for another operation'],
	[chat(), '/v1/test/llm/v1/embeddings', 'which is for another operation'],
	[chat(), '/v1/test/llm/v1/completions', 'which is for another operation'],
	[chat(), '/v1/test/fraud/v1/models/fraud:predict', 'which is for another operation'],
	[chat(), '/v1/test/llm/chat', 'Chat does not call the path of'],
	[chat(), '/v1/test/llm/v2', 'Chat does not call the path of'],
	[chat(), '/x', 'Chat does not call the path of'],
	[chat(), '/a b/chat/completions', "Chat does not call the path of the deployment's URL: '/a%20b/chat/completions'"],
	[chat(), '/v1/test/llm/ä/chat/completions', 'Chat does not call the path of'],
	[embed(), '/v1/test/llm/v1/chat/completions', 'which is for another operation'],
	[embed(), '/v1/test/llm/v1/chat', 'Embed does not call the path of'],
	[rerank(), '/v1/test/llm/v1/embeddings', 'which is for another operation'],
];

/** The REST API, which no operation but Predict calls by URL, and that in one place. */
const REST_PATHS = [
	REST,
	`${REST}/serving/7`,
	`${REST}/serving`,
	`${REST}/serving/7/logs`,
	`${REST}/serving/7:predict`,
	`${REST}/inference/models`,
	`${REST}/inference/models/fraud:classify`,
	`${REST}/inference/models/fraud/x:predict`,
	`${REST}/inference/models/fraud/versions:predict`,
	`${REST}/inference/models/fraud/versions/x:predict`,
	`${REST}/inference/models/fraud/versions/1/2:predict`,
	`${REST}/inference/serving/fraud:predict`,
	`${REST}/inference/endpoints`,
	'/hopsworks-api/api/project/x/inference/models/fraud:predict',
	'/hopsworks-api/api/project/1234567890123456/inference/models/fraud:predict',
	'/x/hopsworks-api/api/project/119/inference/models/fraud:predict',
	'/Hopsworks-Api/api/project/119/inference/models/fraud:predict',
	'/hopsworks-api/v1/models/fraud:predict',
	'/hopsworks-api/api/chat/completions',
	'/hopsworks-api/api/embeddings',
	'/hopsworks%2Dapi/api/project/119/v1/chat/completions',
	'/HOPSWORKS-API/v1/embeddings',
	'/hopsworks-api/v1',
];

describe('paths that are not called', () => {
	test.each(STRANGE)('%j', (path, message) => {
		for (const route of [predict, chat(), embed(), rerank()]) {
			for (const more of [{}, { hostHeader: 'fraud.test.hopsworks.ai' }, { servingUrl: `${GATEWAY}/base` }]) {
				const failure = refusal(route, { url: GATEWAY + path, ...more });
				expect(failure).toMatchObject({ kind: 'input', message: expect.stringContaining(message) });
				expect(failure.message).toMatch(/^The deployment's URL |^A part of the deployment's URL /);
				expect(failure.description).toContain(
					`Paste it as the deployment's page shows it: https://GATEWAY/v1/NAMESPACE/NAME${route.path('NAME')}, or https://GATEWAY/v1/NAMESPACE/NAME alone.`,
				);
			}
		}
	});

	test('what to remove is said', () => {
		expect(refusal(predict, { url: `${GATEWAY}/v1/test/fraud?x#y` }).description).toMatch(
			/^Remove everything from '\?' on\. Paste/,
		);
		expect(refusal(predict, { url: `${GATEWAY}/v1/test/fraud#y` }).description).toMatch(
			/^Remove everything from '#' on\. Paste/,
		);
	});

	test.each(NOT_CALLED)('%#: %j of %s', (route, path, message) => {
		const failure = refusal(route, { url: GATEWAY + path });
		expect(failure).toMatchObject({ kind: 'input', message: expect.stringContaining(message) });
		expect(failure.description).toContain(route.ending);
	});

	test.each(REST_PATHS)('%s', (path) => {
		for (const route of [
			predict,
			predictRoute('classify'),
			chat(),
			chat(''),
			embed(),
			embed(''),
			rerank(),
			rerank(''),
		]) {
			// The gateway alone, on one address with Hopsworks, and Hopsworks alone.
			refusal(route, { url: GATEWAY + path });
			refusal(route, { url: GATEWAY + path, hopsworksUrl: GATEWAY, hostHeader: 'fraud.test' });
			refusal(route, { url: GATEWAY + path, servingUrl: `${GATEWAY}${REST}` });
			expect(refusal(route, { url: HOPSWORKS + path, hopsworksUrl: HOPSWORKS }).message).toContain(
				`The deployment's URL is on the address of Hopsworks itself, where ${route.name} does not call '`,
			);
		}
	});

	test('on the address of Hopsworks it is said what is called there, and what to do', () => {
		const given = { url: `${HOPSWORKS}/v1/test/fraud`, hopsworksUrl: HOPSWORKS };
		const advice = `Paste the deployment's URL on the gateway. If that is the same address, put ${HOPSWORKS} into 'Model Serving URL' in the credential.`;
		expect(refusal(predict, given).description).toBe(
			`There it calls ${HOPSWORKS}/hopsworks-api/api/project/NUMBER/inference/models/NAME:predict alone. ${advice}`,
		);
		expect(refusal(chat(), given).description).toBe(advice);
		expect(targetIn(predict, { ...given, discovery: { gateway: HOPSWORKS } }).deployment).toBe('fraud');
		expect(targetIn(predict, { ...given, url: `${HOPSWORKS}${REST}/inference/models/fraud` }).deployment).toBe('fraud');
		expect(
			refusal(predictRoute('classify'), { ...given, url: `${HOPSWORKS}${REST}/inference/models/fraud` }).kind,
		).toBe('input');
	});
});

describe('Hopsworks is asked for its gateway only where that can help', () => {
	test.each<[Given, boolean]>([
		[{ url: 'https://other.example.com/v1/test/fraud' }, true],
		[{ url: `${HOPSWORKS}/v1/test/fraud` }, true],
		[{ url: `${HOPSWORKS}${REST}/inference/models/fraud:predict` }, false],
		[{ url: `${GATEWAY}/v1/test/fraud` }, false],
		[{ url: `${GATEWAY}/what/ever` }, false],
		[{ url: 'https://other.example.com/v1/test/fraud?x' }, false],
		[{ url: 'other' }, false],
		[{ name: 'fraud' }, false],
		[{ name: `${HOPSWORKS}/v1/test/fraud` }, false],
	])('%j: %s', (given, isNeeded) => {
		const { asked } = planned(predict, { hopsworksUrl: HOPSWORKS, discovery: {}, ...given });
		expect(asked.includes('gateway')).toBe(isNeeded);
	});

	test('Chat has no route through Hopsworks', () => {
		const url = `${HOPSWORKS}${REST}/inference/models/fraud:predict`;
		expect(planned(chat(), { hopsworksUrl: HOPSWORKS, discovery: {}, url }).asked).toEqual(['gateway']);
	});
});
