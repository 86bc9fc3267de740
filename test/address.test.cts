/** Where a deployment that is given by its name answers, and which names, namespaces and hosts become a part of it. */
import type { Target } from '../nodes/core/hopsworks/address';
import { isHost, isHostName } from '../nodes/core/hopsworks/hostName';
import { isName, namespaceOf } from '../nodes/core/hopsworks/name';
import { chatRoute, embeddingsRoute, predictRoute, type Route } from '../nodes/core/hopsworks/route';
import { readWebAddress, withoutSlashes } from '../nodes/core/hopsworks/webAddress';
import {
	chat,
	embed,
	rerank,
	GATEWAY,
	HOPSWORKS,
	planned,
	predict,
	recordIn,
	refusal,
	targetIn,
	type Given,
} from './support/addresses.cts';
import { processorTime } from './support/processorTime.cts';

const projectOf = (id: number) => ({ id, name: 'test', namespace: 'test' });

describe('by path', () => {
	test.each<[Route, Given, string]>([
		[predict, {}, `${GATEWAY}/v1/test/fraud/v1/models/fraud:predict`],
		[predictRoute('classify'), {}, `${GATEWAY}/v1/test/fraud/v1/models/fraud:classify`],
		[chat(), {}, `${GATEWAY}/v1/test/fraud/v1/chat/completions`],
		[chat('openai/v1/'), {}, `${GATEWAY}/v1/test/fraud/openai/v1/chat/completions`],
		[chat(' //openai/v1// '), {}, `${GATEWAY}/v1/test/fraud/openai/v1/chat/completions`],
		[chat('/a.b_c-d~e'), {}, `${GATEWAY}/v1/test/fraud/a.b_c-d~e/chat/completions`],
		[chat(''), {}, `${GATEWAY}/v1/test/fraud/chat/completions`],
		[embed(), {}, `${GATEWAY}/v1/test/fraud/v1/embeddings`],
		[rerank(), {}, `${GATEWAY}/v1/test/fraud/v1/rerank`],
		[predict, { project: 'Team A_1' }, `${GATEWAY}/v1/team-a-1/fraud/v1/models/fraud:predict`],
		[predict, { namespace: ' hw-x ' }, `${GATEWAY}/v1/hw-x/fraud/v1/models/fraud:predict`],
		[predict, { name: ' fraud\n' }, `${GATEWAY}/v1/test/fraud/v1/models/fraud:predict`],
		[
			predict,
			{ servingUrl: ' http://10.0.0.1:8080/base// ' },
			'http://10.0.0.1:8080/base/v1/test/fraud/v1/models/fraud:predict',
		],
		[predict, { discovery: { record: recordIn('told') } }, `${GATEWAY}/v1/told/fraud/v1/models/fraud:predict`],
		[
			predict,
			{ discovery: { record: recordIn('told') }, namespace: 'mine' },
			`${GATEWAY}/v1/mine/fraud/v1/models/fraud:predict`,
		],
		[
			predict,
			{ discovery: { record: recordIn('') }, routing: 'path' },
			`${GATEWAY}/v1/test/fraud/v1/models/fraud:predict`,
		],
		[predict, { hostHeader: 'fraud.test', routing: 'path' }, `${GATEWAY}/v1/test/fraud/v1/models/fraud:predict`],
		[
			predict,
			{ servingUrl: '', discovery: { gateway: 'https://named.example.com' } },
			'https://named.example.com/v1/test/fraud/v1/models/fraud:predict',
		],
	])('%#', (route, given, url) => {
		expect(targetIn(route, given)).toEqual({ url, deployment: 'fraud' });
	});

	/** What a name may hold goes into the address encoded. */
	test.each<[Route, Given, string]>([
		[predict, { name: 'my model' }, '/v1/test/my%20model/v1/models/my%20model:predict'],
		[predict, { name: 'a&b=c+d' }, '/v1/test/a%26b%3Dc%2Bd/v1/models/a%26b%3Dc%2Bd:predict'],
		[chat(), { name: 'größe' }, '/v1/test/gr%C3%B6%C3%9Fe/v1/chat/completions'],
		[predict, { namespace: 'my space' }, '/v1/my%20space/fraud/v1/models/fraud:predict'],
		[predict, { discovery: { record: recordIn('told ü') } }, '/v1/told%20%C3%BC/fraud/v1/models/fraud:predict'],
	])('%#: %j', (route, given, path) => {
		expect(targetIn(route, given).url).toBe(GATEWAY + path);
	});
});

describe('by host name', () => {
	const byHost = (given: Given): Target => targetIn(predict, { name: 'Fraud', routing: 'host', ...given });
	const old = { record: recordIn('') };

	test.each<[Given, string | undefined]>([
		[{}, 'fraud.test.hopsworks.ai'],
		[{ namespace: 'Mine' }, 'fraud.mine.hopsworks.ai'],
		[{ discovery: { record: recordIn('told'), domain: 'Example.org' } }, 'fraud.told.example.org'],
		[{ hostHeader: ' fraud.test:8080 ' }, 'fraud.test:8080'],
		[{ routing: 'auto', hostHeader: 'f.test', project: '' }, 'f.test'],
		[{ routing: 'auto', discovery: old, namespace: ' ' }, 'fraud.test.hopsworks.ai'],
		// Somebody who names a namespace knows of path routing.
		[{ routing: 'auto', discovery: old, namespace: 'mine' }, undefined],
		[{ routing: 'auto', discovery: { record: recordIn('told') } }, undefined],
		[{ routing: 'auto', discovery: {} }, undefined],
	])('%j', (given, host) => {
		const target = byHost(given);
		expect(target.host).toBe(host);
		if (host !== undefined) expect(target.url).toBe(`${GATEWAY}/v1/models/Fraud:predict`);
	});

	test('a name is encoded there too', () => {
		const url = `${GATEWAY}/v1/models/my%20model:predict`;
		expect(byHost({ name: 'my model', hostHeader: 'm.test' })).toEqual({ url, host: 'm.test', deployment: 'my model' });
	});

	test('a base path of the gateway stays before it', () => {
		expect(byHost({ servingUrl: `${GATEWAY}/base/`, hostHeader: 'f.test' }).url).toBe(
			`${GATEWAY}/base/v1/models/Fraud:predict`,
		);
	});
});

describe('through Hopsworks', () => {
	const given: Given = {
		routing: 'proxy',
		hopsworksUrl: ` ${HOPSWORKS}/p/119/view `,
		discovery: { project: projectOf(119) },
	};

	test('its own route for predictions is called', () => {
		const url = `${HOPSWORKS}/hopsworks-api/api/project/119/inference/models/fraud:predict`;
		expect(targetIn(predict, given)).toEqual({ url, deployment: 'fraud' });
		expect(targetIn(predict, { ...given, servingUrl: '', routing: 'auto' }).url).toBe(url);
		const hidden = recordIn('test', { servingTool: 'DEFAULT' });
		expect(
			targetIn(predict, { ...given, routing: 'auto', discovery: { project: projectOf(119), record: hidden } }).url,
		).toBe(url);
	});

	test('a name is encoded in it', () => {
		expect(targetIn(predict, { ...given, name: 'my model' }).url).toMatch(/\/inference\/models\/my%20model:predict$/);
	});

	test.each<[Route, Given, string, string]>([
		[chat(), given, "Chat needs the gateway, and 'Routing' leaves it out", 'predictions only'],
		[
			chat(),
			{ ...given, servingUrl: '', routing: 'auto' },
			'Hopsworks names none that can be reached',
			'predictions only',
		],
		[predictRoute('classify'), given, 'Classify needs the gateway', 'predictions only'],
		[predict, { ...given, discovery: {} }, "needs 'Hopsworks URL' in the credential", 'Fill it in'],
		[predict, { ...given, discovery: undefined }, "needs 'Hopsworks URL' in the credential", 'Fill it in'],
		[
			predict,
			{ ...given, hopsworksUrl: 'https://user@h.example.com' },
			"'Hopsworks URL' in the credential holds a user name",
			'@',
		],
		[
			predict,
			{ servingUrl: '', routing: 'path', hopsworksUrl: HOPSWORKS, discovery: {} },
			"'Routing' needs a gateway",
			"'Model Serving URL'",
		],
		[
			predict,
			{ servingUrl: ' ', hopsworksUrl: ' ' },
			"neither 'Model Serving URL' nor 'Hopsworks URL'",
			"'Model Serving URL'",
		],
		[predict, { project: ' ' }, 'The project of the deployment is not known', "'Project'"],
		[
			predict,
			{ discovery: { record: recordIn('test', { apiProtocol: 'GRPC' }) } },
			"'fraud' answers gRPC only",
			'REST',
		],
	])('%#', (route, asked, message, description) => {
		const failure = refusal(route, asked);
		expect(failure).toMatchObject({ kind: 'input', message: expect.stringContaining(message) });
		expect(failure.description).toContain(description);
	});
});

/** What is one name to a user, and something else to some reader of addresses. */
const NO_NAMES = [
	'.',
	'..',
	'../x',
	'a/b',
	'a\\b',
	'a?b',
	'a#b',
	'a%b',
	'%2e%2e',
	'a;b',
	'a:b',
	'a@b',
	'a\tb',
	'a\nb',
	'a\rb',
	'a\0b',
	'a\u007fb',
	'a\u0085b',
	'\ud800',
	'x'.repeat(256),
];
const NAMES = ['a', '...', '.a', 'a.', 'a b', 'ä', '-', '~', "a!'()*b", 'a&b', 'x'.repeat(255), '模型', '🙂'];

describe('what is no name is refused, wherever it comes from', () => {
	test.each(NO_NAMES)('%j', (name) => {
		expect(isName(name)).toBe(false);
		for (const [given, field] of [
			[{ name }, "'Deployment'"],
			[{ name, routing: 'host' }, "'Deployment'"],
			[{ name, routing: 'proxy', hopsworksUrl: HOPSWORKS, discovery: { project: projectOf(1) } }, "'Deployment'"],
			[{ namespace: name }, "'Namespace'"],
			[{ namespace: name, routing: 'host' }, "'Namespace'"],
			[{ project: name }, "'Project' in the credential"],
		] satisfies Array<[Given, string]>) {
			const failure = refusal(predict, given);
			expect(failure).toMatchObject({ kind: 'input', message: expect.stringContaining(`${field} is not a name: '`) });
			expect(failure.message).toMatch(/^[^\p{Cc}]*$/u);
			expect(failure.message.length).toBeLessThan(600);
			expect(failure.description).toContain(
				'A name has at most 255 characters, none of which is one of / \\ ? # % ; : @',
			);
		}
		const told = refusal(predict, { discovery: { record: recordIn(name) } });
		expect(told).toMatchObject({
			kind: 'reply',
			message: expect.stringMatching(/^Hopsworks names a namespace that no address can hold: '/),
		});
		expect(told.description).toContain('nothing that you entered is wrong');
	});

	test.each(['', ' ', ' a', 'a ', '\ufeffa'])('nor is %j, where nobody trims it', (name) => {
		expect(isName(name)).toBe(false);
		if (name !== '') expect(refusal(predict, { discovery: { record: recordIn(name) } }).kind).toBe('reply');
	});

	test.each(NAMES)('%j is one', (name) => {
		expect(isName(name)).toBe(true);
		expect(new URL(targetIn(predict, { name }).url).pathname).toBe(
			`/v1/test/${encodeURIComponent(name)}/v1/models/${encodeURIComponent(name)}:predict`,
		);
	});

	test('an empty one says how a deployment is given, and one with slashes that it looks like an address', () => {
		expect(refusal(predict, { name: ' ' })).toMatchObject({
			message: "'Deployment' is empty",
			description: expect.stringContaining('By URL'),
		});
		expect(refusal(predict, { name: `${GATEWAY}/v1/test/fraud` }).description).toContain(
			"To give an address, choose 'By URL' in front of it. A name",
		);
	});

	test('a project is as Kubernetes names it', () => {
		expect(namespaceOf('Card_Fraud é.1')).toBe('card-fraud---1');
	});
});

describe('host names', () => {
	const label = 'a'.repeat(63);
	const long = `${`${'a'.repeat(49)}.`.repeat(5)}abc`;

	test.each(['a', 'A.b', 'fraud.test.hopsworks.ai', 'a-b.c_d', '10.0.0.1', '_x', `${label}.b`, long])(
		'%s is one',
		(host) => {
			expect(isHostName(host)).toBe(true);
			expect(isHost(host)).toBe(true);
			for (const port of ['1', '80', '00080', '65535']) expect(isHost(`${host}:${port}`)).toBe(true);
			expect(targetIn(predict, { hostHeader: host }).host).toBe(host);
		},
	);

	test.each([
		'http://fraud.test',
		'fraud.test/x',
		'a b',
		'x\r\nEvil: 1',
		'-',
		'a-',
		'-a',
		'.a',
		'a.',
		'a..b',
		'a.-b',
		'a@b',
		'a?b',
		'a#b',
		'a\\b',
		'a%2eb',
		'ä.test',
		'\u212a.test',
		'[::1]',
		'::1',
		`${label}a.b`,
		`${long}d`,
		'a,b',
		'a;b',
	])('%j is none', (host) => {
		expect(isHostName(host)).toBe(false);
		expect(isHost(host)).toBe(false);
		expect(isHost(`${host}:80`)).toBe(false);
		const failure = refusal(predict, { hostHeader: host });
		expect(failure.message).toContain("'Host Header' is not a host name: '");
		expect(failure.description).toContain('fraud.test.hopsworks.ai');
	});

	test.each([
		'a:',
		'a:x',
		'a:0',
		'a:00000',
		'a:65536',
		'a:99999',
		'a:100000',
		'a:80:80',
		'a:1e3',
		'a:0x1',
		'a:8e3',
		'a:-1',
		'a:8 0',
		':80',
		`a:${'0'.repeat(400)}80`,
	])('%j has no port', (host) => {
		expect(isHost(host)).toBe(false);
		expect(refusal(predict, { hostHeader: host }).kind).toBe('input');
		expect(refusal(predict, { hostHeader: host, url: `${GATEWAY}/v1/test/fraud` }).kind).toBe('input');
	});

	test('a host name that is composed is checked like one that is typed', () => {
		const byHost = (given: Given) => refusal(predict, { routing: 'host', ...given });
		for (const name of ['a.b', 'a b', 'ä', '\u212a', '-a', 'a'.repeat(64)]) {
			expect(byHost({ name }).message).toContain(`'${name}' cannot be a part of a host name`);
			expect(byHost({ namespace: name }).message).toContain(`'${name}' cannot be a part of a host name`);
			expect(byHost({ discovery: { record: recordIn(name) } }).message).toContain(
				`'${name}' cannot be a part of a host name`,
			);
		}
		expect(byHost({ name: 'a b' })).toMatchObject({ kind: 'input', description: expect.stringContaining("'By Path'") });
		for (const domain of ['', '.', 'evil.example.com/', 'a b', 'a:80', 'x@evil.example.com', 'a..b', long]) {
			const failure = byHost({ discovery: { domain } });
			expect(failure).toMatchObject({
				kind: 'reply',
				description: expect.stringContaining('kube_knative_domain_name'),
			});
			expect(failure.message).toContain(`The host name of the deployment cannot be one: 'fraud.test.${domain}`);
		}
	});
});

test('a route says what it is', () => {
	const shown = [predict, predictRoute('classify'), chat(), embed(), rerank()].map((route) => [
		route.name,
		route.ending,
		route.needsName,
		route.isProxied,
	]);
	expect(shown).toEqual([
		['Predict', ':predict', true, true],
		['Classify', ':classify', true, false],
		['Chat', '/chat/completions', false, false],
		['Embed', '/embeddings', false, false],
		['Rerank', '/rerank', false, false],
	]);
});

describe('API Path Prefix', () => {
	test.each([
		'..',
		'.',
		'/v1/..',
		'/v1/./x',
		'a//b',
		'/v1?x',
		'/v1#',
		'/v1/%2e%2e',
		'/v1%2f',
		'a;b',
		'a:b',
		'a@b',
		'a b',
		'a\\b',
		'ä',
		'v1\n/x',
		'hopsworks-api/api/project/119/serving/7?action=STOP#',
		'/Hopsworks-API/x',
		'hopsworks-api',
		'x'.repeat(256),
		'ab/'.repeat(86),
	])('%j is refused', (prefix) => {
		for (const route of [chatRoute(prefix), embeddingsRoute(prefix)]) {
			const failure = route.ok ? undefined : route.failure;
			expect(failure).toMatchObject({
				kind: 'input',
				message: expect.stringContaining("'API Path Prefix' is not the beginning of a path: '"),
			});
			expect(failure?.description).toContain('/openai/v1');
		}
	});

	test('one of 255 characters is taken', () => {
		expect(chatRoute('x'.repeat(255)).ok).toBe(true);
	});
});

describe('addresses of the credential', () => {
	test.each([
		'http://user@gw.example.com',
		'http://@gw.example.com',
		'HTTP://a:@gw.example.com/x',
		'http://:password@gw.example.com',
		'https://user:password@gw.example.com',
	])('%s holds what no address needs', (servingUrl) => {
		const failure = refusal(predict, { servingUrl });
		expect(failure.message).toBe("'Model Serving URL' in the credential holds a user name or password");
		expect(failure.description).toContain("before '@'");
	});

	test.each([
		'gateway',
		'gw.example.com:x',
		'user@gw.example.com',
		'ht\ntp://gw.example.com',
		'http://\t/user@gw.example.com',
		'http://gw.example.com/\0x',
		'ftp://gw.example.com',
		'blob:https://gw.example.com/1',
		'http://',
		'http://a b',
	])('%j is none', (servingUrl) => {
		expect(refusal(predict, { servingUrl })).toMatchObject({
			message: expect.stringContaining("'Model Serving URL' in the credential is not a web address: '"),
			description: 'It must begin with http:// or https://.',
		});
	});

	test.each([
		['gw.example.com', 'https://gw.example.com, or http://gw.example.com if the server does not speak TLS'],
		['gw:8080', 'http://gw:8080, or https://gw:8080 if the port speaks TLS'],
		['localhost:443/x', 'https://localhost:443/x, or http://localhost:443/x if the server does not speak TLS'],
		['10.0.0.1', 'https://10.0.0.1, or http://10.0.0.1 if the server does not speak TLS'],
		['[::1]:8080', 'http://[::1]:8080, or https://[::1]:8080 if the port speaks TLS'],
		['//gw.example.com', 'https://gw.example.com, or http://gw.example.com if the server does not speak TLS'],
		['http:gw.example.com', 'http://gw.example.com'],
		['HTTPS:/gw.example.com/x', 'https://gw.example.com/x'],
		['http:///gw.example.com', 'http://gw.example.com'],
		['http:\\\\gw.example.com', 'http://gw.example.com'],
	])('%s is none, and the one that may be meant is proposed', (servingUrl, proposal) => {
		expect(refusal(predict, { servingUrl })).toMatchObject({
			message: `'Model Serving URL' in the credential is not a web address: '${servingUrl}'`,
			description: `It must begin with http:// or https://. Write ${proposal}.`,
		});
		if (servingUrl.includes('\\')) return;
		expect(refusal(predict, { url: servingUrl }).description).toContain(proposal);
	});

	test.each([
		['/v1/ns/fraud', ''],
		['/v1/ns/fraud/', ''],
		['/v1/ns/fraud/v1', ''],
		['/v1/ns/fraud/v1/models/fraud', ''],
		['/v1/ns/fraud/v1/models/fraud:predict', ''],
		['/v1/ns/fraud:predict', ''],
		['/v1/ns/fraud/v1/models/fraud/versions/2:classify', ''],
		['/v1/ns/llm/v1/chat/completions', ''],
		['/v1/ns/llm/openai/v1/chat/completions', ''],
		['/v1/ns/llm/x/y/embeddings', ''],
		['/v1/ns/agent/query', ''],
		['/v1/models/fraud:predict', ''],
		['/v1/chat/completions', ''],
		['/openai/v1/completions', ''],
		['/base/x/v1/ns/fraud/v1/models/fraud:predict', '/base/x'],
		['/v1/v1/ns/fraud/v1/models/fraud:predict', '/v1'],
		['/base/v1/chat/completions', '/base'],
	])('a gateway that ends with %s is a deployment', (path, above) => {
		expect(refusal(predict, { servingUrl: GATEWAY + path })).toMatchObject({
			message: "'Model Serving URL' in the credential is the address of a deployment, not of the gateway",
			description: expect.stringContaining(`Fill in ${GATEWAY}${above} there. `),
		});
	});

	test.each(['', '/base', '/v1', '/api/v1', '/api/v1/serving', '/api/v1/a/b', '/v2/a/b', '/models', '/ba%20se/x'])(
		'a gateway may begin at %j',
		(path) => {
			expect(targetIn(predict, { servingUrl: GATEWAY + path }).url).toContain(`${GATEWAY}${path}/v1/test/fraud/`);
		},
	);

	test('a page of Hopsworks is no gateway', () => {
		const failure = refusal(predict, { servingUrl: `${HOPSWORKS}/p/119/deployments/5` });
		expect(failure.message).toBe("'Model Serving URL' in the credential is the address of a page in Hopsworks");
		expect(failure.description).toContain("'Hopsworks URL'");
	});

	test('what is read of one is its origin and its path', () => {
		expect(readWebAddress(' HTTPS://GW.example.com:443/a@b/b//?x@y#z@ ', 'x')).toEqual({
			ok: true,
			value: { origin: GATEWAY, path: '/a@b/b' },
		});
		expect(readWebAddress('http://[::1]:8080', 'x')).toEqual({
			ok: true,
			value: { origin: 'http://[::1]:8080', path: '' },
		});
	});

	test('the REST API of Hopsworks is no gateway', () => {
		for (const servingUrl of [`${HOPSWORKS}/hopsworks-api`, `${HOPSWORKS}/Hopsworks-Api/api/project/119`]) {
			const failure = refusal(predict, { servingUrl });
			expect(failure.message).toContain('is an address of the Hopsworks REST API');
			expect(failure.description).toContain('Istio gateway');
		}
		expect(targetIn(predict, { servingUrl: `${GATEWAY}/x/hopsworks-api` }).url).toContain('/x/hopsworks-api/v1/test');
	});
});

test('a run of a million slashes, dots or dashes takes time linear in the text', () => {
	const began = processorTime();
	for (const piece of ['/', '.', '-', 'a', ':', 'a.', '%']) {
		const long = piece.repeat(1_000_000);
		expect(withoutSlashes(`${long}x`).length).toBe(long.length + 1);
		expect(readWebAddress(`${GATEWAY}/${long}x`, 'x').ok).toBe(true);
		expect(isHost(long) || isName(long)).toBe(false);
		expect(chatRoute(`${long}x`).ok).toBe(piece === '/');
		expect(refusal(predict, { url: `${GATEWAY}/${long}x` }).message).toContain('longer than 2,048 characters');
	}
	expect(processorTime() - began).toBeLessThan(5000);
});

describe('an operation for another kind of model', () => {
	const of = (fields: Record<string, string>): Given => ({
		hopsworksUrl: HOPSWORKS,
		discovery: { record: recordIn('test', fields) },
	});
	const sklearn = { modelServer: 'PYTHON', modelName: 'fraud', modelFramework: 'SKLEARN' };

	test('is refused where the record is sure, before anything is sent', () => {
		const llm = of({ modelServer: 'VLLM', modelFramework: 'LLM', predictor: 'serve.py' });
		for (const [route, name] of [
			[predict, 'Predict'],
			[predictRoute('classify'), 'Classify'],
		] as const) {
			const failure = refusal(route, llm);
			expect(failure.message).toBe(`The deployment 'fraud' is a language model, which ${name} does not call`);
			expect(failure.description).toContain("Set 'Operation' to 'Chat', or to 'Embed'");
		}
		for (const given of [
			of(sklearn),
			of({ ...sklearn, modelFramework: '' }),
			of({ modelServer: 'tensorflow_serving' }),
		]) {
			expect(refusal(chat(), given).message).toBe("The deployment 'fraud' is no language model, which Chat needs");
			expect(refusal(embed(), given).message).toBe("The deployment 'fraud' is no language model, which Embed needs");
			expect(refusal(embed(), given).description).toContain("'Predict'");
			expect(refusal(chat(), given).description).toContain("choose 'By URL'");
		}
		expect(planned(predict, { ...llm, servingUrl: '' }).asked).toEqual(['record']);
	});

	test.each<[string, Route, Given]>([
		['a language model by Chat', chat(), of({ modelServer: 'VLLM' })],
		['a model by Predict', predict, of(sklearn)],
		['an agent by Chat', chat(), of({ modelServer: 'PYTHON' })],
		['one without a model by Chat, whatever its framework', chat(), of({ ...sklearn, modelName: '' })],
		['a model on an unknown server by Chat', chat(), of({ ...sklearn, modelServer: 'other' })],
		['a language model on a Python server by Chat', chat(), of({ ...sklearn, modelFramework: 'LLM' })],
		['a record that tells no server', chat(), of({})],
		['one that Hopsworks is not asked for', chat(), {}],
	])('%s is called', (_name, route, given) => {
		expect(targetIn(route, given).deployment).toBe('fraud');
	});
});

describe('what Hopsworks is asked', () => {
	const hidden = recordIn('test', { servingTool: 'DEFAULT' });
	test.each<[string, Given, string[]]>([
		['nothing, where it is not known', {}, []],
		['nothing, for what is no name', { name: 'a/b', discovery: {} }, []],
		['the record, where the credential has a gateway', { discovery: {} }, ['record']],
		['the gateway too, where it has none', { servingUrl: '', discovery: { gateway: GATEWAY } }, ['record', 'gateway']],
		[
			'the project, on the way through Hopsworks',
			{ routing: 'proxy', discovery: { project: projectOf(1) } },
			['record', 'project'],
		],
		[
			'no gateway that the deployment is not behind',
			{ discovery: { record: hidden, project: projectOf(1) } },
			['record', 'project'],
		],
		['the domain, to compose a host name', { routing: 'host', discovery: {} }, ['record', 'domain']],
		['no domain, where the host is given', { routing: 'host', hostHeader: 'a.b', discovery: {} }, ['record']],
		[
			'no more, for gRPC',
			{ servingUrl: '', discovery: { record: recordIn('test', { apiProtocol: 'GRPC' }) } },
			['record'],
		],
		['the domain, for a record of an old release', { discovery: { record: recordIn('') } }, ['record', 'domain']],
	])('%s', (_name, given, questions) => {
		expect(planned(predict, { hopsworksUrl: HOPSWORKS, ...given }).asked).toEqual(questions);
	});
});
