/** One server for all tests of a file, each of which finds it as new. */
import { createTestServer, type Answer, type TestServer } from './server.cts';

/** A test may give it another `answer`. */
export function sharedServer(answer: Answer): TestServer {
	const server = createTestServer(answer);
	beforeAll(() => server.listen());
	afterAll(() => server.close());
	beforeEach(() => {
		Object.assign(server, { answer, mostAtOnce: 0 });
		server.requests.length = 0;
	});
	return server;
}
