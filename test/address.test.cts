import { targetOf, type Address } from '../nodes/serving/address';
import { chatRoute, predictRoute, type Route } from '../nodes/serving/route';

const GATEWAY = 'https://gw.example.com';

function target(route: Route, given: Partial<Address> & { url?: string }): unknown {
	const { url, ...rest } = given;
	const address: Address = {
		deployment: url === undefined ? { mode: 'name', value: 'fraud' } : { mode: 'url', value: url },
		servingUrl: GATEWAY,
		hopsworksUrl: '',
		project: 'test',
		namespace: '',
		hostHeader: '',
		routing: 'auto',
		...rest,
	};
	const found = targetOf(address, route);
	return found.ok ? found.value : found.failure.message;
}

describe('by name', () => {
	test.each([
		[predictRoute('predict'), {}, `${GATEWAY}/v1/test/fraud/v1/models/fraud:predict`],
		[chatRoute('/v1'), {}, `${GATEWAY}/v1/test/fraud/v1/chat/completions`],
		[chatRoute('openai/v1/'), {}, `${GATEWAY}/v1/test/fraud/openai/v1/chat/completions`],
		[chatRoute(''), {}, `${GATEWAY}/v1/test/fraud/chat/completions`],
		[predictRoute('predict'), { project: 'Team A_1' }, `${GATEWAY}/v1/team-a-1/fraud/v1/models/fraud:predict`],
		[predictRoute('predict'), { namespace: 'hw-x' }, `${GATEWAY}/v1/hw-x/fraud/v1/models/fraud:predict`],
		[
			predictRoute('predict'),
			{ servingUrl: 'http://10.0.0.1:8080/base/' },
			'http://10.0.0.1:8080/base/v1/test/fraud/v1/models/fraud:predict',
		],
	])('%#', (route, given, url) => {
		expect(target(route, given)).toEqual({ url, deployment: 'fraud' });
	});

	test('with a Host Header the address is that of the older releases, and needs no project', () => {
		expect(target(predictRoute('predict'), { hostHeader: 'fraud.test.hopsworks.ai', project: '' })).toEqual({
			url: `${GATEWAY}/v1/models/fraud:predict`,
			host: 'fraud.test.hopsworks.ai',
			deployment: 'fraud',
		});
	});
});

describe('by URL', () => {
	test.each([
		[
			predictRoute('predict'),
			'/v1/test/fraud/v1/models/fraud:predict',
			'/v1/test/fraud/v1/models/fraud:predict',
			'fraud',
		],
		[predictRoute('predict'), '/v1/test/fraud/v1/models/fraud', '/v1/test/fraud/v1/models/fraud:predict', 'fraud'],
		[predictRoute('predict'), '/v1/test/fraud/', '/v1/test/fraud/v1/models/fraud:predict', 'fraud'],
		[
			predictRoute('predict'),
			'/hopsworks-api/api/project/119/inference/models/fraud:predict',
			'/hopsworks-api/api/project/119/inference/models/fraud:predict',
			'fraud',
		],
		[
			predictRoute('predict'),
			'/v1/test/fraud/v1/models/other:predict?x=1',
			'/v1/test/fraud/v1/models/other:predict?x=1',
			'other',
		],
		[chatRoute('/v1'), '/v1/test/llm', '/v1/test/llm/v1/chat/completions', 'llm'],
		[chatRoute('/v1'), '/v1/test/llm/v1', '/v1/test/llm/v1/chat/completions', 'llm'],
		[chatRoute('/v1'), '/v1/test/llm/v1/chat/completions', '/v1/test/llm/v1/chat/completions', 'llm'],
		[chatRoute('/v1'), '/v1/chat/completions', '/v1/chat/completions', ''],
	])('%#: %s', (route, pasted, path, deployment) => {
		expect(target(route, { url: GATEWAY + pasted })).toEqual({ url: GATEWAY + path, deployment });
	});

	test('a Host Header tells the name where the path does not', () => {
		expect(target(predictRoute('predict'), { url: GATEWAY, hostHeader: 'fraud.test.hopsworks.ai' })).toEqual({
			url: `${GATEWAY}/v1/models/fraud:predict`,
			host: 'fraud.test.hopsworks.ai',
			deployment: 'fraud',
		});
	});

	test('an address of Hopsworks itself is as good as one of the gateway', () => {
		expect(
			target(predictRoute('predict'), {
				url: 'https://h.example.com/v1/test/fraud',
				hopsworksUrl: 'https://h.example.com',
			}),
		).toMatchObject({
			deployment: 'fraud',
		});
	});

	test.each([
		['https://evil.example.com/v1/test/fraud', 'which the credential does not name'],
		['http://gw.example.com/v1/test/fraud', 'which the credential does not name'],
		['https://gw.example.com:444/v1/test/fraud', 'which the credential does not name'],
		['https://gw.example.com@evil.example.com/x', 'user name or password'],
		['https://gw.example.com.evil.example.com/x', 'which the credential does not name'],
		['file:///etc/passwd', 'is not a web address'],
		['fraud', 'is not a web address'],
		[`${GATEWAY}/v1/test/llm/v1/chat/completions`, 'for another operation'],
		[GATEWAY, "does not tell the deployment's name"],
	])('%s is refused', (url, message) => {
		expect(target(predictRoute('predict'), { url })).toContain(message);
	});
});

test.each(['http://fraud.test', 'fraud.test/x', 'a b', 'x\r\nEvil: 1', '-', 'fraud:x'])(
	'%j is no Host Header',
	(hostHeader) => {
		expect(target(predictRoute('predict'), { hostHeader })).toContain("'Host Header' is not a host name");
	},
);
