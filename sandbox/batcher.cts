/** KServe's batcher in front of a server: it reads `instances` only (kserve: `pkg/batcher/handler.go`). */
import { isObject, json, type Call, type Reply } from './reply.cts';

export function batched(server: (call: Call) => Reply): (call: Call) => Reply {
	return (call) => {
		const body: unknown = JSON.parse(call.body || '{}');
		const instances = isObject(body) ? body.instances : undefined;
		if (!Array.isArray(instances) || instances.length === 0) {
			return {
				status: 400,
				headers: { 'content-type': 'text/plain; charset=utf-8' },
				body: 'no instances in the request\n',
			};
		}
		const reply = server({ ...call, body: JSON.stringify({ instances }) });
		const made: unknown = JSON.parse(reply.body);
		if (reply.status !== 200 || !isObject(made)) return json(200, { message: reply.body, predictions: null });
		return json(200, { message: '', batchId: '1f0e9a62-7a4e-11ef-9d4a-0242ac120002', predictions: made.predictions });
	};
}
