/** A Hopsworks whose deployments and models change as a test tells it to, and that can be away or answer by halves. */
import { startServer, type Recorded, type Reply, type TestServer } from './server.cts';

interface ServedDeployment {
	id: number;
	name: string;
	status: string;
	version: number;
	/** The highest number that it ever had. */
	highest: number;
	created: string;
	deployed?: string;
	reason?: string;
}

interface RegisteredModel {
	name: string;
	version: number;
	metrics: Record<string, number>;
	created: number;
}

/** Long before any test began to watch. */
const LONG_AGO = '2020-01-01T00:00:00Z';

export class ChangingHopsworks {
	deployments: ServedDeployment[] = [];
	models: RegisteredModel[] = [];
	projectId = 119;
	/** Answers in the place of what is there; undefined leaves that to it. */
	instead: ((request: Recorded) => Reply | undefined | Promise<Reply | undefined>) | undefined;
	private nextId = 1;

	private constructor(readonly server: TestServer) {}

	static async start(): Promise<ChangingHopsworks> {
		const server = await startServer(() => ({ status: 500 }));
		const hopsworks = new ChangingHopsworks(server);
		server.answer = async (request) => (await hopsworks.instead?.(request)) ?? hopsworks.answer(request);
		return hopsworks;
	}

	get url(): string {
		return this.server.url;
	}

	deploy(name: string, more: Partial<ServedDeployment> = {}): ServedDeployment {
		const made = { id: this.nextId++, name, status: 'Running', version: 1, highest: 1, created: LONG_AGO, ...more };
		this.deployments.push(made);
		return made;
	}

	register(name: string, version: number, metrics: Record<string, number> = {}, created = Date.now()): void {
		this.models.push({ name, version, metrics, created });
	}

	private answer({ path }: Recorded): Reply {
		const { pathname, searchParams } = new URL(path, 'http://localhost');
		if (pathname.includes('getProjectInfo')) {
			return { body: { projectId: this.projectId, projectName: 'shop' } };
		}
		const [, id] = /\/serving\/(\d+)\/versions$/.exec(pathname) ?? [];
		const deployment = this.deployments.find((one) => String(one.id) === id);
		if (id !== undefined) return deployment ? page(versionsOf(deployment), searchParams) : GONE;
		if (pathname.endsWith('/serving')) return { body: this.deployments.map(shown) };
		const name = searchParams.get('filter_by')?.replace(/^name_eq:/, '');
		const models = this.models.filter((model) => name === undefined || model.name === name);
		if (pathname.endsWith(`/modelregistries/${this.projectId}/models`)) return page(models, searchParams);
		return { status: 404, body: { errorCode: 120000, errorMsg: 'no such route' } };
	}
}

const GONE = { status: 404, body: { errorCode: 240000, errorMsg: 'Serving instance not found.' } };

function shown({ id, name, status, version, created, deployed, reason }: ServedDeployment): Record<string, unknown> {
	const condition = reason === undefined ? null : { type: 'STARTED', status: false, reason };
	return { id, name, status, version, created, deployed, condition, modelName: 'fraud', modelVersion: version };
}

function versionsOf({ version, highest, created }: ServedDeployment): object[] {
	return Array.from({ length: highest }, (_, index) => ({
		version: index + 1,
		active: index + 1 === version,
		created,
		createdBy: 'Ada Lovelace',
		modelName: 'fraud',
		modelVersion: index + 1,
	}));
}

function page(all: object[], query: URLSearchParams): Reply {
	const offset = Number(query.get('offset'));
	const items = all.slice(offset, offset + Number(query.get('limit')));
	return { body: { count: all.length, ...(all.length > 0 && { items }) } };
}
