/** The trigger in one of several projects, where the credential names none. */
import { HopsworksTrigger } from '../nodes/HopsworksTrigger/HopsworksTrigger.node';
import { at } from './support/json.cts';
import { panelContext } from './support/engine.cts';
import { PollingN8n } from './support/trigger.cts';
import { chosen, startTwoProjects, type TwoProjects } from './support/twoProjects.cts';

let two: TwoProjects;
beforeAll(async () => {
	two = await startTwoProjects();
});
afterAll(async () => await two.sandbox.close());

function watching(project: string, ofCredential = ''): PollingN8n {
	return new PollingN8n({
		credential: { hopsworksUrl: two.sandbox.url, project: ofCredential },
		parameters: { options: chosen(project) },
	});
}

test('it tells of the project that is chosen, and of no other', async () => {
	const n8n = watching('Card_Fraud');
	await n8n.start('activate');
	for (const deployment of two.sandbox.cluster.deployments) {
		if (deployment.name === 'fraud') deployment.lifecycle.become('Failed');
	}
	await n8n.tick();
	expect(n8n.items.map((item) => [at(item, 'project'), at(item, 'deployment'), at(item, 'after')])).toEqual([
		['Card_Fraud', 'fraud', 'Failed'],
	]);
});

test('another one than the credential names is refused when the workflow is published', async () => {
	await expect(watching('Card_Fraud', 'test').start('activate')).rejects.toThrow(/Card_Fraud.*test|test.*Card_Fraud/);
});

test('without a choice the failure says where to choose', async () => {
	await expect(watching('').start('activate')).rejects.toMatchObject({
		description: expect.stringContaining("'Project'"),
	});
});

test('the panel offers the deployments of the project that is chosen', async () => {
	const { loadOptions, listSearch } = new HopsworksTrigger().methods;
	const panel = (project: string) =>
		panelContext({
			node: new HopsworksTrigger(),
			parameters: { options: chosen(project) },
			credential: { hopsworksUrl: two.sandbox.url, project: '' },
		});
	expect((await loadOptions.getDeployments.call(panel('Card_Fraud'))).map(({ value }) => value)).toContain('fraud');
	expect((await listSearch.searchProjects.call(panel(''))).results.length).toBeGreaterThan(1);
	await expect(loadOptions.getDeployments.call(panel('nowhere'))).rejects.toThrow('nowhere');
});
