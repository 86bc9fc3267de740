/** Which project counts, and whether an address is its own. */
import { readDeployment, type DeploymentRecord } from '../nodes/core/hopsworks/deploymentRecord';
import { chooseProject, noProjectChosen, projectNames, unknownProject } from '../nodes/core/hopsworks/project';
import { elsewhere, ProjectsByAddress } from '../nodes/core/hopsworks/projectsByAddress';
import { planRoute } from '../nodes/core/hopsworks/routing';
import { addressOf, GATEWAY, predict, recordIn } from './support/addresses.cts';

const named = (...names: string[]) => names.map((name, id) => ({ id, name, namespace: '' }));

test.each([
	['', '', ''],
	[' test ', '', 'test'],
	['', ' team_a\n', 'team_a'],
	['test', 'test ', 'test'],
	['a/b', '', 'a/b'],
])('the credential names %j and the node %j: %j counts', (ofCredential, ofNode, counts) => {
	expect(chooseProject(ofCredential, ofNode)).toEqual({ ok: true, value: counts });
});

test.each([
	['test', 'Test', "is 'Test', and the credential is for the project 'test'"],
	['', '..', "'Project' in the options is not a name: '..'"],
	['', 'a/b', "'Project' in the options is not a name: 'a/b'"],
	['test', 'a\nb', "'Project' in the options is not a name: 'a b'"],
])('the credential names %j and the node %j: refused', (ofCredential, ofNode, message) => {
	expect(chooseProject(ofCredential, ofNode)).toMatchObject({
		failure: { kind: 'input', message: expect.stringContaining(message) },
	});
});

test('names are listed in bounds', () => {
	expect(projectNames(named('a', 'b'))).toBe("'a', 'b'");
	expect(projectNames(named(...Array.from({ length: 21 }, (_, number) => String(number))))).toMatch(/'19', …$/);
	expect(noProjectChosen(named('x'.repeat(1000), 'y')).failure.description.length).toBeLessThan(300);
	expect(noProjectChosen([]).failure.message).toBe("The API key's user is a member of no project");
});

test('a name that Hopsworks does not know keeps its failure', () => {
	const failed = noProjectChosen(named('a', 'b'));
	expect(unknownProject(failed, 'x', [])).toEqual(failed);
	const { failure } = unknownProject(failed, 'A', named('a', 'b'));
	expect(failure).toEqual({
		...failed.failure,
		description: expect.stringMatching(/There is 'a': capital letters count\.$/),
	});
});

describe('the namespace of a record that names none', () => {
	const pathOf = (project: string, told: { name: string; namespace: string }) => {
		const known = { canAsk: true, record: recordIn(''), gateway: GATEWAY, project: { id: 1, ...told } };
		const plan = planRoute(addressOf({ project, routing: 'path' }), predict, known);
		return plan.ok ? new URL(plan.value.url).pathname.split('/')[2] : plan;
	};

	test.each([
		['team_a', { name: 'team_a', namespace: 'hw-prod-team-a' }, 'hw-prod-team-a'],
		['Team_A', { name: 'Team_A', namespace: '' }, 'team-a'],
		// The only project of the key's user, which nobody had to name.
		['', { name: 'Only_One', namespace: '' }, 'only-one'],
		['test', { name: 'test', namespace: '../x' }, 'test'],
	])('of %j is what Hopsworks tells of the project, else made of its name', (project, told, namespace) => {
		expect(pathOf(project, told)).toBe(namespace);
	});
});

describe('an address belongs to one project', () => {
	const claim = (project: string, record?: DeploymentRecord, host?: string) => ({
		target: { url: `${GATEWAY}/v1/a-b/fraud`, deployment: 'fraud', host },
		project,
		record,
	});
	const other = readDeployment({ id: 2, name: 'fraud' });

	test.each([
		['the same project', claim('a_b'), claim('a_b'), true],
		['another one', claim('a_b'), claim('a-b'), false],
		['another one with another host', claim('a_b', undefined, 'x.y'), claim('a-b', undefined, 'x.z'), true],
		['one that is not named', claim('a_b'), claim(''), true],
		['another spelling of it', claim('a_b', recordIn('a-b')), claim('A_b', recordIn('a-b')), true],
		['another record', claim('a_b', recordIn('a-b')), claim('a-b', other), false],
	])('%s', (_name, first, second, isGood) => {
		const addresses = new ProjectsByAddress();
		expect(addresses.claim(first).ok).toBe(true);
		expect(addresses.claim(second).ok).toBe(isGood);
	});
});

test.each([
	['/v1/card-fraud/fraud/v1/models/fraud:predict', 'card-fraud', false],
	['/v1/Card_Fraud/fraud/v1/models/fraud:predict', 'card-fraud', false],
	['/base/v1/test/fraud/v1/models/fraud:predict', 'card-fraud', true],
	['/v1/models/fraud:predict', 'card-fraud', false],
	['/v1/models/fraud/versions/2:predict', 'card-fraud', false],
	['/v1/test/fraud/v1/models/fraud:predict', '', false],
	['/hopsworks-api/api/project/1/inference/models/fraud:predict', 'card-fraud', false],
	['/hopsworks-api/api/project/11/inference/models/fraud:predict', 'card-fraud', true],
])('%s is elsewhere than %j: %s', (path, namespace, isElsewhere) => {
	const target = { url: GATEWAY + path, deployment: 'fraud' };
	expect(elsewhere(target, recordIn(namespace), { id: 1, name: 'cards', namespace }) !== undefined).toBe(isElsewhere);
});
